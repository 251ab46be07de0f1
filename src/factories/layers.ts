// Functions that give layers as plain JSON. Each checks what it was given at once.

import { options } from "../check.js";
import { OptionError } from "../errors.js";
import type { ActivationConfig } from "../layers/activation.js";
import type { ActivityPenalty } from "../layers/activity.js";
import type { AlphaDropoutConfig } from "../layers/alpha_dropout.js";
import type { AttentionConfig } from "../layers/attention.js";
import type { RandomCropConfig, RandomFlipConfig, RandomTranslationConfig } from "../layers/augmentation.js";
import type { BatchNormalizationConfig } from "../layers/batch_normalization.js";
import type { BidirectionalConfig } from "../layers/bidirectional.js";
import type { ColumnDropoutConfig } from "../layers/column_dropout.js";
import type { Conv1dConfig } from "../layers/conv1d.js";
import type { Conv2dConfig } from "../layers/conv2d.js";
import type { Conv2dTransposeConfig } from "../layers/conv2d_transpose.js";
import type { CutoutConfig } from "../layers/cutout.js";
import type { DenseConfig } from "../layers/dense.js";
import type { DepthwiseConv2dConfig } from "../layers/depthwise_conv2d.js";
import type { DropoutConfig } from "../layers/dropout.js";
import type { EmbeddingConfig } from "../layers/embedding.js";
import type { GaussianDropoutConfig, GaussianNoiseConfig } from "../layers/gaussian.js";
import type { GroupNormalizationConfig, RmsNormalizationConfig } from "../layers/group_normalization.js";
import { type LayerSpec, type LayerType, layers as table } from "../layers/index.js";
import type { Shape } from "../layers/layer.js";
import type { MaskingConfig } from "../layers/masking.js";
import type { NormalizationConfig } from "../layers/normalization.js";
import type { Pool1dConfig, Pool2dConfig } from "../layers/pooling.js";
import type { PositionConfig } from "../layers/position.js";
import type { GruConfig, LstmConfig, SimpleRnnConfig } from "../layers/recurrent.js";
import type { RescalingConfig } from "../layers/rescaling.js";
import type { ScaledConfig } from "../layers/scaled.js";
import type { SeparableConv2dConfig } from "../layers/separable_conv2d.js";
import type {
  Cropping1dConfig,
  Cropping2dConfig,
  PermuteConfig,
  RepeatVectorConfig,
  ReshapeConfig,
  UpSampling1dConfig,
  UpSampling2dConfig,
  ZeroPadding1dConfig,
  ZeroPadding2dConfig,
} from "../layers/shapes.js";
import type { SpatialDropoutConfig } from "../layers/spatial_dropout.js";
import { checkInput, layerOf, optionsOf } from "../plan/program.js";
import type { InputSpec } from "../spec.js";
import { type Callable, callable } from "./graph.js";

export interface Named {
  /** A name of the layer's own; weights are called `name.kernel`. Default: the type and a number. */
  name?: string;
}

/** What layers with weights take besides. */
interface Trained extends Named {
  /** False: training leaves the weights as they are, see `model.freeze`. Default true. */
  trainable?: boolean;
}

/** Options as they came, known to be an object: a number or an array would spread to nothing, or to its indices. */
export function given<C extends object>(config: C, type: LayerType): C {
  options(config, type, optionsOf(table[type]));
  return config;
}

/** A layer that can be called, checked. */
export const layer = <S extends LayerSpec>(spec: S): S & Callable => {
  layerOf(spec);
  return callable(spec);
};

/** The first layer: the shape of one example, such as `[784]` or `[28, 28, 1]`. */
export function input(config: { shape: Shape } & Named): InputSpec {
  options(config, "input", ["shape", "name"]);
  const spec: InputSpec = { ...config, type: "input" };
  checkInput({ layers: [spec] });
  return spec;
}

/** Fully connected: `activation(inp · kernel + bias)`. (B, I) -> (B, units), and the same on the last axis of more. */
export const dense = (config: DenseConfig & Trained) => layer({ ...given(config, "dense"), type: "dense" });

/** Convolution of images: `activation(bias + Σ window · kernel)`. (B, height, width, channels) -> (B, height', width', filters). */
export const conv2d = (config: Conv2dConfig & Trained) => layer({ ...given(config, "conv2d"), type: "conv2d" });

/** The adjoint of a convolution, which makes images larger. (B, height, width, channels) -> (B, height', width', filters). */
export const conv2dTranspose = (config: Conv2dTransposeConfig & Trained) =>
  layer({ ...given(config, "conv2dTranspose"), type: "conv2dTranspose" });

/** Convolution of each channel by itself. (B, height, width, channels) -> (B, height', width', channels * depthMultiplier). */
export const depthwiseConv2d = (config: DepthwiseConv2dConfig & Trained) =>
  layer({ ...given(config, "depthwiseConv2d"), type: "depthwiseConv2d" });

/** depthwiseConv2d, and a convolution of all channels of each pixel. (B, height, width, channels) -> (B, height', width', filters). */
export const separableConv2d = (config: SeparableConv2dConfig & Trained) =>
  layer({ ...given(config, "separableConv2d"), type: "separableConv2d" });

/** Convolution of sequences: `activation(bias + Σ window · kernel)`. (B, steps, channels) -> (B, steps', filters). */
export const conv1d = (config: Conv1dConfig & Trained) => layer({ ...given(config, "conv1d"), type: "conv1d" });

/** The largest value of each window, for each channel. (B, height, width, channels) -> (B, height', width', channels). */
export const maxPooling2d = (config: Pool2dConfig & Named = {}) =>
  layer({ ...given(config, "maxPooling2d"), type: "maxPooling2d" });

/** The mean of each window, for each channel. (B, height, width, channels) -> (B, height', width', channels). */
export const averagePooling2d = (config: Pool2dConfig & Named = {}) =>
  layer({ ...given(config, "averagePooling2d"), type: "averagePooling2d" });

/** The largest value of each window of steps. (B, steps, channels) -> (B, steps', channels). */
export const maxPooling1d = (config: Pool1dConfig & Named = {}) =>
  layer({ ...given(config, "maxPooling1d"), type: "maxPooling1d" });

/** The mean of each window of steps. (B, steps, channels) -> (B, steps', channels). */
export const averagePooling1d = (config: Pool1dConfig & Named = {}) =>
  layer({ ...given(config, "averagePooling1d"), type: "averagePooling1d" });

/** The mean over all pixels. (B, height, width, channels) -> (B, channels). */
export const globalAveragePooling2d = (config: Named = {}) =>
  layer({ ...given(config, "globalAveragePooling2d"), type: "globalAveragePooling2d" });

/** The largest value of all pixels. (B, height, width, channels) -> (B, channels). */
export const globalMaxPooling2d = (config: Named = {}) =>
  layer({ ...given(config, "globalMaxPooling2d"), type: "globalMaxPooling2d" });

/** The mean over all steps. (B, steps, channels) -> (B, channels). */
export const globalAveragePooling1d = (config: Named = {}) =>
  layer({ ...given(config, "globalAveragePooling1d"), type: "globalAveragePooling1d" });

/** The largest value of all steps. (B, steps, channels) -> (B, channels). */
export const globalMaxPooling1d = (config: Named = {}) =>
  layer({ ...given(config, "globalMaxPooling1d"), type: "globalMaxPooling1d" });

/** Recurrent: `h = activation(inp · kernel + h · recurrentKernel + bias)`. (B, steps, channels) -> (B, units) or (B, steps, units). */
export const simpleRnn = (config: SimpleRnnConfig & Trained) =>
  layer({ ...given(config, "simpleRnn"), type: "simpleRnn" });

/** Long short-term memory, gates i, f, g, o. (B, steps, channels) -> (B, units), with returnSequences (B, steps, units). */
export const lstm = (config: LstmConfig & Trained) => layer({ ...given(config, "lstm"), type: "lstm" });

/** Gated recurrent unit, reset after the product. (B, steps, channels) -> (B, units), with returnSequences (B, steps, units). */
export const gru = (config: GruConfig & Trained) => layer({ ...given(config, "gru"), type: "gru" });

/** A recurrent layer in both directions of time, outputs side by side or merged. (B, steps, channels) -> (B, 2 units), ... */
export const bidirectional = (
  recurrent: BidirectionalConfig["layer"],
  config: Omit<BidirectionalConfig, "layer"> & Named = {},
) => layer({ ...given(config, "bidirectional"), layer: recurrent, type: "bidirectional" });

/** A layer of vectors on every step of a sequence; dense works on the last axis, and what takes each value by itself has no other way. */
export function timeDistributed<S extends LayerSpec>(spec: S): S {
  layerOf(spec);
  if (ON_STEPS.includes(spec.type)) return spec;
  throw new OptionError(
    `timeDistributed: expected one of ${ON_STEPS.join(", ")}, got ${spec.type}. Other layers have no form for each step.`,
  );
}
const ON_STEPS: readonly string[] = ["dense", "dropout", "activation", "rescaling", "gaussianNoise", "gaussianDropout"];

/** A trained vector for each whole number: `embeddings[inp]`. The first layer. (B, steps) -> (B, steps, outputDim). */
export const embedding = (config: EmbeddingConfig & Trained) =>
  layer({ ...given(config, "embedding"), type: "embedding" });

/** Steps of `maskValue` alone do not count for the recurrent layers above. (B, steps, channels) -> (B, steps, channels). */
export const masking = (config: MaskingConfig & Named = {}) => layer({ ...given(config, "masking"), type: "masking" });

/** Self attention of several heads: `softmax(q · kᵀ / sqrt(headSize)) · v`. (B, steps, channels) -> (B, steps, channels). */
export const multiHeadAttention = (config: AttentionConfig & Trained) =>
  layer({ ...given(config, "multiHeadAttention"), type: "multiHeadAttention" });

/** A vector for each step, trained or of sines, added to what the step has. (B, steps, channels) -> (B, steps, channels). */
export const positionEmbedding = (config: PositionConfig & Trained = {}) =>
  layer({ ...given(config, "positionEmbedding"), type: "positionEmbedding" });

/** In training, sets a share `rate` of the values to zero and scales the others by `1 / (1 - rate)`. */
export const dropout = (config: DropoutConfig & Named) => layer({ ...given(config, "dropout"), type: "dropout" });

/** In training, adds normal noise: `inp + stddev * n`. */
export const gaussianNoise = (config: GaussianNoiseConfig & Named) =>
  layer({ ...given(config, "gaussianNoise"), type: "gaussianNoise" });

/** In training, multiplies with normal noise around 1: `inp * (1 + sqrt(rate / (1 - rate)) * n)`. */
export const gaussianDropout = (config: GaussianDropoutConfig & Named) =>
  layer({ ...given(config, "gaussianDropout"), type: "gaussianDropout" });

/** In training, dropout that keeps the mean and the variance of selu's values. */
export const alphaDropout = (config: AlphaDropoutConfig & Named) =>
  layer({ ...given(config, "alphaDropout"), type: "alphaDropout" });

/** In training, dropout of whole channels, the last axis of an example: the same ones at every position. */
export const spatialDropout = (config: SpatialDropoutConfig & Named) =>
  layer({ ...given(config, "spatialDropout"), type: "spatialDropout" });

/** In training, dropout of whole columns, the last axis of an example: the same ones for all rows of a batch. */
export const columnDropout = (config: ColumnDropoutConfig & Named) =>
  layer({ ...given(config, "columnDropout"), type: "columnDropout" });

/** In training, moves each image by whole pixels, up to shares of its height and width. */
export const randomTranslation = (config: RandomTranslationConfig & Named) =>
  layer({ ...given(config, "randomTranslation"), type: "randomTranslation" });

/** In training, mirrors every second image: left to right, top to bottom, or each by itself. */
export const randomFlip = (config: RandomFlipConfig & Named = {}) =>
  layer({ ...given(config, "randomFlip"), type: "randomFlip" });

/** Cuts `height` x `width` pixels out of each image: at a random place in training, else in the middle. */
export const randomCrop = (config: RandomCropConfig & Named) =>
  layer({ ...given(config, "randomCrop"), type: "randomCrop" });

/** In training, covers a square of each image with zeros. */
export const cutout = (config: CutoutConfig & Named) => layer({ ...given(config, "cutout"), type: "cutout" });

/** A named function of the values: relu, tanh, softmax, ... Takes the name alone, too. */
export const activation = (config: string | (ActivationConfig & Named)) =>
  layer({ ...given(typeof config === "string" ? { activation: config } : config, "activation"), type: "activation" });

/** Values stay as they are, and the loss takes on `(l1 * sum|v| + l2 * sum(v^2)) / batch`. */
export const activityRegularization = (config: ActivityPenalty & Named) =>
  layer({ ...given(config, "activityRegularization"), type: "activityRegularization" });

/** One vector per example. (B, d1, d2, ...) -> (B, d1 * d2 * ...). */
export const flatten = (config: Named = {}) => layer({ ...given(config, "flatten"), type: "flatten" });

/** Other extents for the same values; one may be -1. (B, d1, d2, ...) -> (B, ...targetShape). */
export const reshape = (config: ReshapeConfig & Named) => layer({ ...given(config, "reshape"), type: "reshape" });

/** The axes of an example in another order, counted from 1: [2, 1] turns a sequence. (B, d1, ...) -> (B, d_dims[0], ...). */
export const permute = (config: PermuteConfig & Named) => layer({ ...given(config, "permute"), type: "permute" });

/** One vector n times, as a sequence. (B, width) -> (B, n, width). */
export const repeatVector = (config: RepeatVectorConfig & Named) =>
  layer({ ...given(config, "repeatVector"), type: "repeatVector" });

/** Zeros around each image. (B, height, width, channels) -> (B, height', width', channels). */
export const zeroPadding2d = (config: ZeroPadding2dConfig & Named = {}) =>
  layer({ ...given(config, "zeroPadding2d"), type: "zeroPadding2d" });

/** Cuts the sides off each image. (B, height, width, channels) -> (B, height', width', channels). */
export const cropping2d = (config: Cropping2dConfig & Named) =>
  layer({ ...given(config, "cropping2d"), type: "cropping2d" });

/** Each pixel as a block of `size` equal ones. (B, height, width, channels) -> (B, height * size, width * size, channels). */
export const upSampling2d = (config: UpSampling2dConfig & Named = {}) =>
  layer({ ...given(config, "upSampling2d"), type: "upSampling2d" });

/** Zeros before and behind each sequence. (B, steps, channels) -> (B, steps', channels). */
export const zeroPadding1d = (config: ZeroPadding1dConfig & Named = {}) =>
  layer({ ...given(config, "zeroPadding1d"), type: "zeroPadding1d" });

/** Cuts steps off both ends of each sequence. (B, steps, channels) -> (B, steps', channels). */
export const cropping1d = (config: Cropping1dConfig & Named) =>
  layer({ ...given(config, "cropping1d"), type: "cropping1d" });

/** Each step `size` times. (B, steps, channels) -> (B, steps * size, channels). */
export const upSampling1d = (config: UpSampling1dConfig & Named = {}) =>
  layer({ ...given(config, "upSampling1d"), type: "upSampling1d" });

/** `inp * scale + offset`; `rescaling({ scale: 1 / 255 })` for pixels. */
export const rescaling = (config: RescalingConfig & Named) =>
  layer({ ...given(config, "rescaling"), type: "rescaling" });

/** `(inp - mean) / sqrt(variance)` per feature of the last extent; `adaptNormalization(x)` makes it from data. */
export const normalization = (config: NormalizationConfig & Named) =>
  layer({ ...given(config, "normalization"), type: "normalization" });

/** Each position's channels to mean 0 and variance 1, times gamma, plus beta: statistics over the last axis. */
export const layerNormalization = (config: ScaledConfig & Trained = {}) =>
  layer({ ...given(config, "layerNormalization"), type: "layerNormalization" });

/** Each position's channels divided by the root of their mean square, times gamma. */
export const rmsNormalization = (config: RmsNormalizationConfig & Trained = {}) =>
  layer({ ...given(config, "rmsNormalization"), type: "rmsNormalization" });

/** Groups of an example's channels to mean 0 and variance 1 over all positions, times gamma, plus beta. */
export const groupNormalization = (config: GroupNormalizationConfig & Trained = {}) =>
  layer({ ...given(config, "groupNormalization"), type: "groupNormalization" });

/** Each channel to mean 0 and variance 1 over the batch and all positions, times gamma, plus beta; in use, by moving statistics. */
export const batchNormalization = (config: BatchNormalizationConfig & Trained = {}) =>
  layer({ ...given(config, "batchNormalization"), type: "batchNormalization" });
