// Options of layers that have another name beside them, or that only say where values begin and lie.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  batchNormalization,
  bidirectional,
  depthwiseConv2d,
  globalAveragePooling1d,
  globalAveragePooling2d,
  globalMaxPooling1d,
  globalMaxPooling2d,
  groupNormalization,
  gru,
  input,
  layerNormalization,
  lstm,
  rmsNormalization,
  sequential,
} from "../../src/index.js";
import type { LayerSpec } from "../../src/layers/index.js";
import { generator } from "../golden.js";

const test = suite("options of layers");

const next = generator(8);
const numbers = (shape: readonly number[]) => ({
  shape,
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, next),
});
function made(shape: number[], layer: LayerSpec) {
  const model = sequential([input({ shape }), layer]);
  model.compile({ optimizer: "sgd", loss: "meanSquaredError", numerics: "strict", seed: 3, workers: 2 });
  return model;
}

test("keepDims: the same values and gradients, in an example of as many axes", async () => {
  for (const [shape, out, plain, kept] of [
    [[4, 3, 5], [1, 1, 5], globalAveragePooling2d(), globalAveragePooling2d({ keepDims: true })],
    [[4, 3, 5], [1, 1, 5], globalMaxPooling2d({ keepDims: false }), globalMaxPooling2d({ keepDims: true })],
    [[7, 5], [1, 5], globalAveragePooling1d(), globalAveragePooling1d({ keepDims: true })],
    [[7, 5], [1, 5], globalMaxPooling1d(), globalMaxPooling1d({ keepDims: true })],
  ] as const) {
    await using one = made([...shape], plain);
    await using other = made([...shape], kept);
    const [x, dout] = [numbers([3, ...shape]), numbers([3, 5])];
    const [a, b] = [await one.predict(x), await other.predict(x)];
    assert.equal(
      [a.shape, b.shape],
      [
        [3, 5],
        [3, ...out],
      ],
    );
    assert.equal(b.data, a.data);
    const bits = await other.backward(x, { ...dout, shape: [3, ...out] });
    assert.equal(bits.input, (await one.backward(x, dout)).input);
  }
});

test("gamma and beta begin where their initializers say", async () => {
  const options = { gammaInitializer: { type: "constant", value: 0.5 }, betaInitializer: "ones" } as const;
  const { betaInitializer: _, ...gamma } = options;
  for (const layer of [
    batchNormalization(options),
    layerNormalization(options),
    groupNormalization({ ...options, groups: 1 }),
    rmsNormalization(gamma),
  ]) {
    await using model = made([3], layer);
    const weights = (await model.getWeights()).map(({ name, data }) => [name.split(".")[1], ...data]);
    assert.equal(
      weights.slice(0, 2),
      [
        ["gamma", 0.5, 0.5, 0.5],
        ["beta", 1, 1, 1],
      ].slice(0, layer.type === "rmsNormalization" ? 1 : 2),
    );
    if (layer.type === "batchNormalization")
      assert.equal(weights.slice(2), [
        ["movingMean", 0, 0, 0],
        ["movingVariance", 1, 1, 1],
      ]);
  }
});

test("a depthwise kernel's options by either name", async () => {
  const options = { Initializer: "ones", Regularizer: { l2: 0.25 }, Constraint: "unitNorm" } as const;
  const named = (prefix: string) =>
    Object.fromEntries(Object.entries(options).map(([key, value]) => [`${prefix}${key}`, value]));
  const [x, y] = [numbers([4, 5, 5, 2]), numbers([4, 3, 3, 2])];
  const runs = ["kernel", "depthwise"].map(async (prefix) => {
    await using model = made([5, 5, 2], depthwiseConv2d({ kernelSize: 3, ...named(prefix) }));
    const [kernel] = await model.getWeights();
    assert.ok(kernel!.data.every((value) => value === 1));
    const { penalty } = await model.trainOnBatch(x, y);
    assert.is(penalty, 0.25 * 18);
    return (await model.getWeights()).map(({ data }) => [...data]);
  });
  const [one, other] = await Promise.all(runs);
  assert.equal(one, other);
  const norm = one![0]!.reduce((sum, value, i) => sum + (i % 2 ? 0 : value * value), 0);
  assert.ok(Math.abs(norm - 1) < 1e-5, `${norm}`);
});

test("gated cells take the names of the activations that they have", async () => {
  const names = { activation: "tanh", recurrentActivation: "sigmoid" } as const;
  const x = numbers([3, 6, 2]);
  for (const [plain, named] of [
    [lstm({ units: 4 }), lstm({ units: 4, ...names })],
    [gru({ units: 4 }), gru({ units: 4, activation: { type: "tanh" }, recurrentActivation: { type: "sigmoid" } })],
    [bidirectional(lstm({ units: 4 })), bidirectional(lstm({ units: 4, ...names }))],
  ] as const) {
    await using one = made([6, 2], plain);
    await using other = made([6, 2], named);
    assert.equal(await other.predict(x), await one.predict(x));
  }
});

test.run();
