import { stride } from "../arena.js";
import { number } from "../check.js";
import { reads, type Split, step, writes } from "../kernels.js";
import type { LayerDefinition } from "./layer.js";

export interface ColumnDropoutConfig {
  /** The share of columns set to zero, 0 <= rate < 1. */
  rate: number;
}

/** A mask's first values stand behind it once more. */
const WRAP = 4;
/** A mask for all rows of the batch: each worker draws the same one for itself. */
const ONE_MASK: Split = { axis: "each", extent: 1 };
/** The distance between the masks of two rows. */
const SHARED = 0;

/**
 * `out[..., c] = inp[..., c] * mask[c] / (1 - rate)`: each column is dropped from a whole batch at once with probability `rate`, as
 * if that measurement had failed, so that a model does not lean on a single one. Standardize first: 0 is then a column's mean.
 *
 * Shapes   inp (B, ..., columns) -> out (B, ..., columns)
 * Train    in evaluate and predict out = inp. The mask is a pure function of (seed, layer, step, column), the same for every row
 * Errors   OptionError for a rate outside [0, 1)
 * Kernel   assembly/layers/spatial_dropout.ts, with one mask for all rows
 * Source   Srivastava et al. 2014 (inverted scaling)
 */
export const columnDropout: LayerDefinition<ColumnDropoutConfig> = {
  options: ["rate"],
  check: ({ rate }, who) => void number(rate, `${who}.rate`, { min: 0, below: 1 }),
  output: (_, inp) => inp,
  alias: ({ rate }) => (rate === 0 ? "always" : "inference"),
  scratch: (_, inp) => ({ mask: { each: 4 * stride(inp.at(-1)! + WRAP) } }),
  forward({ rate }, { batch, out, inp, inpShape, counter, counterOffset, seed: [low, high], stream, scratch }) {
    const columns = inpShape.at(-1)!;
    const mask = scratch("mask");
    return [
      step(
        "spatial_dropout_mask",
        ONE_MASK,
        writes(mask),
        reads(counter, counterOffset),
        rate,
        low,
        high,
        stream,
        columns,
        stride(columns + WRAP),
      ),
      step("spatial_dropout_forward", batch, writes(out), reads(inp), reads(mask), columns, SHARED, inp.stride),
    ];
  },
  // The mask is still that of the forward pass.
  backward: (_, { batch, dinp, dout, inpShape, scratch }) =>
    dinp
      ? [
          step(
            "spatial_dropout_backward",
            batch,
            writes(dinp),
            reads(dout),
            reads(scratch("mask")),
            inpShape.at(-1)!,
            SHARED,
            dinp.stride,
          ),
        ]
      : [],
};
