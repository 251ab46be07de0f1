// A weight decay that follows the gradients.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  adam,
  adamw,
  adaptiveWeightDecay,
  dense,
  input,
  lion,
  loadModel,
  type Model,
  sequential,
  sgd,
} from "../../src/index.js";
import type { OptimizerSpec } from "../../src/optimizers/index.js";
import { findRaces } from "../../src/plan/barriers.js";
import { createLayout } from "../../src/plan/layout.js";
import { applyPlan, trainPlan } from "../../src/plan/plan.js";
import { compileProgram } from "../../src/plan/program.js";
import { bitsOf, fractions } from "../fingerprints.js";

const test = suite("adaptive weight decay");

const next = fractions(13);
const ROWS = 40;
const x = Float32Array.from({ length: ROWS * 5 }, () => next() * 2 - 1);
const y = Float32Array.from({ length: ROWS }, (_, row) => x[row * 5]! - 2 * x[row * 5 + 1]! + 1);

const make = (optimizer: OptimizerSpec, workers = 1, kernelRegularizer = {}): Model => {
  const model = sequential([
    input({ shape: [5] }),
    dense({ units: 11, activation: "tanh", kernelRegularizer }),
    dense({ units: 1 }),
  ]);
  model.compile({ optimizer, loss: "meanSquaredError", numerics: "strict", seed: 1, workers });
  return model;
};
const flat = (list: readonly { data: Float32Array }[]) => list.flatMap(({ data }) => [...data]);
const norm = (values: readonly number[]) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
const weightDecay = adaptiveWeightDecay({ factor: 0.5 });

test("each update takes rate * s * w off, s following the ratio of the norms of all weights together", async () => {
  // A limit of the gradients comes behind their norm.
  for (const limit of [{}, { clipNorm: 0.1 }, { globalClipNorm: 0.2 }]) {
    await using model = make(sgd({ learningRate: 0.1, weightDecay, ...limit }));
    await using plain = make(sgd({ learningRate: 0.1, ...limit }));
    let strength = 0;
    for (let step = 0; step < 5; step++) {
      const before = await model.getWeights();
      const [w, g] = [flat(before), flat((await model.gradients(x, y)).weights)];
      strength = 0.1 * strength + (0.9 * 0.5 * norm(g)) / norm(w);
      await plain.setWeights(before);
      await plain.trainOnBatch(x, y);
      if (step % 2) await model.trainOnBatch(x, y);
      else await model.fit(x, y, { epochs: 1, batchSize: ROWS });
      const want = flat(await plain.getWeights()).map((value, i) => value - 0.1 * strength * w[i]!);
      flat(await model.getWeights()).forEach((value, i) => {
        assert.ok(Math.abs(value - want[i]!) < 2e-6, `step ${step} [${i}] ${value}, want ${want[i]}`);
      });
    }
    assert.ok(strength > 0.01);
  }
});

for (const optimizer of [
  adam({ weightDecay, globalClipNorm: 1 }),
  adamw({ weightDecay }),
  lion({ weightDecay, gradientAccumulationSteps: 2, useEma: true }),
]) {
  test(`${optimizer.type}: the same bits for 1 to 4 workers, and through a file`, async () => {
    const options = { epochs: 1, batchSize: 7 };
    const trained = async (workers: number) => {
      await using model = make(optimizer, workers, { l2: 0.01 });
      await model.fit(x, y, { ...options, epochs: 2 });
      return await bitsOf(model);
    };
    const alone = await trained(1);
    for (const workers of optimizer.type === "lion" ? [2, 3, 4] : [3])
      assert.is(await trained(workers), alone, `${workers}`);
    await using first = make(optimizer, 2, { l2: 0.01 });
    await first.fit(x, y, options);
    await using second = await loadModel(await first.toBlob());
    await second.fit(x, y, options);
    assert.is(await bitsOf(second), alone);
    await using without = make({ ...optimizer, weightDecay: 0 } as OptimizerSpec, 1, { l2: 0.01 });
    await without.fit(x, y, { ...options, epochs: 2 });
    assert.is.not(await bitsOf(without), alone);
  });
}

test("plans have no races", () => {
  for (const limit of [{}, { clipNorm: 1 }, { globalClipNorm: 1 }]) {
    const training = {
      optimizer: sgd({ weightDecay, ...limit }),
      loss: { name: "meanSquaredError" as const },
      metrics: [],
    };
    const layer = { type: "dense", units: 11, kernelRegularizer: { l1: 0.1 } } as const;
    const program = compileProgram({ layers: [{ type: "input", shape: [3] }, layer, layer] }, training, 1);
    const train = { rows: 20, types: ["float32"], weighted: false } as const;
    const sizes = { workers: 2, batch: 6, train, validation: null, held: 0, best: false };
    const layout = createLayout(program, { ...sizes, inputGradient: true, accumulates: false });
    const step = trainPlan(program, layout, layout.train!, { rows: 6, total: 6, part: "whole" });
    for (const plan of [step, applyPlan(program, layout)]) assert.equal(findRaces(plan), []);
  }
});

test("wrong options are refused", () => {
  const wrong = adaptiveWeightDecay as (config?: object) => unknown;
  assert.equal(adaptiveWeightDecay({ factor: 2 }), { type: "adaptive", factor: 2, momentum: 0.1 });
  assert.throws(() => wrong({}), /adaptiveWeightDecay\.factor: expected a number > 0, got undefined/);
  assert.throws(() => wrong(), /adaptiveWeightDecay: expected an object of options/);
  assert.throws(() => wrong({ factor: 1, beta: 2 }), /unknown option "beta"/);
  assert.throws(() => wrong({ factor: 1, momentum: 1 }), /momentum: expected a number >= 0 and < 1, got 1/);
  const spec = { type: "adaptive", factor: 0, momentum: 0 } as const;
  assert.throws(() => sgd({ weightDecay: spec }), /sgd\.weightDecay\.factor: expected a number > 0, got 0/);
});

test.run();
