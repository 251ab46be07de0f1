// Builds everything under build/: both kernel modules, the worker, the portable bundle (ESM, CJS) and the types.
import { execFileSync } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import asc from "assemblyscript/asc";
import { bundles } from "./bundle.mjs";
import { comlink } from "./comlink.mjs";
import { trimKernels } from "./edition.mjs";
import { editions } from "./editions.mjs";
import { loader } from "./loader.mjs";
import { renameExports, shortNames } from "./names.mjs";
import { packKernels } from "./pack.mjs";

const root = dirname(fileURLToPath(import.meta.url));
const path = (...parts) => resolve(root, ...parts);

/** Compiles one target of asconfig.json; throws with the compiler's own text. */
export async function buildKernels(target, extra = []) {
  const { error, stderr } = await asc.main([
    "--config",
    path("asconfig.json"),
    "--target",
    target,
    "--baseDir",
    root,
    ...extra,
  ]);
  if (error) throw new Error(`${stderr.toString()}\n${error.message}`);
}

/** esbuild plugins: what is taken of the loader and of comlink, the worker as text, the kernels packed or, for tests, as plain bytes
 * with their own names. */
export const plugins = [
  loader,
  comlink,
  {
    name: "whetstone",
    setup({ onResolve, onLoad }) {
      const filter = /^(worker:text|kernels:packed|kernels:bytes|kernels:names|kernels:numbers)$/;
      onResolve({ filter }, ({ path }) => ({ path, namespace: "whetstone" }));
      onLoad({ filter: /^worker:text$/, namespace: "whetstone" }, async () => ({
        contents: (await library()).worker,
        loader: "text",
      }));
      onLoad({ filter: /^kernels:packed$/, namespace: "whetstone" }, () => ({
        contents: `export const { packed, heads } = ${JSON.stringify(packed(kernelFiles()))};`,
        loader: "js",
      }));
      onLoad({ filter: /^kernels:names$/, namespace: "whetstone" }, () => ({
        contents: "export const names = {};",
        loader: "js",
      }));
      onLoad({ filter: /^kernels:bytes$/, namespace: "whetstone" }, () => {
        const [strict, fast] = kernelFiles().map(
          (bytes) => `Uint8Array.from(atob("${bytes.toString("base64")}"), (c) => c.charCodeAt(0))`,
        );
        return { contents: `export const strict = ${strict};\nexport const fast = ${fast};`, loader: "js" };
      });
      onLoad({ filter: /^kernels:numbers$/, namespace: "whetstone" }, () => ({
        contents: `export const numbers = ${JSON.stringify(Object.fromEntries(numbers()))};`,
        loader: "js",
      }));
    },
  },
];

const kernelFiles = () => ["strict", "fast"].map((name) => readFileSync(path(`build/kernels.${name}.wasm`)));

const entries = (index) => [index, "src/worker.ts"].map((name) => path(name));

let made;
/** The page's module, the same for `require`, and the worker's script. */
function library() {
  made ??= finished(options, "src/index.ts", kernelFiles());
  return made;
}

let named;
/** By kernel its number. */
function numbers() {
  named ??= shortNames(kernelFiles()[0], path("src"));
  return named;
}

/** Kernels by their numbers, packed. */
const packed = (kernels) => packKernels(kernels.map((bytes) => renameExports(bytes, numbers())));

/** Bundles whose code goes by those numbers. */
const finished = (options, index, kernels) => bundles(options, entries(index), packed(kernels), numbers());

/** The same of a smaller bundle: its code says which kernels it needs. */
async function edition({ index, plugin }) {
  const fewer = { ...options, plugins: [plugin, ...plugins] };
  const { page, worker } = await bundles(fewer, entries(index), { packed: "", heads: [] });
  return finished(
    fewer,
    index,
    kernelFiles().map((bytes) => trimKernels(bytes, page + worker)),
  );
}

export const options = {
  absWorkingDir: root,
  bundle: true,
  target: "es2022",
  platform: "neutral",
  mainFields: ["module", "main"],
  conditions: ["import"],
  legalComments: "none",
  // Shorter names of the same numbers.
  define: { "Number.NaN": "NaN", "Number.POSITIVE_INFINITY": "Infinity" },
  logLevel: "warning",
  plugins,
};

/** Declarations twice: as modules in build/types, and, for `require`, the same files as CommonJS in build/types-cjs. */
function buildTypes() {
  const types = path("build/types");
  for (const folder of [types, path("build/types-cjs")]) rmSync(folder, { recursive: true, force: true });
  const tsc = path("node_modules/typescript/bin/tsc");
  execFileSync(process.execPath, [tsc, "-p", path("tsconfig.types.json")], { stdio: "inherit", cwd: root });
  copyFileSync(path("build/kernels.strict.d.ts"), `${types}/kernels.strict.d.ts`);
  const kernels = readFileSync(`${types}/kernels.d.ts`, "utf8");
  writeFileSync(`${types}/kernels.d.ts`, kernels.replace("../build/kernels.strict.js", "./kernels.strict.js"));
  cpSync(types, path("build/types-cjs"), { recursive: true });
  writeFileSync(path("build/types-cjs/package.json"), '{ "type": "commonjs" }\n');
}

async function main() {
  const quiet = process.argv.includes("--quiet");
  mkdirSync(path("build"), { recursive: true });
  for (const target of ["strict", "fast"]) await buildKernels(target);
  const { page, common, worker } = await library();
  const files = { "worker.js": worker, "whetstone.js": page, "whetstone.cjs": common };
  for (const [name, parts] of Object.entries(editions)) {
    const fewer = await edition(parts);
    const worker = name.replace("whetstone", "worker");
    Object.assign(files, { [`${name}.js`]: fewer.page, [`${name}.cjs`]: fewer.common, [`${worker}.js`]: fewer.worker });
  }
  for (const [name, code] of Object.entries(files)) writeFileSync(path("build", name), code);
  buildTypes();
  if (quiet) return;
  for (const name of ["kernels.strict.wasm", "kernels.fast.wasm", ...Object.keys(files)]) {
    const bytes = readFileSync(path("build", name));
    const size = (n) => `${(n / 1000).toFixed(1)} kB`;
    console.log(
      `${name.padEnd(20)} ${size(bytes.length).padStart(10)} ${size(gzipSync(bytes, { level: 9 }).length).padStart(10)} gzip`,
    );
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
