// What build/whetstone.core.js is made of: the sources of the whole, with fewer rows in the tables, and without what is listed here.
import { readFileSync } from "node:fs";
import binaryen from "binaryen";
import typescript from "typescript";

/** Tables by file: the rows that are kept. */
const ROWS = {
  "layers/index": { layers: "dense dropout activation flatten rescaling normalization activityRegularization" },
  "losses/index": {
    losses: "meanSquaredError binaryCrossentropy categoricalCrossentropy sparseCategoricalCrossentropy",
  },
  "metrics/index": { metrics: "binaryAccuracy categoricalAccuracy sparseCategoricalAccuracy" },
  "optimizers/index": { optimizers: "sgd adam adamw rmsprop" },
  "schedules/index": {
    plain: "constant exponentialDecay inverseTimeDecay stepDecay piecewise linearDecay polynomialDecay cosineDecay",
  },
  "initializers/index": {
    initializers:
      "zeros ones constant glorotUniform glorotNormal heUniform heNormal lecunUniform lecunNormal randomUniform randomNormal truncatedNormal",
  },
  "constraints/index": { constraints: "" },
  "schedules/batchsizes": { table: "" },
};

/** What can be asked for but is left out: the functions that nothing else comes to. */
const LEFT_OUT = {
  "a stream": {
    "model/streamOptions": ["readStream"],
    "model/streaming": ["StreamCourse"],
    "engine/stream": ["StreamRows"],
  },
  pixels: { "data/pixels": ["readPixels"] },
  "a loss or metric of one's own": {
    "expressions/check": ["checkCustom"],
    "expressions/tape": ["compileTape", "tapeStep"],
    "losses/custom": ["checkCustomLoss", "customLoss"],
    "metrics/custom": ["customMetric"],
  },
  "a schedule of batch sizes": {
    "schedules/batchsizes": ["batchSizeAt", "observeGrowth", "startGrowth"],
    "model/batchsizes": ["growthOf"],
  },
  "a confusion matrix": { "metrics/classes": ["Confusion", "confusedClasses", "decision"] },
  "a profile": { "engine/profile": ["Profile"] },
  "dense on more than vectors": { "layers/dense": ["along"] },
  "a loss on more than vectors": { "plan/outcome": ["stepsOf"] },
  "a graph of layers": { "plan/graph": ["readGraph"], "factories/graph": ["call"] },
  "several inputs or outputs": {
    "model/ports": ["eachByPort"],
    "model/training": ["readSeveral"],
    "plan/outcome": ["compileSeveral"],
  },
  "stateful layers": { "model/stateful": ["runReset"] },
  "a rate that goes by results": { "schedules/plateau": ["completePlateau", "observe", "start"] },
};

/** Definitions that are others here. */
const INSTEAD = {
  check: { ELSEWHERE: `' More is in "whetstone"; this is "whetstone/core".'` },
  // Data of zeros takes the dense kernels, to the same bits.
  "model/zeros": { mostlyZeros: "() => false" },
  "layers/sparse": { sparseForward: "() => []", sparseBackward: "() => []", sparseScratch: "() => ({})" },
  // No row of the optimizers keeps pairs.
  "plan/direction": { pairsOf: "() => 0", takePairs: "() => undefined", pairSteps: "() => []" },
  // No row of the schedules goes by results.
  "schedules/index": { plateauIn: "() => undefined" },
  "plan/counters": { readPlateau: "() => undefined", writePlateau: "() => {}" },
  "model/batchsizes": { keepGrowth: "() => {}" },
  // Layers stand one behind the other, are called once, and have one input and one output.
  "plan/graph": { checkCount: "() => {}" },
  "plan/edges": { takeEdges: "() => new Map()" },
  "plan/nodes": { checkBegins: "() => {}", pushEnds: "() => []" },
  "plan/walk": { shareSteps: "() => []", maskOf: "() => undefined", maskBehind: "() => undefined" },
  "plan/rows": { sumSteps: "() => []" },
  // No loss is on more than vectors.
  "plan/steps": { takeSteps: "() => []", splitSteps: "() => []", stepped: "() => undefined" },
  // No loss or metric is somebody's own.
  "plan/tapes": { tapesOf: "() => []", takeRegisters: "() => {}", tapePlace: "() => undefined" },
  // No layer is stateful.
  "model/stateful": { statefulLayer: "() => undefined", checkWhole: "() => {}", checkStateful: "() => {}" },
  "engine/carried": { clearCarried: "() => false", takeCarried: "() => {}" },
  // Rows that esbuild keeps though no table has them, since they are made of others.
  "losses/crossentropy": { kullbackLeiblerDivergence: "undefined" },
  "losses/regression": { cosineSimilarity: "undefined", poisson: "undefined" },
  "metrics/accuracy": {
    topKCategoricalAccuracy: "undefined",
    sparseTopKCategoricalAccuracy: "undefined",
  },
};

const refusal = (what) => {
  const text = `whetstone/core: expected what it has, got ${what}. Import from "whetstone", which has all.`;
  return `function () { throw new OptionError(${JSON.stringify(text)}); }`;
};

/** By file: the rows that tables keep, and the text that definitions are replaced by. */
function editsOf() {
  const edits = {};
  const edit = (file) => (edits[file] ??= { rows: {}, texts: {} });
  for (const [file, tables] of Object.entries(ROWS)) Object.assign(edit(file).rows, tables);
  for (const [file, texts] of Object.entries(INSTEAD)) Object.assign(edit(file).texts, texts);
  for (const [what, files] of Object.entries(LEFT_OUT)) {
    for (const [file, names] of Object.entries(files)) {
      for (const name of names) edit(file).texts[name] = refusal(what);
    }
  }
  return edits;
}

/** A source with its edits made; throws where it has not what they name. */
function edited(file, source, { rows, texts }) {
  const missing = new Set([...Object.keys(rows), ...Object.keys(texts)]);
  const cuts = [];
  const { statements } = typescript.createSourceFile(file, source, typescript.ScriptTarget.Latest, true);
  for (const statement of statements) {
    const [declaration = statement] = statement.declarationList?.declarations ?? [];
    const name = declaration.name?.getText();
    if (!missing.delete(name)) continue;
    if (texts[name] !== undefined) {
      const exported = /^export\b/.test(statement.getText()) ? "export " : "";
      cuts.push([statement.getStart(), statement.end, `${exported}const ${name}: any = ${texts[name]};`]);
      continue;
    }
    const kept = new Set(rows[name].split(" ").filter(Boolean));
    for (const row of declaration.initializer.properties) {
      if (!kept.delete(row.name.getText())) cuts.push([row.pos, row.end + 1, ""]);
    }
    for (const row of kept) missing.add(`${name}.${row}`);
  }
  if (missing.size) throw new Error(`core.mjs: src/${file}.ts has no ${[...missing].join(", ")}`);
  let text = source;
  for (const [from, to, instead] of cuts.reverse()) text = text.slice(0, from) + instead + text.slice(to);
  return text.includes("new OptionError") && !/import .*OptionError/.test(text)
    ? `import { OptionError } from "${"../".repeat(file.split("/").length - 1) || "./"}errors.js";\n${text}`
    : text;
}

/** Calls that make constants have no effects: where nothing uses what they give they are left out. */
const pure = (source) =>
  source.replace(/^(?:export )?const \w+(?:: [^=\n]+)? = (?=[a-z]\w*[(<])/gm, "$&/* @__PURE__ */ ");

/** esbuild's plugin that reads the sources so. */
export const core = {
  name: "core",
  setup({ onLoad }) {
    const edits = editsOf();
    onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, ({ path }) => {
      const file = path.replace(/^.*[\\/]src[\\/]|\.ts$/g, "").replaceAll("\\", "/");
      const source = readFileSync(path, "utf8");
      return { contents: pure(edits[file] ? edited(file, source, edits[file]) : source), loader: "ts" };
    });
  },
};

/** The kernels that code names: whole names in quotes or behind a dot, or what stands before `_forward` and `_backward`. */
export function namedKernels(names, code) {
  const words = new Set(
    [...code.matchAll(/["'`](\w+)(?=\\?["'`])|\.(\w+)\(/g)].map(([, quoted, called]) => quoted ?? called),
  );
  return names.filter((name) => words.has(name) || words.has(name.replace(/_(forward|backward)$/, "")));
}

/** A build of the kernels with those exports alone that code names; what is left has the same instructions. */
export function trimKernels(bytes, code) {
  const module = binaryen.readBinary(bytes);
  module.setFeatures(binaryen.Features.All);
  const exported = Array.from(
    { length: module.getNumExports() },
    (_, i) => binaryen.getExportInfo(module.getExportByIndex(i)).name,
  );
  const kept = new Set(["memory", ...namedKernels(exported, code)]);
  for (const name of exported) if (!kept.has(name)) module.removeExport(name);
  module.runPasses(["remove-unused-module-elements"]);
  const trimmed = Buffer.from(module.emitBinary());
  module.dispose();
  return trimmed;
}
