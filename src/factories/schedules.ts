// Functions that give learning-rate schedules as plain JSON. Each checks what it was given at once. In all of them a step is
// one update of the weights, counted from 0 over all fits since compile.

import { options } from "../check.js";
import { betterOf } from "../metrics/index.js";
import { type ScheduleSpec, schedules } from "../schedules/index.js";
import { completePlateau, type ReduceOnPlateauOptions, type ReduceOnPlateauSpec } from "../schedules/plateau.js";
import type { ScheduleDefinition } from "../schedules/schedule.js";

type SpecOf<T extends ScheduleSpec["type"]> = Extract<ScheduleSpec, { type: T }>;
type Options<T extends ScheduleSpec["type"]> = Omit<SpecOf<T>, "type">;

function schedule<T extends ScheduleSpec["type"]>(config: Options<T>, type: T): SpecOf<T> {
  const row = schedules[type] as unknown as ScheduleDefinition<object>;
  options(config, type, row.options);
  row.check(config, type);
  return { ...config, type } as unknown as SpecOf<T>;
}

/**
 * A learning rate of `initial`, always.
 *
 * Units    initial > 0
 * Errors   OptionError for a missing, unknown or wrong option
 */
export const constant = (config: Options<"constant">) => schedule(config, "constant");

/**
 * A learning rate of `initial * gamma^step`.
 *
 * Units    initial > 0, 0 < gamma <= 1
 * Errors   OptionError for a missing, unknown or wrong option
 */
export const exponentialDecay = (config: Options<"exponentialDecay">) => schedule(config, "exponentialDecay");

/**
 * A learning rate of `initial * (maximum / initial)^(step / steps)`, `maximum` from `steps` on: that of a range test.
 *
 * Units    initial > 0, maximum >= initial, steps in updates
 * Errors   OptionError for a missing, unknown or wrong option
 * Source   Smith 2015, section 3.3; the rates grow by powers, as in PyTorch Lightning's and fastai's finders
 */
export const exponentialRise = (config: Options<"exponentialRise">) => schedule(config, "exponentialRise");

/**
 * A learning rate of `initial * gamma^floor(step / stepSize)`.
 *
 * Units    initial > 0, stepSize in updates, 0 < gamma <= 1
 * Errors   OptionError for a missing, unknown or wrong option
 */
export const stepDecay = (config: Options<"stepDecay">) => schedule(config, "stepDecay");

/**
 * A learning rate of `initial * gamma^n`, n the count of `boundaries` <= step.
 *
 * Units    initial > 0, boundaries in updates, ascending from 1 or more, 0 < gamma <= 1
 * Errors   OptionError for a missing, unknown or wrong option
 */
export const piecewise = (config: Options<"piecewise">) => schedule(config, "piecewise");

/**
 * A learning rate of `initial * (1 - step / steps)`, 0 from `steps` on.
 *
 * Units    initial > 0, steps in updates
 * Errors   OptionError for a missing, unknown or wrong option
 */
export const linearDecay = (config: Options<"linearDecay">) => schedule(config, "linearDecay");

/**
 * A learning rate of `initial * (1 - step / steps)^power`, 0 from `steps` on; default power 1.
 *
 * Units    initial > 0, steps in updates, power > 0
 * Errors   OptionError for a missing, unknown or wrong option
 */
export const polynomialDecay = (config: Options<"polynomialDecay">) => schedule(config, "polynomialDecay");

/**
 * A learning rate of `initial / (1 + decay * step)`, the decay of Keras' SGD.
 *
 * Units    initial > 0, decay >= 0
 * Errors   OptionError for a missing, unknown or wrong option
 */
export const inverseTimeDecay = (config: Options<"inverseTimeDecay">) => schedule(config, "inverseTimeDecay");

/**
 * A learning rate of `minimum + (initial - minimum) / 2 * (1 + cos(pi * step / steps))`, `minimum` from `steps` on.
 *
 * Units    initial > 0, steps in updates, 0 <= minimum <= initial; default minimum 0
 * Errors   OptionError for a missing, unknown or wrong option
 * Source   Loshchilov & Hutter 2017, equation 5
 */
export const cosineDecay = (config: Options<"cosineDecay">) => schedule(config, "cosineDecay");

/**
 * A learning rate of `initial / 2 * (1 + cos(pi * t / T))`, t the updates since the last restart, T = first * multiplier^cycle.
 *
 * Units    initial > 0, first in updates, multiplier a whole number >= 1; default multiplier 1
 * Errors   OptionError for a missing, unknown or wrong option
 * Source   Loshchilov & Hutter 2017
 */
export const cosineWarmRestarts = (config: Options<"cosineWarmRestarts">) => schedule(config, "cosineWarmRestarts");

/**
 * A learning rate that rises from `maximum / divFactor` to `maximum` at step `pctStart * (steps + 1) - 1`, falls to
 * `maximum / divFactor / finalDivFactor` at step `steps`, and stays there.
 *
 * Units    maximum > 0, steps in updates, 0 <= pctStart <= 1, divisors >= 1, anneal "cos" or "linear"; `initial` may stand
 *          for maximum / divFactor; defaults pctStart 0.3, divFactor 25, finalDivFactor 10000, anneal "cos"
 * Errors   OptionError for a missing, unknown or wrong option
 * Source   Smith & Topin 2018; the numbers are those of PyTorch's OneCycleLR with total_steps = steps + 1
 */
export const oneCycle = (config: Options<"oneCycle">) => schedule(config, "oneCycle");

/**
 * A learning rate of `from + (schedule(0) - from) * step / steps` before `steps`, and `schedule(step - steps)` from then on.
 *
 * Units    steps in updates, from >= 0, default 0; schedule a number > 0 or any schedule but a warmup
 * Errors   OptionError for a missing, unknown or wrong option
 * Source   Goyal et al. 2017, section 2.2
 */
export const warmup = (config: Options<"warmup">) => schedule(config, "warmup");

/**
 * A learning rate that is multiplied by `factor` when `monitor` was not better by `minDelta` in more than `patience` epochs in
 * a row, and then not again for `cooldown` epochs: `rate = max(minimum, rate * factor)`. What it has seen is kept with the
 * optimizer's state: later fits, and a saved model's, go on from it. Epochs without a value, and those that end in a warmup
 * before it, are not looked at.
 *
 * Units    initial > 0, 0 < factor < 1, patience and cooldown in epochs, 0 <= minimum <= initial
 * Errors   OptionError for a missing, unknown or wrong option; at fit for a monitor that its logs do not have
 * Source   PyTorch's ReduceLROnPlateau with threshold_mode "abs"
 */
export const reduceOnPlateau = (config: ReduceOnPlateauOptions): ReduceOnPlateauSpec =>
  completePlateau(schedule(config, "reduceOnPlateau"), betterOf);
