import { type GroupDropoutConfig, groupDropout } from "./group_dropout.js";

/** `rate` is the share of channels. */
export type SpatialDropoutConfig = GroupDropoutConfig;

/**
 * `out[..., c] = inp[..., c] * mask[c] / (1 - rate)`: each channel of an example is dropped as a whole with probability `rate`.
 *
 * Shapes   inp (B, ..., channels) -> out (B, ..., channels); for a vector it is dropout
 * Train    in evaluate and predict out = inp. The mask is a pure function of (seed, layer, step, row, channel)
 * Errors   OptionError for a rate outside [0, 1)
 * Kernel   assembly/layers/spatial_dropout.ts
 * Source   Tompson et al. 2015
 */
export const spatialDropout = groupDropout((inp) => inp.at(-1)!);
