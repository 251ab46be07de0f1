// Every optimizer of the table: it learns at its defaults, its JSON trains to the same bits, for any number of workers,
// and what decays decays everywhere.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import * as whetstone from "../../src/index.js";
import { adam, adamw, type CompileOptions, dense, input, lion, type Model, sequential } from "../../src/index.js";
import { type OptimizerName, type OptimizerSpec, optimizers } from "../../src/optimizers/index.js";
import { bitsOf, fractions } from "../fingerprints.js";

const test = suite("every optimizer");

// L-BFGS takes all rows in one update; its own suites do the same with it.
const names = (Object.keys(optimizers) as OptimizerName[]).filter((name) => name !== "lbfgs");
const factories = whetstone as unknown as Record<string, (options?: object) => OptimizerSpec>;
/** One for each row of the table at its defaults, and the other forms that have kernels of their own. */
const forms: [string, OptimizerSpec][] = [
  ...names.map((name): [string, OptimizerSpec] => [name, factories[name]!()]),
  ["adam with amsgrad", adam({ amsgrad: true })],
  ["adamw with amsgrad", adamw({ amsgrad: true })],
  ["lion with decay", lion({ weightDecay: 0.1 })],
];

const [ROWS, BATCH, EPOCHS] = [80, 8, 30];
const next = fractions(11);
const x = Float32Array.from({ length: ROWS * 5 }, () => next() * 2 - 1);
/** A line through the five inputs, and a step off it. */
const y = Float32Array.from({ length: ROWS }, (_, row) => x[row * 5]! - 2 * x[row * 5 + 1]! + 3 * x[row * 5 + 4]! + 1);

const make = (optimizer: CompileOptions["optimizer"], workers: number): Model => {
  const model = sequential([input({ shape: [5] }), dense({ units: 7, activation: "tanh" }), dense({ units: 1 })]);
  model.compile({ optimizer, loss: "meanSquaredError", numerics: "strict", seed: 1, workers });
  return model;
};

for (const [name, optimizer] of forms) {
  test(`${name}: 300 steps at its defaults bring the loss down`, async () => {
    await using model = make(optimizer, 1);
    const { epochs, steps } = await model.fit(x, y, { epochs: EPOCHS, batchSize: BATCH });
    assert.is(steps, 300);
    const losses = epochs.map(({ loss }) => loss);
    assert.ok(losses.every(Number.isFinite));
    assert.ok(losses.at(-1)! < losses[0]!, `${losses[0]} became ${losses.at(-1)}`);
    // Adadelta's and Adagrad's defaults are slow; all others get somewhere.
    const share = { adadelta: 0.9999, adagrad: 0.99 }[name] ?? 0.9;
    assert.ok(losses.at(-1)! < share * losses[0]!, `${losses[0]} became ${losses.at(-1)}`);
  });

  test(`${name}: the same bits from JSON or by name, and with 1 to 3 workers`, async () => {
    const trained = async (spec: CompileOptions["optimizer"], workers: number) => {
      await using model = make(spec, workers);
      const before = await bitsOf(model);
      await model.fit(x, y, { epochs: 2, batchSize: 7 });
      const bits = await bitsOf(model);
      assert.is.not(bits, before);
      return bits;
    };
    const alone = await trained(optimizer, 1);
    assert.is(await trained(JSON.parse(JSON.stringify(optimizer)), 2), alone, "from JSON, 2 workers");
    const { type, ...given } = optimizer;
    assert.is(await trained(name === type ? type : factories[type]!(given), 3), alone, "made anew, 3 workers");
  });
}

for (const name of names) {
  const optimizer = factories[name]!({ learningRate: 0.1, weightDecay: 0.5 });
  test(`${name} decays kernels and biases alike, with or without a gradient`, async () => {
    await using model = sequential([input({ shape: [2] }), dense({ units: 2, name: "only" })]);
    model.compile({ optimizer, loss: "meanSquaredError", numerics: "strict" });
    await model.setWeights([
      { shape: [2, 2], data: [1, 2, -3, 4] },
      { shape: [2], data: [5, -6] },
    ]);
    for (let t = 0; t < 3; t++) {
      await model.applyGradients([
        { name: "only.kernel", shape: [2, 2], data: [0, 0, 0, 0] },
        { name: "only.bias", shape: [2], data: [0, 0] },
      ]);
    }
    const values = (await model.getWeights()).flatMap(({ data }) => [...data]);
    [1, 2, -3, 4, 5, -6].forEach((start, i) => {
      const want = start * 0.95 * 0.95 * 0.95;
      assert.ok(Math.abs(values[i]! - want) < 1e-5, `[${i}] is ${values[i]}, want ${want}`);
    });
  });
}

test("a loss does not hold a decoupled decay", async () => {
  await using model = make(adamw({ weightDecay: 10 }), 1);
  const { loss, dataLoss, penalty } = await model.trainOnBatch(x, y);
  assert.is(penalty, 0);
  assert.is(loss, dataLoss);
});

test.run();
