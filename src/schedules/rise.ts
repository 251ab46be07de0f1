// A schedule that rises by powers.
import { number } from "../check.js";
import { exp, log } from "../mathematics.js";
import { checkInitial, checkSteps, type ScheduleDefinition } from "./schedule.js";

export interface ExponentialRise {
  initial: number;
  /** Where it ends; at least `initial`. */
  maximum: number;
  /** Updates until the end of the rise. */
  steps: number;
}

/** `initial * (maximum / initial)^(step / steps)`, `maximum` from `steps` on. */
export const exponentialRise: ScheduleDefinition<ExponentialRise> = {
  options: ["initial", "maximum", "steps"],
  check({ initial, maximum, steps }, who) {
    checkInitial(initial, who);
    number(maximum, `${who}.maximum`, { min: initial });
    checkSteps(steps, `${who}.steps`);
  },
  rate({ initial, maximum, steps }, step) {
    if (step === 0) return initial;
    if (step >= steps) return maximum;
    // Logarithms, since the quotient may be larger than any number.
    const [low, high] = [log(initial), log(maximum)];
    return Math.min(maximum, exp(low + (high - low) * (step / steps)));
  },
};
