// Layers against overfitting: noise, dropout, augmentation, penalties on outputs.

import type { ActivityPenalty } from "../layers/activity.js";
import type { AlphaDropoutConfig } from "../layers/alpha_dropout.js";
import type { RandomCropConfig, RandomFlipConfig, RandomTranslationConfig } from "../layers/augmentation.js";
import type { ColumnDropoutConfig } from "../layers/column_dropout.js";
import type { CutoutConfig } from "../layers/cutout.js";
import type { DropoutConfig } from "../layers/dropout.js";
import type { GaussianDropoutConfig, GaussianNoiseConfig } from "../layers/gaussian.js";
import type { ModalityDropoutConfig } from "../layers/modality_dropout.js";
import type { SpatialDropoutConfig } from "../layers/spatial_dropout.js";
import { given, layer, type Named } from "./layer.js";

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

/** In training, dropout of whole examples of an input or a branch, all values at once. */
export const modalityDropout = (config: ModalityDropoutConfig & Named) =>
  layer({ ...given(config, "modalityDropout"), type: "modalityDropout" });

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

/** Values stay as they are, and the loss takes on `(l1 * sum|v| + l2 * sum(v^2)) / batch`. */
export const activityRegularization = (config: ActivityPenalty & Named) =>
  layer({ ...given(config, "activityRegularization"), type: "activityRegularization" });
