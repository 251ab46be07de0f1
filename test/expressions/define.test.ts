import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  adam,
  type CompileOptions,
  DivergedError,
  defineLoss,
  defineMetric,
  dense,
  type FitInput,
  input,
  loadModel,
  sequential,
} from "../../src/index.js";
import { findRaces } from "../../src/plan/barriers.js";
import { createLayout } from "../../src/plan/layout.js";
import { evaluatePlan, trainPlan } from "../../src/plan/plan.js";
import { compileProgram } from "../../src/plan/program.js";
import { close, labelsOf, mean, rowsOf } from "../model/reference.js";

const test = suite("losses and metrics of one's own");

const x = rowsOf(45, 4, 31);
const y = rowsOf(45, 3, 32);
const labels = labelsOf(45, 3, 33);
const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value));

const squares = defineLoss((t, p) => p.subtract(t).square());
const absolutes = defineLoss((t, p) => p.subtract(t).abs());
const huber = defineLoss(
  (t, p) => {
    const error = p.subtract(t);
    const size = error.abs();
    return size.greater(0.4).where(size.subtract(0.2).multiply(0.4), error.square().multiply(0.5));
  },
  { name: "myHuber" },
);
const entropy = defineLoss((t, p) => p.log().multiply(t).sum().negate(), { target: "labels" });

const net = (options: Partial<CompileOptions>, activation = "linear", units = 3) => {
  const model = sequential([
    input({ shape: [4] }),
    dense({ units: 6, activation: "tanh" }),
    dense({ units, activation: activation as "linear" }),
  ]);
  model.compile({ optimizer: adam({ learningRate: 0.02 }), seed: 5, numerics: "strict", workers: 1, ...options });
  return model;
};
async function train(loss: CompileOptions["loss"], workers = 1, fit: FitInput = {}) {
  await using model = net({ loss, workers });
  const { epochs, fingerprint } = await model.fit(x, y, { epochs: 3, batchSize: 7, ...fit });
  return { losses: epochs.map((log) => log.loss), fingerprint };
}

test("square, absolute and Huber's error train to the bits of those of the table, from JSON too, for 1 to 4 workers", async () => {
  for (const [own, named] of [
    [squares, "meanSquaredError"],
    [absolutes, "meanAbsoluteError"],
  ] as const) {
    const want = await train(named);
    assert.equal(await train(own), want);
    for (const workers of [2, 3, 4]) assert.equal(await train(copy(own), workers), want);
  }
  const own = await train(huber);
  for (const workers of [2, 3, 4]) assert.equal(await train(copy(huber), workers), own);
  close(own.losses, (await train({ name: "huber", delta: 0.4 })).losses, 1e-6);
});

test("weights of rows, and updates of several batches", async () => {
  const sampleWeight = y.map((_, i) => (i % 3) / 2);
  assert.equal(await train(squares, 2, { sampleWeight }), await train("meanSquaredError", 1, { sampleWeight }));
});

test("integer labels: the log of a softmax is the cross-entropy", async () => {
  const share = defineMetric((t, p) => p.multiply(t).sum(), { name: "share" });
  const logs = [];
  for (const loss of [entropy, "sparseCategoricalCrossentropy"] as const) {
    await using model = net({ loss, metrics: [share, "accuracy"] }, "softmax");
    const { epochs } = await model.fit(x, labels, { epochs: 4, batchSize: 8, validationSplit: 0.2 });
    logs.push(
      epochs.flatMap(({ loss, accuracy, share, valLoss, valShare }) => [loss, accuracy, share, valLoss, valShare]),
    );
    const { data } = await model.predict(x);
    const shares = labels.map((label, row) => data[3 * row + label]!);
    close([(await model.evaluate(x, labels)).share!], [mean(shares)], 1e-6);
  }
  close(logs[0]! as number[], logs[1]! as number[], 1e-5);
});

test("metrics: the mean over all rows, for any team and batch, beside others and beside a loss of one's own", async () => {
  const near = defineMetric((t, p) => p.subtract(t).abs().less(0.5), { name: "near" });
  const worst = defineMetric((t, p) => p.subtract(t).abs().max(), { name: "worst" });
  let first: unknown;
  for (const workers of [1, 2, 3, 4]) {
    await using model = net({ loss: huber, metrics: [near, "meanSquaredError", copy(worst)], workers });
    const { data } = await model.predict(x);
    const errors = y.map((row, r) => row.map((value, c) => Math.abs(value - data[3 * r + c]!)));
    const got = await model.evaluate(x, y);
    assert.equal(Object.keys(got), ["loss", "dataLoss", "penalty", "near", "meanSquaredError", "worst"]);
    close(
      [got.near!, got.worst!],
      [mean(errors.flat().map((e) => Number(e < 0.5))), mean(errors.map((row) => Math.max(...row)))],
      1e-6,
    );
    const again = await model.evaluate(x, y, { batchSize: 11 });
    assert.equal(again, got);
    first ??= got;
    assert.equal(got, first);
  }
});

test("gradients are the slope of the loss; a fused activation runs for the metric alone", async () => {
  const metrics = [defineMetric((_, p) => p.sum(), { name: "total" })];
  await using model = net({ loss: "sparseCategoricalCrossentropy", metrics }, "softmax");
  close([(await model.evaluate(x, labels)).total!], [1], 1e-6);
  model.compile({ optimizer: "sgd", loss: huber, seed: 5, numerics: "strict" });
  await using named = net({ loss: { name: "huber", delta: 0.4 } }, "softmax");
  await named.setWeights(await model.getWeights());
  const [own, want] = [await model.gradients(x, y), await named.gradients(x, y)];
  for (const [i, { data }] of own.weights.entries()) close([...data], [...want.weights[i]!.data], 1e-6);
  close([...own.input.data], [...want.input.data], 1e-6);
});

test("a saved model knows its loss and metrics, and goes on to the same bits", async () => {
  await using model = net({ loss: huber, metrics: [defineMetric((t, p) => p.subtract(t).max())] });
  await model.fit(x, y, { epochs: 2 });
  await using loaded = await loadModel(await model.toBlob(), { workers: 2 });
  assert.equal(await loaded.evaluate(x, y), await model.evaluate(x, y));
  const [a, b] = [await model.fit(x, y, { epochs: 2 }), await loaded.fit(x, y, { epochs: 2 })];
  assert.is(a.fingerprint, b.fingerprint);
  assert.is(a.epochs[1]!.custom, b.epochs[1]!.custom);
});

test("a row of any width", async () => {
  for (const units of [1, 5, 17, 256]) {
    const targets = rowsOf(9, units, 8);
    const prints = [];
    for (const loss of [squares, "meanSquaredError"] as const) {
      await using model = net({ loss, workers: 2 }, "linear", units);
      prints.push((await model.fit(x.slice(0, 9), targets, { batchSize: 4 })).fingerprint);
    }
    assert.is(prints[0], prints[1], `${units}`);
  }
});

test("no race, and registers for each worker", () => {
  const metrics = [defineMetric((t, p) => p.subtract(t)), "meanSquaredError" as const];
  const training = { optimizer: { type: "sgd" as const, learningRate: 0.1 }, loss: squares, metrics };
  const { layers } = { layers: [input({ shape: [2] }), dense({ units: 3 })] as const };
  const program = compileProgram({ layers }, copy(training), 1);
  const data = { rows: 20, types: ["float32"], weighted: true } as const;
  const sizes = { train: data, validation: data, held: 0, best: false, inputGradient: true, accumulates: false };
  const layout = createLayout(program, { workers: 3, batch: 6, ...sizes });
  const phases = trainPlan(program, layout, layout.train!, { rows: 6, total: 6, part: "whole" });
  assert.equal(findRaces(phases), []);
  assert.equal(findRaces(evaluatePlan(program, layout, layout.validation!, 6)), []);
  assert.is(phases.flat().filter(({ kernel }) => kernel === "expression").length, 2);
  const registers = layout.scratch.get("registers")!;
  assert.ok(registers.bytes === 3 * registers.each!);
});

test("the function is called once, and what it repeats is written once", () => {
  let calls = 0;
  const { expression } = defineLoss((t, p) => {
    calls++;
    return p.sub(t).abs().mul(p.subtract(t)).max(0).div(2);
  });
  assert.is(calls, 1);
  const want = ["target", "prediction", ["subtract", 1, 0], ["abs", 2], ["multiply", 3, 2], 0, ["maximum", 4, 5], 2];
  assert.equal(copy(expression), [...want, ["divide", 6, 7]]);
});

test("a loss that is not finite ends a fit", async () => {
  await using model = net({ loss: defineLoss((t, p) => p.subtract(t).log()) });
  const error = await Promise.resolve(model.fit(x, y)).catch((error) => error);
  assert.instance(error, DivergedError);
});

test.run();
