// Functions that give layers as plain JSON. Each checks what it was given at once.

import { options } from "../check.js";
import type { ActivationConfig } from "../layers/activation.js";
import type { AttentionConfig } from "../layers/attention.js";
import type { BatchNormalizationConfig } from "../layers/batch_normalization.js";
import type { BidirectionalConfig } from "../layers/bidirectional.js";
import type { UpSampling2dConfig } from "../layers/bilinear.js";
import type { Conv1dConfig } from "../layers/conv1d.js";
import type { Conv2dConfig } from "../layers/conv2d.js";
import type { Conv2dTransposeConfig } from "../layers/conv2d_transpose.js";
import type { DenseConfig } from "../layers/dense.js";
import type { DepthwiseConv2dConfig } from "../layers/depthwise_conv2d.js";
import type { EmbeddingConfig } from "../layers/embedding.js";
import type { GroupNormalizationConfig, RmsNormalizationConfig } from "../layers/group_normalization.js";
import type { LayerSpec } from "../layers/index.js";
import type { Shape } from "../layers/layer.js";
import type { MaskingConfig } from "../layers/masking.js";
import type { NormalizationConfig } from "../layers/normalization.js";
import type { GlobalPoolConfig, Pool1dConfig, Pool2dConfig } from "../layers/pooling.js";
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
  ZeroPadding1dConfig,
  ZeroPadding2dConfig,
} from "../layers/shapes.js";
import { checkInput, layerOf } from "../plan/nodes.js";
import type { InputSpec } from "../spec.js";
import { type Callable, callable, type StateCallable } from "./graph.js";
import { given, layer, type Named, type Trained } from "./layer.js";

export * from "./merges.js";
export * from "./regularizers.js";

/** The first layer: the shape of one example, such as `[784]` or `[28, 28, 1]`. */
export function input(config: { shape: Shape } & Named): InputSpec {
  options(config, "input", ["shape", "name"]);
  const spec: InputSpec = { ...config, type: "input" };
  checkInput(spec);
  return spec;
}

/** Fully connected: `activation(inp · kernel + bias)`. (B, I) -> (B, units), and the same on the last axis of more. */
export const dense = (config: DenseConfig & Trained) => layer("dense", config);

/** Convolution of images: `activation(bias + Σ window · kernel)`. (B, height, width, channels) -> (B, height', width', filters). */
export const conv2d = (config: Conv2dConfig & Trained) => layer("conv2d", config);

/** The adjoint of a convolution, which makes images larger. (B, height, width, channels) -> (B, height', width', filters). */
export const conv2dTranspose = (config: Conv2dTransposeConfig & Trained) => layer("conv2dTranspose", config);

/** Convolution of each channel by itself. (B, height, width, channels) -> (B, height', width', channels * depthMultiplier). */
export const depthwiseConv2d = (config: DepthwiseConv2dConfig & Trained) => layer("depthwiseConv2d", config);

/** depthwiseConv2d, and a convolution of all channels of each pixel. (B, height, width, channels) -> (B, height', width', filters). */
export const separableConv2d = (config: SeparableConv2dConfig & Trained) => layer("separableConv2d", config);

/** Convolution of sequences: `activation(bias + Σ window · kernel)`. (B, steps, channels) -> (B, steps', filters). */
export const conv1d = (config: Conv1dConfig & Trained) => layer("conv1d", config);

/** The largest value of each window, for each channel. (B, height, width, channels) -> (B, height', width', channels). */
export const maxPooling2d = (config: Pool2dConfig & Named = {}) => layer("maxPooling2d", config);

/** The mean of each window, for each channel. (B, height, width, channels) -> (B, height', width', channels). */
export const averagePooling2d = (config: Pool2dConfig & Named = {}) => layer("averagePooling2d", config);

/** The largest value of each window of steps. (B, steps, channels) -> (B, steps', channels). */
export const maxPooling1d = (config: Pool1dConfig & Named = {}) => layer("maxPooling1d", config);

/** The mean of each window of steps. (B, steps, channels) -> (B, steps', channels). */
export const averagePooling1d = (config: Pool1dConfig & Named = {}) => layer("averagePooling1d", config);

/** The mean over all pixels. (B, height, width, channels) -> (B, channels), with keepDims (B, 1, 1, channels). */
export const globalAveragePooling2d = (config: GlobalPoolConfig & Named = {}) =>
  layer("globalAveragePooling2d", config);

/** The largest value of all pixels. (B, height, width, channels) -> (B, channels). */
export const globalMaxPooling2d = (config: GlobalPoolConfig & Named = {}) => layer("globalMaxPooling2d", config);

/** The mean over all steps. (B, steps, channels) -> (B, channels). */
export const globalAveragePooling1d = (config: GlobalPoolConfig & Named = {}) =>
  layer("globalAveragePooling1d", config);

/** The largest value of all steps. (B, steps, channels) -> (B, channels). */
export const globalMaxPooling1d = (config: GlobalPoolConfig & Named = {}) => layer("globalMaxPooling1d", config);

type Recurrent<T extends string, C> = C & Trained & { type: T } & StateCallable;

/** Recurrent: `h = activation(inp · kernel + h · recurrentKernel + bias)`. (B, steps, channels) -> (B, units) or (B, steps, units). */
export const simpleRnn = (config: SimpleRnnConfig & Trained) =>
  layer("simpleRnn", config) as Recurrent<"simpleRnn", SimpleRnnConfig>;

/** Long short-term memory, gates i, f, g, o. (B, steps, channels) -> (B, units), with returnSequences (B, steps, units). */
export const lstm = (config: LstmConfig & Trained) => layer("lstm", config) as Recurrent<"lstm", LstmConfig>;

/** Gated recurrent unit, reset after the product. (B, steps, channels) -> (B, units), with returnSequences (B, steps, units). */
export const gru = (config: GruConfig & Trained) => layer("gru", config) as Recurrent<"gru", GruConfig>;

/** A recurrent layer in both directions of time, outputs side by side or merged. (B, steps, channels) -> (B, 2 units), ... */
export const bidirectional = (
  recurrent: BidirectionalConfig["layer"],
  config: Omit<BidirectionalConfig, "layer"> & Named = {},
) => layer("bidirectional", { ...given(config, "bidirectional"), layer: recurrent });

/** A layer on each step by itself, such as a convolution of each frame. (B, steps, ...) -> (B, steps, ...). */
export function timeDistributed(spec: LayerSpec): LayerSpec & Callable {
  const { stepwise, wraps } = layerOf(spec);
  // Such a layer is on each step already.
  if (stepwise && !wraps) return "apply" in spec ? (spec as LayerSpec & Callable) : callable({ ...spec });
  const { name, trainable, ...inner } = spec;
  return layer("timeDistributed", {
    layer: inner,
    ...(name && { name }),
    ...(trainable !== undefined && { trainable }),
  });
}

/** A trained vector for each whole number: `embeddings[inp]`. The first layer. (B, steps) -> (B, steps, outputDim). */
export const embedding = (config: EmbeddingConfig & Trained) => layer("embedding", config);

/** Steps of `maskValue` alone do not count for recurrent layers and the loss above. (B, steps, channels) -> (B, steps, channels). */
export const masking = (config: MaskingConfig & Named = {}) => layer("masking", config);

/** Self attention of several heads: `softmax(q · kᵀ / sqrt(headSize)) · v`. (B, steps, channels) -> (B, steps, channels). */
export const multiHeadAttention = (config: AttentionConfig & Trained) => layer("multiHeadAttention", config);

/** A vector for each step, trained or of sines, added to what the step has. (B, steps, channels) -> (B, steps, channels). */
export const positionEmbedding = (config: PositionConfig & Trained = {}) => layer("positionEmbedding", config);

/** A named function of the values: relu, tanh, softmax, ... Takes the name alone, too. */
export const activation = (config: string | (ActivationConfig & Named)) =>
  layer("activation", typeof config === "string" ? { activation: config } : config);

/** One vector per example. (B, d1, d2, ...) -> (B, d1 * d2 * ...). */
export const flatten = (config: Named = {}) => layer("flatten", config);

/** Other extents for the same values; one may be -1. (B, d1, d2, ...) -> (B, ...targetShape). */
export const reshape = (config: ReshapeConfig & Named) => layer("reshape", config);

/** The axes of an example in another order, counted from 1: [2, 1] turns a sequence. (B, d1, ...) -> (B, d_dims[0], ...). */
export const permute = (config: PermuteConfig & Named) => layer("permute", config);

/** One vector n times, as a sequence. (B, width) -> (B, n, width). */
export const repeatVector = (config: RepeatVectorConfig & Named) => layer("repeatVector", config);

/** Zeros around each image. (B, height, width, channels) -> (B, height', width', channels). */
export const zeroPadding2d = (config: ZeroPadding2dConfig & Named = {}) => layer("zeroPadding2d", config);

/** Cuts the sides off each image. (B, height, width, channels) -> (B, height', width', channels). */
export const cropping2d = (config: Cropping2dConfig & Named) => layer("cropping2d", config);

/** Each pixel as a block of `size` equal ones, or bilinear between them. (B, height, width, channels) -> (B, height * size, width * size, channels). */
export const upSampling2d = (config: UpSampling2dConfig & Named = {}) => layer("upSampling2d", config);

/** Zeros before and behind each sequence. (B, steps, channels) -> (B, steps', channels). */
export const zeroPadding1d = (config: ZeroPadding1dConfig & Named = {}) => layer("zeroPadding1d", config);

/** Cuts steps off both ends of each sequence. (B, steps, channels) -> (B, steps', channels). */
export const cropping1d = (config: Cropping1dConfig & Named) => layer("cropping1d", config);

/** Each step `size` times. (B, steps, channels) -> (B, steps * size, channels). */
export const upSampling1d = (config: UpSampling1dConfig & Named = {}) => layer("upSampling1d", config);

/** `inp * scale + offset`; `rescaling({ scale: 1 / 255 })` for pixels. */
export const rescaling = (config: RescalingConfig & Named) => layer("rescaling", config);

/** `(inp - mean) / sqrt(variance)` per feature of the last extent; `adaptNormalization(x)` makes it from data. */
export const normalization = (config: NormalizationConfig & Named) => layer("normalization", config);

/** Each position's channels to mean 0 and variance 1, times gamma, plus beta: statistics over the last axis. */
export const layerNormalization = (config: ScaledConfig & Trained = {}) => layer("layerNormalization", config);

/** Each position's channels divided by the root of their mean square, times gamma. */
export const rmsNormalization = (config: RmsNormalizationConfig & Trained = {}) => layer("rmsNormalization", config);

/** Groups of an example's channels to mean 0 and variance 1 over all positions, times gamma, plus beta. */
export const groupNormalization = (config: GroupNormalizationConfig & Trained = {}) =>
  layer("groupNormalization", config);

/** Each channel to mean 0 and variance 1 over the batch and all positions, times gamma, plus beta; in use, by moving statistics. */
export const batchNormalization = (config: BatchNormalizationConfig & Trained = {}) =>
  layer("batchNormalization", config);
