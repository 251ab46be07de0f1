// One peer in a process of its own: node child.mjs PEER JSON. Answers a line each: first what it is, then for every line with a
// number of steps the seconds they took.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { readData } from "./workloads.mjs";

const require = createRequire(import.meta.url);
const folderOf = (name) => dirname(require.resolve(`${name}/package.json`));
const versionOf = (folder) => JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).version;

/** name -> the library as its peer takes it, and its version. */
const LIBRARIES = {
  whetstone: async ({ build }) => ({ library: await import(pathToFileURL(join(build, "whetstone.js")).href) }),
  async tfjs() {
    const tf = require("@tensorflow/tfjs");
    const backend = require("@tensorflow/tfjs-backend-wasm");
    backend.setWasmPaths(join(folderOf("@tensorflow/tfjs-backend-wasm"), "dist/"));
    await tf.setBackend("wasm");
    await tf.ready();
    return { library: tf, version: tf.version.tfjs };
  },
  async jax() {
    const library = await import("@jax-js/jax");
    return { library, version: versionOf(join(dirname(require.resolve("@jax-js/jax")), "..")) };
  },
};

const [peer, text] = process.argv.slice(2);
const { workload, folder, options } = JSON.parse(text);
const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

const { library, version } = await LIBRARIES[peer](options);
const { create } = await import(`./peers/${peer}.mjs`);
/** Processor seconds of all threads of this process. */
options.processor = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
const { run, close, info } = await create(library, workload, await readData(folder, workload), options);
say({ ...info, version, node: process.version });
for await (const line of createInterface({ input: process.stdin })) say(await run(Number(line)));
await close();
