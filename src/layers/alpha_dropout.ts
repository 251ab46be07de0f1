import { number } from "../check.js";
import { reads, step, writes } from "../kernels.js";
import type { LayerDefinition } from "./layer.js";

export interface AlphaDropoutConfig {
  /** The share of values replaced, 0 <= rate < 1. */
  rate: number;
}

/** What selu tends to far below zero: minus scale times alpha of Klambauer et al. */
const LOWEST = -1.7580993408473766;

/** out = inp * scale + kept, or dropped: a and b of the formula below. */
function line({ rate }: AlphaDropoutConfig) {
  const scale = 1 / Math.sqrt((1 - rate) * (1 + rate * LOWEST * LOWEST));
  const kept = -scale * LOWEST * rate;
  return { scale, kept, dropped: scale * LOWEST + kept };
}

/**
 * `out = a * (inp * mask + alpha * (1 - mask)) + b`, each mask element 0 with probability `rate`, else 1;
 * `alpha = -1.7581`, `a = 1 / sqrt((1 - rate) * (1 + rate * alpha²))`, `b = -a * alpha * rate`.
 *
 * Values of mean 0 and variance 1, such as those behind selu, keep both.
 *
 * Shapes   inp (B, ...) -> out (B, ...)
 * Train    in evaluate and predict out = inp. The mask is a pure function of (seed, layer, step, row, column)
 * Errors   OptionError for a rate outside [0, 1)
 * Kernel   assembly/layers/alpha_dropout.ts
 * Source   Klambauer et al. 2017, section 3
 */
export const alphaDropout: LayerDefinition<AlphaDropoutConfig> = {
  options: ["rate"],
  stepwise: true,
  check: ({ rate }, who) => void number(rate, `${who}.rate`, { min: 0, below: 1 }),
  output: (_, inp) => inp,
  alias: ({ rate }) => (rate === 0 ? "always" : "inference"),
  forward(config, { batch, out, inp, counter, counterOffset, seed: [low, high], stream }) {
    const { scale, kept, dropped } = line(config);
    return [
      step(
        "alpha_dropout_forward",
        batch,
        writes(out),
        reads(inp),
        reads(counter, counterOffset),
        config.rate,
        scale,
        kept,
        dropped,
        low,
        high,
        stream,
        inp.stride,
      ),
    ];
  },
  backward: (config, { batch, dinp, dout, counter, counterOffset, seed: [low, high], stream }) =>
    dinp
      ? [
          step(
            "alpha_dropout_backward",
            batch,
            writes(dinp),
            reads(dout),
            reads(counter, counterOffset),
            config.rate,
            line(config).scale,
            low,
            high,
            stream,
            dinp.stride,
          ),
        ]
      : [],
};
