import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  adam,
  concatenate,
  crossValidate,
  dense,
  embedding,
  findBatchSize,
  findLearningRate,
  flatten,
  functional,
  input,
  select,
  sgd,
} from "../../src/index.js";
import { labelsOf, rowsOf } from "../model/reference.js";

const test = suite("cross-validation of several inputs and outputs");

const ROWS = 41;
const image = rowsOf(ROWS, 5, 41);
const table = rowsOf(ROWS, 3, 42);
const digit = labelsOf(ROWS, 4, 43);
const size = rowsOf(ROWS, 2, 44);
const [x, y] = [
  { image, table },
  { digit, size },
];
const sampleWeight = digit.map((_, row) => 0.5 + (row % 3));

function build(units = 6) {
  const [a, b] = [input({ shape: [5], name: "image" }), input({ shape: [3], name: "table" })];
  const left = dense({ units, activation: "tanh", kernelRegularizer: { l2: 0.01 } }).apply(a);
  const both = concatenate().apply([left, b]);
  const outputs = [
    dense({ units: 4, activation: "softmax", name: "digit" }).apply(both),
    dense({ units: 2, name: "size" }).apply(both),
  ];
  return functional({ inputs: [a, b], outputs });
}
const compile = {
  optimizer: adam({ learningRate: 0.02 }),
  loss: { digit: "sparseCategoricalCrossentropy", size: "meanSquaredError" },
  lossWeights: { size: 0.25 },
  metrics: { digit: ["accuracy"] },
  numerics: "strict",
} as const;
function compiled(seed = 5) {
  const model = build();
  model.compile({ ...compile, seed });
  return model;
}
const fit = { epochs: 2, batchSize: 8, validationSplit: 0.2, sampleWeight };
const options = { folds: 3, seed: 9, fit };
const pick = <T>(list: readonly T[], rows: readonly number[]) => rows.map((row) => list[row]!);
const without = (rows: readonly number[]) => [...digit.keys()].filter((row) => !rows.includes(row));

test("folds have the bits of a loop of fit and evaluate, by name or in order, in every form", async () => {
  const { folds, mean } = await crossValidate(compiled(), x, y, { ...options, repeats: 2 });
  assert.is(folds.length, 6);
  const part = (rows: number[]) => ({ image: pick(image, rows), table: pick(table, rows) });
  for (const { history, metrics, testRows } of folds) {
    await using model = compiled(history.seed);
    const rest = without(testRows);
    const targets = (rows: number[]) => ({ digit: pick(digit, rows), size: pick(size, rows) });
    const given = { ...fit, sampleWeight: pick(sampleWeight, rest) };
    const { fingerprint, epochs } = await model.fit(part(rest), targets(rest), given);
    assert.is(history.fingerprint, fingerprint);
    assert.is(history.epochs[1]!.valLoss, epochs[1]!.valLoss);
    assert.equal(metrics, await model.evaluate(part(testRows), targets(testRows)));
  }
  assert.equal(Object.keys(mean), ["loss", "dataLoss", "penalty", "digitLoss", "digitAccuracy", "sizeLoss"]);
  const forms = [
    [
      [image, table],
      [digit, size],
    ],
    [{ table: { data: Float32Array.from(table.flat()), shape: [ROWS, 3] }, image: Float32Array.from(image.flat()) }, y],
    [x, { size: Float32Array.from(size.flat()), digit: Int32Array.from(digit) }],
  ] as const;
  for (const [inputs, targets] of forms) {
    const again = await crossValidate(compiled(), inputs, targets, { ...options, repeats: 2 });
    assert.equal(again.mean, mean);
  }
});

test("stratified by an output's labels, or by the largest of its values", async () => {
  const counts = (parts: number[][], classes: readonly number[], wanted: number) =>
    parts.map((rows) => rows.filter((row) => classes[row] === wanted).length);
  const spread = (list: number[]) => Math.max(...list) - Math.min(...list);
  const larger = size.map(([a, b]) => (b! > a! ? 1 : 0));
  for (const [stratified, classes] of [
    ["digit", digit],
    ["size", larger],
  ] as const) {
    const { folds } = await crossValidate(compiled(), x, y, { ...options, stratified });
    const parts = folds.map(({ testRows }) => testRows);
    for (const wanted of new Set(classes)) assert.ok(spread(counts(parts, classes, wanted)) <= 1);
  }
});

test("standardize scales the inputs named and leaves numbers for an embedding alone", async () => {
  const words = labelsOf(ROWS, 7, 45);
  const far = table.map((row) => [...Float32Array.from(row, (value, c) => 1000 * c + 100 * value)]);
  const build = () => {
    const [a, b] = [input({ shape: [1], name: "word" }), input({ shape: [3], name: "table" })];
    const vector = flatten().apply(embedding({ inputDim: 7, outputDim: 2 }).apply(a));
    const model = functional({
      inputs: [a, b],
      outputs: dense({ units: 4, activation: "softmax" }).apply(concatenate().apply([vector, b])),
    });
    model.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: "sparseCategoricalCrossentropy", numerics: "strict" });
    return model;
  };
  const run = { folds: 3, seed: 9, standardize: ["table"], stratified: true };
  const { folds } = await crossValidate(build(), { word: words, table: far }, digit, run);
  for (const { history, testRows } of folds) {
    const rest = without(testRows);
    const columns = [0, 1, 2].map((c) => rest.map((row) => far[row]![c]!));
    const means = columns.map((list) => list.reduce((sum, value) => sum + value, 0) / list.length);
    const deviations = columns.map((list, c) =>
      Math.sqrt(list.reduce((sum, v) => sum + (v - means[c]!) * (v - means[c]!), 0) / list.length),
    );
    const scaled = pick(far, rest).map((row) => row.map((value, c) => (value - means[c]!) / deviations[c]!));
    await using model = build();
    model.compile({ ...model.compileOptions!, seed: history.seed });
    const { fingerprint } = await model.fit({ word: pick(words, rest), table: scaled }, pick(digit, rest), {});
    assert.is(history.fingerprint, fingerprint);
  }
});

test("select compares such models by the loss of an output", async () => {
  const candidates = { values: [1, 6], build: (units: number) => ({ model: build(units), compile }) };
  const monitor = "digitAccuracy";
  const chosen = await select(candidates, x, y, { ...options, monitor });
  assert.is(chosen.mode, "max");
  const alone = await crossValidate(build(6), [image, table], y, { ...options, compile });
  assert.equal(chosen.table[1]!.mean, alone.mean);
  assert.ok(chosen.best);
});

test("the finders take such models as well", async () => {
  await using model = compiled();
  const { curve } = await findLearningRate(model, x, y, { steps: 20, batchSize: 8, maximum: 0.1, skip: 0 });
  assert.is(curve.length, 20);
  const sizes = await findBatchSize(model, [image, table], y, { candidates: [8, 16], epochs: 1 });
  assert.equal(
    sizes.table.map(({ batchSize }) => batchSize),
    [8, 16],
  );
});

test.run();
