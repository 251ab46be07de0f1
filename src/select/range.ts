// What a range test says: losses of a training whose learning rate rose from step to step, smoothed, and the rate to take.
import { integer, number } from "../check.js";
import { DataError } from "../errors.js";
import { log } from "../mathematics.js";

export interface RangeOptions {
  /** The share of the past in the running mean of losses, in [0, 1); default 0.9. */
  smoothing?: number | undefined;
  /** The curve ends where the smoothed loss is this many times its least so far; default 4. */
  divergence?: number | undefined;
  /** Points at the beginning that are left out; default 5. */
  skip?: number | undefined;
}

export interface RangeResult {
  /** The rate around which the loss falls fastest. */
  suggestion: number;
  /** The rate at which the smoothed loss is least. */
  least: number;
  /** The smoothed losses, up to the divergence. */
  smoothed: number[];
}

/** Checks options; what is left out gets its default. */
export function readRange({ smoothing = 0.9, divergence = 4, skip = 5 }: RangeOptions, who: string) {
  number(smoothing, `${who}: smoothing`, { min: 0, below: 1 });
  number(divergence, `${who}: divergence`, { above: 1 });
  integer(skip, `${who}: skip`, { min: 0 });
  return { smoothing, divergence, skip };
}
export type Range = ReturnType<typeof readRange>;

/**
 * Takes losses one by one: `mean = smoothing mean + (1 - smoothing) loss; smoothed = mean / (1 - smoothing^n)`. Undefined from
 * the first smoothed loss on that is not finite or too far above the least.
 */
export function smoother({ smoothing, divergence }: Range): (loss: number) => number | undefined {
  let [mean, weight] = [0, 1];
  let limit = Number.POSITIVE_INFINITY;
  return (loss) => {
    mean = smoothing * mean + (1 - smoothing) * loss;
    weight *= smoothing;
    const value = mean / (1 - weight);
    if (!(Number.isFinite(value) && value <= limit)) {
      limit = Number.NaN;
      return undefined;
    }
    limit = Math.min(limit, value + (divergence - 1) * Math.abs(value));
    return value;
  };
}

/** Half the width of a slope, in units of log(rate): a slope is taken over ten times a rate. */
const REACH = 1.15;

/**
 * Smooths a curve of losses by rate and suggests a rate: where the line of least squares through the smoothed losses from a
 * third of a rate to three times the rate falls fastest, up to the least loss.
 *
 * Units    rates > 0, each the same multiple of the one before; one loss each, which need not be finite after the divergence
 * Errors   DataError where the loss falls nowhere
 * Source   Smith 2015, section 3.3
 */
export function suggestRate(
  rates: readonly number[],
  losses: readonly number[],
  range: Range,
  who: string,
): RangeResult {
  const { skip } = range;
  const next = smoother(range);
  const smoothed: number[] = [];
  for (const loss of losses) {
    const value = next(loss);
    if (value === undefined) break;
    smoothed.push(value);
  }
  let lowest = skip;
  for (let i = skip; i < smoothed.length; i++) if (smoothed[i]! < smoothed[lowest]!) lowest = i;
  const wanted = Math.round(REACH / (log(rates[1]!) - log(rates[0]!)));
  const half = Math.max(1, Math.min(wanted, Math.floor((lowest - skip) / 2)));
  let steepest = 0;
  let suggestion: number | undefined;
  for (let i = skip + half; i <= lowest && i + half < smoothed.length; i++) {
    let slope = 0;
    for (let k = -half; k <= half; k++) slope += k * smoothed[i + k]!;
    if (slope >= steepest) continue;
    steepest = slope;
    suggestion = rates[i]!;
  }
  if (suggestion === undefined) {
    const cure = "Begin with a smaller rate, or take more steps.";
    throw new DataError(`${who}: expected losses that fall somewhere, got ${smoothed.length} that do not; ${cure}`);
  }
  return { suggestion, least: rates[lowest]!, smoothed };
}
