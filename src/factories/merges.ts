// Layers that make one value of several; call them with `apply` on an array.

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

/** Values side by side on the last axis. (B, ..., I), (B, ..., J) -> (B, ..., I + J). */
export const concatenate = (config: Named = {}) => layer({ ...given(config, "concatenate"), type: "concatenate" });
