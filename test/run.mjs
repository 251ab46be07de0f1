// npm test: builds, checks types, lint and format, and runs the suites in Node and in Chromium.
// node test/run.mjs [--node] [--browser] [--no-build] [part of a file's name …]
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { options } from "../build.mjs";
import { launch } from "./chromium.mjs";
import { bundle, isContract, places, runInChromium, runInNode, testFiles } from "./runners.mjs";

const WATCHDOG_MINUTES = 30;
const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const known = ["--node", "--browser", "--no-build"];
const flags = process.argv.slice(2).filter((argument) => argument.startsWith("--"));
const filters = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
const only = ["--node", "--browser"].filter((flag) => flags.includes(flag));
const whole = !filters.length && !only.length;

const total = { passed: 0, failed: 0, skipped: 0 };
const suites = [];
const stop = new AbortController();
let browser;
let out;

/** Counts a suite, or a check that counts as one test, and prints it. */
function note(place, suite) {
  for (const key of Object.keys(total)) total[key] += suite[key];
  suites.push({ place, ...suite });
  const counts = [`${suite.passed} passed`];
  if (suite.failed) counts.push(`${suite.failed} FAILED`);
  if (suite.skipped) counts.push(`${suite.skipped} SKIPPED`);
  console.log(`${label({ place, ...suite })}  ${counts.join(", ")}  ${seconds(suite)}`);
  if (suite.error) console.log(`    ${suite.error.replaceAll("\n", "\n    ")}\n`);
}

const label = ({ place, file, name }) => [place.padEnd(8), file, name && `(${name})`].filter(Boolean).join(" ");
const seconds = ({ milliseconds }) => `${(milliseconds / 1000).toFixed(2)} s`;

/** Runs a script of Node's; its output is its error where it fails. */
function check(name, ...command) {
  const begin = performance.now();
  return new Promise((done) => {
    const child = spawn(process.execPath, command, { cwd: root, signal: stop.signal });
    let error = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (error += text));
    child.on("error", () => {});
    child.on("close", (code) => {
      const passed = code === 0 ? 1 : 0;
      const milliseconds = performance.now() - begin;
      if (!passed && !error) error = `ended with code ${code}`;
      const suite = { file: name, name: "", passed, failed: 1 - passed, skipped: 0, milliseconds };
      done({ ...suite, error: passed ? "" : error.trim() });
    });
  });
}

/** Whether the files could be bundled; if not, that is a failure of its own and the other platform still runs. */
async function bundled(place, parts) {
  try {
    await bundle(parts);
    return true;
  } catch ({ message: error }) {
    note(place, { file: "bundle", name: "", passed: 0, failed: 1, skipped: 0, milliseconds: 0, error });
    return false;
  }
}

async function main() {
  for (const flag of flags) if (!known.includes(flag)) throw new Error(`unknown ${flag}; known: ${known.join(" ")}`);
  if (!flags.includes("--no-build")) {
    const built = await check("build", "build.mjs", "--quiet");
    if (built.failed) return note("build", built);
  }
  const files = testFiles(root).filter(
    (file) => !filters.length || (!isContract(file) && filters.some((filter) => file.includes(filter))),
  );
  if (!files.length) throw new Error(`no test file's name has ${filters.join(" or ")} in it`);
  const here = (place) => files.filter((file) => places(file).includes(place));
  const inNode = only.includes("--node") || !only.length ? here("node") : [];
  const inPages = only.includes("--browser") || !only.length ? [...here("isolated"), ...here("plain")] : [];

  mkdirSync(join(root, "test/.cache"), { recursive: true });
  out = mkdtempSync(join(root, "test/.cache/run-"));
  const [node, pages] = [join(out, "node"), join(out, "browser")];
  const [nodeReady, pagesReady] = await Promise.all([
    inNode.length && bundled("node", { root, options, files: inNode, platform: "node", out: node }),
    inPages.length && bundled("isolated", { root, options, files: inPages, platform: "browser", out: pages }),
  ]);
  if (whole) {
    note("check", await check("types", "node_modules/typescript/bin/tsc", "-p", "."));
    note("check", await check("lint and format", "node_modules/@biomejs/biome/bin/biome", "check", "."));
  }
  if (nodeReady) {
    const finished = (suite) => note("node", suite);
    await runInNode({ root, out: node, files: inNode, finished, signal: stop.signal });
  }
  if (!pagesReady || stop.signal.aborted) return;
  browser = await launch();
  for (const place of ["isolated", "plain"]) {
    const chosen = inPages.filter((file) => places(file).includes(place));
    if (!chosen.length) continue;
    const print = (text) => console.log(`${place.padEnd(8)} ${text}`);
    const finished = (suite) => note(place, suite);
    const isolated = place === "isolated";
    await runInChromium({ root, out: pages, files: chosen, finished, browser, isolated, print });
  }
}

/** Ends the run from outside: what is running is stopped, counted as failed and cleaned up. */
function abort(reason) {
  if (stop.signal.aborted) return;
  note("run", { file: "", name: "", passed: 0, failed: 1, skipped: 0, milliseconds: performance.now(), error: reason });
  stop.abort();
  browser?.close().catch(() => {});
  setTimeout(finish, 5000);
}

let ended = false;
function finish() {
  if (ended) return;
  ended = true;
  clearTimeout(watchdog);
  if (out) rmSync(out, { recursive: true, force: true });
  const slowest = suites.toSorted((a, b) => b.milliseconds - a.milliseconds).slice(0, 10);
  console.log("\nslowest:");
  for (const suite of slowest) console.log(`  ${seconds(suite).padStart(8)}  ${label(suite)}`);
  const red = suites.filter(({ failed, skipped }) => failed || skipped);
  if (red.length) console.log("\nfailed or skipped:");
  for (const suite of red) console.log(`  ${label(suite)}`);
  const { passed, failed, skipped } = total;
  console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`);
  process.exit(failed || skipped || !passed ? 1 : 0);
}

const watchdog = setTimeout(() => abort(`not done within ${WATCHDOG_MINUTES} minutes`), WATCHDOG_MINUTES * 60_000);
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => abort(`ended by ${signal}`));
try {
  await main();
} catch (error) {
  abort(error.message);
}
await browser?.close().catch(() => {});
finish();
