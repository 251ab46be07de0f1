// What the metrics of folds come to.

import type { FoldResult } from "./trials.js";

export interface Statistics {
  /** By metric: the mean over the folds. */
  mean: Record<string, number>;
  /** By metric: the sample standard deviation over the folds, `sqrt(sum (value - mean)^2 / (n - 1))`; NaN for one fold. */
  deviation: Record<string, number>;
}

/** Mean and deviation of every metric, in float64, in the order of the folds. */
export function summarizeFolds(results: readonly FoldResult[]): Statistics {
  const mean: Record<string, number> = {};
  const deviation: Record<string, number> = {};
  const n = results.length;
  for (const name of Object.keys(results[0]?.metrics ?? {})) {
    const values = results.map(({ metrics }) => metrics[name]!);
    const middle = values.reduce((sum, value) => sum + value, 0) / n;
    mean[name] = middle;
    deviation[name] = Math.sqrt(values.reduce((sum, value) => sum + (value - middle) * (value - middle), 0) / (n - 1));
  }
  return { mean, deviation };
}
