import { suite } from "uvu";
import { crossValidate, DataError, dense, input, select, sequential } from "../../src/index.js";
import { folds } from "../../src/select/folds.js";
import { classifier, compiled, net, sparse, x, y } from "./models.js";
import { anyhow, eachRejects, eachThrows, type Wrong, withoutThreads } from "./wrong.js";

const test = suite("wrong options of crossValidate and select");

const rows = { folds: 4 };
const cross =
  (given: object, ...data: unknown[]) =>
  () =>
    anyhow.crossValidate!(classifier(), data[0] ?? x, data[1] ?? y, { ...rows, ...given });
const wide = [
  [1, 2, 3, 4],
  [5, 6, 7],
];
const compile = { optimizer: "sgd", loss: sparse };
const candidates = { values: [1, 2], build: () => ({ model: net(3, "softmax"), compile }) };
const choose =
  (given: object, list: unknown = candidates) =>
  () =>
    anyhow.select!(list, x, y, { ...rows, ...given });

test(
  "folds throws at once",
  withoutThreads(() =>
    eachThrows([
      [
        "one fold",
        () => folds(8, { folds: 1, seed: 0 }),
        "E_OPTION",
        /^folds: folds: expected a whole number >= 2, got 1/,
      ],
      ["more folds than rows", () => folds(4, { seed: 0 }), "E_OPTION", /^folds: folds: expected .*, got 5 for 4 rows/],
      ["no repeats", () => folds(8, { repeats: 0, seed: 0 }), "E_OPTION", /repeats: expected .* >= 1, got 0/],
      ["a seed below 0", () => folds(8, { seed: -1 }), "E_OPTION", /seed: expected a whole number >= 0, got -1/],
      [
        "more folds than groups",
        () => folds(8, { folds: 3, seed: 0, groups: [1, 1, 1, 1, 2, 2, 2, 2] }),
        "E_OPTION",
        /got 3 for 2 groups\. Take fewer folds/,
      ],
      [
        "few groups",
        () => folds(8, { seed: 0, groups: ["a"] }),
        "E_SHAPE",
        /groups: expected .* each of 8 rows, got 1/,
      ],
      ["few classes", () => folds(8, { seed: 0, stratify: [1] }), "E_SHAPE", /stratify: expected .* 8 rows, got 1/],
      [
        "both",
        () => folds(2, { folds: 2, seed: 0, stratify: [0, 1], groups: [0, 1] }),
        "E_OPTION",
        /got both\. Drop one/,
      ],
    ]),
  ),
);

const wrongFolds: Wrong[] = [
  [
    "options null",
    () => anyhow.crossValidate!(classifier(), x, y, null),
    "E_OPTION",
    /^crossValidate: expected an object/,
  ],
  ["k", cross({ k: 3 }), "E_OPTION", /^crossValidate: unknown option "k"/],
  ["epochs outside fit", cross({ epochs: 3 }), "E_OPTION", /unknown option "epochs"/],
  ["folds", cross({ folds: 1 }), "E_OPTION", /^crossValidate: folds: expected a whole number >= 2, got 1/],
  ["folds as text", cross({ folds: "5" }), "E_OPTION", /got "5"/],
  ["more folds than rows", cross({ folds: 9 }), "E_OPTION", /got 9 for 8 rows/],
  ["repeats", cross({ repeats: 1.5 }), "E_OPTION", /repeats: expected a whole number >= 1, got 1\.5/],
  ["seed", cross({ seed: -1 }), "E_OPTION", /seed: expected a whole number >= 0, got -1/],
  ["groups", cross({ groups: [1, 2] }), "E_SHAPE", /groups: expected one entry for each of 8 rows, got 2/],
  ["groups as text", cross({ groups: "patients" }), "E_OPTION", /groups: expected an array .*, got "patients"/],
  ["groups null", cross({ groups: null }), "E_OPTION", /groups: expected an array .*, got null/],
  ["groups as true", cross({ groups: true }), "E_OPTION", /groups: expected an array .*, got true/],
  ["stratified", cross({ stratified: "yes" }), "E_OPTION", /stratified: unknown name "yes"\. Known: dense_0/],
  ["stratified null", cross({ stratified: null }), "E_OPTION", /stratified: expected .*, got null/],
  ["standardize", cross({ standardize: 1 }), "E_OPTION", /standardize: expected true or false, got 1/],
  ["parallel", cross({ parallel: 0 }), "E_OPTION", /parallel: expected a whole number >= 1 and <= 64, got 0/],
  [
    "parallel as text",
    cross({ parallel: "all" }),
    "E_OPTION",
    /parallel: expected "auto" or a whole number, got "all"/,
  ],
  ["signal", cross({ signal: new AbortController() }), "E_OPTION", /signal: expected an AbortSignal/],
  ["onFold", cross({ onFold: 3 }), "E_OPTION", /onFold: expected a function, got 3/],
  ["fit", cross({ fit: 10 }), "E_OPTION", /fit: expected an object of options such as .*, got 10/],
  ["fit's options", cross({ fit: { epoch: 3 } }), "E_OPTION", /^fit: unknown option "epoch"\. Did you mean "epochs"/],
  ["fit's values", cross({ fit: { epochs: 0 } }), "E_OPTION", /^fit: epochs/],
  ["validation data", cross({ fit: { validationData: [x, y] } }), "E_OPTION", /fit: validationData: expected nothing/],
  ["fit's signal", cross({ fit: { signal: AbortSignal.abort() } }), "E_OPTION", /signal: .* Give it beside fit/],
  ["transfer", cross({ fit: { transfer: true } }), "E_OPTION", /transfer: expected nothing/],
  ["not compiled", () => crossValidate(net(3), x, y), "E_OPTION", /expected a compiled model or the option compile/],
  ["no model", () => anyhow.crossValidate!(undefined, x, y), "E_OPTION", /^sequential: expected an array of layers/],
  [
    "no loss",
    () => crossValidate(compiled(3, "softmax", {}), x, y),
    "E_OPTION",
    /expected a model with a loss, got none/,
  ],
  ["compile", cross({ compile: { optimizer: "sdg" } }), "E_OPTION", /Did you mean "sgd"/],
  ["compile as text", cross({ compile: "sgd" }), "E_OPTION", /^compile: expected an object/],
];

test(
  "crossValidate rejects what is wrong in its options",
  withoutThreads(() => eachRejects(wrongFolds)),
);

test(
  "crossValidate rejects what is wrong in its data",
  withoutThreads(() =>
    eachRejects([
      [
        "x missing",
        () => anyhow.crossValidate!(classifier()),
        "E_DATA",
        /^crossValidate: x: expected a Float32Array.*, got undefined/,
      ],
      [
        "x of other width",
        cross({}, new Float32Array(31)),
        "E_SHAPE",
        /expected x of shape \(rows, 4\), got 31 values/,
      ],
      [
        "rows of other width",
        cross({}, [
          [1, 2],
          [3, 4],
        ]),
        "E_SHAPE",
        /expected x of shape \(rows, 4\), got \(2, 2\)/,
      ],
      ["rows that differ", cross({}, wide), "E_SHAPE", /got 4 values in row 0 and 3 in row 1/],
      [
        "a text",
        cross({}, [
          [1, 2, 3, 4],
          [1, 2, "3", 4],
        ]),
        "E_DATA",
        /expected a number, got "3" in row 1, column 2/,
      ],
      ["a text in a list", cross({}, [1, 2, 3, null]), "E_DATA", /x\[3\]: expected a number, got null/],
      ["no rows", cross({}, new Float32Array(0)), "E_DATA", /expected at least one row in x, got none/],
      ["empty rows", cross({}, [[], []]), "E_DATA", /expected at least one row in x, got none/],
      ["shape", cross({}, { data: x, shape: [8, 3] }), "E_SHAPE", /expected 24 values for shape \(8, 3\), got 32/],
      ["shape as number", cross({}, { data: x, shape: 8 }), "E_SHAPE", /shape: expected an array of extents/],
      ["data", cross({}, { data: "x", shape: [8, 4] }), "E_DATA", /x\.data: expected a Float32Array, .* got "x"/],
      ["few labels", cross({}, x, y.slice(1)), "E_SHAPE", /expected one label in y for each of 8 rows, got 7 values/],
      ["few rows of y", cross({}, x, [[1], [2]]), "E_SHAPE", /expected as many rows in y as in x, got 2 and 8/],
      ["y missing", () => anyhow.crossValidate!(classifier(), x), "E_DATA", /^crossValidate: expected targets y/],
      [
        "y for another loss",
        cross({}, x, new Float32Array(24)),
        "E_SHAPE",
        /^crossValidate: expected one label in y .* got 24 values/,
      ],
      [
        "folded labels",
        cross({ stratified: true }, x, Float32Array.of(0, 1, 0, 1, 0, 1, 0, 0.5)),
        "E_DATA",
        /got 0\.5 in row 7/,
      ],
    ]),
  ),
);

test(
  "select rejects what is wrong in candidates and options",
  withoutThreads(() =>
    eachRejects([
      [
        "nothing",
        choose({}, null),
        "E_OPTION",
        /^select: candidates: expected an object of options \(values, build\), got null/,
      ],
      ["no candidates", choose({}, []), "E_OPTION", /^select: expected at least one candidate, got none/],
      ["no values", choose({}, { ...candidates, values: [] }), "E_OPTION", /at least one candidate/],
      ["values", choose({}, { ...candidates, values: 3 }), "E_OPTION", /select: values: expected an array, got 3/],
      [
        "build",
        choose({}, { values: [1] }),
        "E_OPTION",
        /select: build: expected a function of a value, got undefined/,
      ],
      [
        "built nothing",
        choose({}, { values: [7], build: () => {} }),
        "E_OPTION",
        /select: candidate 7: expected an object/,
      ],
      ["built a model", choose({}, { values: [7], build: () => net(3) }), "E_OPTION", /candidate 7|sequential/],
      ["another key", choose({}, { ...candidates, value: 3 }), "E_OPTION", /candidates: unknown option "value"/],
      [
        "no name",
        choose({}, [{ model: net(3), compile }]),
        "E_OPTION",
        /candidate 0: expected a name of its own, got undefined/,
      ],
      ["null", choose({}, [null]), "E_OPTION", /candidate 0: expected a name of its own/],
      [
        "the same name",
        choose(
          {},
          [1, 2].map(() => ({ name: "a", model: classifier() })),
        ),
        "E_OPTION",
        /candidate 1: expected a name of its own, got "a"/,
      ],
      [
        "not compiled",
        choose({}, [{ name: "a", model: net(3) }]),
        "E_OPTION",
        /^select: candidate "a": expected a compiled/,
      ],
      [
        "other inputs",
        choose({}, [
          { name: "a", model: classifier() },
          {
            name: "b",
            model: sequential([input({ shape: [5] }), dense({ units: 3, activation: "softmax" })]),
            compile,
          },
        ]),
        "E_OPTION",
        /candidate "b": expected x of 4 values, as the first one's, got x of 5/,
      ],
      [
        "monitor",
        choose({ monitor: "accuracy" }),
        "E_OPTION",
        /monitor of 1: unknown name "accuracy"\. Known: loss, dataLoss/,
      ],
      ["valLoss", choose({ monitor: "valLoss" }), "E_OPTION", /unknown name "valLoss"/],
      ["monitor as number", choose({ monitor: 3 }), "E_OPTION", /expected a metric's name, got 3/],
      ["mode", choose({ mode: "lowest" }), "E_OPTION", /select: mode: unknown name "lowest"/],
      ["simplest", choose({ simplest: "small" }), "E_OPTION", /select: simplest: unknown name "small"/],
      ["folds", choose({ folds: 9 }), "E_OPTION", /^select: folds: .* got 9 for 8 rows/],
      ["option", choose({ fold: 3 }), "E_OPTION", /^select: unknown option "fold"\. Did you mean "folds"/],
      [
        "what build throws",
        () =>
          select(
            {
              values: [1],
              build: () => {
                throw new DataError("build: expected to throw.");
              },
            },
            x,
            y,
          ),
        "E_DATA",
        /^build/,
      ],
    ]),
  ),
);

test.run();
