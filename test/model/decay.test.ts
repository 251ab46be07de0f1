// Weight decay as an option of every optimizer: what it adds to an update, by a number or by a schedule of the step.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import * as whetstone from "../../src/index.js";
import { adam, adamw, dense, input, linearDecay, type Model, sequential, sgd, warmup } from "../../src/index.js";
import { type OptimizerName, type OptimizerSpec, optimizers } from "../../src/optimizers/index.js";
import { bitsOf, fractions } from "../fingerprints.js";

const test = suite("weight decay");

// L-BFGS takes all rows in one update; its own suites do the same with it.
const names = (Object.keys(optimizers) as OptimizerName[]).filter((name) => name !== "lbfgs");
const factories = whetstone as unknown as Record<string, (options?: object) => OptimizerSpec>;
const next = fractions(5);
const [ROWS, BATCH] = [40, 8];
const x = Float32Array.from({ length: ROWS * 5 }, () => next() * 2 - 1);
const y = Float32Array.from({ length: ROWS }, (_, row) => x[row * 5]! - 2 * x[row * 5 + 1]! + 1);

const make = (optimizer: OptimizerSpec, workers = 1, regularizer = {}): Model => {
  const model = sequential([
    input({ shape: [5] }),
    dense({ units: 11, activation: "tanh", kernelRegularizer: regularizer }),
    dense({ units: 1 }),
  ]);
  model.compile({ optimizer, loss: "meanSquaredError", numerics: "strict", seed: 1, workers });
  return model;
};
const values = async (model: Model) => (await model.getWeights()).flatMap(({ data }) => [...data]);
const near = (got: readonly number[], want: readonly number[], tolerance = 1e-6) =>
  got.forEach((value, i) => {
    assert.ok(Math.abs(value - want[i]!) <= tolerance, `[${i}] is ${value}, want ${want[i]}`);
  });

for (const name of names) {
  const rate = name === "adadelta" ? 1 : 0.01;
  test(`${name}: an update with decay is the one without, less rate * weightDecay * w`, async () => {
    for (const regularizer of [{}, { l1: 0.01, l2: 0.1 }]) {
      await using plain = make(factories[name]!({ learningRate: rate, weightDecay: 0 }), 1, regularizer);
      await using decayed = make(factories[name]!({ learningRate: rate, weightDecay: 0.25 }), 1, regularizer);
      const before = await values(plain);
      assert.equal(await values(decayed), before);
      const one = await plain.trainOnBatch(x, y);
      assert.equal(await decayed.trainOnBatch(x, y), one, "losses and penalties");
      const want = (await values(plain)).map((w, i) => w - rate * 0.25 * before[i]!);
      near(await values(decayed), want);
    }
  });

  test(`${name}: a decay of 0 changes no bit; the same bits for 1 to 4 workers, and from JSON`, async () => {
    const trained = async (options: object, workers: number) => {
      await using model = make(JSON.parse(JSON.stringify(factories[name]!(options))), workers);
      await model.fit(x, y, { epochs: 2, batchSize: 7 });
      return await bitsOf(model);
    };
    const none = name === "adamw" ? { weightDecay: 0 } : {};
    assert.is(await trained({ weightDecay: 0 }, 1), await trained(none, 1));
    const alone = await trained({ weightDecay: 0.5 }, 1);
    assert.is.not(alone, await trained({ weightDecay: 0 }, 1));
    for (const workers of name === "adam" ? [2, 3, 4] : [3])
      assert.is(await trained({ weightDecay: 0.5 }, workers), alone, `${workers}`);
  });
}

for (const name of ["sgd", "adam", "adamw", "lion"] as const) {
  test(`${name}: a schedule of the decay is the number it gives at each step`, async () => {
    const schedule = warmup({ steps: 2, schedule: linearDecay({ initial: 0.5, steps: 3 }) });
    const zeros = [
      { shape: [5, 11], data: new Float32Array(55) },
      { shape: [11], data: new Float32Array(11) },
      { shape: [11, 1], data: new Float32Array(11) },
      { shape: [1], data: new Float32Array(1) },
    ];
    await using model = make(factories[name]!({ learningRate: 0.1, weightDecay: schedule }));
    let want = await values(model);
    for (const decay of [0, 0.25, 0.5, 0.5 * (2 / 3), 0.5 * (1 / 3), 0, 0]) {
      await model.applyGradients(zeros);
      want = want.map((w) => w * (1 - 0.1 * decay));
      near(await values(model), want);
    }
  });
}

test("the decay follows the schedule of the rate", async () => {
  await using model = make(sgd({ learningRate: linearDecay({ initial: 0.5, steps: 4 }), weightDecay: 0.2 }));
  const { weights } = await model.gradients(x, y);
  let want = await values(model);
  for (const rate of [0.5, 0.375, 0.25]) {
    await model.applyGradients(weights.map(({ shape, data }) => ({ shape, data: data.map(() => 0) })));
    want = want.map((w) => w * (1 - rate * 0.2));
  }
  near(await values(model), want);
});

test("it goes on in a saved model, and with several batches an update", async () => {
  const optimizer = adam({ weightDecay: linearDecay({ initial: 0.5, steps: 40 }), gradientAccumulationSteps: 2 });
  await using straight = make(optimizer);
  await straight.fit(x, y, { epochs: 4, batchSize: BATCH });
  await using first = make(optimizer);
  await first.fit(x, y, { epochs: 2, batchSize: BATCH });
  await using second = await whetstone.loadModel(await first.toBlob());
  await second.fit(x, y, { epochs: 2, batchSize: BATCH });
  assert.is(await bitsOf(second), await bitsOf(straight));
});

test("wrong decays are refused", () => {
  const wrong = factories as unknown as Record<string, (options: object) => unknown>;
  assert.throws(() => sgd({ weightDecay: -0.1 }), /^sgd\.weightDecay: expected a number >= 0, got -0\.1/);
  assert.throws(() => adam({ weightDecay: Number.POSITIVE_INFINITY }), /^adam\.weightDecay: .* got Infinity/);
  assert.throws(() => wrong.nadam!({ weightDecay: "0.1" }), /^nadam\.weightDecay: expected a number >= 0 .* got "0.1"/);
  assert.throws(() => wrong.adamw!({ weightDecay: null }), /^adamw\.weightDecay: .* got null/);
  assert.throws(() => wrong.sgd!({ weightDecay: linearDecay }), /Call the function/);
  assert.throws(
    () => adamw({ weightDecay: { type: "linearDecay", initial: 0, steps: 4 } }),
    /^adamw\.weightDecay \(linearDecay\)\.initial: expected a number > 0, got 0/,
  );
  assert.throws(() => wrong.lion!({ weightDecay: { type: "linear" } }), /lion\.weightDecay\.type: .*"linear"/);
});

test.run();
