import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  adam,
  dense,
  embedding,
  flatten,
  input,
  loadModel,
  type Model,
  type ModelSpec,
  masking,
  multiHeadAttention,
  sequential,
} from "../../src/index.js";
import { bitsOf } from "../fingerprints.js";
import { close } from "../golden.js";
import { generator } from "../oracle.js";

const test = suite("attention in models");
type Layers = ModelSpec["layers"][number][];

const random = (shape: number[], seed: number) => {
  const next = generator(seed);
  return { data: Array.from({ length: shape.reduce((a, b) => a * b) }, () => Math.fround(next())), shape };
};
function make(shape: number[], layers: Layers, workers = 2): Model {
  const model = sequential([input({ shape }), ...layers]);
  const optimizer = adam({ learningRate: 0.01 });
  const flat = layers.some(({ type }) => type === "flatten");
  model.compile({ optimizer, ...(flat ? { loss: "meanSquaredError" } : {}), seed: 3, workers, numerics: "strict" });
  return model;
}

const [ROWS, STEPS] = [23, 7];
const words = (rows: number, steps: number) => {
  const next = generator(4);
  // Rows end with zeros, one of them has nothing else.
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: steps }, (_, i) => (i < row % (steps + 1) ? 1 + Math.floor(2 * next() + 2) : 0)),
  );
};

test("the same bits for 1 to 4 workers, and from JSON and a file", async () => {
  const layers: Layers = [
    embedding({ inputDim: 5, outputDim: 6, maskZero: true }),
    multiHeadAttention({ heads: 3, headSize: 5, causal: true, useBias: true, kernelRegularizer: { l2: 0.01 } }),
    multiHeadAttention({ heads: 2, kernelConstraint: { type: "maxNorm", maximum: 1 } }),
    flatten(),
    dense({ units: 2 }),
  ];
  const [x, y] = [words(ROWS, STEPS), random([ROWS, 2], 5)];
  const bits: string[] = [];
  for (const workers of [1, 2, 3, 4]) {
    await using model = make([STEPS], workers === 3 ? JSON.parse(JSON.stringify(layers)) : layers, workers);
    await model.fit(x, y, { epochs: 2, batchSize: 7 });
    bits.push(await bitsOf(model));
    if (workers < 4) continue;
    await using loaded = await loadModel(await model.toBlob(), { workers: 2 });
    bits.push(await bitsOf(loaded));
    assert.equal(await loaded.predict(x), await model.predict(x));
  }
  assert.is(new Set(bits).size, 1, bits.join());
});

for (const [heads, headSize, steps] of [
  [1, 1, 1],
  [2, 3, 3],
  [3, 4, 5],
  [2, 5, 7],
  [1, 8, 8],
] as const) {
  test(`gradients are the slopes of the loss: ${heads} heads of ${headSize}, ${steps} steps`, async () => {
    await using model = make(
      [steps, 3],
      [
        masking(),
        multiHeadAttention({ heads, headSize, causal: true, useBias: true }),
        multiHeadAttention({ heads, headSize }),
        flatten(),
      ],
    );
    const x = random([3, steps, 3], 1);
    // The second row has no first step, the third has no step at all.
    x.data.fill(0, 3 * steps, 3 * steps + 3).fill(0, 6 * steps);
    const y = random([3, 3 * steps], 2);
    const weights = (await model.getWeights()).map(({ name, shape }, i) => ({ name, ...random(shape, i + 3) }));
    await model.setWeights(weights);
    const { weights: gradients } = await model.gradients(x, y);
    const loss = async () => (await model.evaluate(x, y)).loss!;
    for (const [i, weight] of weights.entries()) {
      for (const at of [i % 2 ? 0 : weight.data.length - 1]) {
        const before = weight.data[at]!;
        const nudged = async (by: number) => {
          weight.data[at] = Math.fround(before + by);
          await model.setWeights(weights);
          return loss();
        };
        const slope = ((await nudged(1 / 64)) - (await nudged(-1 / 64))) * 32;
        weight.data[at] = before;
        close([gradients[i]!.data[at]!], [slope], 1e-3, `${weight.name}[${at}]`);
      }
    }
  });
}

test("a causal step does not see what comes, and nobody sees a masked step", async () => {
  const x = random([1, 6, 4], 7);
  const changed = { ...x, data: x.data.map((value, i) => (i >= 16 ? value + 1 : value)) };
  await using causal = make([6, 4], [multiHeadAttention({ heads: 2, causal: true })]);
  const [a, b] = [await causal.predict(x), await causal.predict(changed)];
  assert.equal(a.data.slice(0, 16), b.data.slice(0, 16));
  assert.ok(a.data.slice(16).every((value, i) => value !== b.data[16 + i]));
  await using whole = make([6, 4], [masking(), multiHeadAttention({ heads: 2 })]);
  await using short = make([4, 4], [multiHeadAttention({ heads: 2 })]);
  await short.setWeights(await whole.getWeights());
  const padded = { ...x, data: x.data.map((value, i) => (i >= 16 ? 0 : value)) };
  const first = (await whole.predict(padded)).data.slice(0, 16);
  close(first, (await short.predict({ data: x.data.slice(0, 16), shape: [1, 4, 4] })).data, 1e-6, "four steps");
  const nothing = await whole.predict({ ...x, data: x.data.map(() => 0) });
  assert.ok(nothing.data.every((value) => value === 0));
});

test("weights have names and shapes", async () => {
  await using model = make(
    [2, 4],
    [multiHeadAttention({ heads: 2 }), multiHeadAttention({ heads: 1, headSize: 3, useBias: true })],
  );
  const weights = await model.getWeights();
  assert.equal(
    weights.map(({ name, shape }) => `${name} ${shape}`),
    [
      ...["queryKernel 4,4", "keyKernel 4,4", "valueKernel 4,4", "outputKernel 4,4"].map(
        (name) => `multiHeadAttention_0.${name}`,
      ),
      ...["queryKernel 4,3", "queryBias 3", "keyKernel 4,3", "keyBias 3"].map((name) => `multiHeadAttention_1.${name}`),
      ...["valueKernel 4,3", "valueBias 3", "outputKernel 3,4", "outputBias 4"].map(
        (name) => `multiHeadAttention_1.${name}`,
      ),
    ],
  );
});

test.run();
