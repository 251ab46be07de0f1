// Which batch size reaches a loss soonest: copies of a model are trained with each and timed.

import { integer, lookup, number, options, show } from "../check.js";
import { DivergedError, OptionError } from "../errors.js";
import { readFunction } from "../model/callbacks.js";
import type { FitInput } from "../model/options.js";
import { DEFAULT_BATCH } from "../model/options.js";
import type { ModelInput, ModelTarget } from "../model/ports.js";
import type { Rate } from "../schedules/index.js";
import type { EpochLog } from "../spec.js";
import { type BatchSizeRow, chooseBatchSize, scaledRate, secondsOf, summarize } from "./batchchoice.js";
import type { Architecture } from "./candidate.js";
import { type Original, readOriginal, TRIAL, type TrialOptions, withCopy } from "./copies.js";

export interface FindBatchSizeOptions extends TrialOptions {
  /** Batch sizes to try; default the powers of two from 8 to an eighth of the rows, at most 1024. */
  candidates?: readonly number[];
  /** The size that the model's learning rate is meant for; it is tried first. Default 32, or the least candidate. */
  base?: number;
  /** Epochs of the base; others get as many as fit into twice its time, at most ten times as many. Default 10. */
  epochs?: number;
  /** The loss to reach; default what the base comes to in its epochs. */
  target?: number;
  /** How the learning rate goes with the size: not, by `size / base`, or by its root. Default sqrt. */
  scaling?: "none" | "linear" | "sqrt";
  /** Rows that the loss is taken of after each epoch; default all rows that are trained on. */
  validationData?: readonly [x: ModelInput, y: ModelTarget];
  /** Called on this thread after each size. */
  onCandidate?: (row: BatchSizeRow) => void;
}

export interface BatchSizeSearch {
  suggestion: number;
  /** Why, in plain words. */
  reason: string;
  /** By batch size. */
  table: BatchSizeRow[];
  target: number;
  base: number;
  seed: number;
}

const KNOWN = [...TRIAL, "candidates", "base", "epochs", "target", "scaling", "validationData", "onCandidate"];
const [LEAST, MOST] = [8, 1024];
/** Times the base's epochs. */
const MORE_EPOCHS = 10;
/** Times the base's seconds. */
const PATIENCE = 2;

const scalings: Readonly<Record<string, (ratio: number) => number>> = {
  none: () => 1,
  linear: (ratio) => ratio,
  sqrt: (ratio) => Math.sqrt(ratio),
};

/**
 * Trains copies of the model from the same start, one batch size after the other, until their loss over all rows is the base's,
 * and suggests the size with the most samples a second among those that came to it soonest. The learning rate is multiplied by
 * `size / base` or its root; a schedule's steps stay. The model stays as it is. Times depend on the machine, and so may the choice.
 *
 * Units    seconds of training alone, validation left out
 * Errors   OptionError; those of fit; DivergedError where the base or every size diverges
 * Source   McCandlish et al. 2018 (time against size); Goyal et al. 2017 (linear), Krizhevsky 2014 (root)
 */
export async function findBatchSize(
  model: Architecture,
  x: ModelInput,
  y: ModelTarget,
  given: FindBatchSizeOptions = {},
): Promise<BatchSizeSearch> {
  const who = "findBatchSize";
  options(given, who, KNOWN);
  const { epochs = 10, scaling = "sqrt", validationData = [x, y], onCandidate } = given;
  integer(epochs, `${who}: epochs`, { min: 1 });
  if (given.target !== undefined) number(given.target, `${who}: target`);
  if (given.base !== undefined) integer(given.base, `${who}: base`, { min: 1 });
  const scale = lookup(scalings, scaling, `${who}: scaling`);
  if (given.candidates !== undefined) checkCandidates(given.candidates, `${who}: candidates`);
  readFunction(onCandidate, `${who}: onCandidate`);
  const original = await readOriginal(model, given, who);
  const rows = await warmUp(original, x, y);
  const candidates = given.candidates ?? powersOfTwo(rows);
  const { base = candidates.includes(DEFAULT_BATCH) ? DEFAULT_BATCH : Math.min(...candidates) } = given;
  const table: BatchSizeRow[] = [];
  let target = given.target;
  let budget = Number.POSITIVE_INFINITY;
  let failure: unknown;
  for (const batchSize of new Set([base, ...candidates])) {
    const rate = scaledRate(original.compile.optimizer.learningRate, scale(batchSize / base));
    const most = batchSize === base ? epochs : MORE_EPOCHS * epochs;
    const fit = { ...original.fit, batchSize, epochs: most, validationData };
    const { logs, error } = await train(original, rate, x, y, fit, { rows, target, budget });
    failure ??= error;
    if (error && target === undefined) throw error;
    target ??= logs.at(-1)!.valLoss!;
    const row = summarize(batchSize, logs, rows, target, error !== undefined);
    if (batchSize === base) budget = PATIENCE * (row.secondsToTarget ?? secondsOf(logs, rows));
    table.push(row);
    onCandidate?.(row);
  }
  table.sort((a, b) => a.batchSize - b.batchSize);
  if (table.every(({ loss }) => loss === null)) throw failure;
  return { ...chooseBatchSize(table, target!), table, target: target!, base, seed: original.seed };
}

function checkCandidates(candidates: unknown, who: string): void {
  if (!Array.isArray(candidates) || !candidates.length) {
    throw new OptionError(`${who}: expected an array of batch sizes such as [16, 64], got ${show(candidates)}.`);
  }
  Array.from(candidates, (size, i) => integer(size, `${who}[${i}]`, { min: 1 }));
}

function powersOfTwo(rows: number): number[] {
  const sizes = [Math.min(LEAST, rows)];
  while (2 * sizes.at(-1)! <= Math.min(MOST, rows / 8)) sizes.push(2 * sizes.at(-1)!);
  return sizes;
}

/** One full batch, so that kernels are compiled before anything is timed; how many rows there are. */
const warmUp = (original: Original, x: ModelInput, y: ModelTarget): Promise<number> =>
  withCopy(original, original.compile.optimizer.learningRate, async (copy) => {
    const { epochs } = await copy.fit(x, y, { batchSize: "full" });
    return epochs[0]!.batchSize;
  });

/** Trains a copy until its loss is at most the target or its seconds are spent. */
function train(
  original: Original,
  rate: Rate,
  x: ModelInput,
  y: ModelTarget,
  fit: FitInput,
  until: { readonly rows: number; readonly target: number | undefined; readonly budget: number },
): Promise<{ logs: EpochLog[]; error?: unknown }> {
  return withCopy(original, rate, async (copy) => {
    const logs: EpochLog[] = [];
    let seconds = 0;
    const run = copy.fit(x, y, {
      ...fit,
      onEpochEnd(log) {
        logs.push(log);
        seconds += until.rows / log.samplesPerSecond;
        if (seconds > until.budget || (until.target !== undefined && log.valLoss! <= until.target)) run.stop();
      },
    });
    try {
      await run;
      return { logs };
    } catch (error) {
      if (!(error instanceof DivergedError)) throw error;
      return { logs, error };
    }
  });
}
