import { number } from "../check.js";
import { reads, step, writes } from "../kernels.js";
import type { LayerDefinition } from "./layer.js";

export interface DropoutConfig {
  /** The share of values set to zero, 0 <= rate < 1. */
  rate: number;
}

/**
 * `out = inp * mask / (1 - rate)`, each mask element 0 with probability `rate`, else 1.
 *
 * Shapes   inp (B, ...) -> out (B, ...)
 * Train    in evaluate and predict out = inp. The mask is a pure function of (seed, layer, step, row, column)
 * Errors   OptionError for a rate outside [0, 1)
 * Kernel   assembly/layers/dropout.ts
 * Source   Srivastava et al. 2014 (inverted scaling); Salmon et al. 2011 (Philox 4x32-10)
 */
export const dropout: LayerDefinition<DropoutConfig> = {
  options: ["rate"],
  stepwise: true,
  check: ({ rate }, who) => void number(rate, `${who}.rate`, { min: 0, below: 1 }),
  output: (_, inp) => inp,
  alias: ({ rate }) => (rate === 0 ? "always" : "inference"),
  forward: ({ rate }, { batch, out, inp, counter, counterOffset, seed: [low, high], stream }) => [
    step(
      "dropout_forward",
      batch,
      writes(out),
      reads(inp),
      reads(counter, counterOffset),
      rate,
      low,
      high,
      stream,
      inp.stride,
    ),
  ],
  backward: ({ rate }, { batch, dinp, dout, counter, counterOffset, seed: [low, high], stream }) =>
    dinp
      ? [
          step(
            "dropout_backward",
            batch,
            writes(dinp),
            reads(dout),
            reads(counter, counterOffset),
            rate,
            low,
            high,
            stream,
            dinp.stride,
          ),
        ]
      : [],
};
