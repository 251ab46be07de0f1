// Finds a Chromium for the tests, or gets one, and launches it.
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { chromium } from "playwright-core";

const run = promisify(execFile);
const cache = join(dirname(fileURLToPath(import.meta.url)), ".cache");
const say = (text) => console.log(`chromium: ${text}`);

const PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome-stable",
  "/usr/bin/google-chrome",
  "/snap/bin/chromium",
  "/opt/google/chrome/chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
  "C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe",
];

const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

async function fromEnvironment() {
  const path = process.env.CHROMIUM;
  if (path && !existsSync(path)) throw new Error(`CHROMIUM names ${path}, which does not exist`);
  return path || undefined;
}

async function fromUsualPlaces() {
  return PLACES.find((path) => existsSync(path));
}

/** Any revision that a playwright has downloaded earlier, the one that fits this playwright first. */
async function fromPlaywright() {
  const own = chromium.executablePath();
  if (own && existsSync(own)) return own;
  const folders = [
    process.env.PLAYWRIGHT_BROWSERS_PATH,
    join(homedir(), ".cache/ms-playwright"),
    join(homedir(), "Library/Caches/ms-playwright"),
  ];
  for (const folder of folders.filter((folder) => folder && existsSync(folder))) {
    const found = readdirSync(folder, { recursive: true }).find((file) =>
      /^chromium[^/]*\/[^/]+\/(chrome|headless_shell|chrome-headless-shell)$/.test(file),
    );
    if (found) return join(folder, found);
  }
  return undefined;
}

async function fromApt() {
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return undefined;
  say("none found, installing the package chromium with apt-get");
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  try {
    await run("apt-get", ["update"], { env, maxBuffer: 2 ** 26 });
    await run("apt-get", ["install", "-y", "--no-install-recommends", "chromium"], { env, maxBuffer: 2 ** 26 });
  } catch (error) {
    say(`apt-get could not: ${error.message.split("\n").slice(-3).join(" ")}`);
  }
  return fromUsualPlaces();
}

/** The packed Chromium of @sparticuz/chromium; the package's own launch arguments switch isolation off and are not used. */
export async function fromNpm() {
  const version = Number.parseInt(process.versions.node, 10) < 22 ? "147.0.0" : "153.0.0";
  const folder = join(cache, "chromium");
  say(`none found, installing @sparticuz/chromium ${version} into ${folder}`);
  mkdirSync(join(folder, "unpacked"), { recursive: true });
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const flags = ["--no-save", "--no-audit", "--no-fund", "--prefix", folder];
  await run(npm, ["install", ...flags, `@sparticuz/chromium@${version}`], { maxBuffer: 2 ** 26 });
  const { TMPDIR } = process.env;
  process.env.TMPDIR = join(folder, "unpacked");
  try {
    const entry = createRequire(join(folder, "package.json")).resolve("@sparticuz/chromium");
    const { default: packed } = await import(pathToFileURL(entry).href);
    return await packed.executablePath();
  } finally {
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
  }
}

/** The path of a Chromium: the first that a way gives. */
export async function findChromium(ways = [fromEnvironment, fromUsualPlaces, fromPlaywright, fromApt, fromNpm]) {
  for (const way of ways) {
    const path = await way();
    if (!path) continue;
    say(`using ${path}`);
    return path;
  }
  throw new Error("no Chromium was found and none could be installed: set CHROMIUM to the path of one");
}

/** A running browser; close it with `close()`. */
export async function launch(options = {}) {
  const executablePath = options.executablePath ?? (await findChromium());
  return chromium.launch({ executablePath, args: ARGUMENTS, handleSIGINT: false, ...options });
}
