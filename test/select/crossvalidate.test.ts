import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  type CrossValidateOptions,
  type CrossValidation,
  crossValidate,
  type DataInput,
  dense,
  earlyStopping,
  features,
  input,
  type Model,
  sequential,
  sgd,
} from "../../src/index.js";
import { makeRows, WIDTH } from "../fingerprints.js";
import { watched } from "../threads.js";

const test = suite("cross-validation");

const ROWS = 47;
const { x, labels, hot, values, bytes } = makeRows(ROWS);
const fit = { epochs: 2, batchSize: 8 };
const layers = (units: number, activation: string) =>
  sequential([input({ shape: [WIDTH] }), dense({ units, activation })]).toJSON();
const classify = {
  optimizer: sgd({ learningRate: 0.1 }),
  loss: "sparseCategoricalCrossentropy",
  metrics: ["accuracy"],
  numerics: "strict",
} as const;
const regress = { optimizer: "adam", loss: "meanSquaredError", numerics: "strict" } as const;

function classifier(more: object = {}): Model {
  const model = sequential(layers(4, "softmax"));
  model.compile({ ...classify, ...more });
  return model;
}

const run = (more: CrossValidateOptions = {}, data: DataInput = x) =>
  crossValidate(classifier(), data, labels, { folds: 3, seed: 9, fit, ...more });

/** What does not depend on the clock. */
const numbers = ({ folds, mean, deviation }: CrossValidation) => ({
  folds: folds.map(({ history, ...rest }) => ({ ...rest, seed: history.seed, bits: history.fingerprint })),
  mean,
  deviation,
});

const without = (rows: readonly number[]) => [...new Array(ROWS).keys()].filter((row) => !rows.includes(row));
const pick = (data: Float32Array | Int32Array, width: number, rows: readonly number[]) =>
  rows.flatMap((row) => [...data.subarray(row * width, (row + 1) * width)]);

test("a fold is a fresh model, trained on the other rows with the fold's seed, evaluated on its own", async () => {
  const { folds, seed } = await run({ repeats: 2 });
  assert.is(seed, 9);
  assert.equal(
    folds.map(({ repeat, fold }) => [repeat, fold]),
    [0, 1].flatMap((repeat) => [0, 1, 2].map((fold) => [repeat, fold])),
  );
  assert.is(new Set(folds.map(({ history }) => history.seed)).size, 6);
  for (const { history, metrics, testRows } of folds) {
    await using model = classifier({ seed: history.seed });
    const rest = without(testRows);
    const { fingerprint } = await model.fit(pick(x, WIDTH, rest), pick(labels, 1, rest), fit);
    assert.is(history.fingerprint, fingerprint);
    assert.equal(metrics, await model.evaluate(pick(x, WIDTH, testRows), pick(labels, 1, testRows)));
    assert.is(history.workers, 1);
    assert.is(history.epochs.length, 2);
  }
});

test("mean and sample deviation of every metric", async () => {
  const { folds, mean, deviation } = await run();
  assert.equal(Object.keys(mean), ["loss", "dataLoss", "penalty", "accuracy"]);
  for (const name of Object.keys(mean)) {
    const [a, b, c] = folds.map(({ metrics }) => metrics[name]!) as [number, number, number];
    const middle = (a + b + c) / 3;
    assert.ok(Math.abs(mean[name]! - middle) < 1e-12);
    const wanted = Math.sqrt(((a - middle) ** 2 + (b - middle) ** 2 + (c - middle) ** 2) / 2);
    assert.ok(Math.abs(deviation[name]! - wanted) < 1e-12);
  }
  assert.ok(deviation.loss! > 0);
});

test("numbers do not depend on how many folds run at a time, nor on memory; every fold is told once", async () => {
  const told: number[] = [];
  const wanted = numbers(await run({ parallel: 1, folds: 5, onFold: ({ fold }) => told.push(fold) }));
  assert.equal(told, [0, 1, 2, 3, 4]);
  assert.equal(numbers(await run({ parallel: 3, folds: 5 })), wanted);
  assert.equal(numbers(await run({ folds: 5 })), wanted);
  await watched("a test", async (threads) => {
    told.length = 0;
    assert.equal(numbers(await run({ parallel: 2, folds: 5, onFold: ({ fold }) => told.push(fold) })), wanted);
    assert.is(threads.length, 2);
    assert.equal(told.sort(), [0, 1, 2, 3, 4]);
  });
});

test("so many folds at a time as parallel says", async () => {
  await watched(undefined, async (threads) => {
    await run({ parallel: 1, folds: 4 });
    assert.is(threads.length, 1);
    await run({ parallel: 3, folds: 4 });
    assert.is(threads.length, 3);
    await run({ parallel: 10, folds: 4 });
    assert.is(threads.length, 4);
  });
  await watched(undefined, async (threads) => {
    await run({ folds: 2 });
    assert.is(threads.length, Math.min(features().workers, 2));
  });
});

test("a model, its JSON, and layers are the same; the model's weights stay", async () => {
  const wanted = numbers(await run());
  const options = { folds: 3, seed: 9, fit };
  const compile = { ...classify, seed: 1, workers: 2 };
  assert.equal(numbers(await crossValidate(layers(4, "softmax"), x, labels, { ...options, compile })), wanted);
  assert.equal(numbers(await crossValidate(layers(4, "softmax").layers, x, labels, { ...options, compile })), wanted);
  await using model = classifier({ seed: 3 });
  await model.fit(x, labels, fit);
  const before = await model.getWeights();
  assert.equal(numbers(await crossValidate(model, x, labels, options)), wanted);
  assert.equal(await model.getWeights(), before);
  const other = { ...classify, optimizer: sgd({ learningRate: 0.01 }) };
  assert.is.not((await crossValidate(model, x, labels, { ...options, compile: other })).mean.loss, wanted.mean.loss);
});

test("the seed is that of compile if none is given, else drawn", async () => {
  const seeded = await crossValidate(classifier({ seed: 9 }), x, labels, { folds: 3, fit });
  assert.equal(numbers(seeded), numbers(await run()));
  const [a, b] = [await run({ seed: undefined as never }), await run({ seed: undefined as never })];
  assert.is.not(a.seed, b.seed);
  assert.equal(numbers(await run({ seed: a.seed })), numbers(a));
});

test("data of every form give the same numbers", async () => {
  const list = Array.from(bytes);
  const rows = Array.from({ length: ROWS }, (_, r) => list.slice(r * WIDTH, (r + 1) * WIDTH));
  const wanted = numbers(await run({}, bytes));
  const forms: Record<string, DataInput> = {
    floats: Float32Array.from(bytes),
    doubles: Float64Array.from(bytes),
    integers: Int32Array.from(bytes),
    clamped: Uint8ClampedArray.from(bytes),
    list,
    rows,
    "rows of bytes": rows.map((row) => Uint8Array.from(row)) as never,
    shaped: { data: bytes, shape: [ROWS, WIDTH] },
    "shaped list": { data: list, shape: [ROWS, 1, WIDTH] },
  };
  for (const [form, data] of Object.entries(forms)) assert.equal(numbers(await run({}, data)), wanted, form);
});

test("labels as texts are numbered, as in fit", async () => {
  const names = ["ant", "bee", "cat", "dog"];
  const texts = Array.from(labels, (label) => names[label]!);
  const options = { folds: 3, seed: 9, fit, stratified: true };
  const wanted = numbers(await crossValidate(classifier(), x, labels, options));
  assert.equal(numbers(await crossValidate(classifier(), x, texts, options)), wanted);
});

test("targets with several values a row keep them together", async () => {
  const options = { folds: 3, seed: 9, fit, compile: regress };
  const wanted = numbers(await crossValidate(layers(2, "linear"), x, values, options));
  const rows = Array.from({ length: ROWS }, (_, r) => [...values.subarray(2 * r, 2 * r + 2)]);
  assert.equal(numbers(await crossValidate(layers(2, "linear"), x, rows, options)), wanted);
  await using model = sequential(layers(2, "linear"));
  const { history, testRows } = wanted.folds.map((fold, i) => ({ ...fold, history: wanted.folds[i]! }))[0]!;
  model.compile({ ...regress, seed: history.seed });
  const rest = without(testRows);
  assert.is((await model.fit(pick(x, WIDTH, rest), pick(values, 2, rest), fit)).fingerprint, history.bits);
});

test("stratified: by labels, by one value per class, by classes of one's own", async () => {
  const counts = (result: CrossValidation, classes: ArrayLike<number>) =>
    [0, 1, 2, 3].map((wanted) => {
      const held = result.folds.map(({ testRows }) => testRows.filter((row) => classes[row] === wanted).length);
      return Math.max(...held) - Math.min(...held);
    });
  const even = await run({ stratified: true, folds: 4 });
  assert.ok(Math.max(...counts(even, labels)) <= 1);
  assert.ok(Math.max(...counts(await run({ folds: 4 }), labels)) > 1);
  const compile = { ...classify, loss: "categoricalCrossentropy" } as const;
  const options = { folds: 4, seed: 9, fit, stratified: true, compile };
  const ones = await crossValidate(layers(4, "softmax"), x, hot, options);
  assert.equal(
    ones.folds.map(({ testRows }) => testRows),
    even.folds.map(({ testRows }) => testRows),
  );
  const own = Int32Array.from({ length: ROWS }, (_, row) => (row < 13 ? 0 : 1));
  assert.ok(Math.max(...counts(await run({ stratified: own, folds: 4 }), own)) <= 1);
});

test("groups are never on both sides", async () => {
  const groups = Array.from({ length: ROWS }, (_, row) => `patient ${row % 10}`);
  const { folds } = await run({ groups });
  const owners = folds.map(({ testRows }) => new Set(testRows.map((row) => groups[row])));
  assert.is(
    owners.reduce((sum, { size }) => sum + size, 0),
    10,
  );
});

test("standardize learns from the rows trained on alone", async () => {
  const far = Float32Array.from(x, (value, i) => value * 100 + (i % WIDTH) * 1000);
  const { folds } = await run({ standardize: true }, far);
  const { history, metrics, testRows } = folds[0]!;
  const rest = without(testRows);
  const column = (c: number, rows: readonly number[]) => rows.map((row) => far[row * WIDTH + c]!);
  const scaled = (rows: readonly number[]) => {
    const out = new Float32Array(rows.length * WIDTH);
    for (let c = 0; c < WIDTH; c++) {
      const learnt = column(c, rest);
      const mean = learnt.reduce((sum, value) => sum + value, 0) / rest.length;
      const variance = learnt.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / rest.length;
      column(c, rows).forEach((value, i) => {
        out[i * WIDTH + c] = (value - mean) / Math.sqrt(variance);
      });
    }
    return out;
  };
  await using model = classifier({ seed: history.seed });
  assert.is((await model.fit(scaled(rest), pick(labels, 1, rest), fit)).fingerprint, history.fingerprint);
  assert.equal(metrics, await model.evaluate(scaled(testRows), pick(labels, 1, testRows)));
  // What the fold is tested on changes nothing of what it learns.
  const changed = far.slice();
  for (const row of testRows) changed.fill(5, row * WIDTH, (row + 1) * WIDTH);
  const again = (await run({ standardize: true }, changed)).folds[0]!;
  assert.is(again.history.fingerprint, history.fingerprint);
  assert.is.not(again.metrics.loss, metrics.loss);
});

test("standardize leaves a constant column at 0, whatever its value", async () => {
  const rows = Array.from({ length: 9 }, (_, row) => [0.1, row]);
  const model = sequential([input({ shape: [2] }), dense({ units: 1 })]);
  model.compile({ ...regress, optimizer: sgd({ learningRate: 0.1 }) });
  const { folds } = await crossValidate(model, rows, new Float32Array(9), { folds: 3, standardize: true, seed: 1 });
  for (const { metrics } of folds) assert.ok(metrics.loss! < 10, `${metrics.loss}`);
});

test("options of fit reach every fold; an early stopping holds rows of the training part", async () => {
  const logs: number[] = [];
  const { folds } = await run({
    fit: {
      epochs: 50,
      validationSplit: 0.2,
      callbacks: [earlyStopping({ minDelta: 10 })],
      onEpochEnd: ({ epoch }) => logs.push(epoch),
    },
  });
  for (const { history } of folds) assert.is(history.stopped, "earlyStopping");
  assert.is(
    logs.length,
    folds.reduce((sum, { history }) => sum + history.epochs.length, 0),
  );
});

test.run();
