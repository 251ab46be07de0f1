// npm run bench -- [NAME …] [--quick] [--only=PEER,…] [--workload=A,…] [--build=FOLDER]: runs benches by name; peers if none is
// named. Build first. A --quick run is short and leaves bench/results.md alone.
import { existsSync } from "node:fs";
import { resolve } from "node:path";

/** name -> module; its default export runs the bench and returns false where a promise was not kept. */
const BENCHES = {
  peers: "./peers.mjs",
  layers: "./layers.mjs",
  gemm: "./gemm.mjs",
  chromium: "./chromium.mjs",
  limits: "./limits.mjs",
  recipe: "./recipe.mjs",
};
const FLAGS = {
  quick: () => true,
  only: (value) => value.split(","),
  workload: (value) => value.split(","),
  build: (value) => resolve(value),
};

const names = [];
const options = {};
for (const argument of process.argv.slice(2)) {
  const [, flag, value = ""] = argument.match(/^--(\w+)(?:=(.+))?$/) ?? [];
  const known = flag === undefined ? BENCHES : FLAGS;
  if (!Object.hasOwn(known, flag ?? argument)) {
    console.error(`bench: expected ${Object.keys(known).join(", ")}, got ${argument}.`);
    process.exit(2);
  }
  if (flag === undefined) names.push(argument);
  else options[flag] = FLAGS[flag](value);
}
const build = options.build ?? new URL("../build", import.meta.url).pathname;
if (!existsSync(`${build}/whetstone.js`)) {
  console.error("bench: expected build/whetstone.js. Run npm run build first.");
  process.exit(2);
}
for (const name of names.length ? names : ["peers"]) {
  console.log(`\n${name}\n`);
  const { default: bench } = await import(BENCHES[name]);
  if ((await bench(options)) === false) process.exitCode = 1;
}
