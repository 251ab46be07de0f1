// Models and trainings that between them use every optimizer, loss, penalty and way to stop.

import {
  adam,
  adamw,
  type CompileOptions,
  dense,
  dropout,
  earlyStopping,
  type FitInput,
  flatten,
  input,
  inverseTimeDecay,
  type ModelSpec,
  nadam,
  rescaling,
  rmsprop,
  sgd,
} from "../src/index.js";
import { CLASSES, makeRows, ROWS, type Rows, WIDTH } from "./fingerprints.js";

type Compile = Omit<CompileOptions, "workers" | "numerics">;
/** A model, its training, and which of the rows it is trained on. */
export interface Case {
  layers: ModelSpec["layers"][number][];
  compile: Compile;
  x?: keyof Rows;
  y: keyof Rows;
  fit: FitInput;
}

export const rows = makeRows(ROWS);
export const others = makeRows(19, 5);
const first = input({ shape: [WIDTH] });

export const cases: Record<string, Case> = {
  "sgd, mean squared error, a penalty on everything": {
    layers: [
      first,
      dense({ units: 10, activation: "elu", kernelRegularizer: { l1: 0.01 }, biasRegularizer: { l2: 0.02 } }),
      dense({ units: 2, kernelRegularizer: { l1: 0.003, l2: 0.001 }, biasRegularizer: { l1: 0.01, l2: 0.01 } }),
    ],
    compile: { optimizer: sgd({ learningRate: 0.02 }), loss: "meanSquaredError", seed: 1 },
    y: "values",
    fit: { epochs: 3, batchSize: 13 },
  },
  "momentum, dropout twice, validationSplit": {
    layers: [
      first,
      dropout({ rate: 0.1 }),
      dense({ units: 19, activation: "relu" }),
      dropout({ rate: 0.4 }),
      dense({ units: CLASSES, activation: "softmax" }),
    ],
    compile: {
      optimizer: sgd({ learningRate: 0.05, momentum: 0.9 }),
      loss: "sparseCategoricalCrossentropy",
      metrics: ["accuracy"],
      seed: 2,
    },
    y: "labels",
    fit: { epochs: 3, batchSize: 7, validationSplit: 0.3 },
  },
  "nesterov, validationData, more workers than rows in a batch": {
    layers: [first, dense({ units: 5, activation: "selu" }), dense({ units: 1, activation: "sigmoid" })],
    compile: {
      optimizer: sgd({ learningRate: 0.05, momentum: 0.7, nesterov: true }),
      loss: "binaryCrossentropy",
      metrics: ["accuracy"],
      seed: 3,
    },
    y: "binary",
    fit: { epochs: 2, batchSize: 2, validationData: [others.x, others.binary] },
  },
  "a frozen layer in the middle, with a penalty, limits of gradients": {
    layers: [
      first,
      dense({ units: 12, activation: "tanh" }),
      dropout({ rate: 0.2 }),
      dense({ units: 21, activation: "relu", trainable: false, kernelRegularizer: { l2: 0.01 } }),
      dense({ units: CLASSES, activation: "softmax" }),
    ],
    compile: {
      optimizer: adam({ learningRate: 0.01, globalClipNorm: 0.5 }),
      loss: "sparseCategoricalCrossentropy",
      metrics: ["accuracy"],
      seed: 12,
    },
    y: "labels",
    fit: { epochs: 2, batchSize: 9 },
  },
  "adam, early stopping with the best weights, in the middle of an epoch": {
    layers: [first, dense({ units: 24, activation: "silu" }), dropout({ rate: 0.2 }), dense({ units: 2 })],
    compile: { optimizer: adam({ learningRate: 0.05 }), loss: { name: "huber", delta: 0.5 }, seed: 4 },
    y: "values",
    fit: {
      epochs: 9,
      batchSize: 7,
      maxSteps: 60,
      validationData: [others.x, others.values],
      callbacks: [earlyStopping({ patience: 6, minDelta: 0.2 })],
    },
  },
  "products shared by groups of units, sparse behind relus": {
    layers: [
      first,
      dense({ units: 40, activation: "relu" }),
      // Nothing stands between these two: each worker's columns are read by all.
      dense({ units: 384 }),
      dense({ units: 384, activation: "relu", kernelRegularizer: { l2: 0.001 } }),
      dropout({ rate: 0.5 }),
      dense({ units: 96, activation: "relu", useBias: false }),
      dense({ units: CLASSES, activation: "softmax" }),
    ],
    compile: {
      optimizer: sgd({ learningRate: 0.01, momentum: 0.9 }),
      loss: "sparseCategoricalCrossentropy",
      metrics: ["accuracy"],
      seed: 13,
    },
    y: "labels",
    fit: { epochs: 2, batchSize: 8, validationSplit: 0.2 },
  },
  "rmsprop, no shuffle, one batch an epoch": {
    layers: [first, flatten(), dense({ units: CLASSES, useBias: false, activation: "softmax" })],
    compile: { optimizer: rmsprop({ learningRate: 0.01 }), loss: "categoricalCrossentropy", seed: 5 },
    y: "hot",
    fit: { epochs: 4, batchSize: 100, shuffle: false },
  },
  "rmsprop with momentum, absolute error, stopped within the first epoch": {
    layers: [first, dense({ units: 33, activation: "softplus" }), dense({ units: 2, activation: "tanh" })],
    compile: { optimizer: rmsprop({ momentum: 0.6 }), loss: "meanAbsoluteError", seed: 6 },
    y: "values",
    fit: { epochs: 2, batchSize: 3, maxSteps: 5 },
  },
  "rmsprop centered, bytes": {
    layers: [
      first,
      rescaling({ scale: 1 / 255 }),
      dense({ units: 6 }),
      dense({ units: CLASSES, activation: "softmax" }),
    ],
    compile: { optimizer: rmsprop({ centered: true }), loss: "sparseCategoricalCrossentropy", seed: 7 },
    x: "bytes",
    y: "labels",
    fit: { epochs: 2, batchSize: 9, validationSplit: 0.1 },
  },
  "adamw with amsgrad, a decay that follows the rate": {
    layers: [first, dense({ units: 14, activation: "gelu" }), dense({ units: 2 })],
    compile: {
      optimizer: adamw({
        learningRate: inverseTimeDecay({ initial: 0.02, decay: 0.1 }),
        amsgrad: true,
        weightDecay: 0.3,
      }),
      loss: "meanSquaredError",
      seed: 8,
    },
    y: "values",
    fit: { epochs: 2, batchSize: 8, validationSplit: 0.2 },
  },
  "nadam, a penalty and dropout": {
    layers: [
      first,
      dense({ units: 9, activation: "relu", kernelRegularizer: { l2: 0.01 } }),
      dropout({ rate: 0.2 }),
      dense({ units: 1, activation: "sigmoid" }),
    ],
    compile: { optimizer: nadam({ learningRate: 0.02 }), loss: "binaryCrossentropy", seed: 9 },
    y: "binary",
    fit: { epochs: 3, batchSize: 11 },
  },
};
