// A range test: one short training in which the learning rate grows from update to update, and what its losses say.

import { integer, number, options } from "../check.js";
import { DivergedError } from "../errors.js";
import { exponentialRise } from "../factories/schedules.js";
import { DEFAULT_BATCH } from "../model/options.js";
import type { ModelInput, ModelTarget } from "../model/ports.js";
import type { Architecture } from "./candidate.js";
import { readOriginal, TRIAL, type TrialOptions, withCopy } from "./copies.js";
import { type RangeOptions, readRange, smoother, suggestRate } from "./range.js";

export interface FindLearningRateOptions extends TrialOptions, RangeOptions {
  /** The first rate; default 1e-6. */
  minimum?: number;
  /** The rate of the last update, if the loss lets it come to that; default 10. */
  maximum?: number;
  /** Updates from the first rate to the last; default 200. */
  steps?: number;
  /** Default 32. */
  batchSize?: number | "full";
}

/** One update of a range test. */
export interface RangePoint {
  learningRate: number;
  /** Mean loss of the update's rows before it, without penalties. */
  loss: number;
  /** The running mean of the losses. */
  smoothed: number;
}

export interface LearningRateRange {
  /** By update, as far as the loss did not diverge. */
  curve: RangePoint[];
  /** The rate around which the smoothed loss falls fastest. */
  suggestion: number;
  /** The rate at which the smoothed loss is least; more than this is too much. */
  least: number;
  /** "diverged" if the loss grew past its bound before the last rate was reached. */
  stopped: "completed" | "diverged";
  seed: number;
}

const KNOWN = [...TRIAL, "minimum", "maximum", "steps", "batchSize", "smoothing", "divergence", "skip"];
/** Fewer points show no slope. */
const FEWEST = 10;

/**
 * Trains a copy of the model while its rate grows, `rate = minimum * (maximum / minimum)^(t / (steps - 1))` at update t, until the
 * loss diverges, and suggests the rate at which the smoothed loss falls fastest. The model stays as it is; the copy starts
 * from its weights with an optimizer that has made no update. The same seed gives the same curve.
 *
 * Shapes   x (rows, ...input), y as in fit
 * Errors   OptionError; those of fit; DataError where the loss falls nowhere
 * Source   Smith 2015, section 3.3
 */
export async function findLearningRate(
  model: Architecture,
  x: ModelInput,
  y: ModelTarget,
  given: FindLearningRateOptions = {},
): Promise<LearningRateRange> {
  const who = "findLearningRate";
  options(given, who, KNOWN);
  const { minimum = 1e-6, maximum = 10, steps = 200, batchSize = DEFAULT_BATCH } = given;
  number(minimum, `${who}: minimum`, { above: 0 });
  number(maximum, `${who}: maximum`, { above: minimum });
  integer(steps, `${who}: steps`, { min: FEWEST });
  if (batchSize !== "full") integer(batchSize, `${who}: batchSize`, { min: 1 });
  const range = readRange(given, who);
  const original = await readOriginal(model, given, who);
  const rates: number[] = [];
  const losses: number[] = [];
  const schedule = exponentialRise({ initial: minimum, maximum, steps: steps - 1 });
  await withCopy(original, schedule, async (copy) => {
    const next = smoother(range);
    // An epoch has at least one update, so that there are epochs enough.
    const run = copy.fit(x, y, {
      ...original.fit,
      epochs: steps,
      maxSteps: steps,
      batchSize,
      onBatchEnd({ learningRate, dataLoss }) {
        rates.push(learningRate);
        losses.push(dataLoss);
        if (next(dataLoss) === undefined) run.stop();
      },
    });
    try {
      await run;
    } catch (error) {
      // A rate that is too large may end the training before the running mean tells.
      if (!(error instanceof DivergedError)) throw error;
    }
  });
  const { suggestion, least, smoothed } = suggestRate(rates, losses, range, who);
  const curve = smoothed.map((value, i) => ({ learningRate: rates[i]!, loss: losses[i]!, smoothed: value }));
  return { curve, suggestion, least, stopped: curve.length < steps ? "diverged" : "completed", seed: original.seed };
}
