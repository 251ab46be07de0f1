import { suite } from "uvu";
import * as assert from "uvu/assert";
import { dense, earlyStopping, type FitInput, input, sequential, sgd } from "../../src/index.js";
import type { MetricSpec } from "../../src/metrics/index.js";
import { argmax, close, labelsOf, dense as layer, mean, type Rows, rowsOf, squares } from "./reference.js";

const test = suite("metrics of whole sets in a model");

const rows = 90;
const x = rowsOf(rows, 5, 21);
const y = labelsOf(rows, 4, 21);
const hot = y.map((label) => [0, 1, 2, 3].map((c) => (c === label ? 1 : 0)));
const xv = rowsOf(31, 5, 22);
const yv = labelsOf(31, 4, 22);
const still = sgd({ learningRate: 1e-30 });
const sparse = "sparseCategoricalCrossentropy";

const classes: MetricSpec[] = ["accuracy", "precision", { name: "recall" }, { name: "f1", average: "macro" }];
const classifier = (options: object = {}) => {
  const model = sequential([
    input({ shape: [5] }),
    dense({ units: 6, activation: "tanh" }),
    dense({ units: 4, activation: "softmax" }),
  ]);
  const metrics: MetricSpec[] = [...classes, { name: "sparseTopKCategoricalAccuracy", k: 2 }];
  model.compile({ optimizer: sgd({ learningRate: 0.5 }), loss: sparse, metrics, seed: 4, ...options });
  return model;
};
const rowsFrom = ({ data, shape }: { data: Float32Array; shape: number[] }): Rows =>
  Array.from({ length: shape[0]! }, (_, r) => [...data.subarray(r * shape[1]!, (r + 1) * shape[1]!)]);

/** All by their definitions, from probabilities. */
function ofClasses(p: Rows, labels: number[]) {
  const said = p.map(argmax);
  const data = Array.from({ length: 4 }, () => [0, 0, 0, 0]);
  for (const [r, label] of labels.entries()) data[label]![said[r]!]!++;
  const share = (a: number, b: number) => (b ? a / b : 0);
  const p4 = data.map((_, c) => share(data[c]![c]!, mean(data.map((row) => row[c]!)) * 4));
  const r4 = data.map((row, c) => share(row[c]!, mean(row) * 4));
  const f4 = p4.map((value, c) => share(2 * value * r4[c]!, value + r4[c]!));
  const top2 = p.map((row, r) => Number(row.filter((v) => v > row[labels[r]!]!).length < 2));
  const accuracy = mean(said.map((c, r) => Number(c === labels[r])));
  const values = { accuracy, precision: mean(p4), recall: mean(r4), f1: mean(f4) };
  return { data, values: { ...values, sparseTopKCategoricalAccuracy: mean(top2) } };
}
const valuesOf = (log: Record<string, number>, names: readonly string[], prefix = "") =>
  names.map((name) => log[prefix ? `${prefix}${name[0]!.toUpperCase()}${name.slice(1)}` : name]!);
const NAMES = ["accuracy", "precision", "recall", "f1", "sparseTopKCategoricalAccuracy"];

test("evaluate: classes, top k and the table of classes, for any batch and team", async () => {
  for (const workers of [1, 2, 3]) {
    await using model = classifier({ workers });
    const want = ofClasses(rowsFrom(await model.predict(x)), y);
    for (const batchSize of [1, 7, 64, 500]) {
      const got = await model.evaluate(x, y, { batchSize, confusionMatrix: true });
      assert.equal(Object.keys(got), ["loss", "dataLoss", "penalty", ...NAMES, "confusionMatrix"]);
      close(valuesOf(got, NAMES), Object.values(want.values), 1e-14);
      assert.equal(got.confusionMatrix.data, want.data);
    }
    assert.equal(Object.keys(await model.evaluate(x, y)).slice(3), NAMES);
  }
});

test("evaluate: the same for one-hot rows", async () => {
  const names = ["precision", "recall", "f1", "topKCategoricalAccuracy"];
  await using model = classifier({
    loss: "categoricalCrossentropy",
    metrics: ["precision", "recall", "f1", { name: "topKCategoricalAccuracy", k: 2 }],
  });
  const { values, data } = ofClasses(rowsFrom(await model.predict(x)), y);
  const got = await model.evaluate(x, hot, { confusionMatrix: true });
  const want = [values.precision, values.recall, values.f1, values.sparseTopKCategoricalAccuracy];
  close(valuesOf(got, names), want, 1e-14);
  assert.equal(got.confusionMatrix.data, data);
});

const yes = y.map((label) => label % 2);
const pairs = (scores: number[], real: number[]) => {
  const [high, low] = [1, 0].map((side) => scores.filter((_, r) => real[r] === side)) as [number[], number[]];
  return mean(high.flatMap((a) => low.map((b) => (a > b ? 1 : a === b ? 0.5 : 0))));
};

test("evaluate: yes and no from a sigmoid, from logits, from two classes, and beside another loss", async () => {
  const metrics: MetricSpec[] = ["precision", "recall", "f1", "auc"];
  const weights = [{ data: [0.2, -0.4, 0.1, 0.05, 0.6] }, { data: [0.1] }];
  const logits = layer(x, { name: "", shape: [5, 1], data: Float32Array.from(weights[0]!.data) }).map(
    (v) => v[0]! + 0.1,
  );
  const said = logits.map((v) => Number(v > 0));
  const both = said.filter((v, r) => v && yes[r]).length;
  const [p, r] = [both / said.filter(Boolean).length, both / yes.filter(Boolean).length];
  const want = [p, r, (2 * p * r) / (p + r), pairs(logits, yes)];
  const table = [0, 1].map((truth) => [0, 1].map((v) => said.filter((s, i) => s === v && yes[i] === truth).length));
  for (const [activation, loss] of [
    ["sigmoid", "binaryCrossentropy"],
    ["linear", { name: "binaryCrossentropy", fromLogits: true }],
    ["sigmoid", "meanSquaredError"],
  ] as const) {
    await using model = sequential([input({ shape: [5] }), dense({ units: 1, activation })]);
    model.compile({ optimizer: "sgd", loss, metrics });
    await model.setWeights(weights);
    const got = await model.evaluate(x, yes, { confusionMatrix: true });
    close(valuesOf(got, ["precision", "recall", "f1", "auc"]), want, 1e-14, `${activation} ${JSON.stringify(loss)}`);
    assert.equal(got.confusionMatrix.data, table);
  }
  await using model = sequential([input({ shape: [5] }), dense({ units: 2, activation: "softmax" })]);
  model.compile({ optimizer: "sgd", loss: sparse, metrics: ["auc", "f1"] });
  await model.setWeights([{ data: weights[0]!.data.flatMap((w) => [0, w]) }, { data: [0, 0.1] }]);
  assert.is((await model.evaluate(x, yes)).auc, want[3]);
});

test("evaluate: errors of values", async () => {
  const targets = rowsOf(rows, 2, 9);
  for (const workers of [1, 2, 3]) {
    await using model = sequential([input({ shape: [5] }), dense({ units: 2 })]);
    const metrics: MetricSpec[] = ["meanSquaredError", "rootMeanSquaredError", "rSquared"];
    model.compile({ optimizer: "sgd", loss: "meanSquaredError", metrics, workers, seed: 2 });
    const errors = squares(rowsFrom(await model.predict(x)), targets);
    const means = [0, 1].map((c) => mean(targets.map((row) => row[c]!)));
    const distances = targets.map((row) => row.reduce((sum, v, c) => sum + (v - means[c]!) ** 2, 0));
    const got = await model.evaluate(x, targets);
    close(valuesOf(got, ["meanSquaredError"]), [mean(errors)]);
    assert.is(got.rootMeanSquaredError, Math.sqrt(got.meanSquaredError!));
    close(valuesOf(got, ["rSquared"]), [1 - (2 * mean(errors)) / mean(distances)]);
  }
});

test("an epoch's values are those of its batches' predictions, each before its update", async () => {
  const batchSize = 16;
  await using byHand = classifier({ workers: 1 });
  const want: number[][] = [];
  for (let epoch = 0; epoch < 2; epoch++) {
    const outputs: Rows = [];
    for (let start = 0; start < rows; start += batchSize) {
      const part = x.slice(start, start + batchSize);
      outputs.push(...rowsFrom(await byHand.predict(part)));
      await byHand.trainOnBatch(part, y.slice(start, start + batchSize));
    }
    want.push(Object.values(ofClasses(outputs, y).values));
  }
  for (const workers of [1, 2, 3]) {
    await using model = classifier({ workers });
    const { epochs } = await model.fit(x, y, { epochs: 2, batchSize, shuffle: false });
    for (const [epoch, log] of epochs.entries()) close(valuesOf(log, NAMES), want[epoch]!, 1e-14, `${epoch}`);
    assert.not("confusionMatrix" in epochs[0]!);
  }
  await using model = classifier({ optimizer: still });
  const evaluated = valuesOf(await model.evaluate(x, y), NAMES);
  close(evaluated, Object.values(ofClasses(rowsFrom(await model.predict(x)), y).values), 1e-14);
  assert.ok(
    evaluated.some((value, i) => Math.abs(value - want[0]![i]!) > 0.01),
    "the updates show",
  );
});

test("the order of rows changes no value, and one epoch leaves nothing to the next", async () => {
  await using model = classifier({ optimizer: still });
  const want = valuesOf(await model.evaluate(x, y), NAMES);
  for (const shuffle of [true, false]) {
    const { epochs } = await model.fit(x, y, { epochs: 3, batchSize: 7, shuffle });
    for (const log of epochs) close(valuesOf(log, NAMES), want, 1e-14);
  }
  await using line = sequential([input({ shape: [5] }), dense({ units: 1, activation: "sigmoid" })]);
  const metrics: MetricSpec[] = ["auc", "rSquared", "rootMeanSquaredError"];
  line.compile({ optimizer: still, loss: "binaryCrossentropy", metrics, seed: 3 });
  const values = valuesOf(await line.evaluate(x, yes), metrics as string[]);
  const { epochs } = await line.fit(x, yes, { epochs: 2, batchSize: 7 });
  for (const log of epochs) close(valuesOf(log, metrics as string[]), values, 1e-7);
  assert.is(epochs[1]!.auc, values[0]);
});

test("validation values are those of the rows set apart, for any team", async () => {
  const logs: unknown[] = [];
  for (const workers of [1, 2, 3]) {
    await using model = classifier({ workers, numerics: "strict" });
    const options: FitInput = { epochs: 2, batchSize: 16, validationData: [xv, yv] };
    const { epochs } = await model.fit(x, y, options);
    const { values } = ofClasses(rowsFrom(await model.predict(xv)), yv);
    close(valuesOf(epochs[1]!, NAMES, "val"), Object.values(values), 1e-14);
    const split = await model.fit(x, y, { validationSplit: 0.3, batchSize: 16 });
    logs.push([...epochs, ...split.epochs].map(({ seconds: _, samplesPerSecond: __, ...log }) => log));
  }
  assert.equal(logs[1], logs[0]);
  assert.equal(logs[2], logs[0]);
});

test("the rows set apart by a split are compared with their own targets", async () => {
  // A model that says for each row what its only input is: right everywhere, or nowhere if targets were mixed up.
  await using model = sequential([input({ shape: [1] }), dense({ units: 1, useBias: false })]);
  model.compile({ optimizer: still, loss: "meanSquaredError", metrics: ["rSquared", "auc"], seed: 8 });
  await model.setWeights([{ data: [1] }]);
  const line = Array.from({ length: 40 }, (_, i) => i / 40);
  const { epochs } = await model.fit(line, line, { validationSplit: 0.3, batchSize: 5, epochs: 2 });
  for (const log of epochs) assert.equal([log.rSquared, log.valRSquared, log.auc, log.valAuc], [1, 1, 1, 1]);
});

test("an evaluate in the middle of a fit disturbs neither", async () => {
  const options = { epochs: 12, batchSize: 8 };
  await using quiet = classifier({ workers: 2, numerics: "strict" });
  const want = await quiet.fit(x, y, options);
  await using model = classifier({ workers: 2, numerics: "strict" });
  const run = model.fit(x, y, options);
  for (let i = 0; i < 5; i++) {
    const { confusionMatrix, accuracy } = await model.evaluate(xv, yv, { confusionMatrix: true });
    const hits = confusionMatrix.data.reduce((sum, row, c) => sum + row[c]!, 0);
    close([hits / 31], [accuracy!], 1e-14);
  }
  const got = await run;
  assert.is(got.fingerprint, want.fingerprint);
  const logs = [got, want].map(({ epochs }) => epochs.map((log) => valuesOf(log, NAMES)));
  assert.equal(logs[0], logs[1]);
});

test("early stopping on one of them looks for more, not less", async () => {
  await using model = classifier();
  const callbacks = [earlyStopping({ monitor: "valF1", patience: 4 })];
  const { epochs, bestEpoch } = await model.fit(x, y, {
    epochs: 30,
    batchSize: 16,
    validationData: [xv, yv],
    callbacks,
  });
  const values = epochs.map(({ valF1 }) => valF1!);
  assert.is(bestEpoch, values.indexOf(Math.max(...values)));
  assert.is((await model.evaluate(xv, yv)).f1, Math.max(...values));
});

test("more rows than one window holds", async () => {
  await using model = sequential([input({ shape: [20] }), dense({ units: 1 })]);
  const loss = { name: "binaryCrossentropy", fromLogits: true } as const;
  model.compile({ optimizer: "sgd", loss, metrics: ["auc", "f1", "rSquared", "accuracy"] });
  const many = 50_000;
  const data = Uint8Array.from({ length: many * 20 }, (_, i) => ((i * 31 + (i >> 9)) % 7) % 3);
  const targets = Uint8Array.from({ length: many }, (_, i) => Number(i % 11 < (i < 30_000 ? 3 : 6)));
  await model.setWeights([{ data: Array.from({ length: 20 }, (_, i) => (i % 3) - 0.9) }, { data: [1] }]);
  const whole = await model.evaluate(data, targets, { confusionMatrix: true, batchSize: 500 });
  const [[tn, fp], [fn, tp]] = whole.confusionMatrix.data as [[number, number], [number, number]];
  assert.is(tn + fp + fn + tp, many);
  close([whole.accuracy!, whole.f1!], [(tn + tp) / many, (2 * tp) / (2 * tp + fp + fn)], 1e-12);
  // Few distinct rows: pairs are counted by value.
  const outputs = (await model.predict(data, { batchSize: 500 })).data;
  const counts = new Map<number, [number, number]>();
  outputs.forEach((score, r) => {
    const count = counts.get(score) ?? [0, 0];
    count[targets[r]!]!++;
    counts.set(score, count);
  });
  let [wins, below] = [0, 0];
  for (const [, [low, high]] of [...counts].sort(([a], [b]) => a - b)) {
    wins += high * (below + low / 2);
    below += low;
  }
  assert.ok(counts.size < many / 2);
  close([whole.auc!], [wins / ((tn + fp) * (fn + tp))], 1e-12);
  const errors = outputs.reduce((sum, v, r) => sum + (v - targets[r]!) ** 2, 0);
  const share = (fn + tp) / many;
  close([whole.rSquared!], [1 - errors / (many * share * (1 - share))], 1e-6);
});

test.run();
