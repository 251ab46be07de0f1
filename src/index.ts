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
export type { Operand, Symbolic } from "./expressions/symbol.js";
export { exponentialBatchSize, plateauBatchSize, randomBatchSize } from "./factories/batchsizes.js";
export { earlyStopping } from "./factories/callbacks.js";
export { defineLoss, defineMetric } from "./factories/define.js";
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
export {
  adadelta,
  adagrad,
  adam,
  adamax,
  adamw,
  adaptiveWeightDecay,
  lbfgs,
  lion,
  nadam,
  radam,
  rmsprop,
  sgd,
} from "./factories/optimizers.js";
export {
  constant,
  cosineDecay,
  cosineWarmRestarts,
  exponentialDecay,
  exponentialRise,
  inverseTimeDecay,
  linearDecay,
  oneCycle,
  piecewise,
  polynomialDecay,
  reduceOnPlateau,
  stepDecay,
  warmup,
} from "./factories/schedules.js";
export { type Features, features } from "./features.js";
export type { FileInput } from "./io/files.js";
export type { LoadOptions } from "./io/model.js";
export type { MetricName, MetricSpec } from "./metrics/index.js";
export type { ConfusionMatrix, EvaluateOptions, Gradients, Prediction } from "./model/answers.js";
export type { Chunk, ChunkSource } from "./model/chunks.js";
export type { DataInput, TargetInput } from "./model/data.js";
export type { CompileOptions, FitInput } from "./model/options.js";
export type { Run } from "./model/run.js";
export type { StreamInput } from "./model/streamOptions.js";
export type { Model } from "./model.js";
export { scheduleRate } from "./schedules/index.js";
export type { BatchSizeRow } from "./select/batchchoice.js";
export { type BatchSizeSearch, type FindBatchSizeOptions, findBatchSize } from "./select/batchsize.js";
export { type CrossValidateOptions, type CrossValidation, crossValidate } from "./select/crossvalidate.js";
export { type FindLearningRateOptions, findLearningRate, type LearningRateRange } from "./select/learningrate.js";
export { type Selection, type SelectOptions, select } from "./select/select.js";
export type { BatchLog, EpochLog, GraphSpec, History, ModelSpec, NamedTensor, Progress, TensorInput } from "./spec.js";
