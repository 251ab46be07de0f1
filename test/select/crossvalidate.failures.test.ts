import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  type CrossValidateOptions,
  type CrossValidation,
  crossValidate,
  type DataInput,
  dense,
  input,
  type Model,
  sequential,
  sgd,
} from "../../src/index.js";
import { makeRows, WIDTH } from "../fingerprints.js";
import { rejection, watched } from "../threads.js";

const test = suite("failures of cross-validation");

const ROWS = 47;
const { x, labels } = makeRows(ROWS);
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

const _without = (rows: readonly number[]) => [...new Array(ROWS).keys()].filter((row) => !rows.includes(row));
const _pick = (data: Float32Array | Int32Array, width: number, rows: readonly number[]) =>
  rows.flatMap((row) => [...data.subarray(row * width, (row + 1) * width)]);

/** What does not depend on the clock. */
const numbers = ({ folds, mean, deviation }: CrossValidation) => ({
  folds: folds.map(({ history, ...rest }) => ({ ...rest, seed: history.seed, bits: history.fingerprint })),
  mean,
  deviation,
});

test("a fold that fails rejects with its error, and all threads are given back", async () => {
  for (const plain of [undefined, "a test"]) {
    await watched(plain, async (threads) => {
      const broken = x.slice();
      broken[31 * WIDTH + 4] = Number.NaN;
      const endless = { epochs: 1e6, batchSize: 8 };
      // Three of the four folds train on row 31, and fail; the other one would never end.
      const error = await rejection(run({ folds: 4, parallel: 4, fit: endless }, broken));
      assert.is(error.code, "E_DATA");
      assert.match(error.message, /^fit: .* got NaN in row 31, column 4\./);
      assert.is((error as unknown as { row: number }).row, 31);
      assert.ok(threads.filter(({ ended }) => ended).length >= 1, "the endless fold's thread has ended");
      // What lives is idle and serves again.
      const [started, idle] = [threads.length, threads.filter(({ ended }) => !ended).length];
      await run({ folds: 4, parallel: Math.max(1, idle) });
      assert.is(threads.length, Math.max(started, started - idle + 1));
    });
  }
});

test("values that are not finite are told by their row, whoever finds them", async () => {
  const model = sequential([input({ shape: [1] }), dense({ units: 1 })]);
  model.compile(regress);
  const [ones, row] = [new Float32Array(12).fill(1), 7];
  const broken = ones.map((one, i) => (i === row ? Number.NaN : one));
  for (const standardize of [false, true]) {
    const error = await rejection(crossValidate(model, broken, ones, { folds: 3, seed: 1, standardize, fit }));
    assert.match(error.message, /got NaN in row 7, column 0/);
  }
  // Who meets it first depends on the order of the two folds: one trains on it, one is tested on it.
  const groups = Array.from(ones, (_, i) => i % 2);
  const found: string[] = [];
  for (const seed of [1, 2, 3, 4, 5, 6]) {
    const error = await rejection(crossValidate(model, broken, ones, { folds: 2, seed, groups, parallel: 1 }));
    assert.match(error.message, /got NaN in row 7, column 0/);
    found.push(error.message.split(":")[0]!);
  }
  assert.equal([...new Set(found)].sort(), ["evaluate", "fit"]);
});

test("a callback that throws ends all folds", async () => {
  const failure = new Error("on purpose");
  const onFold = () => {
    throw failure;
  };
  assert.is(await rejection(run({ onFold, parallel: 2 })), failure);
});

test("an abort resolves with the folds that are complete", async () => {
  const controller = new AbortController();
  const onFold = ({ fold }: { fold: number }) => {
    if (fold === 1) controller.abort();
  };
  const cut = await run({ folds: 5, parallel: 1, signal: controller.signal, onFold });
  const whole = await run({ folds: 5 });
  assert.is(whole.stopped, "completed");
  assert.is(cut.stopped, "aborted");
  assert.equal(numbers(cut).folds, numbers(whole).folds.slice(0, 2));
  assert.is(cut.mean.loss, (cut.folds[0]!.metrics.loss! + cut.folds[1]!.metrics.loss!) / 2);

  const early = await run({ signal: AbortSignal.abort() });
  assert.equal([early.stopped, early.folds, early.mean, early.deviation], ["aborted", [], {}, {}]);
});

test("an abort reaches the folds that run", async () => {
  const controller = new AbortController();
  const onEpochEnd = () => controller.abort();
  const endless = { epochs: 1e6, onEpochEnd };
  const { folds, stopped } = await run({ parallel: 2, fit: endless, signal: controller.signal });
  assert.equal([folds, stopped], [[], "aborted"]);
});

test("a model gives a copy of what it was compiled with", () => {
  const model = sequential(layers(4, "softmax"));
  assert.is(model.compileOptions, undefined);
  const given = { ...classify, optimizer: { ...classify.optimizer }, seed: 5, workers: 2 };
  model.compile(given);
  const first = model.compileOptions!;
  assert.is(first.seed, 5);
  assert.is(first.workers, 2);
  assert.equal(first.metrics, ["accuracy"]);
  (given.optimizer as { learningRate: number }).learningRate = 7;
  (first.optimizer as { learningRate: number }).learningRate = 8;
  first.seed = 9;
  given.seed = 6;
  assert.is((model.compileOptions!.optimizer as { learningRate: number }).learningRate, 0.1);
  assert.is(model.compileOptions!.seed, 5);
  const other = sequential(layers(4, "softmax"));
  other.compile(model.compileOptions!);
  assert.equal(other.compileOptions, model.compileOptions);
  other.compile({ optimizer: "sgd" });
  assert.is(other.compileOptions!.loss, undefined);
});

test.run();
