// Types of the JSON: what a model, its training and its history are. No code.
import type { LayerSpec } from "./layers/index.js";
import type { Shape } from "./layers/layer.js";
import type { LossSpec } from "./losses/index.js";
import type { MetricSpec } from "./metrics/index.js";
import type { OptimizerSpec } from "./optimizers/index.js";

/** A first layer: the shape of one example of the data. */
export interface InputSpec {
  readonly type: "input";
  readonly shape: Shape;
  readonly name?: string;
}

/** Which layer is called on what, in the order in which calls run; the first calls are the inputs, which read nothing. */
export interface GraphSpec {
  /** `layer` is an index of `layers`, `from` has values of earlier calls; a layer called twice has one set of weights. */
  readonly calls: readonly { readonly layer: number; readonly from: readonly ValueSpec[] }[];
  /** The values that are the model's outputs. */
  readonly outputs: readonly ValueSpec[];
}

/** The output of a call by its index, or one of several values that it gives: [call, value], counted from 0. */
export type ValueSpec = number | readonly [call: number, value: number];

/** A model's architecture as JSON. */
export interface ModelSpec {
  readonly layers: readonly [InputSpec, ...(InputSpec | LayerSpec)[]];
  /** Left out where layers stand one behind the other. */
  readonly graph?: GraphSpec;
  /** Names of the classes, where the model has them. */
  readonly labels?: readonly string[];
}

export type Numerics = "strict" | "fast";

/** What `compile` fixes, every default filled in. Models of several outputs have lists with an entry for each. */
export interface TrainingSpec {
  readonly optimizer: OptimizerSpec;
  readonly loss: LossSpec | readonly LossSpec[] | null;
  /** What each output's loss counts in their sum; only for several. */
  readonly lossWeights?: readonly number[];
  readonly metrics: readonly MetricSpec[] | readonly (readonly MetricSpec[])[];
}

/** Stop when `monitor` has not improved by `minDelta` for `patience` epochs. */
export interface EarlyStoppingSpec {
  readonly type: "earlyStopping";
  readonly monitor: string;
  readonly minDelta: number;
  readonly patience: number;
  readonly mode: "min" | "max";
  readonly restoreBestWeights: boolean;
  /** A value that must be beaten before patience starts again; none if null. */
  readonly baseline: number | null;
  /** Epochs of a fit that are not looked at. */
  readonly startFromEpoch: number;
}

/** One epoch. Losses are means over the epoch's rows; `loss = dataLoss + penalty`. */
export interface EpochLog {
  /** Counted from 0 over all fits of a model. */
  epoch: number;
  loss: number;
  dataLoss: number;
  penalty: number;
  learningRate: number;
  batchSize: number;
  seconds: number;
  samplesPerSecond: number;
  /**
   * Metrics by name, and `valLoss`, `valAccuracy`, ... and `generalizationGap = valLoss - loss` where there is validation.
   * `sparsity` is the share of zeros among the weights whose L1 is proximal, where there are any.
   */
  [metric: string]: number;
}

export type StopReason = "completed" | "earlyStopping" | "aborted" | "maxTime";

/** One step of the training plan, timed on the first worker; its share of the step alone. */
export interface ProfileRow {
  /** The kernel, or `barrier` for the time spent waiting. */
  step: string;
  /** What it writes. */
  tensor: string;
  calls: number;
  milliseconds: number;
  /** A second, of steps that are bound by arithmetic. */
  gigaflops?: number;
  /** Read and written, a second. */
  gigabytes?: number;
}

/** One update, as `onBatchEnd` is told of it. */
export interface BatchLog {
  epoch: number;
  /** Counted from 0 in the epoch. */
  batch: number;
  /** Mean loss of the batch's rows before the update, without penalties. */
  dataLoss: number;
  learningRate: number;
}

/** What a fit did. */
export interface History {
  epochs: EpochLog[];
  /** Overfitting or underfitting in plain words, and what to try, where the validation losses show it. */
  hint?: string;
  stopped: StopReason;
  /** Updates made by this fit. */
  steps: number;
  /** The epoch whose weights the model now has, where an earlyStopping restored the best. */
  bestEpoch?: number;
  /** Threads that took part in every batch. */
  workers: number;
  numerics: Numerics;
  seed: number;
  /** A hash of the weights' bits after the run, 16 hexadecimal digits. */
  fingerprint: string;
  /** What is probably not meant, and what to do about it; empty if nothing was found. */
  warnings: string[];
  /** Updates left out, where `onNonFinite: "skip"` asked for it. */
  skipped?: number;
  /** How often the fit went back and halved the learning rate, where `onNonFinite: "rollback"` asked for it. */
  rollbacks?: number;
  /** Time by step of the plan, where `profile: true` asked for it. */
  profile?: ProfileRow[];
}

/** Weights or gradients by name, in layer order, kernel before bias. */
export interface NamedTensor {
  name: string;
  shape: number[];
  data: Float32Array;
}

/** The same as calls take it: by name, or without names in layer order; the shape may be left out. */
export interface TensorInput {
  readonly name?: string;
  readonly shape?: readonly number[];
  readonly data: ArrayLike<number>;
}

/** Where a run is, a few times a second. */
export interface Progress {
  epoch: number;
  /** Batches done in this epoch, and batches in an epoch. */
  step: number;
  steps: number;
  /** Mean data loss of this epoch so far. */
  dataLoss: number;
}

/** How values are kept; pixels are bytes, each 1/255 of its number. */
export type ValueType = "float32" | "uint8" | "int32" | "pixels";
