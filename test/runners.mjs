// Finds and bundles the test files, and runs the bundles in Node and in Chromium.
import { fork } from "node:child_process";
import { readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { serve } from "../demo/server.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const LAST = "kernels.contract.test.ts";

/** The test files below `root`/test, sorted; the contract, which looks at what the others have covered, comes last. */
export function testFiles(root) {
  // What lies in hidden folders is not ours, and may link back to the root without end.
  const below = (folder) =>
    readdirSync(join(root, "test", folder), { withFileTypes: true }).flatMap((entry) => {
      const path = folder ? `${folder}/${entry.name}` : entry.name;
      if (entry.isDirectory()) return entry.name.startsWith(".") || path === "golden" ? [] : below(path);
      return entry.isFile() && path.endsWith(".test.ts") ? [path] : [];
    });
  return below("").sort((a, b) => (a === LAST) - (b === LAST) || (a < b ? -1 : 1));
}

export const isContract = (file) => file === LAST;

/** Where a file runs, by its name: `*.node.test.ts`, `*.browser.test.ts`, `*.plain.browser.test.ts`, or Node and a page. */
export function places(file) {
  if (file.endsWith(".plain.browser.test.ts")) return ["plain"];
  if (file.endsWith(".browser.test.ts")) return ["isolated"];
  if (file.endsWith(".node.test.ts")) return ["node"];
  return ["node", "isolated"];
}

/** Bundles the files and the driver into `out`; modules that several files import are shared. */
export async function bundle({ root, options, files, platform, out }) {
  await build({
    ...options,
    platform,
    format: "esm",
    splitting: true,
    sourcemap: true,
    entryPoints: ["driver.ts", ...files].map((file) => join(root, "test", file)),
    outbase: join(root, "test"),
    outdir: out,
  });
}

const bundled = (files) => files.map((file) => ({ file, bundled: file.replace(/\.ts$/, ".js") }));
const failure = (file, error) => ({ file, name: "", passed: 0, failed: 1, skipped: 0, milliseconds: 0, error });

/** Runs bundled files in a Node process of its own; gives the suites to `finished` one by one. */
export function runInNode({ root, out, files, finished, signal }) {
  return new Promise((done) => {
    const child = fork(join(here, "child.mjs"), [], { cwd: root, execArgv: ["--enable-source-maps"], signal });
    let running = "";
    let complete = false;
    child.on("message", (message) => {
      if (message.started) running = message.started;
      if (message.finished) finished(message.finished);
      if (message.result) complete = true;
    });
    child.on("error", () => {});
    child.on("exit", (code, killed) => {
      if (!complete) finished(failure(running, `the process ended early (${killed ?? `code ${code}`})`));
      done();
    });
    child.send({ out: resolve(out), files: bundled(files) });
  });
}

/** Runs bundled files on one page of the browser, cross-origin isolated or not. */
export async function runInChromium({ root, out, files, finished, browser, isolated, print }) {
  const server = await serve({ isolated, routes: { "/": out, "/build": join(root, "build"), "/page.html": PAGE } });
  let running = "";
  try {
    const page = await browser.newPage();
    page.on("console", (message) => {
      if (!message.text().includes("favicon.ico")) print(`console.${message.type()}: ${message.text()}`);
    });
    page.on("pageerror", (error) => print(`page error: ${error.stack ?? error}`));
    const crashed = new Promise((_, reject) => {
      page.on("crash", () => reject(new Error("the page crashed")));
      browser.on("disconnected", () => reject(new Error("the browser went away")));
    });
    crashed.catch(() => {});
    await page.exposeFunction("testStarted", (file) => {
      running = file;
    });
    await page.exposeFunction("testFinished", finished);
    await page.goto(`${server.url}/page.html`);
    const found = await page.evaluate("crossOriginIsolated");
    if (found !== isolated) throw new Error(`crossOriginIsolated is ${found}`);
    await Promise.race([page.evaluate(inPage, bundled(files)), crashed]);
    await page.close();
  } catch (error) {
    finished(failure(running, error.stack ?? String(error)));
  } finally {
    await server.close();
  }
}

const PAGE = {
  type: "text/html; charset=utf-8",
  body: '<!doctype html><html lang="en"><head><link rel="icon" href="data:,"><title>Tests</title></head><body></body></html>',
};

/** Travels to the page as text. The suites are awaited there, so that none is still on its way when it returns. */
async function inPage(files) {
  const { run } = await import(new URL("/driver.js", location.href).href);
  const modules = files.map(({ file, bundled }) => ({
    file,
    load: () => import(new URL(`/${bundled}`, location.href).href),
  }));
  const sent = [];
  await run(modules, {
    started: (file) => sent.push(globalThis.testStarted(file)),
    finished: (suite) => sent.push(globalThis.testFinished(suite)),
  });
  await Promise.all(sent);
}
