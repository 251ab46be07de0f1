// What every optimizer can do besides its own formula: sums and limits of the gradients, decay and averages of the weights.

import { integer, number } from "../check.js";
import { OptionError } from "../errors.js";
import { AVERAGE, AVERAGE_SLOT, type AverageConfig, checkAverage } from "./average.js";
import { checkDecay, isAdaptive, type WeightDecay } from "./decay.js";

export interface CommonConfig extends AverageConfig {
  /** Batches whose gradients make one update, as their mean over all rows; default 1. */
  gradientAccumulationSteps?: number;
  /** Each gradient is kept within ±clipValue. */
  clipValue?: number;
  /** Each weight tensor's gradient is scaled so that its L2 norm is at most clipNorm. */
  clipNorm?: number;
  /** All gradients are scaled alike so that the L2 norm of them together is at most globalClipNorm. */
  globalClipNorm?: number;
  /**
   * Decoupled decay: besides its step, each update takes `rate * weightDecay * w` off every weight, kernels and biases alike,
   * w being the weight before the update. It is no part of the loss. Default 0; 0.004 for adamw.
   */
  weightDecay?: WeightDecay;
}

const CLIPS = ["clipValue", "clipNorm", "globalClipNorm"] as const;
export const COMMON: readonly string[] = [...CLIPS, "gradientAccumulationSteps", "weightDecay", ...AVERAGE];

/** OptionError for limits that are not > 0, or for more than one of them. */
export function checkCommon(config: CommonConfig, who: string): void {
  const { gradientAccumulationSteps: steps } = config;
  if (steps !== undefined) integer(steps, `${who}.gradientAccumulationSteps`, { min: 1, max: 256 });
  if (config.weightDecay !== undefined) checkDecay(config.weightDecay, `${who}.weightDecay`);
  checkAverage(config, who);
  const given = CLIPS.filter((name) => config[name] !== undefined);
  for (const name of given) number(config[name], `${who}.${name}`, { above: 0 });
  if (given.length > 1) {
    throw new OptionError(`${who}: expected one of ${CLIPS.join(", ")}, got ${given.join(" and ")}. Drop one.`);
  }
}

/** Slots that the options need besides the optimizer's own. */
export const commonSlots = ({ useEma }: CommonConfig): readonly string[] => (useEma ? [AVERAGE_SLOT] : []);

/** Names of numbers that the options keep with the counters, 0 at the start. */
export const commonCounters = ({ useEma, weightDecay }: CommonConfig): readonly string[] => [
  ...(useEma ? ["averaged"] : []),
  ...(isAdaptive(weightDecay) ? ["decay"] : []),
];
