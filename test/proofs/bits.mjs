// Proof: one build, one fingerprint. The same runs in several versions of Node and in Chromium, with 1 to 4 workers and without
// shared memory.
import { execFile } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { options } from "../../build.mjs";
import { routes } from "../../demo/serve.mjs";
import { serve } from "../../demo/server.mjs";
import { launch } from "../chromium.mjs";

const run = promisify(execFile);
const VERSIONS = [20, 22, 24, 26];
const MINUTES = 10;

/** Node in several versions, as packages of npm; path by version. */
async function installNodes(cache) {
  const folder = join(cache, "nodes");
  mkdirSync(folder, { recursive: true });
  const windows = process.platform === "win32";
  const system = `${windows ? "win" : process.platform}-${process.arch}`;
  const binary = (version) => join(folder, "node_modules", `n${version}`, "bin", windows ? "node.exe" : "node");
  const missing = VERSIONS.filter((version) => !existsSync(binary(version)));
  if (missing.length) {
    console.log(`proof: installing Node ${missing.join(", ")}`);
    const packages = VERSIONS.map((version) => `n${version}@npm:node-${system}@${version}`);
    const flags = ["install", "--no-audit", "--no-fund", "--prefix", folder, ...packages];
    await run(windows ? "npm.cmd" : "npm", flags, { maxBuffer: 2 ** 26 });
  }
  return VERSIONS.map(binary);
}

/** The runs in one Node. */
async function inNode(root, binary, ...how) {
  const child = [join(root, "test/proofs/child.mjs"), ...how];
  const [{ stdout }, version] = await Promise.all([
    run(binary, child, { maxBuffer: 2 ** 26, timeout: MINUTES * 60_000 }),
    run(binary, ["--version"]),
  ]);
  const [format, memory] = how;
  const engine = `Node ${version.stdout.trim().slice(1)}, ${format}${memory === "plain" ? ", plain memory" : ""}`;
  return { engine, plain: memory === "plain", ...JSON.parse(stdout) };
}

/** The runs on a page of Chromium, cross-origin isolated or not. */
async function inChromium(browser, runs, isolated) {
  const page = { type: "text/html; charset=utf-8", body: "<!doctype html><title>Proof</title>" };
  const server = await serve({ isolated, routes: { ...routes, "/runs": runs, "/page.html": page } });
  try {
    const tab = await browser.newPage();
    await tab.goto(`${server.url}/page.html`);
    const found = await tab.evaluate(inPage);
    await tab.close();
    const engine = `Chromium ${browser.version()}${isolated ? "" : ", page without isolation"}`;
    return { engine, plain: !isolated, ...found };
  } finally {
    await server.close();
  }
}

/** Travels to the page as text. */
async function inPage() {
  const [library, { proofRuns }, { FILES, readIdx }] = await Promise.all(
    ["/build/whetstone.js", "/runs/runs.js", "/idx.mjs"].map((path) => import(new URL(path, location.href).href)),
  );
  const load = async (name) => new Uint8Array(await (await fetch(`/mnist/${name}`)).arrayBuffer());
  const images = readIdx(await load(FILES.train.images), await load(FILES.train.labels));
  return { threads: library.features().threads, runs: await proofRuns(library, images) };
}

/** Every engine's runs; a problem is a line that says what differs from what. */
export async function proveBits({ root, cache }) {
  const out = join(cache, "proofs");
  await build({ ...options, format: "esm", entryPoints: [join(root, "test/proofs/runs.ts")], outdir: out });
  const { expected, MNIST } = await import(pathToFileURL(join(out, "runs.js")).href);
  const results = [];
  const add = (result) => {
    console.log(`proof: ${result.engine}: ${result.runs.length} runs`);
    results.push(result);
  };
  for (const binary of await installNodes(cache)) {
    add(await inNode(root, binary, "esm", "shared", "mnist"));
    add(await inNode(root, binary, "cjs", "shared"));
    add(await inNode(root, binary, "esm", "plain"));
  }
  const browser = await launch();
  try {
    for (const isolated of [true, false]) add(await inChromium(browser, out, isolated));
  } finally {
    await browser.close();
  }
  return report(results, expected, MNIST);
}

function report(results, expected, mnist) {
  const problems = [];
  const wanted = { ...expected };
  const table = new Map([...Object.keys(expected), mnist].map((name) => [name, { count: 0, verdict: "equal" }]));
  for (const { engine, plain, threads, runs } of results) {
    if (threads === plain) problems.push(`${engine}: expected ${plain ? "no threads" : "threads"}`);
    const fast = {};
    for (const { name, workers, numerics, fingerprint } of runs) {
      const strict = numerics === "strict";
      // Fast runs are the same for every team on one engine; between engines nothing is promised.
      const all = strict ? wanted : fast;
      all[name] ??= fingerprint;
      if (strict) table.get(name).count++;
      if (fingerprint === all[name]) continue;
      problems.push(`${engine}: ${name}, ${numerics}, ${workers} workers: ${fingerprint} instead of ${all[name]}`);
      if (strict) table.get(name).verdict = "DIFFERENT";
    }
  }
  const kinds = (runs) => {
    const count = (kind) => runs.filter(({ numerics }) => numerics === kind).length;
    const teams = [...new Set(runs.map(({ workers }) => workers))].sort();
    return `${teams.join(", ")} | ${count("strict")} | ${count("fast") || "-"}`;
  };
  const lines = [
    'One build of the library, trained with `numerics: "strict"` on every engine below: each run ends in the same bits,',
    "whatever the engine, the number of workers and the kind of memory. Fast runs are compared within one engine only.",
    "",
    "| run | fingerprint | strict runs | verdict |",
    "|---|---|---:|---|",
    ...[...table].map(([name, { count, verdict }]) => `| ${name} | \`${wanted[name]}\` | ${count} | ${verdict} |`),
    "",
    "| engine | workers | strict runs | fast runs |",
    "|---|---|---:|---:|",
    ...results.map(({ engine, runs }) => `| ${engine} | ${kinds(runs)} |`),
  ];
  return { lines, problems };
}
