// What the benches need and can get by themselves: the peers, a Node with relaxed SIMD, a Python with PyTorch.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const here = dirname(fileURLToPath(import.meta.url));
export const root = dirname(here);
export const modules = join(here, "node_modules");

const PYTHON = "/usr/bin/python3";
/** The first Node with relaxed SIMD. */
const FAST_NODE = 22;
const major = Number(process.versions.node.split(".")[0]);
const fetchedNode = join(modules, "node/bin/node");

/** Installs the peers of bench/package.json where they are missing; says why if it cannot. */
export function install() {
  const { dependencies } = JSON.parse(readFileSync(join(here, "package.json"), "utf8"));
  const missing = Object.keys(dependencies).filter((name) => !existsSync(join(modules, name)));
  if (major < FAST_NODE && !existsSync(fetchedNode)) missing.push("node");
  if (!missing.length) return;
  console.log(`installing ${missing.join(", ")} …`);
  const { status, stderr } = spawnSync("npm", ["install", "--prefix", here, "--no-audit", "--no-fund"], {
    stdio: ["ignore", "ignore", "pipe"],
    encoding: "utf8",
  });
  if (status !== 0) console.log(`not installed, so left out: ${missing.join(", ")}\n${stderr}`);
}

export const isInstalled = (name) => existsSync(join(modules, name));

/** A Node that knows relaxed SIMD, or undefined. */
export function fastNode() {
  if (major >= FAST_NODE) return process.execPath;
  return existsSync(fetchedNode) ? fetchedNode : undefined;
}

/** Nodes to measure in: `name -> path`, one with relaxed SIMD first. */
export function nodes() {
  const all = [fastNode(), process.execPath].filter((path) => path !== undefined);
  return [...new Set(all)].map((path) => {
    const [version, v8] = execFileSync(path, ["-p", "process.version + ' ' + process.versions.v8"], {
      encoding: "utf8",
    })
      .trim()
      .split(" ");
    return { path, name: `Node ${version.slice(1).split(".")[0]}`, version: `Node ${version.slice(1)} (V8 ${v8})` };
  });
}

/** The Python that has PyTorch, or undefined. */
export function python() {
  const { status } = spawnSync(PYTHON, ["-c", "import torch"], { stdio: "ignore", cwd: "/" });
  return status === 0 ? PYTHON : undefined;
}

/** An environment in which PyTorch and its BLAS use so many threads, and choose their kernels themselves. */
export function torchEnvironment(threads) {
  const { OPENBLAS_CORETYPE, OPENBLAS_L2_SIZE, ...rest } = process.env;
  return { ...rest, OMP_NUM_THREADS: String(threads), OPENBLAS_NUM_THREADS: String(threads) };
}

/** The path of gcc's command, or undefined. */
export const gcc = () => (spawnSync("gcc", ["--version"], { stdio: "ignore" }).status === 0 ? "gcc" : undefined);
