// The package as npm packs it: every file that package.json names is in it, and its types resolve for consumers.
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, normalize } from "node:path";
import { promisify } from "node:util";
import type { CompilerOptions, SourceFile } from "typescript";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const test = suite("the package");
const root = process.cwd();
const run = promisify(execFile);

/** Every path that a part of package.json holds. */
const pathsIn = (part: unknown): string[] =>
  typeof part === "string" ? [normalize(part)] : Object.values(part ?? {}).flatMap(pathsIn);

test("what it names is packed, what it is tested with is not", async () => {
  const { main, module, types, exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const { stdout } = await run(npm, ["pack", "--dry-run", "--json", "--ignore-scripts", "--offline"], { cwd: root });
  const [{ files }] = JSON.parse(stdout) as [{ files: { path: string }[] }];
  const packed = new Set(files.map(({ path }) => path));
  for (const path of pathsIn([main, module, types, exports])) assert.ok(packed.has(path), `${path} is not packed`);
  const foreign = [...packed].filter((path) => /^(test|bench|demo|node_modules|\.)/.test(path));
  assert.equal(foreign, []);
});

/** The same program for both kinds of module; errors that must be errors keep it from being green for nothing. */
const PROGRAM = `
import { dense, DivergedError, earlyStopping, features, input, inverseTimeDecay, sequential, sgd } from "whetstone";
import type { EpochLog, Features, History, Model } from "whetstone";
import * as core from "whetstone/core";
import * as layers from "whetstone/layers";
export async function train(): Promise<number> {
  await using model: Model = sequential([input({ shape: [3] }), dense({ units: 4, activation: "tanh" })]);
  const optimizer = sgd({ learningRate: inverseTimeDecay({ initial: 0.1, decay: 1e-3 }) });
  model.compile({ optimizer, loss: "meanSquaredError", workers: "auto" });
  const onEpochEnd = ({ loss }: EpochLog) => console.log(loss);
  const history: History = await model.fit([[1, 2, 3]], [[1, 2, 3, 4]], { callbacks: [earlyStopping()], onEpochEnd });
  // @ts-expect-error
  history.nothing;
  // @ts-expect-error
  dense({ units: "4" });
  return history.seed;
}
export const small: Model = core.sequential([core.input({ shape: [3] }), core.dense({ units: 4 })]);
export const image: Model = layers.sequential([layers.input({ shape: [3, 3, 1] }), layers.conv2d({ filters: 2, kernelSize: 2 })]);
// @ts-expect-error
core.conv2d;
// @ts-expect-error
layers.lion;
export const found: Features = features();
export const epoch: number = new DivergedError("").epoch;
`;

const typescript: typeof import("typescript") = createRequire(join(root, "package.json"))("typescript");
/** The declarations of JavaScript and the DOM, read once for all projects. */
const libraries = new Map<string, SourceFile | undefined>();

/** What the compiler finds in a project that has the package in its node_modules. */
function compile(
  folder: string,
  module: "ESNext" | "NodeNext" | "Node16",
  resolution: "Bundler" | typeof module,
): string {
  const options: CompilerOptions = {
    ...{ strict: true, noEmit: true, skipDefaultLibCheck: true, types: [] },
    target: typescript.ScriptTarget.ES2022,
    lib: ["lib.es2022.d.ts", "lib.dom.d.ts"],
    module: typescript.ModuleKind[module],
    moduleResolution: typescript.ModuleResolutionKind[resolution as "Bundler"],
  };
  const host = typescript.createCompilerHost(options);
  const { getSourceFile } = host;
  host.getSourceFile = (file, ...rest) => {
    if (!/[\\/]lib\.[\w.]+\.d\.ts$/.test(file)) return getSourceFile(file, ...rest);
    if (!libraries.has(file)) libraries.set(file, getSourceFile(file, ...rest));
    return libraries.get(file);
  };
  const files = ["module.mts", "common.cts"].map((file) => join(folder, file));
  const found = typescript.getPreEmitDiagnostics(typescript.createProgram(files, options, host));
  return typescript.formatDiagnostics(found, host);
}

const RESOLUTIONS = [
  ["ESNext", "Bundler"],
  ["NodeNext", "NodeNext"],
  ["Node16", "Node16"],
] as const;

test("its types resolve for every kind of consumer", () => {
  mkdirSync(join(root, "test/.cache"), { recursive: true });
  const folder = mkdtempSync(join(root, "test/.cache/types-"));
  try {
    mkdirSync(join(folder, "node_modules"));
    symlinkSync(root, join(folder, "node_modules/whetstone"), "junction");
    for (const file of ["module.mts", "common.cts"]) writeFileSync(join(folder, file), PROGRAM);
    for (const [module, resolution] of RESOLUTIONS) assert.is(compile(folder, module, resolution), "", resolution);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test.run();
