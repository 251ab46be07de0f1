// A layer on each step is the layer on the steps as rows of a batch of their own.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  activation,
  activityRegularization,
  alphaDropout,
  averagePooling2d,
  batchNormalization,
  bidirectional,
  conv1d,
  conv2d,
  conv2dTranspose,
  cropping2d,
  cutout,
  dense,
  depthwiseConv2d,
  dropout,
  embedding,
  flatten,
  functional,
  globalAveragePooling1d,
  globalMaxPooling2d,
  groupNormalization,
  gru,
  input,
  layerNormalization,
  loadModel,
  lstm,
  masking,
  maxPooling2d,
  multiHeadAttention,
  normalization,
  permute,
  positionEmbedding,
  randomFlip,
  randomTranslation,
  repeatVector,
  rescaling,
  reshape,
  rmsNormalization,
  separableConv2d,
  simpleRnn,
  spatialDropout,
  timeDistributed,
  upSampling2d,
  zeroPadding1d,
} from "../../src/index.js";
import { bitsOf } from "../fingerprints.js";
import { close } from "../golden.js";
import { B, type Layer, make, onSteps, random, STEPS } from "./onSteps.js";

const test = suite("a layer on each step");
const IMAGE = [5, 4, 3];
const SERIES = [4, 6];
const sentence = { data: Float32Array.from({ length: B * STEPS * 4 }, (_, i) => (5 * i * i + i) % 9) };

/** By name, an example of a step's and the layers on it. */
const STACKS: Readonly<Record<string, readonly [shape: readonly number[], layers: readonly Layer[]]>> = {
  "layerNormalization, rescaling": [[7], [layerNormalization(), rescaling({ scale: 3 })]],
  rmsNormalization: [SERIES, [rmsNormalization()]],
  normalization: [[3], [normalization({ mean: [1, 2, 3], variance: [2, 1, 3] })]],
  "conv2d with an activation": [IMAGE, [conv2d({ filters: 4, kernelSize: 3, padding: "same", activation: "relu" })]],
  "conv2d, strides, softmax": [IMAGE, [conv2d({ filters: 5, kernelSize: 2, strides: 2, activation: "softmax" })]],
  separableConv2d: [IMAGE, [separableConv2d({ filters: 3, kernelSize: 3 })]],
  depthwiseConv2d: [IMAGE, [depthwiseConv2d({ kernelSize: 2 })]],
  conv2dTranspose: [IMAGE, [conv2dTranspose({ filters: 2, kernelSize: 3, strides: 2 })]],
  "poolings and flatten": [
    [8, 8, 3],
    [maxPooling2d(), averagePooling2d(), flatten(), activation("tanh")],
  ],
  globalMaxPooling2d: [IMAGE, [globalMaxPooling2d()]],
  "moves: reshape, permute, cropping2d, upSampling2d": [
    [30],
    [
      reshape({ targetShape: [5, 3, 2] }),
      permute({ dims: [2, 1, 3] }),
      cropping2d({ cropping: [0, 1] }),
      upSampling2d(),
    ],
  ],
  "repeatVector, zeroPadding1d, conv1d, globalAveragePooling1d": [
    [3],
    [repeatVector({ n: 4 }), zeroPadding1d(), conv1d({ filters: 9, kernelSize: 3 }), globalAveragePooling1d()],
  ],
  "groupNormalization, frozen batchNormalization": [
    [4, 6],
    [groupNormalization({ groups: 2 }), batchNormalization()],
  ],
  lstm: [SERIES, [lstm({ units: 3, returnSequences: true, activation: "tanh" }), lstm({ units: 5 })]],
  "gru, simpleRnn": [
    SERIES,
    [gru({ units: 3, returnSequences: true }), simpleRnn({ units: 9, goBackwards: true, activation: "relu" })],
  ],
  bidirectional: [SERIES, [bidirectional(gru({ units: 3, returnSequences: true }), { mergeMode: "mul" })]],
  "attention and places": [SERIES, [positionEmbedding(), multiHeadAttention({ heads: 2, headSize: 3, causal: true })]],
  embedding: [[4], [embedding({ inputDim: 9, outputDim: 6 }), globalAveragePooling1d()]],
};

for (const [name, [shape, layers]] of Object.entries(STACKS)) {
  test(`${name}: the same outputs and gradients as on rows, to the bit`, async () => {
    await using steps = make([STEPS, ...shape], onSteps(layers));
    await using rows = make(shape, layers);
    const weights = (await rows.getWeights()).map((weight, i) => random(weight.shape, i + 2));
    for (const weight of weights) weight.data.forEach((value, i, all) => void (all[i] = Math.abs(value) / 2));
    for (const model of [steps, rows]) await model.setWeights(weights);
    const x = name === "embedding" ? sentence : random([B, STEPS, ...shape]);
    const out = await steps.predict({ ...x, shape: [B, STEPS, ...shape] });
    const want = await rows.predict({ ...x, shape: [B * STEPS, ...shape] });
    assert.equal(out.shape, [B, STEPS, ...want.shape.slice(1)]);
    assert.equal(out.data, want.data);
    assert.ok(new Set(out.data).size > 3);

    const d = random(out.shape, 30);
    const got = await steps.backward({ ...x, shape: [B, STEPS, ...shape] }, d);
    const by = await rows.backward({ ...x, shape: [B * STEPS, ...shape] }, { ...d, shape: want.shape });
    assert.equal(got.input.data, by.input.data);
    assert.equal(
      got.weights.map(({ data }) => data),
      by.weights.map(({ data }) => data),
    );
  });
}

test("training on steps is training on rows: random layers, statistics, penalties, a remainder", async () => {
  const layers = [
    randomTranslation({ heightFactor: 0.2, widthFactor: 0.2 }),
    randomFlip(),
    cutout({ size: 2 }),
    conv2d({
      filters: 5,
      kernelSize: 3,
      activation: "relu",
      kernelRegularizer: { l2: 0.01 },
      kernelConstraint: { type: "maxNorm", maximum: 1 },
    }),
    batchNormalization({ momentum: 0.8 }),
    spatialDropout({ rate: 0.3 }),
    flatten(),
    dense({ units: 2 }),
  ] as const;
  const x = random([8, STEPS, ...IMAGE]);
  const y = random([8, STEPS, 2], 4);
  const states: number[][] = [];
  for (const [own, count, shape] of [
    [onSteps(layers), 8, [STEPS]],
    [layers, 8 * STEPS, []],
  ] as const) {
    await using model = make([...shape, ...IMAGE], own, 2, true);
    const data = [
      { ...x, shape: [count, ...shape, ...IMAGE] },
      { ...y, shape: [count, ...shape, 2] },
    ] as const;
    await model.fit(...data, { epochs: 3, batchSize: count === 8 ? 3 : 3 * STEPS, shuffle: false });
    states.push([...(await model.getWeights()), await model.predict(data[0])].flatMap(({ data }) => [...data]));
  }
  close(states[0]!, states[1]!, 1e-5, "weights and predictions");
});

test("penalties on values are those of the values of all steps", async () => {
  const x = random([6, STEPS, ...IMAGE]);
  const y = random([6, 2], 4);
  const conv = { filters: 3, kernelSize: 2 };
  const [inside, behind] = [
    [timeDistributed(conv2d({ ...conv, activation: "relu", activityRegularizer: { l1: 0.1, l2: 0.2 } }))],
    [
      timeDistributed(conv2d(conv)),
      timeDistributed(activation("relu")),
      timeDistributed(activityRegularization({ l1: 0.1, l2: 0.2 })),
    ],
  ];
  const losses: number[] = [];
  for (const layers of [inside, behind]) {
    await using model = make([STEPS, ...IMAGE], [...layers, flatten(), dense({ units: 2 })], 2, true);
    const { epochs } = await model.fit(x, y, { epochs: 3, batchSize: 4, shuffle: false });
    losses.push(epochs.at(-1)!.loss!);
  }
  assert.is(losses[0], losses[1]);
});

test("masks of steps stay for the layers above", async () => {
  for (const inner of [[conv1d({ filters: 3, kernelSize: 2, activation: "tanh" }), flatten()], [gru({ units: 3 })]]) {
    const layers = [...onSteps([reshape({ targetShape: [4, 2] }), ...inner]), lstm({ units: 4 })];
    await using long = make([STEPS + 2, 8], [masking({ maskValue: -1 }), ...layers]);
    await using short = make([STEPS, 8], layers);
    await long.setWeights((await short.getWeights()).map(({ data, shape }) => ({ data, shape })));
    const x = random([B, STEPS, 8]);
    const padded = new Float32Array(B * (STEPS + 2) * 8).fill(-1);
    for (let b = 0; b < B; b++) padded.set(x.data.subarray(b * STEPS * 8, (b + 1) * STEPS * 8), b * (STEPS + 2) * 8);
    assert.equal((await long.predict({ data: padded, shape: [B, STEPS + 2, 8] })).data, (await short.predict(x)).data);
  }
});

test("a recurrent layer of each step trains where nothing below does", async () => {
  const layers = [lstm({ units: 3 }), dense({ units: 2 })];
  const x = random([8, STEPS, ...SERIES]);
  const y = random([8, STEPS, 2], 4);
  await using steps = make([STEPS, ...SERIES], onSteps(layers), 2, true);
  await using rows = make(SERIES, layers, 2, true);
  await steps.fit(x, y, { epochs: 5, batchSize: 4, shuffle: false });
  await rows.fit(
    { ...x, shape: [8 * STEPS, ...SERIES] },
    { ...y, shape: [8 * STEPS, 2] },
    { epochs: 5, batchSize: 4 * STEPS, shuffle: false },
  );
  const want = await rows.getWeights();
  (await steps.getWeights()).forEach(({ data, name }, i) => {
    close(data, want[i]!.data, 1e-5, name);
  });
});

test("numbers that an embedding of each step has no vector for are told", async () => {
  await using model = make([STEPS, 4], [...onSteps([embedding({ inputDim: 9, outputDim: 3 }), flatten()]), flatten()]);
  const wrong = { data: sentence.data.map((value, i) => (i === 30 ? 9 : value)), shape: [B, STEPS, 4] };
  const message = await model.predict(wrong).then(String, ({ code, message }) => `${code} ${message}`);
  assert.match(message, /^E_DATA .* got 9 /);
});

test("a loss on vectors of further axes takes all steps, masked or not", async () => {
  const layers = [timeDistributed(reshape({ targetShape: [4, 2] })), timeDistributed(dense({ units: 2 }))];
  const x = random([B, STEPS, 8]);
  x.data.fill(0, 8, 24);
  const y = random([B, STEPS, 4, 2], 3);
  const losses: number[] = [];
  for (const before of [[masking()], []]) {
    await using model = make([STEPS, 8], [...before, ...layers], 2, true);
    losses.push((await model.evaluate(x, y)).loss!);
  }
  assert.is(losses[0], losses[1]);
});

test("steps of steps; names and frozen weights are the layer's; files keep it", async () => {
  const words = timeDistributed(embedding({ inputDim: 9, outputDim: 4, name: "words", trainable: false }));
  const inner = timeDistributed(timeDistributed(conv1d({ filters: 3, kernelSize: 2, name: "pairs" })));
  const start = input({ shape: [2, STEPS, 4] });
  const read = inner.apply(timeDistributed(timeDistributed(reshape({ targetShape: [2, 2] }))).apply(start));
  await using nested = functional({ inputs: start, outputs: read });
  nested.compile({ optimizer: "adam", seed: 3, workers: 2, numerics: "strict" });
  await using flat = make([2, 2], [conv1d({ filters: 3, kernelSize: 2 })]);
  const weights = await nested.getWeights();
  assert.equal(
    weights.map(({ name }) => name),
    ["pairs.kernel", "pairs.bias"],
  );
  await flat.setWeights(weights.map(({ data, shape }) => ({ data, shape })));
  const x = random([B, 2, STEPS, 4]);
  const out = await nested.predict(x);
  assert.equal(out.shape, [B, 2, STEPS, 1, 3]);
  assert.equal(out.data, (await flat.predict({ ...x, shape: [B * 2 * STEPS, 2, 2] })).data);

  await using text = make([STEPS, 4], [words, timeDistributed(gru({ units: 3 })), lstm({ units: 2 })], 2, true);
  const before = await text.getWeights();
  await text.fit({ ...sentence, shape: [B, STEPS, 4] }, random([B, 2]), { epochs: 2 });
  const after = await text.getWeights();
  assert.is(after[0]!.name, "words.embeddings");
  assert.equal(after[0]!.data, before[0]!.data);
  assert.not.equal(after[1]!.data, before[1]!.data);
  await using again = await loadModel(await (await text.toBlob()).arrayBuffer());
  const data = { ...sentence, shape: [B, STEPS, 4] };
  assert.equal(await again.predict(data), await text.predict(data));
});

test("the same bits for 1 to 4 workers", async () => {
  const layers = [
    timeDistributed(conv2d({ filters: 4, kernelSize: 3, activation: "relu" })),
    timeDistributed(batchNormalization()),
    timeDistributed(maxPooling2d()),
    timeDistributed(flatten()),
    timeDistributed(alphaDropout({ rate: 0.2 })),
    timeDistributed(dropout({ rate: 0.2 })),
    gru({ units: 3 }),
    dense({ units: 1 }),
  ];
  const x = random([13, STEPS, ...IMAGE]);
  const y = random([13, 1], 2);
  const bits = new Set<string>();
  for (const workers of [1, 2, 3, 4]) {
    await using model = make([STEPS, ...IMAGE], JSON.parse(JSON.stringify(layers)), workers, true);
    await model.fit(x, y, { epochs: 3, batchSize: 6 });
    bits.add(await bitsOf(model));
  }
  assert.is(bits.size, 1, [...bits].join());
});

test.run();
