// The public surface of the small bundle, `whetstone/core`; editions.mjs says what is in it behind these names.

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
export { activation, dense, dropout, flatten, input, normalization, rescaling } from "./factories/layers.js";
export { loadModel } from "./factories/load.js";
export { sequential } from "./factories/model.js";
export { adaptNormalization } from "./factories/normalization.js";
export { adam, adamw, rmsprop, sgd } from "./factories/optimizers.js";
export {
  constant,
  cosineDecay,
  exponentialDecay,
  linearDecay,
  piecewise,
  stepDecay,
  warmup,
} from "./factories/schedules.js";
export { type Features, features } from "./features.js";
export type { FileInput } from "./io/files.js";
export type { LoadOptions } from "./io/model.js";
export type { EvaluateOptions, Gradients, Prediction } from "./model/answers.js";
export type { DataInput, TargetInput } from "./model/data.js";
export type { CompileOptions, FitInput } from "./model/options.js";
export type { Run } from "./model/run.js";
export type { Model } from "./model.js";
export { scheduleRate } from "./schedules/index.js";
export type { BatchLog, EpochLog, History, ModelSpec, NamedTensor, Progress, TensorInput } from "./spec.js";
