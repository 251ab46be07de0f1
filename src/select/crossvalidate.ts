// How well a kind of model does on rows that it was not trained on.

import { options } from "../check.js";
import type { ModelInput, ModelTarget } from "../model/ports.js";
import { type Architecture, readCandidate } from "./candidate.js";
import { type FoldedOptions, KNOWN, lanes, readRequest } from "./options.js";
import { type Statistics, summarizeFolds } from "./statistics.js";
import { type FoldResult, runTrials } from "./trials.js";

export interface CrossValidateOptions extends FoldedOptions {
  /** Called on this thread as folds end, in whatever order. */
  onFold?: (fold: FoldResult) => void;
}

export interface CrossValidation extends Statistics {
  /** By repeat and fold; those that an abort cut short are left out. */
  folds: FoldResult[];
  /** What folds and models were drawn from. */
  seed: number;
  stopped: "completed" | "aborted";
}

/**
 * Trains a fresh model for each fold on the rows outside of it and evaluates it on those inside; `mean` and `deviation` are
 * those of the folds' metrics.
 *
 * Shapes   x (rows, ...input), y as in fit, by input and output where there are several; a model's weights are neither used nor changed
 * Errors   those of compile, fit and evaluate; OptionError for more folds than rows or groups. One failure ends all folds.
 *          An abort resolves, as in fit: `stopped` is "aborted" and the complete folds are there
 * Source   Stone, Cross-validatory choice and assessment of statistical predictions, 1974
 */
export async function crossValidate(
  model: Architecture,
  x: ModelInput,
  y: ModelTarget,
  given: CrossValidateOptions = {},
): Promise<CrossValidation> {
  const who = "crossValidate";
  options(given, who, KNOWN);
  const candidate = readCandidate(model, given.compile, who);
  const request = readRequest(candidate, x, y, given, who);
  const trials = request.trials.map((trial) => ({ ...trial, candidate }));
  const done = (fold: FoldResult) => given.onFold?.(fold);
  const results = await runTrials(trials, request, lanes(request.parallel, trials.length), { done });
  const folds = results.filter((result) => result !== undefined);
  const stopped = folds.length === trials.length ? "completed" : "aborted";
  return { folds, ...summarizeFolds(folds), seed: request.seed, stopped };
}
