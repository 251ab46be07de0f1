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
import { layer, type Named } from "./layer.js";

/** In training, sets a share `rate` of the values to zero and scales the others by `1 / (1 - rate)`. */
export const dropout = (config: DropoutConfig & Named) => layer("dropout", config);

/** In training, adds normal noise: `inp + stddev * n`. */
export const gaussianNoise = (config: GaussianNoiseConfig & Named) => layer("gaussianNoise", config);

/** In training, multiplies with normal noise around 1: `inp * (1 + sqrt(rate / (1 - rate)) * n)`. */
export const gaussianDropout = (config: GaussianDropoutConfig & Named) => layer("gaussianDropout", config);

/** In training, dropout that keeps the mean and the variance of selu's values. */
export const alphaDropout = (config: AlphaDropoutConfig & Named) => layer("alphaDropout", config);

/** In training, dropout of whole channels, the last axis of an example: the same ones at every position. */
export const spatialDropout = (config: SpatialDropoutConfig & Named) => layer("spatialDropout", config);

/** In training, dropout of whole examples of an input or a branch, all values at once. */
export const modalityDropout = (config: ModalityDropoutConfig & Named) => layer("modalityDropout", config);

/** In training, dropout of whole columns, the last axis of an example: the same ones for all rows of a batch. */
export const columnDropout = (config: ColumnDropoutConfig & Named) => layer("columnDropout", config);

/** In training, moves each image by whole pixels, up to shares of its height and width. */
export const randomTranslation = (config: RandomTranslationConfig & Named) => layer("randomTranslation", config);

/** In training, mirrors every second image: left to right, top to bottom, or each by itself. */
export const randomFlip = (config: RandomFlipConfig & Named = {}) => layer("randomFlip", config);

/** Cuts `height` x `width` pixels out of each image: at a random place in training, else in the middle. */
export const randomCrop = (config: RandomCropConfig & Named) => layer("randomCrop", config);

/** In training, covers a square of each image with zeros. */
export const cutout = (config: CutoutConfig & Named) => layer("cutout", config);

/** Values stay as they are, and the loss takes on `(l1 * sum|v| + l2 * sum(v^2)) / batch`. */
export const activityRegularization = (config: ActivityPenalty & Named) => layer("activityRegularization", config);
