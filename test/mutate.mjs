// npm run mutate: breaks one line of a kernel at a time, in a copy of the tree, and asks whether the suites see it.
// node test/mutate.mjs [part of a file's name …]
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { mutations } from "./mutations.mjs";
import { bundle, isContract, runInNode, testFiles } from "./runners.mjs";

const REQUIRED = 28;
/** The suites of one mutation, which may hang, and all of them, which take longer. */
const LIMIT = 60_000;
const ALL_LIMIT = 300_000;
const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const copy = join(root, `test/.cache/mutate-${process.pid}`);
const inCopy = (...parts) => join(copy, ...parts);
const out = inCopy("test/.cache/node");
const WASM = ["build/kernels.strict.wasm", "build/kernels.fast.wasm"];

function copyTree() {
  mkdirSync(inCopy("build"), { recursive: true });
  const scripts = readdirSync(root).filter((name) => /\.(mjs|json)$/.test(name));
  for (const name of ["assembly", "src", ...scripts]) cpSync(join(root, name), inCopy(name), { recursive: true });
  for (const name of readdirSync(join(root, "test")))
    if (name !== ".cache") cpSync(join(root, "test", name), inCopy("test", name), { recursive: true });
  symlinkSync(join(root, "node_modules"), inCopy("node_modules"), "junction");
}

/** The test files of the copy that import the oracle, themselves or through a helper. */
function oracleSuites() {
  const oracle = inCopy("test/oracle.ts");
  const reaches = (file) =>
    [...readFileSync(file, "utf8").matchAll(/from "(\.[^"]+)\.js"/g)]
      .map(([, target]) => join(dirname(file), `${target}.ts`))
      .some(
        (target) => target === oracle || (target.startsWith(inCopy("test")) && existsSync(target) && reaches(target)),
      );
  return testFiles(copy).filter((file) => !isContract(file) && reaches(inCopy("test", file)));
}

/** The first failure that the suites give, or undefined. */
async function firstFailure(files, options, limit = LIMIT) {
  await bundle({ root: copy, options, files, platform: "node", out });
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), limit);
  let failure;
  const finished = (suite) => {
    if (suite.failed) failure ??= suite.error.split("\n").slice(0, 2).join(" ").replace(/\s+/g, " ");
  };
  await runInNode({ root: copy, out, files, finished, signal: stop.signal });
  clearTimeout(timer);
  return failure;
}

/** What became of one mutation: { seen, text }. */
async function attempt({ file, find, replace, suites }, { buildKernels, options, original, all }) {
  const path = inCopy("assembly", file);
  const source = readFileSync(path, "utf8");
  const parts = source.split(find);
  if (parts.length !== 2) return { broken: true, text: `the text is there ${parts.length - 1} times, not once` };
  try {
    writeFileSync(path, parts.join(replace));
    for (const target of ["strict", "fast"]) await buildKernels(target);
    if (WASM.every((name, i) => readFileSync(inCopy(name)).equals(original[i])))
      return { broken: true, text: "the mutation changes nothing in the modules" };
    const named = suites ?? [file.replace(/\.ts$/, ".test.ts")];
    const first = named.filter((suite) => all.includes(suite));
    const rest = all.filter((suite) => !first.includes(suite));
    for (const files of [first, rest].filter(({ length }) => length)) {
      const failure = await firstFailure(files, options, files === rest ? ALL_LIMIT : LIMIT);
      if (failure) return { seen: true, text: failure };
    }
    return { text: "no suite failed" };
  } catch (error) {
    return { broken: true, text: `the mutation does not compile: ${error.message.trim().split("\n")[0]}` };
  } finally {
    writeFileSync(path, source);
  }
}

async function main() {
  const filters = process.argv.slice(2);
  const rows = mutations.filter(({ file }) => !filters.length || filters.some((filter) => file.includes(filter)));
  copyTree();
  const { buildKernels, options } = await import(inCopy("build.mjs"));
  for (const target of ["strict", "fast"]) await buildKernels(target);
  const all = oracleSuites();
  const failure = await firstFailure(all, options, ALL_LIMIT);
  if (failure) throw new Error(`the suites fail before anything is mutated: ${failure}`);
  const context = { buildKernels, options, all, original: WASM.map((name) => readFileSync(inCopy(name))) };

  let seen = 0;
  let broken = 0;
  for (const row of rows) {
    const result = await attempt(row, context);
    if (result.seen) seen++;
    if (result.broken) broken++;
    const verdict = result.seen ? "killed  " : result.broken ? "BROKEN  " : "SURVIVED";
    console.log(`${verdict} ${row.file}: ${row.find.trim()}  ->  ${row.replace.trim()}\n         ${result.text}`);
  }
  console.log(`\n${seen} of ${rows.length} mutations seen`);
  const required = filters.length ? rows.length : REQUIRED;
  return seen >= required && !broken ? 0 : 1;
}

const clean = () => existsSync(copy) && rmSync(copy, { recursive: true, force: true });
for (const signal of ["SIGINT", "SIGTERM"])
  process.on(signal, () => {
    clean();
    process.exit(1);
  });
try {
  process.exitCode = await main();
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  clean();
}
