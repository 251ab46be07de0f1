// The public surface.

/// <reference lib="esnext.disposable" preserve="true" />

export {
  DataError,
  DivergedError,
  FileError,
  MemoryLimitError,
  OptionError,
  PlatformError,
  ShapeError,
  WhetstoneError,
  WorkerError,
} from "./errors.js";
export { earlyStopping } from "./factories/callbacks.js";
export { activation, dense, dropout, flatten, input, rescaling } from "./factories/layers.js";
export { sequential } from "./factories/model.js";
export { adam, rmsprop, sgd } from "./factories/optimizers.js";
export { inverseTimeDecay } from "./factories/schedules.js";
export { type Features, features } from "./features.js";
export type { MetricName, MetricSpec } from "./metrics/index.js";
export type { DataInput } from "./model/data.js";
export type { CompileOptions, FitInput } from "./model/options.js";
export type { Run } from "./model/run.js";
export type { ConfusionMatrix, EvaluateOptions, Gradients, Model, Prediction } from "./model.js";
export type { EpochLog, History, ModelSpec, NamedTensor, Progress, TensorInput } from "./spec.js";
