// Penalties on weights, as JSON: `l1 * sum|w| + l2 * sum(w^2)`.
import { number, options } from "./check.js";

/** L1, L2 or both (ElasticNet). */
export interface Penalty {
  readonly l1?: number;
  readonly l2?: number;
}

/** OptionError unless both strengths are numbers >= 0. */
export function checkPenalty(penalty: Penalty | undefined, who: string): void {
  if (penalty === undefined) return;
  options(penalty, who, ["l1", "l2"]);
  if (penalty.l1 !== undefined) number(penalty.l1, `${who}.l1`, { min: 0 });
  if (penalty.l2 !== undefined) number(penalty.l2, `${who}.l2`, { min: 0 });
}
