// The public surface.

/// <reference lib="esnext.disposable" preserve="true" />

export { decodeLabels, encodeLabels, toCategorical } from "./data/labels.js";
export type { Canvas, PixelInput, Pixels } from "./data/pixels.js";
export { type SplitOptions, split } from "./data/split.js";
export { timeSeriesWindows, type WindowOptions } from "./data/windows.js";
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
export { sequential } from "./factories/model.js";
export { adaptNormalization } from "./factories/normalization.js";
export { adam, rmsprop, sgd } from "./factories/optimizers.js";
export { inverseTimeDecay } from "./factories/schedules.js";
export { type Features, features } from "./features.js";
export type { DataInput, TargetInput } from "./model/data.js";
export type { CompileOptions, FitInput } from "./model/options.js";
export type { Run } from "./model/run.js";
export type { Gradients, Model, Prediction } from "./model.js";
export type { EpochLog, History, ModelSpec, NamedTensor, Progress, TensorInput } from "./spec.js";
