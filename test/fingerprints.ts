// A few small runs with the fingerprints they must end in: the same constants for every number of workers, on shared and
// on plain memory, in Node and in browsers. The library comes as an argument, so that builds can be run as well as sources.
// Data come from a generator of integers, so that they too are the same everywhere.

import type * as Library from "../src/index.js";

export type Whetstone = typeof Library;

/** Fractions in [0, 1), multiples of 2^-24, from a seed. */
export function fractions(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 8) / 2 ** 24;
  };
}

export interface Rows {
  x: Float32Array;
  /** Integer classes, 0 to 3. */
  labels: Int32Array;
  /** A one for the class, else 0. */
  hot: Float32Array;
  /** 1 for the classes 2 and 3. */
  binary: Float32Array;
  /** Two numbers a row. */
  values: Float32Array;
  bytes: Uint8Array;
}

export const WIDTH = 11;
export const CLASSES = 4;

/** Rows of WIDTH values around one centre per class. */
export function makeRows(rows: number, seed = 1): Rows {
  const next = fractions(seed);
  const centres = Array.from({ length: CLASSES * WIDTH }, () => next() * 2 - 1);
  const data: Rows = {
    x: new Float32Array(rows * WIDTH),
    labels: new Int32Array(rows),
    hot: new Float32Array(rows * CLASSES),
    binary: new Float32Array(rows),
    values: new Float32Array(rows * 2),
    bytes: new Uint8Array(rows * WIDTH),
  };
  for (let row = 0; row < rows; row++) {
    const label = Math.floor(next() * CLASSES);
    data.labels[row] = label;
    data.hot[row * CLASSES + label] = 1;
    data.binary[row] = label >= 2 ? 1 : 0;
    for (let column = 0; column < WIDTH; column++) {
      const value = centres[label * WIDTH + column]! + next() * 2 - 1;
      data.x[row * WIDTH + column] = value;
      data.bytes[row * WIDTH + column] = Math.floor((value + 2) * 63);
      data.values[row * 2 + (column & 1)]! += value * (column - 4);
    }
  }
  return data;
}

export interface SharedRun {
  readonly fingerprint: string;
  fit(library: Whetstone, model: Library.Model, data: Rows): Library.Run;
  model(library: Whetstone): Library.Model;
  compile(library: Whetstone): Omit<Library.CompileOptions, "workers" | "numerics">;
}

export const ROWS = 61;

/** Name -> a run on makeRows(ROWS). */
export const sharedRuns: Record<string, SharedRun> = {
  "momentum, softmax, dropout, penalties, split": {
    fingerprint: "27eec6a2aa328bf9",
    model: ({ sequential, input, dense, dropout }) =>
      sequential([
        input({ shape: [WIDTH] }),
        dense({ units: 13, activation: "tanh", kernelRegularizer: { l2: 0.01 } }),
        dropout({ rate: 0.3 }),
        dense({
          units: CLASSES,
          activation: "softmax",
          kernelRegularizer: { l1: 0.001 },
          biasRegularizer: { l1: 0.001 },
        }),
      ]),
    compile: ({ sgd }) => ({
      optimizer: sgd({ learningRate: 0.05, momentum: 0.9 }),
      loss: "sparseCategoricalCrossentropy",
      metrics: ["accuracy"],
      seed: 7,
    }),
    fit: (_, model, { x, labels }) => model.fit(x, labels, { epochs: 3, batchSize: 7, validationSplit: 0.2 }),
  },
  "adam, sigmoid, elastic net, early stopping": {
    fingerprint: "0adabd6022afadf4",
    model: ({ sequential, input, dense, dropout }) =>
      sequential([
        input({ shape: [WIDTH] }),
        dense({ units: 9, activation: "gelu", kernelRegularizer: { l1: 0.002, l2: 0.003 } }),
        dropout({ rate: 0.5 }),
        dense({ units: 1, activation: "sigmoid" }),
      ]),
    compile: ({ adam }) => ({ optimizer: adam({ learningRate: 0.03 }), loss: "binaryCrossentropy", seed: 8 }),
    fit: ({ earlyStopping }, model, { x, binary }) => {
      const callbacks = [earlyStopping({ patience: 1, minDelta: 0.05 })];
      return model.fit(x, binary, { epochs: 8, batchSize: 13, validationSplit: 0.25, callbacks });
    },
  },
  "rmsprop centered, linear, huber, schedule": {
    fingerprint: "7a7f64663b13dc32",
    model: ({ sequential, input, dense }) =>
      sequential([input({ shape: [WIDTH] }), dense({ units: 8, activation: "relu" }), dense({ units: 2 })]),
    compile: ({ rmsprop, inverseTimeDecay }) => ({
      optimizer: rmsprop({
        learningRate: inverseTimeDecay({ initial: 0.01, decay: 0.05 }),
        momentum: 0.5,
        centered: true,
      }),
      loss: { name: "huber", delta: 0.7 },
      seed: 9,
    }),
    fit: (_, model, { x, values }) => model.fit(x, values, { epochs: 2, batchSize: 2, maxSteps: 50 }),
  },
  "nesterov, bytes, one-hot": {
    fingerprint: "04340503403bed0c",
    model: ({ sequential, input, rescaling, dense }) =>
      sequential([
        input({ shape: [WIDTH] }),
        rescaling({ scale: 1 / 128, offset: -1 }),
        dense({ units: 17, activation: "sigmoid" }),
        dense({ units: CLASSES, activation: "softmax" }),
      ]),
    compile: ({ sgd }) => ({
      optimizer: sgd({ learningRate: 0.1, momentum: 0.8, nesterov: true }),
      loss: { name: "categoricalCrossentropy", labelSmoothing: 0.1 },
      seed: 10,
    }),
    fit: (_, model, { bytes, hot }) => model.fit(bytes, hot, { epochs: 3, batchSize: 16 }),
  },
};

/** Makes a model anew, trains it as the run says, and disposes of it. */
export async function train(
  library: Whetstone,
  { model: make, compile, fit }: SharedRun,
  options: Pick<Library.CompileOptions, "workers" | "numerics">,
): Promise<Library.History> {
  const model = make(library);
  try {
    model.compile({ ...compile(library), ...options });
    return await fit(library, model, makeRows(ROWS));
  } finally {
    await model.dispose();
  }
}

/** The bits of weights as text, to be compared. */
export const bits = (weights: readonly Library.NamedTensor[]): string =>
  weights.map(({ data }) => new Uint32Array(data.buffer, data.byteOffset, data.length).join(" ")).join("\n");

export const bitsOf = async (model: Library.Model): Promise<string> => bits(await model.getWeights());
