// Decoupled weight decay: what a step takes off each weight besides the optimizer's own step.

import { number, show } from "../check.js";
import { OptionError } from "../errors.js";
import { checkRate, type Rate, rateAt } from "../schedules/index.js";

/** A strength, or a schedule of it by the step. */
export type WeightDecay = Rate;

/** OptionError unless it is a number >= 0 or a schedule. */
export function checkDecay(value: unknown, who: string): void {
  if (typeof value === "number") {
    number(value, who, { min: 0 });
    return;
  }
  if (value === null || typeof value !== "object") {
    const cure = typeof value === "function" ? " Call the function." : "";
    throw new OptionError(`${who}: expected a number >= 0 or a schedule, got ${show(value)}.${cure}`);
  }
  checkRate(value as Rate, who);
}

/** The strength in `step`; 0 without one. */
export const decayAt = (value: WeightDecay | undefined, step: number): number =>
  value === undefined ? 0 : rateAt(value, step);
