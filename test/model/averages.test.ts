// Averages of the weights: what they are, when a model has them, and that fits go on from the trained weights.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  adam,
  type CompileOptions,
  DivergedError,
  dense,
  earlyStopping,
  type FitInput,
  input,
  loadModel,
  type Model,
  sequential,
  sgd,
} from "../../src/index.js";
import { swapPlan } from "../../src/plan/average.js";
import { findRaces } from "../../src/plan/barriers.js";
import { createLayout } from "../../src/plan/layout.js";
import { applyPlan, trainPlan } from "../../src/plan/plan.js";
import { compileProgram } from "../../src/plan/program.js";
import { bitsOf, fractions } from "../fingerprints.js";

const test = suite("averages of weights");

const next = fractions(3);
const ROWS = 40;
const x = Float32Array.from({ length: ROWS * 5 }, () => next() * 2 - 1);
const y = Float32Array.from({ length: ROWS }, (_, row) => x[row * 5]! - 2 * x[row * 5 + 1]! + 1);
const ema = { useEma: true, emaMomentum: 0.75 };

const make = (optimizer: CompileOptions["optimizer"], workers = 1, kernelRegularizer = {}): Model => {
  const model = sequential([
    input({ shape: [5] }),
    dense({ units: 11, activation: "tanh", kernelRegularizer }),
    dense({ units: 1 }),
  ]);
  model.compile({ optimizer, loss: "meanSquaredError", numerics: "strict", seed: 1, workers });
  return model;
};
const values = async (model: Model) => (await model.getWeights()).flatMap(({ data }) => [...data]);
const near = (got: readonly number[], want: readonly number[]) =>
  got.forEach((value, i) => {
    assert.ok(Math.abs(value - want[i]!) <= 2e-6, `[${i}] is ${value}, want ${want[i]}`);
  });
const once = { epochs: 1, batchSize: ROWS };

test("a fit leaves the averages of the weights behind its updates", async () => {
  await using plain = make(adam({ learningRate: 0.05 }));
  await using averaged = make(adam({ learningRate: 0.05, ...ema }));
  let want: number[] = [];
  for (let step = 0; step < 6; step++) {
    await plain.fit(x, y, once);
    const weights = await values(plain);
    want = step ? want.map((a, i) => 0.75 * a + 0.25 * weights[i]!) : weights;
    await averaged.fit(x, y, once);
    near(await values(averaged), want);
  }
  await averaged.trainOnBatch(x, y);
  await plain.trainOnBatch(x, y);
  assert.is(await bitsOf(averaged), await bitsOf(plain), "the trained weights");
});

test("every so many updates the averages overwrite the trained weights", async () => {
  const rate = 0.1;
  await using model = make(sgd({ learningRate: rate, ...ema, emaOverwriteFrequency: 2 }));
  await using reference = make(sgd({ learningRate: rate }));
  let weights = await reference.getWeights();
  let average: number[][] = [];
  for (let step = 1; step <= 5; step++) {
    await reference.setWeights(weights);
    await reference.trainOnBatch(x, y);
    weights = await reference.getWeights();
    average = weights.map(({ data }, i) =>
      Array.from(data, (w, j) => (step === 1 ? w : 0.75 * average[i]![j]! + 0.25 * w)),
    );
    if (step % 2 === 0) weights = weights.map((one, i) => ({ ...one, data: Float32Array.from(average[i]!) }));
    await model.fit(x, y, once);
    near(await values(model), average.flat());
  }
});

test("fits in parts, and through a file, give the bits of one fit; so do 1 to 4 workers", async () => {
  const optimizer = adam({ learningRate: 0.05, useEma: true, weightDecay: 0.1 });
  const trained = async (workers: number) => {
    await using model = make(optimizer, workers, { l1: 0.01 });
    const { fingerprint } = await model.fit(x, y, { epochs: 4, batchSize: 7, validationSplit: 0.2 });
    const bits = await bitsOf(model);
    const again = await bitsOf(model);
    assert.is(again, bits);
    await model.trainOnBatch(x, y);
    return [fingerprint, bits, await bitsOf(model)];
  };
  const alone = await trained(1);
  for (const workers of [2, 3, 4]) assert.equal(await trained(workers), alone, `${workers}`);
  await using first = make(optimizer, 2, { l1: 0.01 });
  await first.fit(x, y, { epochs: 1, batchSize: 7, validationSplit: 0.2 });
  await first.evaluate(x, y, { batchSize: 64 });
  await first.fit(x, y, { epochs: 1, batchSize: 7, validationSplit: 0.2 });
  await using second = await loadModel(await first.toBlob(), { workers: 3 });
  assert.is(await bitsOf(second), await bitsOf(first), "a file has the averages as weights");
  await second.fit(x, y, { epochs: 2, batchSize: 7, validationSplit: 0.2 });
  assert.is(await bitsOf(second), alone[1]);
  await second.trainOnBatch(x, y);
  assert.is(await bitsOf(second), alone[2], "and the trained weights besides");
});

test("validation and early stopping are about the averages", async () => {
  for (const workers of [1, 2]) {
    await using model = make(adam({ learningRate: 0.3, ...ema }), workers, { l2: 0.01 });
    const stopping = earlyStopping({ patience: 3, restoreBestWeights: true });
    const options: FitInput = { epochs: 60, batchSize: 8, validationData: [x, y], callbacks: [stopping] };
    const { epochs, bestEpoch } = await model.fit(x, y, options);
    const best = epochs.find(({ epoch }) => epoch === bestEpoch)!;
    assert.ok(epochs.at(-1)!.valLoss! > best.valLoss!, "the last is not the best");
    assert.is((await model.evaluate(x, y, { batchSize: 8 })).loss, best.valLoss);
    const bits = await bitsOf(model);
    const { loss } = await model.trainOnBatch(x, y);
    assert.ok(Math.abs(loss - best.valLoss!) < 1e-5, "training goes on from the restored weights");
    assert.is.not(await bitsOf(model), bits);
  }
  await using model = make(adam({ ...ema }));
  const { epochs } = await model.fit(x, y, { epochs: 3, batchSize: 8, validationData: [x, y] });
  assert.is((await model.evaluate(x, y, { batchSize: 8 })).loss, epochs.at(-1)!.valLoss);
});

test("weights that are set are both, the others stay what they were", async () => {
  const [given, other] = [make(sgd({ ...ema })), make(sgd({ ...ema }))];
  for (const model of [given, other]) await model.fit(x, y, { ...once, epochs: 3 });
  const bias = { name: "dense_1.bias", shape: [1], data: [7] };
  await given.setWeights([bias]);
  const zeros = (await given.getWeights()).map(({ shape, data }) => ({ shape, data: data.map(() => 0) }));
  for (const model of [given, other]) await model.applyGradients(zeros);
  const [got, want] = [await given.getWeights(), await other.getWeights()];
  assert.equal([...got.at(-1)!.data], [7]);
  assert.equal(got.slice(0, -1), want.slice(0, -1), "trained weights");
  for (const model of [given, other]) await model.dispose();
});

test("another optimizer starts from the weights that the model has", async () => {
  await using model = make(sgd({ ...ema }));
  await model.fit(x, y, { ...once, epochs: 3 });
  const bits = await bitsOf(model);
  model.compile({ optimizer: adam({ ...ema }), loss: "meanSquaredError", numerics: "strict" });
  assert.is(await bitsOf(model), bits);
  await model.trainOnBatch(x, y);
  await model.fit(x, y, once);
  assert.ok((await values(model)).every(Number.isFinite));
});

test("after a run that diverged the model has the averages it had", async () => {
  for (const workers of [1, 2]) {
    await using model = make(sgd({ ...ema }), workers);
    await model.fit(x, y, { epochs: 2, batchSize: 7 });
    const bits = await bitsOf(model);
    const huge = x.map((value) => value * 1e37);
    try {
      await model.fit(
        huge,
        y.map((value) => value * 1e37),
        { epochs: 1, batchSize: 7 },
      );
      assert.unreachable();
    } catch (error) {
      assert.instance(error, DivergedError);
    }
    assert.is(await bitsOf(model), bits);
    await model.fit(x, y, { epochs: 1, batchSize: 7 });
    await using straight = make(sgd({ ...ema }));
    await straight.fit(x, y, { epochs: 3, batchSize: 7 });
    assert.ok((await values(model)).every(Number.isFinite));
    assert.is(await bitsOf(model), await bitsOf(straight), "and goes on as if nothing had been");
  }
});

test("plans with averages have no races", () => {
  const training = {
    optimizer: sgd({ ...ema, emaOverwriteFrequency: 4 }),
    loss: { name: "meanSquaredError" as const },
    metrics: [],
  };
  for (const kernelConstraint of [undefined, "unitNorm" as const]) {
    const layer = { type: "dense", units: 11, ...(kernelConstraint && { kernelConstraint }) } as const;
    const program = compileProgram({ layers: [{ type: "input", shape: [3] }, layer, layer] }, training, 1);
    const train = { rows: 20, types: ["float32"], weighted: false } as const;
    const sizes = { workers: 2, batch: 6, train, validation: null, held: 0, best: false };
    const layout = createLayout(program, { ...sizes, inputGradient: true, accumulates: false });
    const step = trainPlan(program, layout, layout.train!, { rows: 6, total: 6, part: "whole" });
    for (const plan of [step, applyPlan(program, layout), swapPlan(layout)]) assert.equal(findRaces(plan), []);
    assert.is(step.length, kernelConstraint ? 4 : 2);
  }
});

test.run();
