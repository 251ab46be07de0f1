import { type GroupDropoutConfig, groupDropout } from "./group_dropout.js";

/** `rate` is the share of examples. */
export type ModalityDropoutConfig = GroupDropoutConfig;

/**
 * `out = inp * m / (1 - rate)`, m one number for all values of an example, 0 with probability `rate`, else 1: behind one of
 * several inputs, or on a branch, it is left out as a whole at random, so that a model learns to do without it.
 *
 * Shapes   inp (B, ...) -> out (B, ...)
 * Train    in evaluate and predict out = inp. m is a pure function of (seed, layer, step, row)
 * Errors   OptionError for a rate outside [0, 1)
 * Kernel   assembly/layers/spatial_dropout.ts, of one channel
 * Source   Neverova et al. 2016 (ModDrop)
 */
export const modalityDropout = groupDropout(() => 1);
