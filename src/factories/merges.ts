// Layers that make one value of several; call them with `apply` on an array.

import type { DotConfig } from "../layers/dot.js";
import type { ConcatenateConfig } from "../layers/merge.js";
import { layer, type Named } from "./layer.js";

/** The sum of values of one shape: `add().apply([x, y])`. */
export const add = (config: Named = {}) => layer("add", config);

/** The first of two values of one shape less the second. */
export const subtract = (config: Named = {}) => layer("subtract", config);

/** The product of values of one shape, number by number. */
export const multiply = (config: Named = {}) => layer("multiply", config);

/** The mean of values of one shape. */
export const average = (config: Named = {}) => layer("average", config);

/** The largest of values of one shape, number by number. */
export const maximum = (config: Named = {}) => layer("maximum", config);

/** The smallest of values of one shape, number by number. */
export const minimum = (config: Named = {}) => layer("minimum", config);

/** Values side by side on an axis, by default the last. (B, ..., I), (B, ..., J) -> (B, ..., I + J). */
export const concatenate = (config: ConcatenateConfig & Named = {}) => layer("concatenate", config);

/**
 * Products of two values, summed along an axis of each: `dot({ axes: 1 }).apply([x, y])`.
 * (B, K), (B, K) -> (B, 1); (B, S, K), (B, T, K) -> (B, S, T).
 */
export const dot = (config: DotConfig & Named) => layer("dot", config);
