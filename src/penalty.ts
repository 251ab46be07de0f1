// Penalties on weights, as JSON: `l1 * sum|w| + l2 * sum(w^2)`.
import { boolean, options } from "./check.js";
import { checkStrength, type Rate } from "./schedules/index.js";

/** L1, L2 or both (ElasticNet); each a number, or a schedule of it by the step. */
export interface Penalty {
  readonly l1?: Rate;
  readonly l2?: Rate;
  /**
   * L1 as a step of its own behind each update instead of a part of the gradient: `w = sign(w) * max(|w| - rate * l1, 0)` with
   * the step's learning rate, whatever the optimizer makes of gradients. It gives exact zeros; default false.
   */
  readonly proximal?: boolean;
}

/** OptionError unless both strengths are numbers >= 0 or schedules, and `proximal` is true or false. */
export function checkPenalty(penalty: Penalty | undefined, who: string): void {
  if (penalty === undefined) return;
  options(penalty, who, ["l1", "l2", "proximal"]);
  if (penalty.l1 !== undefined) checkStrength(penalty.l1, `${who}.l1`);
  if (penalty.l2 !== undefined) checkStrength(penalty.l2, `${who}.l2`);
  if (penalty.proximal !== undefined) boolean(penalty.proximal, `${who}.proximal`);
}
