// The public surface of the bundle with every layer, `whetstone/layers`; editions.mjs says what is in it behind these names.

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
export type { Callable, GraphValue, LayerOutput, StateCallable } from "./factories/graph.js";
export {
  activation,
  activityRegularization,
  alphaDropout,
  averagePooling1d,
  averagePooling2d,
  batchNormalization,
  bidirectional,
  columnDropout,
  conv1d,
  conv2d,
  conv2dTranspose,
  cropping1d,
  cropping2d,
  cutout,
  dense,
  depthwiseConv2d,
  dropout,
  embedding,
  flatten,
  gaussianDropout,
  gaussianNoise,
  globalAveragePooling1d,
  globalAveragePooling2d,
  globalMaxPooling1d,
  globalMaxPooling2d,
  groupNormalization,
  gru,
  input,
  layerNormalization,
  lstm,
  masking,
  maxPooling1d,
  maxPooling2d,
  modalityDropout,
  multiHeadAttention,
  normalization,
  permute,
  positionEmbedding,
  randomCrop,
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
  upSampling1d,
  upSampling2d,
  zeroPadding1d,
  zeroPadding2d,
} from "./factories/layers.js";
export { loadModel } from "./factories/load.js";
export { add, average, concatenate, dot, maximum, minimum, multiply, subtract } from "./factories/merges.js";
export { type FunctionalConfig, functional, sequential } from "./factories/model.js";
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
export type { BatchLog, EpochLog, GraphSpec, History, ModelSpec, NamedTensor, Progress, TensorInput } from "./spec.js";
