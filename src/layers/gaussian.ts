import { number } from "../check.js";
import { reads, step, writes } from "../kernels.js";
import type { LayerDefinition } from "./layer.js";

export interface GaussianNoiseConfig {
  /** The noise's standard deviation, in the values' own units. */
  stddev: number;
}

export interface GaussianDropoutConfig {
  /** The noise is as strong as that of dropout with this rate, 0 <= rate < 1. */
  rate: number;
}

/**
 * `out = inp + stddev * n`, each n a standard normal number of its own.
 *
 * Shapes   inp (B, ...) -> out (B, ...)
 * Train    in evaluate and predict out = inp. The noise is a pure function of (seed, layer, step, row, column)
 * Errors   OptionError for a stddev below 0
 * Kernel   assembly/layers/gaussian.ts
 * Source   Box & Muller 1958 (normal numbers); Salmon et al. 2011 (Philox 4x32-10)
 */
export const gaussianNoise: LayerDefinition<GaussianNoiseConfig> = {
  options: ["stddev"],
  stepwise: true,
  check: ({ stddev }, who) => void number(stddev, `${who}.stddev`, { min: 0, max: 1e30 }),
  output: (_, inp) => inp,
  alias: ({ stddev }) => (stddev === 0 ? "always" : "inference"),
  forward: ({ stddev }, { batch, out, inp, counter, counterOffset, seed: [low, high], stream }) => [
    step(
      "gaussian_noise_forward",
      batch,
      writes(out),
      reads(inp),
      reads(counter, counterOffset),
      stddev,
      low,
      high,
      stream,
      inp.stride,
    ),
  ],
  // The slope is 1: the gradient moves to the tensor of the layer below.
  backward: (_, { batch, dinp, dout }) =>
    dinp ? [step("rescaling_backward", batch, writes(dinp), reads(dout), 1, dinp.stride)] : [],
};

/** The standard deviation of the factors that dropout multiplies with. */
const deviation = ({ rate }: GaussianDropoutConfig): number => Math.sqrt(rate / (1 - rate));

/**
 * `out = inp * (1 + sqrt(rate / (1 - rate)) * n)`, each n a standard normal number of its own.
 *
 * Shapes   inp (B, ...) -> out (B, ...)
 * Train    in evaluate and predict out = inp. The noise is a pure function of (seed, layer, step, row, column)
 * Errors   OptionError for a rate outside [0, 1)
 * Kernel   assembly/layers/gaussian.ts
 * Source   Srivastava et al. 2014, section 10
 */
export const gaussianDropout: LayerDefinition<GaussianDropoutConfig> = {
  options: ["rate"],
  stepwise: true,
  check: ({ rate }, who) => void number(rate, `${who}.rate`, { min: 0, below: 1 }),
  output: (_, inp) => inp,
  alias: ({ rate }) => (rate === 0 ? "always" : "inference"),
  forward: (config, { batch, out, inp, counter, counterOffset, seed: [low, high], stream }) => [
    step(
      "gaussian_dropout_forward",
      batch,
      writes(out),
      reads(inp),
      reads(counter, counterOffset),
      deviation(config),
      low,
      high,
      stream,
      inp.stride,
    ),
  ],
  backward: (config, { batch, dinp, dout, counter, counterOffset, seed: [low, high], stream }) =>
    dinp
      ? [
          step(
            "gaussian_dropout_backward",
            batch,
            writes(dinp),
            reads(dout),
            reads(counter, counterOffset),
            deviation(config),
            low,
            high,
            stream,
            dinp.stride,
          ),
        ]
      : [],
};
