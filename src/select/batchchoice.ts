// What trials of batch sizes come to: a row for each, and the choice among them. Pure functions.

import type { Rate } from "../schedules/index.js";
import type { EpochLog } from "../spec.js";

/** One batch size, tried. */
export interface BatchSizeRow {
  batchSize: number;
  /** Of training alone; null if no epoch was completed. */
  samplesPerSecond: number | null;
  /** Seconds of training until the target was reached; null if it was not. */
  secondsToTarget: number | null;
  /** Epochs that were completed. */
  epochs: number;
  /** After the last epoch; null if the training diverged. */
  loss: number | null;
}

/** Sizes that take so many times the least seconds count as equally quick: clocks are not exact. */
const NEARLY = 1.1;

/** Seconds of training in these epochs. */
export const secondsOf = (logs: readonly EpochLog[], rows: number): number =>
  logs.reduce((sum, { samplesPerSecond }) => sum + rows / samplesPerSecond, 0);

/** The row of a trial whose epochs had so many rows each; the target counts as reached by its last epoch alone. */
export function summarize(
  batchSize: number,
  logs: readonly EpochLog[],
  rows: number,
  target: number,
  diverged: boolean,
): BatchSizeRow {
  const seconds = secondsOf(logs, rows);
  const last = logs.at(-1)?.valLoss;
  const loss = diverged || last === undefined ? null : last;
  return {
    batchSize,
    samplesPerSecond: logs.length ? (rows * logs.length) / seconds : null,
    secondsToTarget: loss !== null && loss <= target ? seconds : null,
    epochs: logs.length,
    loss,
  };
}

/**
 * The size with the most samples a second among those that reached the target in at most 1.1 times the least seconds; where none
 * did, the one with the least loss. At least one row has a loss.
 */
export function chooseBatchSize(
  table: readonly BatchSizeRow[],
  target: number,
): { suggestion: number; reason: string } {
  const reached = table.filter(
    (row): row is BatchSizeRow & { secondsToTarget: number } => row.secondsToTarget !== null,
  );
  const goal = `the loss ${target.toPrecision(3)}`;
  if (!reached.length) {
    const { batchSize, loss } = least(table, (row) => row.loss ?? Number.POSITIVE_INFINITY);
    const reason = `No size reached ${goal}; ${batchSize} rows a batch came nearest, ${loss!.toPrecision(3)}. Take more epochs.`;
    return { suggestion: batchSize, reason };
  }
  const soonest = Math.min(...reached.map(({ secondsToTarget }) => secondsToTarget));
  const quick = reached.filter(({ secondsToTarget }) => secondsToTarget <= NEARLY * soonest);
  const best = least(quick, ({ samplesPerSecond }) => -samplesPerSecond!);
  const fastest = least(table, ({ samplesPerSecond }) => -(samplesPerSecond ?? 0));
  const rate = (row: BatchSizeRow) => `${Math.round(row.samplesPerSecond!)} samples a second`;
  const seconds = (value: number) => `${value.toPrecision(2)} seconds`;
  const chosen = `${best.batchSize} rows a batch reached ${goal} in ${seconds(best.secondsToTarget)}, at ${rate(best)}`;
  if (fastest === best) return { suggestion: best.batchSize, reason: `${chosen}: no other size was faster.` };
  const { secondsToTarget } = fastest;
  const but = secondsToTarget === null ? "did not reach it" : `took ${seconds(secondsToTarget)}`;
  const reason = `${chosen}. ${fastest.batchSize} rows gave ${rate(fastest)}, but ${but}.`;
  return { suggestion: best.batchSize, reason };
}

/** The first of the items with the least value. */
const least = <T>(items: readonly T[], value: (item: T) => number): T =>
  items.reduce((best, item) => (value(item) < value(best) ? item : best));

/** What of a schedule is a learning rate. */
const RATES = ["initial", "maximum", "minimum", "from"];

/** A number or a schedule, its rates multiplied. */
export function scaledRate(rate: Rate, factor: number): Rate {
  if (typeof rate === "number") return rate * factor;
  const entries = Object.entries(rate).map(([key, value]) => {
    if (key === "schedule") return [key, scaledRate(value as Rate, factor)];
    return [key, RATES.includes(key) ? (value as number) * factor : value];
  });
  return Object.fromEntries(entries) as Rate;
}
