import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  conv2d,
  cropping1d,
  cropping2d,
  dense,
  depthwiseConv2d,
  flatten,
  input,
  lstm,
  type ModelSpec,
  masking,
  permute,
  repeatVector,
  reshape,
  separableConv2d,
  sequential,
  upSampling1d,
  upSampling2d,
  zeroPadding1d,
  zeroPadding2d,
} from "../../src/index.js";
import { close, generator } from "../golden.js";

const test = suite("layers of shapes");

type Layer = Exclude<ModelSpec["layers"][number], { type: "input" }>;
const numbers = (count: number, seed = 1) => {
  const next = generator(seed);
  return Float32Array.from({ length: count }, next);
};
const sizeOf = (shape: number[]) => shape.reduce((a, b) => a * b, 1);
/** The indices of a shape's values, in their order. */
function* indices(shape: number[]): Generator<number[]> {
  for (let i = 0; i < sizeOf(shape); i++) {
    let rest = i;
    yield [...shape]
      .reverse()
      .map((extent) => {
        const index = rest % extent;
        rest = (rest - index) / extent;
        return index;
      })
      .reverse();
  }
}

/** Layer, shapes of examples, and the index of the input that an index of the output has; outside there are zeros. */
const moves: [name: string, layer: Layer, inp: number[], out: number[], from: (at: number[]) => number[]][] = [
  ["permute of three axes", permute({ dims: [3, 1, 2] }), [2, 3, 5], [5, 2, 3], ([k, i, j]) => [i!, j!, k!]],
  ["permute of a sequence", permute({ dims: [2, 1] }), [4, 3], [3, 4], ([i, j]) => [j!, i!]],
  ["repeatVector", repeatVector({ n: 3 }), [5], [3, 5], ([, i]) => [i!]],
  ["zeroPadding2d", zeroPadding2d(), [2, 3, 2], [4, 5, 2], ([y, x, c]) => [y! - 1, x! - 1, c!]],
  ["zeroPadding2d by axis", zeroPadding2d({ padding: [0, 2] }), [2, 3, 1], [2, 7, 1], ([y, x, c]) => [y!, x! - 2, c!]],
  [
    "zeroPadding2d by side",
    zeroPadding2d({
      padding: [
        [1, 2],
        [0, 3],
      ],
    }),
    [2, 3, 5],
    [5, 6, 5],
    ([y, x, c]) => [y! - 1, x!, c!],
  ],
  [
    "cropping2d",
    cropping2d({
      cropping: [
        [1, 2],
        [0, 3],
      ],
    }),
    [5, 6, 3],
    [2, 3, 3],
    ([y, x, c]) => [y! + 1, x!, c!],
  ],
  [
    "upSampling2d",
    upSampling2d({ size: [2, 3] }),
    [2, 3, 3],
    [4, 9, 3],
    ([y, x, c]) => [Math.floor(y! / 2), Math.floor(x! / 3), c!],
  ],
  ["zeroPadding1d", zeroPadding1d({ padding: [2, 1] }), [3, 2], [6, 2], ([i, c]) => [i! - 2, c!]],
  ["cropping1d", cropping1d({ cropping: [1, 2] }), [5, 3], [2, 3], ([i, c]) => [i! + 1, c!]],
  ["upSampling1d", upSampling1d(), [3, 4], [6, 4], ([i, c]) => [Math.floor(i! / 2), c!]],
];

for (const [name, layer, inp, out, from] of moves) {
  test(`${name} moves values, and their gradients back`, async () => {
    const ROWS = 3;
    await using model = sequential([input({ shape: inp }), layer]);
    model.compile({ optimizer: "sgd", numerics: "strict", workers: 2 });
    const x = numbers(ROWS * sizeOf(inp));
    const dout = numbers(ROWS * sizeOf(out), 2);
    const wanted = new Float32Array(dout.length);
    const gradient = new Float32Array(x.length);
    for (let row = 0; row < ROWS; row++) {
      let i = row * sizeOf(out);
      for (const at of indices(out)) {
        const source = from(at);
        if (source.every((index, axis) => index >= 0 && index < inp[axis]!)) {
          const place = row * sizeOf(inp) + source.reduce((sum, index, axis) => sum * inp[axis]! + index, 0);
          wanted[i] = x[place]!;
          gradient[place]! += dout[i]!;
        }
        i++;
      }
    }
    const { data, shape } = await model.predict(x);
    assert.equal(shape, [ROWS, ...out]);
    assert.equal(data, wanted);
    const back = await model.backward(x, dout);
    assert.equal(back.input.data, gradient);
  });
}

test("reshape takes the values as they are, and fills in an extent", async () => {
  await using model = sequential([input({ shape: [4, 6] }), reshape({ targetShape: [2, -1, 3] })]);
  const x = numbers(2 * 24);
  const { data, shape } = await model.predict(x);
  assert.equal(shape, [2, 2, 4, 3]);
  assert.equal(data, x);
});

test("a mask ends where steps are others", async () => {
  const reshaped = [input({ shape: [4, 6] }), masking(), reshape({ targetShape: [8, 3] }), lstm({ units: 2 })];
  const plain = [input({ shape: [4, 6] }), reshape({ targetShape: [8, 3] }), lstm({ units: 2 })];
  const turned = [input({ shape: [4, 4] }), masking(), permute({ dims: [2, 1] }), lstm({ units: 2 })];
  const unmasked = [input({ shape: [4, 4] }), permute({ dims: [2, 1] }), lstm({ units: 2 })];
  for (const [masked, other, width] of [
    [reshaped, plain, 24],
    [turned, unmasked, 16],
  ] as const) {
    const x = numbers(2 * width);
    x.fill(0, width / 2, width);
    const outputs = await Promise.all(
      [masked, other].map(async (layers) => {
        await using model = sequential(layers as ModelSpec["layers"][number][]);
        model.compile({ optimizer: "sgd", seed: 1 });
        return (await model.predict(x)).data;
      }),
    );
    assert.equal(outputs[0], outputs[1]);
  }
});

test("separableConv2d is a depthwiseConv2d and a conv2d of single pixels", async () => {
  const window = { kernelSize: 3, strides: 2, padding: "same", depthMultiplier: 2 } as const;
  await using one = sequential([
    input({ shape: [5, 6, 3] }),
    separableConv2d({
      ...{ ...window, filters: 4, activation: "tanh" },
      depthwiseRegularizer: { l2: 0.1 },
      pointwiseRegularizer: { l1: 0.01 },
      pointwiseConstraint: "nonNegative",
    }),
  ]);
  await using two = sequential([
    input({ shape: [5, 6, 3] }),
    depthwiseConv2d({ ...window, useBias: false, kernelRegularizer: { l2: 0.1 } }),
    conv2d({
      ...{ filters: 4, kernelSize: 1, activation: "tanh" },
      kernelRegularizer: { l1: 0.01 },
      kernelConstraint: "nonNegative",
    }),
  ]);
  for (const model of [one, two]) model.compile({ optimizer: "sgd", numerics: "strict", workers: 2, seed: 3 });
  const weights = await two.getWeights();
  assert.equal(
    (await one.getWeights()).map(({ name, shape }) => [name, shape]),
    [
      ["separableConv2d_0.depthwiseKernel", [3, 3, 3, 2]],
      ["separableConv2d_0.pointwiseKernel", [1, 1, 6, 4]],
      ["separableConv2d_0.bias", [4]],
    ],
  );
  await one.setWeights(weights.map(({ shape, data }) => ({ shape, data })));
  const x = numbers(2 * 90);
  const outputs = await Promise.all([one, two].map((model) => model.predict(x)));
  assert.equal(outputs[0]!.shape, [2, 3, 3, 4]);
  assert.equal(outputs[0]!.data, outputs[1]!.data);
  const gradients = await Promise.all([one, two].map((model) => model.backward(x, numbers(2 * 36, 4))));
  assert.equal(gradients[0]!.input.data, gradients[1]!.input.data);
  for (const [i, { data }] of gradients[0]!.weights.entries()) assert.equal(data, gradients[1]!.weights[i]!.data);
  for (const model of [one, two]) {
    await model.applyGradients(gradients[0]!.weights.map(({ shape, data }) => ({ shape, data })));
  }
  const updated = await Promise.all([one, two].map((model) => model.getWeights()));
  assert.ok(updated[0]![1]!.data.includes(0), "the constraint holds");
  for (const [i, { data }] of updated[0]!.entries()) assert.equal(data, updated[1]![i]!.data);
});

test("upSampling2d, bilinear: PyTorch's values and gradients", async () => {
  await using model = sequential([
    input({ shape: [2, 3, 1] }),
    upSampling2d({ size: [2, 3], interpolation: "bilinear" }),
  ]);
  model.compile({ optimizer: "sgd", numerics: "strict", workers: 1 });
  const { data, shape } = await model.predict([0, 1, 4, 9, 16, 25]);
  assert.equal(shape, [1, 4, 9, 1]);
  const [first, last] = [
    [0, 0, 1 / 3, 2 / 3, 1, 2, 3, 4, 4],
    [9, 9, 34 / 3, 41 / 3, 16, 19, 22, 25, 25],
  ];
  const between = (share: number) => first!.map((value, i) => value + share * (last![i]! - value));
  close(data, [0, 0.25, 0.75, 1].flatMap(between), 1e-6, "output");
  const { input: gradient } = await model.backward(
    [0, 1, 4, 9, 16, 25],
    Array.from({ length: 36 }, (_, i) => (i % 5) - 2),
  );
  close(gradient.data, [-17 / 6, 2, -23 / 12, 2.5, -1, -0.75], 1e-6, "gradient");
});

test("trains to the same bits with 1 to 4 workers", async () => {
  const ROWS = 37;
  const x = numbers(ROWS * 48);
  const y = Int32Array.from({ length: ROWS }, (_, i) => i % 3);
  const layers = [
    input({ shape: [48] }),
    reshape({ targetShape: [4, 4, 3] }),
    zeroPadding2d({ padding: [1, 0] }),
    depthwiseConv2d({ kernelSize: [3, 2], depthMultiplier: 3, activation: "tanh" }),
    upSampling2d({ interpolation: "bilinear" }),
    separableConv2d({ filters: 5, kernelSize: 3, strides: 2, padding: "same", activation: "relu" }),
    cropping2d({ cropping: [1, 0] }),
    permute({ dims: [2, 3, 1] }),
    flatten(),
    repeatVector({ n: 2 }),
    flatten(),
    dense({ units: 3, activation: "softmax" }),
  ];
  const fits = await Promise.all(
    [1, 2, 3, 4].map(async (workers) => {
      await using model = sequential(layers);
      model.compile({
        optimizer: "adam",
        loss: "sparseCategoricalCrossentropy",
        numerics: "strict",
        workers,
        seed: 5,
      });
      const before = await model.getWeights();
      await model.fit(x, y, { epochs: 3, batchSize: 8 });
      return { before, weights: await model.getWeights() };
    }),
  );
  for (const { weights } of fits) assert.equal(weights, fits[0]!.weights);
  // Every weight learns.
  for (const [i, { name, data }] of fits[0]!.weights.entries()) assert.not.equal(data, fits[0]!.before[i]!.data, name);
});

test.run();
