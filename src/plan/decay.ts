// The strength of a weight decay that follows the gradients: the steps before an update.

import { reads, type Step, step } from "../kernels.js";
import { isAdaptive } from "../optimizers/decay.js";
import { COUNTERS } from "./counters.js";
import { HYPER, type Layout } from "./layout.js";
import type { ProgramTraining } from "./program.js";
import { trainedOnly } from "./update.js";
import { split } from "./walk.js";

/** Takes the norms of gradients and weights, all together, and from them the decay of the step; none for other decays. */
export function decaySteps(layout: Layout, { optimizerConfig, products, counters }: ProgramTraining): Step[] {
  const { weightDecay } = optimizerConfig;
  if (!isAdaptive(weightDecay)) return [];
  const { norm, hyper } = layout;
  const parameters = trainedOnly(layout.parameters);
  const squares = parameters.flatMap((one) => {
    const { unit, units } = one.parameter;
    const to = (row: number) => ({ tensor: one.squares!, access: "write" as const, offset: 4 * units * row });
    return [
      step("square_sums", split(one), to(0), reads(one.gradient), unit),
      step("square_sums", split(one), to(1), reads(one.weight), unit),
    ];
  });
  // Row 0 of each are the gradients' squares, row 1 the weights'.
  const sums = parameters.map((one, i) =>
    step(
      "norm_add",
      { axis: "once", extent: 2 },
      { tensor: norm, access: "update", offset: 0 },
      reads(one.squares!),
      one.parameter.units,
      i > 0 ? 1 : 0,
    ),
  );
  const at = 8 * (COUNTERS.products + products.length + counters.indexOf("decay"));
  const strength = step(
    "adaptive_decay",
    { axis: "once", extent: 1 },
    { tensor: hyper, access: "update", offset: HYPER.decay },
    { tensor: layout.counters, access: "update", offset: at },
    reads(norm),
    reads(hyper, HYPER.rate),
    weightDecay.factor,
    weightDecay.momentum,
  );
  return [...squares, ...sums, strength];
}
