// The public surface of the bundle with every layer, `whetstone/layers`; editions.mjs says what is in it behind these names.

/// <reference lib="esnext.disposable" preserve="true" />

export type { Callable, GraphValue, LayerOutput, StateCallable } from "./factories/graph.js";
export {
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
  depthwiseConv2d,
  embedding,
  gaussianDropout,
  gaussianNoise,
  globalAveragePooling1d,
  globalAveragePooling2d,
  globalMaxPooling1d,
  globalMaxPooling2d,
  groupNormalization,
  gru,
  layerNormalization,
  lstm,
  masking,
  maxPooling1d,
  maxPooling2d,
  modalityDropout,
  multiHeadAttention,
  permute,
  positionEmbedding,
  randomCrop,
  randomFlip,
  randomTranslation,
  repeatVector,
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
export { add, average, concatenate, dot, maximum, minimum, multiply, subtract } from "./factories/merges.js";
export { type FunctionalConfig, functional } from "./factories/model.js";
export * from "./index.core.js";
export type { GraphSpec } from "./spec.js";
