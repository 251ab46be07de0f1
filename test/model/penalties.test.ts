// Penalties whose strengths follow a schedule: in updates, gradients, logs and evaluations the strength is that of the step.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  adam,
  constant,
  dense,
  input,
  linearDecay,
  loadModel,
  type Model,
  scheduleRate,
  sequential,
  sgd,
  warmup,
} from "../../src/index.js";
import type { OptimizerSpec } from "../../src/optimizers/index.js";
import type { Penalty } from "../../src/penalty.js";
import { bitsOf, fractions } from "../fingerprints.js";

const test = suite("scheduled penalties");

const next = fractions(9);
const ROWS = 40;
const x = Float32Array.from({ length: ROWS * 5 }, () => next() * 2 - 1);
const y = Float32Array.from({ length: ROWS }, (_, row) => x[row * 5]! - 2 * x[row * 5 + 1]! + 1);

const make = (optimizer: OptimizerSpec, penalty: Penalty, workers = 1): Model => {
  const model = sequential([
    input({ shape: [5] }),
    dense({ units: 4, useBias: false }),
    dense({ units: 11, activation: "tanh", kernelRegularizer: penalty }),
    dense({ units: 1, biasRegularizer: { l2: 0.01 } }),
  ]);
  model.compile({ optimizer, loss: "meanSquaredError", numerics: "strict", seed: 1, workers });
  return model;
};
const kernel = async (model: Model) => (await model.getWeights())[1]!.data;
const bias = async (model: Model) => (await model.getWeights()).at(-1)!.data[0]!;
const sums = (weights: Float32Array) => ({
  l1: weights.reduce((sum, w) => sum + Math.abs(w), 0),
  l2: weights.reduce((sum, w) => sum + w * w, 0),
});
const close = (got: number, want: number) =>
  assert.ok(Math.abs(got - want) < 1e-6 * Math.max(1, Math.abs(want)), `${got}, want ${want}`);

const fixed = [{ l2: 0.03 }, { l1: 0.02, l2: 0.01 }, { l1: 0.3, l2: 0.02, proximal: true }] satisfies {
  l1?: number;
  l2?: number;
  proximal?: boolean;
}[];
const optimizers = [
  sgd({ learningRate: 0.1 }),
  adam({ learningRate: 0.01, globalClipNorm: 0.5, gradientAccumulationSteps: 3 }),
];
for (const penalty of fixed) {
  const scheduled: Penalty = {
    ...penalty,
    ...(penalty.l1 && { l1: constant({ initial: penalty.l1 }) }),
    ...(penalty.l2 && { l2: constant({ initial: penalty.l2 }) }),
  };
  test(`a schedule that stays has the bits of its number, for 1 to 4 workers (${JSON.stringify(penalty)})`, async () => {
    for (const optimizer of optimizers) {
      const run = async (given: Penalty, workers: number) => {
        await using model = make(optimizer, given, workers);
        const { epochs } = await model.fit(x, y, { epochs: 2, batchSize: 7, validationSplit: 0.25 });
        const { loss, input } = await model.gradients(x, y);
        const evaluated = await model.evaluate(x, y);
        await model.applyGradients((await model.gradients(x, y)).weights);
        const trained = await model.trainOnBatch(x, y);
        const logs = epochs.map(({ loss, penalty, valLoss, sparsity }) => [loss, penalty, valLoss, sparsity]);
        return JSON.stringify([await bitsOf(model), logs, loss, [...input.data], evaluated, trained]);
      };
      const want = await run(penalty, 1);
      const teams = optimizer.type === "adam" && penalty.l1 ? [2, 3, 4] : [2];
      for (const workers of teams) assert.is(await run(scheduled, workers), want, `${workers}`);
    }
  });
}

test("each update's penalty, and each evaluation's, has the strength of its step", async () => {
  const l1 = warmup({ steps: 2, schedule: linearDecay({ initial: 0.5, steps: 3 }) });
  const l2 = linearDecay({ initial: 0.25, steps: 4 });
  await using model = make(sgd({ learningRate: 0.01 }), { l1, l2 }, 2);
  for (let step = 0; step < 6; step++) {
    const weights = sums(await kernel(model));
    const b = await bias(model);
    const at = (t: number) => scheduleRate(l1, t) * weights.l1 + scheduleRate(l2, t) * weights.l2 + 0.01 * b * b;
    close((await model.evaluate(x, y)).penalty!, at(step));
    const { loss } = await model.gradients(x, y);
    close(loss, (await model.evaluate(x, y)).loss!);
    if (step % 2) {
      const { epochs } = await model.fit(x, y, { epochs: 1, batchSize: ROWS });
      close(epochs[0]!.penalty!, at(step));
    } else close((await model.trainOnBatch(x, y)).penalty!, at(step));
  }
});

test("a threshold follows the rate and the schedule both", async () => {
  const rate = linearDecay({ initial: 0.5, steps: 10 });
  const l1 = linearDecay({ initial: 0.2, steps: 3 });
  await using model = make(sgd({ learningRate: rate }), { l1, proximal: true });
  let want = [...(await kernel(model))];
  const zeros = (await model.getWeights()).map(({ shape, data }) => ({ shape, data: data.map(() => 0) }));
  for (let step = 0; step < 5; step++) {
    await model.applyGradients(zeros);
    const size = scheduleRate(rate, step) * scheduleRate(l1, step);
    want = want.map((w) => Math.sign(w) * Math.max(Math.abs(w) - size, 0));
    (await kernel(model)).forEach((w, i) => {
      close(w, want[i]!);
    });
  }
  assert.ok(want.some((w) => w === 0) && want.some((w) => w !== 0));
});

test("it goes on in a saved model, and validation within a fit is what evaluate says behind it", async () => {
  const penalty = { l2: linearDecay({ initial: 0.5, steps: 40 }) };
  const options = { epochs: 2, batchSize: 7, validationData: [x, y] as const };
  await using straight = make(adam(), penalty, 3);
  await straight.fit(x, y, { ...options, epochs: 4 });
  await using first = make(adam(), penalty, 2);
  const { epochs } = await first.fit(x, y, options);
  assert.is((await first.evaluate(x, y, { batchSize: 7 })).loss, epochs.at(-1)!.valLoss);
  await using second = await loadModel(await first.toBlob());
  await second.fit(x, y, options);
  assert.is(await bitsOf(second), await bitsOf(straight));
});

test("wrong strengths are refused", () => {
  const wrong = (kernelRegularizer: object, message: RegExp) =>
    assert.throws(() => dense({ units: 1, kernelRegularizer }), message);
  wrong({ l1: -1 }, /dense\.kernelRegularizer\.l1: expected a number >= 0, got -1/);
  wrong({ l2: "0.1" }, /kernelRegularizer\.l2: expected a number >= 0 or a schedule, got "0.1"/);
  wrong({ l2: linearDecay }, /Call the function/);
  wrong({ l1: { type: "linear" } }, /kernelRegularizer\.l1\.type: .*"linear"/);
  wrong({ l2: { type: "constant", initial: 0 } }, /l2 \(constant\)\.initial: expected a number > 0, got 0/);
});

test.run();
