// Layers that make one value of several; call them with `apply` on an array.

import type { DotConfig } from "../layers/dot.js";
import type { ConcatenateConfig } from "../layers/merge.js";
import { given, layer, type Named } from "./layer.js";

/** The sum of values of one shape: `add().apply([x, y])`. */
export const add = (config: Named = {}) => layer({ ...given(config, "add"), type: "add" });

/** The first of two values of one shape less the second. */
export const subtract = (config: Named = {}) => layer({ ...given(config, "subtract"), type: "subtract" });

/** The product of values of one shape, number by number. */
export const multiply = (config: Named = {}) => layer({ ...given(config, "multiply"), type: "multiply" });

/** The mean of values of one shape. */
export const average = (config: Named = {}) => layer({ ...given(config, "average"), type: "average" });

/** The largest of values of one shape, number by number. */
export const maximum = (config: Named = {}) => layer({ ...given(config, "maximum"), type: "maximum" });

/** Values side by side on an axis, by default the last. (B, ..., I), (B, ..., J) -> (B, ..., I + J). */
export const concatenate = (config: ConcatenateConfig & Named = {}) =>
  layer({ ...given(config, "concatenate"), type: "concatenate" });

/**
 * Products of two values, summed along an axis of each: `dot({ axes: 1 }).apply([x, y])`.
 * (B, K), (B, K) -> (B, 1); (B, S, K), (B, T, K) -> (B, S, T).
 */
export const dot = (config: DotConfig & Named) => layer({ ...given(config, "dot"), type: "dot" });
