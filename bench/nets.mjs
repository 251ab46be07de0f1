// What is trained beyond dense nets: rows as those of workloads.mjs, their layers in Keras' words for every peer to read.

const adam = { name: "adam", learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
const [steps, channels, characters] = [64, 96, 256];

/** A layer's input added to its output, through these layers. */
const residual = (...layers) => ({ type: "residual", layers: [{ type: "layerNormalization" }, ...layers] });
const block = [
  residual({ type: "multiHeadAttention", heads: 4, causal: true, useBias: true }),
  residual({ type: "dense", units: 4 * channels, activation: "relu" }, { type: "dense", units: channels }),
];

/** What is predicted: the character behind the last step alone, or behind each of them. */
const PREDICTED = {
  last: { head: [{ type: "cropping1d", cropping: [steps - 1, 0] }, { type: "flatten" }], labels: 1 },
  each: { head: [], labels: steps },
};
const { head, labels } = PREDICTED.each;

/** `without` are the peers that are not asked. */
export const NETS = [
  {
    name: "LeNet",
    title: "28x28, conv 5x5 8, pool, conv 5x5 16, pool, dense 64, 10, batch 64, Adam",
    ...{ shape: [28, 28, 1], batch: 64, rows: 6400, data: "pixels", loss: "crossentropy", optimizer: adam, l2: 0 },
    layers: [
      { type: "conv2d", filters: 8, kernelSize: 5, padding: "same", activation: "relu" },
      { type: "maxPooling2d", poolSize: 2 },
      { type: "conv2d", filters: 16, kernelSize: 5, padding: "same", activation: "relu" },
      { type: "maxPooling2d", poolSize: 2 },
      { type: "flatten" },
      { type: "dense", units: 64, activation: "relu" },
      { type: "dense", units: 10, activation: "softmax" },
    ],
    // TensorFlow.js has no gradient of a convolution in wasm.
    without: ["jax", "jax whole", "full", "tfjs"],
    targets: { "torch 1": 1, team: 1.7 },
  },
  {
    name: "Transformer",
    title: "3 causal blocks of 96 channels, 4 heads, context 64, 256 characters, batch 8, Adam",
    ...{ shape: [steps], batch: 8, rows: 128, data: "characters", loss: "crossentropy", optimizer: adam, l2: 0 },
    ...{ values: characters, labels },
    layers: [
      { type: "embedding", inputDim: characters, outputDim: channels },
      { type: "positionEmbedding" },
      ...[...block, ...block, ...block],
      { type: "layerNormalization" },
      ...head,
      { type: "dense", units: characters, activation: "softmax" },
    ],
    without: ["jax", "jax whole", "full", "tfjs"],
    targets: {},
  },
  {
    name: "LSTM",
    title: "LSTM of 64 units on 32 steps of 16 values, dense 10, batch 32, Adam",
    ...{ shape: [32, 16], batch: 32, rows: 1024, data: "series", loss: "crossentropy", optimizer: adam, l2: 0 },
    layers: [
      { type: "lstm", units: 64 },
      { type: "dense", units: 10, activation: "softmax" },
    ],
    without: ["jax", "jax whole", "full"],
    targets: {},
  },
];
