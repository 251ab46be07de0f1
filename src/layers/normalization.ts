import { number, show } from "../check.js";
import { OptionError, ShapeError } from "../errors.js";
import { reads, step, writes } from "../kernels.js";
import { type LayerDefinition, showShape, sizeOf } from "./layer.js";

export interface NormalizationConfig {
  /** One number per feature: the last extent of the input. */
  mean: readonly number[];
  /** One number > 0 per feature. */
  variance: readonly number[];
}

/** Beyond these, `1 / sqrt(variance)` comes near the ends of float32. */
const SMALLEST = 1e-60;
const LARGEST = 1e60;

/** Variances that a layer takes; others say nothing about the scale of float32 data. */
export const isScale = (variance: number): boolean => variance >= SMALLEST && variance <= LARGEST;

/**
 * `out = (inp - mean) / sqrt(variance)`, per feature of the last extent; as a product with `1 / sqrt(variance)` in float32.
 *
 * Shapes   inp (B, ..., F) -> out (B, ..., F); mean (F), variance (F)
 * Errors   OptionError for what are no numbers, or variances outside 1e-60..1e60; ShapeError unless there are F of each
 * Kernel   assembly/layers/normalization.ts
 */
export const normalization: LayerDefinition<NormalizationConfig> = {
  options: ["mean", "variance"],
  check({ mean, variance }, who) {
    const largest = 3.4e38;
    readVector(mean, `${who}.mean`, { min: -largest, max: largest });
    readVector(variance, `${who}.variance`, { min: SMALLEST, max: LARGEST });
    if (mean.length === variance.length) return;
    throw new OptionError(
      `${who}.variance: expected as many numbers as in mean, ${mean.length}, got ${variance.length}.`,
    );
  },
  output({ mean }, inp, who) {
    if (inp.at(-1) === mean.length) return inp;
    const cure = "Adapt to data of that shape: adaptNormalization({ data, shape }).";
    throw new ShapeError(
      `${who}: expected input (B, ..., ${mean.length}) for as many means, got ${showShape(inp)}. ${cure}`,
    );
  },
  constants: ({ mean, variance }, inp) => {
    const row = (value: (feature: number) => number) =>
      Float32Array.from({ length: sizeOf(inp) }, (_, i) => value(i % mean.length));
    return { mean: row((feature) => mean[feature]!), factor: row((feature) => 1 / Math.sqrt(variance[feature]!)) };
  },
  forward: (_, { batch, out, inp, constant }) => [
    step(
      "normalization_forward",
      batch,
      writes(out),
      reads(inp),
      reads(constant("mean")),
      reads(constant("factor")),
      inp.stride,
    ),
  ],
  backward: (_, { batch, dinp, dout, constant }) =>
    dinp
      ? [step("normalization_backward", batch, writes(dinp), reads(dout), reads(constant("factor")), dinp.stride)]
      : [],
};

function readVector(values: unknown, who: string, bounds: { min: number; max: number }): void {
  if (!Array.isArray(values) || values.length === 0) {
    const cure = "adaptNormalization() makes both from data.";
    throw new OptionError(`${who}: expected an array of numbers, one per feature, got ${show(values)}. ${cure}`);
  }
  for (let i = 0; i < values.length; i++) number(values[i], `${who}[${i}]`, bounds);
}
