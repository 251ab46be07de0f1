// Dropout of groups of values: those of an example are dealt out to so many groups in turn.
import type { Tensor } from "../arena.js";
import { number } from "../check.js";
import { reads, step, writes } from "../kernels.js";
import type { LayerDefinition, Shape } from "./layer.js";

export interface GroupDropoutConfig {
  /** The share of groups set to zero, 0 <= rate < 1. */
  rate: number;
}

/** A mask's first values stand behind it once more. */
const WRAP = 4;
const channelsOf = (mask: Tensor): number => mask.width - WRAP;

/** A layer that drops each of an example's groups as a whole. Kernels: assembly/layers/spatial_dropout.ts */
export const groupDropout = (groups: (inp: Shape) => number): LayerDefinition<GroupDropoutConfig> => ({
  options: ["rate"],
  check: ({ rate }, who) => void number(rate, `${who}.rate`, { min: 0, below: 1 }),
  output: (_, inp) => inp,
  alias: ({ rate }) => (rate === 0 ? "always" : "inference"),
  scratch: (_, inp) => ({ mask: { width: groups(inp) + WRAP } }),
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
});
