// The recipe that the demo, the page and the benches train: 784-64-10 on the pixels of MNIST.
import { dense, earlyStopping, input, inverseTimeDecay, rescaling, sequential, sgd } from "../build/whetstone.js";

/** What `fit` gets. */
export const fitOptions = {
  epochs: 10,
  batchSize: 32,
  validationSplit: 0.1,
  callbacks: [earlyStopping({ monitor: "valLoss", patience: 3, minDelta: 0.001 })],
};

/** The model, compiled; `options` are compile's own, such as `seed`, `workers` and `numerics`. */
export function createModel(options = {}) {
  const model = sequential([
    input({ shape: [784] }),
    rescaling({ scale: 1 / 255 }),
    dense({ units: 64, activation: "relu", kernelRegularizer: { l2: 0.001 } }),
    dense({ units: 10, activation: "softmax" }),
  ]);
  model.compile({
    optimizer: sgd({ learningRate: inverseTimeDecay({ initial: 0.01, decay: 1e-6 }), momentum: 0.9 }),
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
    seed: 0,
    numerics: "strict",
    ...options,
  });
  return model;
}

/** Samples a second over all epochs, validation left out. */
export function meanRate(epochs) {
  const seconds = epochs.reduce((sum, { samplesPerSecond }) => sum + 1 / samplesPerSecond, 0);
  return epochs.length / seconds;
}
