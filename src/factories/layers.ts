// Functions that give layers as plain JSON. Each checks what it was given at once.

import { options } from "../check.js";
import type { ActivationConfig } from "../layers/activation.js";
import type { AlphaDropoutConfig } from "../layers/alpha_dropout.js";
import type { DenseConfig } from "../layers/dense.js";
import type { DropoutConfig } from "../layers/dropout.js";
import type { GaussianDropoutConfig, GaussianNoiseConfig } from "../layers/gaussian.js";
import { type LayerSpec, type LayerType, layers as table } from "../layers/index.js";
import type { Shape } from "../layers/layer.js";
import type { NormalizationConfig } from "../layers/normalization.js";
import type { RescalingConfig } from "../layers/rescaling.js";
import type { SpatialDropoutConfig } from "../layers/spatial_dropout.js";
import { checkInput, layerOf, optionsOf } from "../plan/program.js";
import type { InputSpec } from "../spec.js";

interface Named {
  /** A name of the layer's own; weights are called `name.kernel`. Default: the type and a number. */
  name?: string;
}

/** What layers with weights take besides. */
interface Trained extends Named {
  /** False: training leaves the weights as they are, see `model.freeze`. Default true. */
  trainable?: boolean;
}

/** Options as they came, known to be an object: a number or an array would spread to nothing, or to its indices. */
function given<C extends object>(config: C, type: LayerType): C {
  options(config, type, optionsOf(table[type]));
  return config;
}

const layer = <S extends LayerSpec>(spec: S): S => {
  layerOf(spec);
  return spec;
};

/** The first layer: the shape of one example, such as `[784]` or `[28, 28, 1]`. */
export function input(config: { shape: Shape } & Named): InputSpec {
  options(config, "input", ["shape", "name"]);
  const spec: InputSpec = { ...config, type: "input" };
  checkInput({ layers: [spec] });
  return spec;
}

/** Fully connected: `activation(inp · kernel + bias)`. (B, I) -> (B, units). */
export const dense = (config: DenseConfig & Trained) => layer({ ...given(config, "dense"), type: "dense" });

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

/** A named function of the values: relu, tanh, softmax, ... Takes the name alone, too. */
export const activation = (config: string | (ActivationConfig & Named)) =>
  layer({ ...given(typeof config === "string" ? { activation: config } : config, "activation"), type: "activation" });

/** One vector per example. (B, d1, d2, ...) -> (B, d1 * d2 * ...). */
export const flatten = (config: Named = {}) => layer({ ...given(config, "flatten"), type: "flatten" });

/** `inp * scale + offset`; `rescaling({ scale: 1 / 255 })` for pixels. */
export const rescaling = (config: RescalingConfig & Named) =>
  layer({ ...given(config, "rescaling"), type: "rescaling" });

/** `(inp - mean) / sqrt(variance)` per feature of the last extent; `adaptNormalization(x)` makes it from data. */
export const normalization = (config: NormalizationConfig & Named) =>
  layer({ ...given(config, "normalization"), type: "normalization" });
