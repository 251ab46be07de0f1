// The layer that standardizes data, from data.

import { DataError, ShapeError } from "../errors.js";
import { isScale } from "../layers/normalization.js";
import { type DataInput, readData } from "../model/data.js";
import { normalization } from "./layers.js";

/**
 * A normalization layer with the mean and the variance `Σ (x - mean)² / count` of each feature, in float64; a variance of 0
 * becomes 1. It is JSON: what was learned from the training rows is kept with the model.
 *
 * Shapes   x (rows, ..., features), as `{ data, shape }` or number[][]; other data count as one feature
 * Errors   DataError for no values and for one that is not finite
 */
export function adaptNormalization(x: DataInput): ReturnType<typeof normalization> {
  const who = "adaptNormalization";
  const { values, shape = [values.length, 1] } = readData(x, `${who}: x`);
  if (values.length === 0) throw new DataError(`${who}: expected at least one row in x, got none.`);
  const features = shape.length > 1 ? shape.at(-1)! : 1;
  if (features > MOST_FEATURES) {
    throw new ShapeError(`${who}: expected at most ${MOST_FEATURES} features, got ${features}. Give rows of fewer.`);
  }
  const count = values.length / features;
  // Differences from the first row: a feature that never changes has exactly its value as the mean.
  const mean = sums(values, features, (value, feature) => value - values[feature]!, who).map(
    (sum, feature) => values[feature]! + sum / count,
  );
  const variance = sums(values, features, (value, feature) => (value - mean[feature]!) * (value - mean[feature]!), who);
  return normalization({
    mean: Array.from(mean),
    variance: Array.from(variance, (sum) => (isScale(sum / count) ? sum / count : 1)),
  });
}

const MOST_FEATURES = 16777216;

/** Sums of a term by feature. DataError where one is not finite. */
function sums(
  values: ArrayLike<number>,
  features: number,
  term: (value: number, feature: number) => number,
  who: string,
): Float64Array {
  const totals = new Float64Array(features);
  for (let i = 0, feature = 0; i < values.length; i++, feature = feature + 1 === features ? 0 : feature + 1) {
    const value = values[i]!;
    if (!Number.isFinite(value)) {
      const [row, column] = [Math.floor(i / features), feature];
      const where = `in row ${row}, column ${column}`;
      const cure = "Drop the row or fill the value in.";
      throw new DataError(`${who}: expected finite numbers in x, got ${value} ${where}. ${cure}`, { row, column });
    }
    totals[feature]! += term(value, feature);
  }
  return totals;
}
