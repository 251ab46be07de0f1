// The bundle with every layer: the same numbers as the whole one, to the bit, and plain words where something is not in it.
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type * as Whole from "../src/index.js";
import { layers as table } from "../src/layers/index.js";

const test = suite("whetstone/layers");
const root = process.cwd();
const load = (file: string): Promise<typeof Whole> => import(pathToFileURL(join(root, "build", file)).href);
const whole = await load("whetstone.js");
const fewer = await load("whetstone.layers.js");

const ROWS = 6;
const CLASSES = 3;
const values = (count: number, most = 11) => Float32Array.from({ length: count }, (_, i) => ((i * 7) % most) / 5 - 1);

/** An input and the layers behind it, of which the last one's values end in a vector. */
type Stack = readonly [shape: readonly number[], layers: (from: typeof Whole) => readonly object[]];

const IMAGE = [6, 6, 2];
const SERIES = [5, 4];
const image = (layers: Stack[1]): Stack => [IMAGE, (from) => [...layers(from), from.flatten()]];
const series = (layers: Stack[1]): Stack => [SERIES, (from) => [...layers(from), from.flatten()]];
const vector = (layers: Stack[1]): Stack => [[8], layers];
const last = { returnSequences: false } as const;

/** By type of layer, a stack that has it. */
const STACKS: Readonly<Record<string, Stack>> = {
  dense: vector(({ dense }) => [dense({ units: 5, activation: "relu" })]),
  activation: vector(({ activation }) => [activation({ activation: "gelu" })]),
  activityRegularization: vector(({ activityRegularization }) => [activityRegularization({ l2: 0.01 })]),
  alphaDropout: vector(({ alphaDropout }) => [alphaDropout({ rate: 0.2 })]),
  dropout: vector(({ dropout }) => [dropout({ rate: 0.2 })]),
  gaussianDropout: vector(({ gaussianDropout }) => [gaussianDropout({ rate: 0.2 })]),
  gaussianNoise: vector(({ gaussianNoise }) => [gaussianNoise({ stddev: 0.2 })]),
  columnDropout: vector(({ columnDropout }) => [columnDropout({ rate: 0.2 })]),
  modalityDropout: vector(({ modalityDropout }) => [modalityDropout({ rate: 0.2 })]),
  batchNormalization: vector(({ batchNormalization }) => [batchNormalization()]),
  layerNormalization: vector(({ layerNormalization }) => [layerNormalization()]),
  rmsNormalization: vector(({ rmsNormalization }) => [rmsNormalization()]),
  groupNormalization: vector(({ groupNormalization }) => [groupNormalization({ groups: 2 })]),
  normalization: vector(({ adaptNormalization }) => [adaptNormalization({ data: values(80), shape: [10, 8] })]),
  rescaling: vector(({ rescaling }) => [rescaling({ scale: 0.5 })]),
  reshape: vector(({ reshape, flatten }) => [reshape({ targetShape: [2, 4] }), flatten()]),
  repeatVector: vector(({ repeatVector, flatten }) => [repeatVector({ n: 2 }), flatten()]),
  flatten: image(() => []),
  conv2d: image(({ conv2d }) => [conv2d({ filters: 3, kernelSize: 3 })]),
  depthwiseConv2d: image(({ depthwiseConv2d }) => [depthwiseConv2d({ kernelSize: 3 })]),
  separableConv2d: image(({ separableConv2d }) => [separableConv2d({ filters: 3, kernelSize: 3 })]),
  conv2dTranspose: image(({ conv2dTranspose }) => [conv2dTranspose({ filters: 2, kernelSize: 2, strides: 2 })]),
  maxPooling2d: image(({ maxPooling2d }) => [maxPooling2d({ poolSize: 2 })]),
  averagePooling2d: image(({ averagePooling2d }) => [averagePooling2d({ poolSize: 2 })]),
  globalMaxPooling2d: image(({ globalMaxPooling2d }) => [globalMaxPooling2d()]),
  globalAveragePooling2d: image(({ globalAveragePooling2d }) => [globalAveragePooling2d()]),
  upSampling2d: image(({ upSampling2d }) => [upSampling2d({ size: 2 })]),
  zeroPadding2d: image(({ zeroPadding2d }) => [zeroPadding2d({ padding: 1 })]),
  cropping2d: image(({ cropping2d }) => [cropping2d({ cropping: 1 })]),
  spatialDropout: image(({ spatialDropout }) => [spatialDropout({ rate: 0.2 })]),
  randomCrop: image(({ randomCrop }) => [randomCrop({ height: 4, width: 4 })]),
  randomFlip: image(({ randomFlip }) => [randomFlip()]),
  randomTranslation: image(({ randomTranslation }) => [randomTranslation({ heightFactor: 0.2, widthFactor: 0.2 })]),
  cutout: image(({ cutout }) => [cutout({ size: 2 })]),
  permute: image(({ permute }) => [permute({ dims: [2, 1, 3] })]),
  conv1d: series(({ conv1d }) => [conv1d({ filters: 3, kernelSize: 2 })]),
  maxPooling1d: series(({ maxPooling1d }) => [maxPooling1d({ poolSize: 2 })]),
  averagePooling1d: series(({ averagePooling1d }) => [averagePooling1d({ poolSize: 2 })]),
  globalMaxPooling1d: series(({ globalMaxPooling1d }) => [globalMaxPooling1d()]),
  globalAveragePooling1d: series(({ globalAveragePooling1d }) => [globalAveragePooling1d()]),
  upSampling1d: series(({ upSampling1d }) => [upSampling1d({ size: 2 })]),
  zeroPadding1d: series(({ zeroPadding1d }) => [zeroPadding1d({ padding: 1 })]),
  cropping1d: series(({ cropping1d }) => [cropping1d({ cropping: 1 })]),
  masking: series(({ masking, lstm }) => [masking(), lstm({ units: 3, ...last })]),
  lstm: series(({ lstm }) => [lstm({ units: 3, returnSequences: true })]),
  gru: series(({ gru }) => [gru({ units: 3, ...last })]),
  simpleRnn: series(({ simpleRnn }) => [simpleRnn({ units: 3, ...last })]),
  bidirectional: series(({ bidirectional, gru }) => [bidirectional(gru({ units: 3 }))]),
  timeDistributed: image(({ timeDistributed, conv1d }) => [
    timeDistributed(conv1d({ filters: 3, kernelSize: 2, activation: "relu" })),
  ]),
  multiHeadAttention: series(({ multiHeadAttention }) => [multiHeadAttention({ heads: 2, headSize: 2 })]),
  positionEmbedding: series(({ positionEmbedding }) => [positionEmbedding()]),
  embedding: [[4], (from) => [from.embedding({ inputDim: 9, outputDim: 3 }), from.flatten()]],
};
/** Layers of several inputs, which graphs have. */
const MERGES = ["add", "subtract", "multiply", "average", "maximum", "minimum", "concatenate", "dot"] as const;

const targets = Int32Array.from({ length: ROWS }, (_, i) => (i * i) % CLASSES);

/** Everything that a short training gives, as one text, and what a copy from its file predicts. */
async function outcome(from: typeof Whole, model: Whole.Model, x: Whole.DataInput): Promise<string> {
  await using trained = model;
  trained.compile({
    optimizer: "adam",
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
    seed: 3,
    workers: 2,
  });
  const { fingerprint, epochs } = await trained.fit(x, targets, { epochs: 2, batchSize: 3 });
  const { loss, accuracy } = epochs.at(-1)!;
  const predicted = await trained.predict(x);
  await using again = await from.loadModel(await (await trained.toBlob()).arrayBuffer());
  assert.equal(await again.predict(x), predicted);
  return JSON.stringify({ fingerprint, loss, accuracy, predicted });
}

for (const [type, [shape, layers]] of Object.entries(STACKS)) {
  test(`the same bits: ${type}`, async () => {
    const size = ROWS * shape.reduce((a, b) => a * b, 1);
    const data = type === "embedding" ? Uint8Array.from({ length: size }, (_, i) => (i * 5) % 9) : values(size);
    const build = (from: typeof Whole) =>
      from.sequential([
        from.input({ shape: [...shape] }),
        ...layers(from),
        from.dense({ units: CLASSES, activation: "softmax" }),
      ] as never);
    assert.is(await outcome(fewer, build(fewer), data), await outcome(whole, build(whole), data));
  });
}

for (const type of MERGES) {
  test(`the same bits: ${type}, in a graph`, async () => {
    const build = (from: typeof Whole) => {
      const start = from.input({ shape: [8] });
      const [a, b] = [from.dense({ units: 4, activation: "tanh" }), from.dense({ units: 4 })];
      const merge = type === "dot" ? from.dot({ axes: 1 }) : from[type]();
      const merged = merge.apply([a.apply(start), b.apply(start)]);
      const end = from.dense({ units: CLASSES, activation: "softmax" }).apply(merged);
      return from.functional({ inputs: start, outputs: end } as never);
    };
    const data = values(ROWS * 8);
    assert.is(await outcome(fewer, build(fewer), data), await outcome(whole, build(whole), data));
  });
}

test("every layer of the table is tried", () => {
  const missing = Object.keys(table).filter((type) => !(type in STACKS) && !MERGES.includes(type as "add"));
  assert.equal(missing, []);
});

test("every name of it is one of the whole", () => {
  const foreign = Object.keys(fewer).filter((name) => !(name in whole));
  assert.equal(foreign, []);
});

test("the same bits: several inputs and outputs, losses on more than vectors, states", async () => {
  const run = async (from: typeof Whole) => {
    const [a, b] = [from.input({ shape: SERIES, name: "a" }), from.input({ shape: [2], name: "b" })];
    const steps = from.lstm({ units: 3, returnSequences: true }).apply(a as never);
    const each = from.dense({ units: CLASSES, activation: "softmax", name: "each" }).apply(steps as never);
    const one = from.dense({ units: 1, name: "one" }).apply(b as never);
    await using model = from.functional({ inputs: [a, b], outputs: [each, one] } as never);
    const loss = { each: "sparseCategoricalCrossentropy", one: "meanSquaredError" } as const;
    model.compile({ optimizer: "sgd", loss, seed: 1, workers: 2 });
    const labels = Int32Array.from({ length: ROWS * SERIES[0]! }, (_, i) => i % CLASSES);
    const x = { a: values(ROWS * 20), b: values(ROWS * 2) };
    const { fingerprint } = await model.fit(x, { each: labels, one: values(ROWS) } as never, { epochs: 2 });
    return fingerprint;
  };
  assert.is(await run(fewer), await run(whole));
});

test("the same bits: stateful layers, which begin again when they are told to", async () => {
  const run = async (from: typeof Whole) => {
    const [x, y] = [values(ROWS * 4), targets];
    await using model = from.sequential([
      from.input({ shape: [2, 2] }),
      from.lstm({ units: 3, stateful: true }),
      from.dense({ units: CLASSES, activation: "softmax" }),
    ]);
    model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", seed: 3, workers: 2 });
    const { fingerprint } = await model.fit(x, y, { epochs: 2, batchSize: ROWS / 2, shuffle: false });
    const [first, second] = [await model.predict(x), await model.predict(x)];
    assert.not.equal(second, first);
    await model.resetStates();
    assert.equal(await model.predict(x), first);
    return JSON.stringify({ fingerprint, first });
  };
  assert.is(await run(fewer), await run(whole));
});

test("what it has not names the whole", async () => {
  const cure = /More is in "whetstone"; this is "whetstone\/layers"/;
  await using model = fewer.sequential([fewer.input({ shape: [2] }), fewer.dense({ units: 1 })]);
  assert.throws(() => model.compile({ optimizer: "lion", loss: "meanSquaredError" }), cure);
  assert.throws(() => model.compile({ optimizer: "adam", loss: "huber" }), cure);
  assert.throws(
    () => model.summary(),
    /whetstone\/layers: expected what it has, got a summary. Import from "whetstone"/,
  );
  assert.throws(() => fewer.upSampling2d({ interpolation: "bilinear" }), /unknown option "interpolation"/);
  assert.throws(
    () => model.compile({ optimizer: fewer.adam({ amsgrad: true }), loss: "meanSquaredError" }),
    /got amsgrad/,
  );
  for (const config of [{ momentum: 0.5 }, { centered: true }]) {
    assert.throws(() => fewer.rmsprop(config), /got more than plain rmsprop/);
  }
  assert.throws(() => fewer.sgd({ learningRate: { type: "polynomialDecay", initial: 0.1, steps: 2 } as never }), cure);
  const refused = async (call: () => unknown, what: RegExp) => {
    const outcome = await (async () => call())().then(String, (error: Error) => error.message);
    assert.match(outcome, what);
  };
  model.compile({ optimizer: "adam", loss: "meanSquaredError" });
  const [x, y] = [new Float32Array(4), new Float32Array(2)];
  await refused(() => model.fit(x, y, { sampler: "balanced" }), /got a sampler/);
  await refused(() => model.predict(x, { layer: "dense_0" }), /got what a layer gives/);
  await refused(() => model.fit(x, y, { classWeight: { 0: 2 } }), /got class weights/);
});

test.run();
