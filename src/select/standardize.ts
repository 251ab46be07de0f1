// Columns scaled to mean 0 and deviation 1, by what the rows of one part show.

import { DataError } from "../errors.js";
import type { Values } from "../model/data.js";

/**
 * `(x - mean) / deviation` of every column, for two parts of the rows; mean and deviation (population) are those of the first
 * part alone, in float64. A column that is constant there is only shifted.
 *
 * Errors   DataError for a value that is not finite
 */
export function standardize(
  { values, width }: Values,
  learnt: ArrayLike<number>,
  applied: ArrayLike<number>,
): [Float32Array, Float32Array] {
  const out = [new Float32Array(learnt.length * width), new Float32Array(applied.length * width)] as const;
  for (let column = 0; column < width; column++) {
    const at = (row: number) => finite(values[row * width + column]!, row, column);
    const { mean, deviation } = scaleOf(learnt, at);
    [learnt, applied].forEach((rows, part) => {
      for (let i = 0; i < rows.length; i++) out[part]![i * width + column] = (at(rows[i]!) - mean) / deviation;
    });
  }
  return [...out];
}

/** A constant column's mean would be rounded, and its deviation be what the rounding left. */
function scaleOf(rows: ArrayLike<number>, at: (row: number) => number): { mean: number; deviation: number } {
  const first = at(rows[0]!);
  if (Array.prototype.every.call(rows, (row: number) => at(row) === first)) return { mean: first, deviation: 1 };
  const mean = meanOf(rows, at);
  return { mean, deviation: Math.sqrt(meanOf(rows, (row) => (at(row) - mean) * (at(row) - mean))) };
}

function meanOf(rows: ArrayLike<number>, value: (row: number) => number): number {
  let sum = 0;
  for (let i = 0; i < rows.length; i++) sum += value(rows[i]!);
  return sum / rows.length;
}

function finite(value: number, row: number, column: number): number {
  if (Number.isFinite(value)) return value;
  throw new DataError(
    `standardize: expected finite numbers in x, got ${value} in row ${row}, column ${column}. Drop the row or fill the value in.`,
    { row, column },
  );
}
