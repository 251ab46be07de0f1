// The package in projects of others: packed, installed next to Vite and webpack, built, opened in Chromium, trained.
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { serve } from "../../demo/server.mjs";
import { launch } from "../chromium.mjs";
import { train } from "../consumers/train.js";

const VERSIONS = ["vite@8", "webpack@5"];
const ANSWER_MILLISECONDS = 30_000;

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const folder = join(root, "test/.cache/consumers");
const run = promisify(execFile);
const npm = (...command) =>
  run(process.platform === "win32" ? "npm.cmd" : "npm", command, { cwd: folder, maxBuffer: 2 ** 26 });

/** Copies the projects, and installs the package from its own tarball with the bundlers beside it. */
async function install() {
  for (const name of ["vite", "webpack", "train.js"]) {
    rmSync(join(folder, name), { recursive: true, force: true });
    cpSync(join(root, "test/consumers", name), join(folder, name), { recursive: true });
  }
  rmSync(join(folder, "node_modules/whetstone"), { recursive: true, force: true });
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
  const { stdout } = await npm("pack", root, "--json", "--ignore-scripts");
  const [{ filename }] = JSON.parse(stdout);
  await npm("install", "--no-save", "--no-audit", "--no-fund", "--no-package-lock", `./${filename}`, ...VERSIONS);
}

const load = (name, file) => import(pathToFileURL(join(folder, "node_modules", name, file)).href);
const version = (name) => createRequire(join(folder, "package.json"))(`${name}/package.json`).version;

/** What the page at an address makes of the library. */
async function open(browser, url) {
  const page = await browser.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(error.message));
  try {
    await page.goto(url);
    const found = await page.waitForFunction("globalThis.outcome", undefined, { timeout: ANSWER_MILLISECONDS });
    return await found.jsonValue();
  } catch (error) {
    return { message: [...errors, error.message].join("; ") };
  } finally {
    await page.close();
  }
}

async function openBuilt(browser, built) {
  const { url, close } = await serve({ root: built });
  try {
    return await open(browser, `${url}/`);
  } finally {
    await close();
  }
}

/** Gathers what Vite complains of. */
function createLogger(complaints) {
  const complain = (text) => complaints.push(text);
  const silent = { info() {}, clearScreen() {}, hasErrorLogged: () => false, hasWarned: false };
  return { ...silent, warn: complain, warnOnce: complain, error: complain };
}

const PROOFS = {
  async "Vite, built"(browser, complaints) {
    const { build } = await load("vite", "dist/node/index.js");
    const project = join(folder, "vite");
    await build({ root: project, customLogger: createLogger(complaints), build: { target: "es2022" } });
    return openBuilt(browser, join(project, "dist"));
  },
  async "Vite, development server"(browser, complaints) {
    const { createServer } = await load("vite", "dist/node/index.js");
    const options = { root: join(folder, "vite"), customLogger: createLogger(complaints) };
    const server = await createServer({ ...options, server: { host: "127.0.0.1", port: 0, hmr: false } });
    try {
      await server.listen();
      return await open(browser, `http://127.0.0.1:${server.httpServer.address().port}/`);
    } finally {
      await server.close();
    }
  },
  async webpack(browser, complaints) {
    const { default: webpack } = await load("webpack", "lib/index.js");
    const project = join(folder, "webpack");
    const { default: config } = await import(pathToFileURL(join(project, "webpack.config.cjs")).href);
    const compiler = webpack(config);
    const stats = await promisify(compiler.run.bind(compiler))();
    await promisify(compiler.close.bind(compiler))();
    const { errors, warnings } = stats.toJson({ all: false, errors: true, warnings: true });
    complaints.push(...[...errors, ...warnings].map(({ message }) => message));
    cpSync(join(project, "index.html"), join(project, "dist/index.html"));
    return openBuilt(browser, join(project, "dist"));
  },
};

/** One row for each bundler: it must complain of nothing, and the page must train to the bits that Node trains to. */
export default async function bundlers() {
  mkdirSync(folder, { recursive: true });
  const expected = JSON.stringify(await train(await import("../../build/whetstone.js"), { workers: 2 }));
  await install();
  const browser = await launch();
  const rows = [];
  try {
    for (const [name, proof] of Object.entries(PROOFS)) {
      const complaints = [];
      const outcome = await proof(browser, complaints).catch((error) => ({ message: error.message }));
      const got = JSON.stringify(outcome);
      const verdict = got === expected && !complaints.length ? "passed" : "failed";
      const detail = [`${version(name.toLowerCase().split(",")[0])}: trained to ${got}`, ...complaints].join("; ");
      rows.push({ name, verdict, detail });
    }
  } finally {
    await browser.close();
  }
  return rows;
}
