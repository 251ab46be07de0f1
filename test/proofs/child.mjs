// Runs in one version of Node: node child.mjs esm|cjs shared|plain [mnist]; prints the runs as JSON.
import { createRequire } from "node:module";
// Loaded first: Node's own threads need the class that is hidden below.
import "node:worker_threads";

const [format, memory, mnist] = process.argv.slice(2);
if (memory === "plain") delete globalThis.SharedArrayBuffer;

const library =
  format === "cjs"
    ? createRequire(import.meta.url)("../../build/whetstone.cjs")
    : await import("../../build/whetstone.js");
const { proofRuns } = await import("../.cache/proofs/runs.js");
const { readMnist } = await import("../../demo/mnist.mjs");
const images = mnist ? (await readMnist()).train : undefined;
console.log(JSON.stringify({ threads: library.features().threads, runs: await proofRuns(library, images) }));
