// The choice between candidates, from what their folds gave.

import type { DivergedError } from "../errors.js";
import type { Statistics } from "./statistics.js";
import type { FoldResult } from "./trials.js";

export interface SelectionRow<V> extends Statistics {
  /** The option's value, or the candidate's name. */
  value: V;
  folds: FoldResult[];
  /** Why the candidate has no numbers: a fold of it diverged. */
  error?: DivergedError;
}

/**
 * The best row, and the simplest one whose mean is within `best deviation / sqrt(n)` of the best; `simplest` says at which end
 * of the table the simple rows are. Rows without a finite mean are out of the choice.
 */
export function choose<V>(
  table: readonly SelectionRow<V>[],
  monitor: string,
  mode: "min" | "max",
  simplest: "first" | "last",
): { best: SelectionRow<V> | undefined; simplest: SelectionRow<V> | undefined } {
  const rows = table.filter(({ mean }) => Number.isFinite(mean[monitor]));
  /** Smaller is better. */
  const score = ({ mean }: SelectionRow<V>) => (mode === "min" ? mean[monitor]! : -mean[monitor]!);
  let best = rows[0];
  for (const row of rows) if (score(row) < score(best!)) best = row;
  if (!best) return { best: undefined, simplest: undefined };
  const bound = score(best) + best.deviation[monitor]! / Math.sqrt(best.folds.length);
  const near = rows.filter((row) => score(row) <= bound);
  return { best, simplest: simplest === "first" ? near[0] : near.at(-1) };
}
