// Row losses and metrics over many rows: batch after batch, each worker on its own rows.

import { shareOf } from "../kernels.js";
import type { Source } from "../plan/source.js";
import type { RunMemory } from "./memory.js";
import type { Plans } from "./plans.js";
import { writeOwnStrengths } from "./strengths.js";

/** Whole batches, then, behind a barrier (other rows belong to other workers), the rest. Ends in a barrier. */
export function eachBatch(
  run: RunMemory,
  rows: number,
  batch: number,
  visit: (start: number, count: number) => void,
): void {
  let start = 0;
  for (; start + batch <= rows; start += batch) visit(start, batch);
  run.team.barrier();
  if (start < rows) visit(start, rows - start);
  run.team.barrier();
}

/**
 * Losses and metrics of a source's first rows -> results, where asked for the classes they decide for -> predictions, and the
 * penalty of the current weights. Ends in a barrier.
 */
export function evaluateRows(
  run: RunMemory,
  plans: Plans,
  source: Source,
  rows: number,
  batch: number,
  classes = false,
): void {
  const { layout, team } = run;
  const values = [layout.loss, ...layout.metrics, ...layout.activities, ...(classes ? [layout.classes] : [])];
  const results = [...layout.results, ...layout.activityResults, ...(classes ? [layout.predictions[0]!] : [])];
  eachBatch(run, rows, batch, (start, count) => {
    run.cursor = start;
    run.runRows(plans.evaluate(source, count, classes));
    const [from, to] = shareOf(count, team.index, team.count);
    values.forEach((tensor, i) => {
      run.float(results[i]!).set(run.float(tensor).subarray(from, to), start + from);
    });
  });
  writeOwnStrengths(run);
  run.run(plans.penalty());
}
