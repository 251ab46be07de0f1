import type { Tensor } from "../arena.js";
import { number } from "../check.js";
import { reads, step, writes } from "../kernels.js";
import type { LayerDefinition } from "./layer.js";

export interface SpatialDropoutConfig {
  /** The share of channels set to zero, 0 <= rate < 1. */
  rate: number;
}

/** A mask's first values stand behind it once more. */
const WRAP = 4;
const channelsOf = (mask: Tensor): number => mask.width - WRAP;

/**
 * `out[..., c] = inp[..., c] * mask[c] / (1 - rate)`: each channel of an example is dropped as a whole with probability `rate`.
 *
 * Shapes   inp (B, ..., channels) -> out (B, ..., channels); for a vector it is dropout
 * Train    in evaluate and predict out = inp. The mask is a pure function of (seed, layer, step, row, channel)
 * Errors   OptionError for a rate outside [0, 1)
 * Kernel   assembly/layers/spatial_dropout.ts
 * Source   Tompson et al. 2015
 */
export const spatialDropout: LayerDefinition<SpatialDropoutConfig> = {
  options: ["rate"],
  check: ({ rate }, who) => void number(rate, `${who}.rate`, { min: 0, below: 1 }),
  output: (_, inp) => inp,
  keepsZeros: () => true,
  alias: ({ rate }) => (rate === 0 ? "always" : "inference"),
  scratch: (_, inp) => ({ mask: { width: inp.at(-1)! + WRAP } }),
  forward({ rate }, { batch, out, inp, counter, counterOffset, seed: [low, high], stream, scratch }) {
    const mask = scratch("mask");
    const channels = channelsOf(mask);
    return [
      step(
        "spatial_dropout_mask",
        batch,
        writes(mask),
        reads(counter, counterOffset),
        rate,
        low,
        high,
        stream,
        channels,
        mask.stride,
      ),
      step("spatial_dropout_forward", batch, writes(out), reads(inp), reads(mask), channels, mask.stride, inp.stride),
    ];
  },
  // The mask is still that of the forward pass.
  backward(_, { batch, dinp, dout, scratch }) {
    if (!dinp) return [];
    const mask = scratch("mask");
    const channels = channelsOf(mask);
    return [
      step(
        "spatial_dropout_backward",
        batch,
        writes(dinp),
        reads(dout),
        reads(mask),
        channels,
        mask.stride,
        dinp.stride,
      ),
    ];
  },
};
