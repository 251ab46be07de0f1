// Decoupled weight decay: what a step takes off each weight besides the optimizer's own step.

import { number, options } from "../check.js";
import { checkStrength, type Rate, rateAt } from "../schedules/index.js";

/**
 * A decay that is as strong as the gradients ask for, `s = momentum s + (1 - momentum) factor |g| / |w|`, s = 0 before the
 * first update: g are the gradients of all weights w, before limits and without penalties (with them in `applyGradients`).
 *
 * Units    factor > 0, 0 <= momentum < 1
 * Kernel   assembly/optimizers/decay.ts
 * Source   Ghiasi, Shafahi & Ardekani 2023 (arXiv 2210.00094), algorithm 1, whose momentum is 0.1
 */
export interface AdaptiveDecay {
  readonly type: "adaptive";
  readonly factor: number;
  readonly momentum: number;
}

/** A strength, a schedule of it by the step, or one that follows the gradients. */
export type WeightDecay = Rate | AdaptiveDecay;

export const isAdaptive = (value: WeightDecay | undefined): value is AdaptiveDecay =>
  typeof value === "object" && value?.type === "adaptive";

/** OptionError unless it is a number >= 0, a schedule, or an adaptive decay. */
export function checkDecay(value: WeightDecay, who: string): void {
  if (!isAdaptive(value)) {
    checkStrength(value, who);
    return;
  }
  options(value, who, ["type", "factor", "momentum"]);
  number(value.factor, `${who}.factor`, { above: 0 });
  number(value.momentum, `${who}.momentum`, { min: 0, below: 1 });
}

/** The strength in `step`, as far as it is known before its gradients; 0 without one. */
export const decayAt = (value: WeightDecay | undefined, step: number): number =>
  value === undefined || isAdaptive(value) ? 0 : rateAt(value, step);
