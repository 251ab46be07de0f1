// The table of layers: `type` in a model's JSON -> its definition. LayerSpec follows by type derivation.
import { activation } from "./activation.js";
import { activityRegularization } from "./activity.js";
import { alphaDropout } from "./alpha_dropout.js";
import { multiHeadAttention } from "./attention.js";
import { randomCrop, randomFlip, randomTranslation } from "./augmentation.js";
import { batchNormalization } from "./batch_normalization.js";
import { bidirectional } from "./bidirectional.js";
import { upSampling2d } from "./bilinear.js";
import { columnDropout } from "./column_dropout.js";
import { conv1d } from "./conv1d.js";
import { conv2d } from "./conv2d.js";
import { conv2dTranspose } from "./conv2d_transpose.js";
import { cutout } from "./cutout.js";
import { dense } from "./dense.js";
import { depthwiseConv2d } from "./depthwise_conv2d.js";
import { dot } from "./dot.js";
import { dropout } from "./dropout.js";
import { embedding } from "./embedding.js";
import { flatten } from "./flatten.js";
import { gaussianDropout, gaussianNoise } from "./gaussian.js";
import { groupNormalization, layerNormalization, rmsNormalization } from "./group_normalization.js";
import type { LayerDefinition } from "./layer.js";
import { masking } from "./masking.js";
import { add, average, concatenate, maximum, minimum, multiply, subtract } from "./merge.js";
import { modalityDropout } from "./modality_dropout.js";
import { normalization } from "./normalization.js";
import {
  averagePooling1d,
  averagePooling2d,
  globalAveragePooling1d,
  globalAveragePooling2d,
  globalMaxPooling1d,
  globalMaxPooling2d,
  maxPooling1d,
  maxPooling2d,
} from "./pooling.js";
import { positionEmbedding } from "./position.js";
import { gru, lstm, simpleRnn } from "./recurrent.js";
import { rescaling } from "./rescaling.js";
import { separableConv2d } from "./separable_conv2d.js";
import {
  cropping1d,
  cropping2d,
  permute,
  repeatVector,
  reshape,
  upSampling1d,
  zeroPadding1d,
  zeroPadding2d,
} from "./shapes.js";
import { spatialDropout } from "./spatial_dropout.js";
import { timeDistributed } from "./time_distributed.js";

export const layers = {
  dense,
  dropout,
  activation,
  flatten,
  rescaling,
  gaussianNoise,
  gaussianDropout,
  alphaDropout,
  spatialDropout,
  modalityDropout,
  columnDropout,
  randomTranslation,
  randomFlip,
  randomCrop,
  cutout,
  normalization,
  activityRegularization,
  conv2d,
  conv2dTranspose,
  conv1d,
  maxPooling2d,
  averagePooling2d,
  maxPooling1d,
  averagePooling1d,
  globalAveragePooling2d,
  globalMaxPooling2d,
  globalAveragePooling1d,
  globalMaxPooling1d,
  simpleRnn,
  lstm,
  gru,
  bidirectional,
  timeDistributed: timeDistributed(tableOf),
  embedding,
  masking,
  multiHeadAttention,
  positionEmbedding,
  depthwiseConv2d,
  separableConv2d,
  reshape,
  permute,
  repeatVector,
  zeroPadding2d,
  cropping2d,
  upSampling2d,
  zeroPadding1d,
  cropping1d,
  upSampling1d,
  layerNormalization,
  rmsNormalization,
  groupNormalization,
  batchNormalization,
  add,
  subtract,
  multiply,
  average,
  maximum,
  minimum,
  concatenate,
  dot,
};

/** The table, for a layer that holds another one. */
function tableOf(): Readonly<Record<string, LayerDefinition<object>>> {
  return layers as unknown as Readonly<Record<string, LayerDefinition<object>>>;
}

export type LayerType = keyof typeof layers;
type ConfigOf<D> = D extends LayerDefinition<infer C> ? C : never;

/** One layer as JSON: `{ type, name?, ...options }`; with `trainable: false`, where it has weights, they are frozen. */
export type LayerSpec = {
  [T in LayerType]: { readonly type: T; readonly name?: string; readonly trainable?: boolean } & Readonly<
    ConfigOf<(typeof layers)[T]>
  >;
}[LayerType];
