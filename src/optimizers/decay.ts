// Decoupled weight decay: what a step takes off each weight besides the optimizer's own step.

import { checkStrength, type Rate, rateAt } from "../schedules/index.js";

/** A strength, or a schedule of it by the step. */
export type WeightDecay = Rate;

/** OptionError unless it is a number >= 0 or a schedule. */
export const checkDecay = (value: WeightDecay, who: string): void => checkStrength(value, who);

/** The strength in `step`; 0 without one. */
export const decayAt = (value: WeightDecay | undefined, step: number): number =>
  value === undefined ? 0 : rateAt(value, step);
