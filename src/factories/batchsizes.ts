// Functions that give batch-size schedules as plain JSON. Each checks what it was given at once. The size is that of a batch; an
// optimizer's gradientAccumulationSteps make an update of several. It changes between epochs alone.

import { options } from "../check.js";
import { betterOf } from "../metrics/index.js";
import {
  type BatchSizeOptions,
  type BatchSizeSpec,
  type BatchSizeType,
  batchSizeKeys,
  batchSizeSpec,
} from "../schedules/batchsizes.js";

type SpecOf<T extends BatchSizeType> = Extract<BatchSizeSpec, { type: T }>;

function schedule<T extends BatchSizeType>(config: BatchSizeOptions<T>, type: T): SpecOf<T> {
  return batchSizeSpec({ ...options(config, type, batchSizeKeys(type)), type }, type, betterOf) as SpecOf<T>;
}

/**
 * A batch size of `min(maximum, round(initial * factor^floor(epoch / every)))`: larger batches in place of smaller learning rates.
 *
 * Units    initial and maximum in rows, factor > 1, default 2; every in epochs, default 1, counted over all fits of a model
 * Errors   OptionError for a missing, unknown or wrong option
 * Source   Smith, Kindermans, Ying & Le 2018
 */
export const exponentialBatchSize = (config: BatchSizeOptions<"exponentialBatchSize">) =>
  schedule(config, "exponentialBatchSize");

/**
 * A batch size for each epoch, drawn from the seed: each whole number of `minimum..maximum` is equally likely.
 *
 * Units    rows, minimum >= 1, default 1
 * Errors   OptionError for a missing, unknown or wrong option
 */
export const randomBatchSize = (config: BatchSizeOptions<"randomBatchSize">) => schedule(config, "randomBatchSize");

/**
 * A batch size that is multiplied by `factor` when `monitor` was not better by `minDelta` in more than `patience` epochs in a
 * row: `min(maximum, round(initial * factor^n))` after n plateaus. A later fit with the same schedule goes on from there;
 * `compile` begins anew, and so does a model from a file. Epochs without a value are not looked at.
 *
 * Units    initial and maximum in rows, factor > 1, default 2; patience in epochs, default 10; minDelta default 0.0001
 * Errors   OptionError for a missing, unknown or wrong option; at fit for a monitor that its logs do not have
 * Source   as reduceOnPlateau; Smith, Kindermans, Ying & Le 2018
 */
export const plateauBatchSize = (config: BatchSizeOptions<"plateauBatchSize">) => schedule(config, "plateauBatchSize");
