// What a range test says: losses of a training whose learning rate rose from step to step, smoothed, and the rate to take.
import { integer, number, options, show } from "../check.js";
import { DataError, OptionError } from "../errors.js";
import { log } from "../mathematics.js";

export interface RangeOptions {
  /** The share of the past in the running mean of losses, in [0, 1); default 0.9. */
  smoothing?: number;
  /** The curve ends where the smoothed loss is this many times its least so far; default 4. */
  divergence?: number;
  /** Points at the beginning that are left out; default 5. */
  skip?: number;
}

export interface RangeResult {
  /** The rate at which the loss falls fastest. */
  suggestion: number;
  /** The smoothed losses, up to the divergence. */
  smoothed: number[];
  /** The first point that counts as diverged, or the count of points. */
  end: number;
}

const list = (values: ArrayLike<number>, who: string): number[] => {
  if (Array.isArray(values) || (ArrayBuffer.isView(values) && "length" in values)) return Array.from(values);
  throw new OptionError(`${who}: expected an array of numbers, got ${show(values)}.`);
};

/**
 * Smooths a curve of losses by rate and suggests a rate: where `d smoothed / d log(rate)` is least, before the divergence.
 * `mean = smoothing mean + (1 - smoothing) loss; smoothed = mean / (1 - smoothing^n)`.
 *
 * Units    rates > 0, ascending; one loss each, which need not be finite after the divergence
 * Errors   OptionError for rates or options that are wrong; DataError where the loss falls nowhere
 * Source   Smith 2015, section 3.3
 */
export function suggestRate(
  rates: ArrayLike<number>,
  losses: ArrayLike<number>,
  given: RangeOptions = {},
): RangeResult {
  const who = "suggestRate";
  options(given, who, ["smoothing", "divergence", "skip"]);
  const { smoothing = 0.9, divergence = 4, skip = 5 } = given;
  number(smoothing, `${who}.smoothing`, { min: 0, below: 1 });
  number(divergence, `${who}.divergence`, { above: 1 });
  integer(skip, `${who}.skip`, { min: 0 });
  const [all, values] = [list(rates, `${who}.rates`), list(losses, `${who}.losses`)];
  all.forEach((rate, i) => {
    number(rate, `${who}.rates[${i}]`, { above: i ? all[i - 1]! : 0 });
  });
  if (values.length !== all.length) {
    throw new OptionError(`${who}.losses: expected one for each of ${all.length} rates, got ${values.length}.`);
  }
  const smoothed = smooth(values, smoothing, divergence);
  let steepest = 0;
  let suggestion: number | undefined;
  for (let i = skip; i + 2 < smoothed.length; i++) {
    const slope = (smoothed[i + 2]! - smoothed[i]!) / (log(all[i + 2]!) - log(all[i]!));
    if (slope >= steepest) continue;
    steepest = slope;
    suggestion = all[i + 1]!;
  }
  if (suggestion === undefined) {
    const cure = "Begin with a smaller rate, or take more steps.";
    throw new DataError(`${who}: expected losses that fall somewhere, got ${smoothed.length} that do not; ${cure}`);
  }
  return { suggestion, smoothed, end: smoothed.length };
}

/** The running means, corrected for their beginning, as far as they are finite and near the least. */
function smooth(losses: readonly number[], smoothing: number, divergence: number): number[] {
  const smoothed: number[] = [];
  let [mean, weight] = [0, 1];
  let limit = Number.POSITIVE_INFINITY;
  for (const loss of losses) {
    mean = smoothing * mean + (1 - smoothing) * loss;
    weight *= smoothing;
    const value = mean / (1 - weight);
    // NaN and infinite losses end the curve, too.
    if (!(Number.isFinite(value) && value <= limit)) break;
    limit = Math.min(limit, value + (divergence - 1) * Math.abs(value));
    smoothed.push(value);
  }
  return smoothed;
}
