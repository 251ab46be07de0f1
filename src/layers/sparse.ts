// A dense layer's products on data that is mostly zeros: the steps that leave these out. Results are the dense kernels', bit for bit.

import { type Argument, reads, type Step, step, withFlops, writes } from "../kernels.js";
import type { NodeContext, Scratch } from "./layer.js";

/** Columns that a list of 16-bit numbers can name. */
export const MOST_COLUMNS = 65535;

/** Lists of the columns that are not zero, by row, a table that makes them, and masks of the rows that are not, by column. */
export const sparseScratch = (width: number, batch: number): Record<"lists" | "places" | "masks", Scratch> => ({
  lists: { width: (width >> 1) + 7 },
  places: { each: 4096 },
  masks: { each: 4 * Math.ceil(width / 8) * 8 * Math.ceil(batch / 32) },
});

/** `out = inp · kernel + bias`. */
export function sparseForward(
  { batch, inp, out, parameter, scratch }: NodeContext,
  units: number,
  bias: Argument,
): Step[] {
  const lists = scratch("lists");
  return [
    step(
      "nonzero_rows",
      batch,
      writes(lists),
      writes(scratch("places")),
      reads(inp),
      inp.width,
      lists.stride,
      inp.stride,
    ),
    withFlops(
      2 * batch.extent * inp.width * units,
      step(
        "sparse_forward",
        batch,
        writes(out),
        reads(inp),
        reads(parameter("kernel")),
        bias,
        reads(lists),
        inp.width,
        units,
        out.stride,
        inp.stride,
        lists.stride,
      ),
    ),
  ];
}

/** `dkernel = inpᵀ · dout`; every worker makes the masks for itself. */
export function sparseBackward({ rows, inp, dout, gradient, split, scratch }: NodeContext, units: number): Step[] {
  const masks = scratch("masks");
  return [
    step(
      "nonzero_columns",
      { axis: "each", extent: Math.ceil(inp.width / 8) },
      writes(masks),
      reads(inp),
      rows,
      inp.width,
      inp.stride,
    ),
    withFlops(
      2 * rows * inp.width * units,
      step(
        "sparse_backward_kernel",
        split("kernel"),
        writes(gradient("kernel")),
        reads(inp),
        reads(dout),
        reads(masks),
        rows,
        inp.width,
        inp.stride,
        dout.stride,
      ),
    ),
  ];
}
