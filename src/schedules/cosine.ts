// Schedules along half waves.
import { integer, lookup, number, show } from "../check.js";
import { OptionError } from "../errors.js";
import { cos } from "../mathematics.js";
import { checkInitial, checkSteps, type ScheduleDefinition } from "./schedule.js";

/** From `from` to `to` along half a cosine as `share` goes from 0 to 1. */
const halfWave = (from: number, to: number, share: number) => to + ((from - to) / 2) * (1 + cos(Math.PI * share));
const line = (from: number, to: number, share: number) => from + (to - from) * share;
const anneals = { cos: halfWave, linear: line };

export interface CosineDecay {
  initial: number;
  /** Updates until the rate is `minimum`. */
  steps: number;
  /** Default 0. */
  minimum?: number;
}

/** `minimum + (initial - minimum) / 2 * (1 + cos(pi * step / steps))`, `minimum` after. */
export const cosineDecay: ScheduleDefinition<CosineDecay> = {
  options: ["initial", "steps", "minimum"],
  check({ initial, steps, minimum }, who) {
    checkInitial(initial, who);
    checkSteps(steps, `${who}.steps`);
    if (minimum !== undefined) number(minimum, `${who}.minimum`, { min: 0, max: initial });
  },
  rate: ({ initial, steps, minimum = 0 }, step) => halfWave(initial, minimum, Math.min(1, step / steps)),
};

export interface CosineWarmRestarts {
  initial: number;
  /** Updates in the first cycle. */
  first: number;
  /** How many times longer each cycle is than the one before, a whole number; default 1. */
  multiplier?: number;
}

/** `initial / 2 * (1 + cos(pi * t / T))`, t the updates since the last restart, T = first * multiplier^cycle. */
export const cosineWarmRestarts: ScheduleDefinition<CosineWarmRestarts> = {
  options: ["initial", "first", "multiplier"],
  check({ initial, first, multiplier }, who) {
    checkInitial(initial, who);
    checkSteps(first, `${who}.first`);
    if (multiplier !== undefined) integer(multiplier, `${who}.multiplier`, { min: 1 });
  },
  rate({ initial, first, multiplier = 1 }, step) {
    let cycle = first;
    if (multiplier === 1) step %= cycle;
    for (; step >= cycle; cycle *= multiplier) step -= cycle;
    return halfWave(initial, 0, step / cycle);
  },
};

export interface OneCycle {
  maximum: number;
  /** Updates until the end of the cycle. */
  steps: number;
  /** The share of the steps in which the rate rises; default 0.3. */
  pctStart?: number;
  /** The rate starts at `maximum / divFactor`; default 25. */
  divFactor?: number;
  /** The same said as a rate, instead of divFactor. */
  initial?: number;
  /** The rate ends at the first one divided by this; default 10000. */
  finalDivFactor?: number;
  /** Default cos. */
  anneal?: "cos" | "linear";
}

/**
 * From `maximum / divFactor` up to `maximum` at step `pctStart * (steps + 1) - 1`, then down to `maximum / divFactor /
 * finalDivFactor` at step `steps`, and stays there.
 *
 * Source   Smith & Topin 2018; the numbers are those of PyTorch's OneCycleLR with total_steps = steps + 1
 */
export const oneCycle: ScheduleDefinition<OneCycle> = {
  options: ["maximum", "steps", "pctStart", "divFactor", "initial", "finalDivFactor", "anneal"],
  check({ maximum, steps, pctStart, divFactor, initial, finalDivFactor, anneal }, who) {
    number(maximum, `${who}.maximum`, { above: 0 });
    checkSteps(steps, `${who}.steps`);
    if (pctStart !== undefined) number(pctStart, `${who}.pctStart`, { min: 0, max: 1 });
    if (divFactor !== undefined) number(divFactor, `${who}.divFactor`, { min: 1 });
    if (initial !== undefined) number(initial, `${who}.initial`, { above: 0, max: maximum });
    if (initial !== undefined && divFactor !== undefined && Math.abs(initial * divFactor - maximum) > 1e-9 * maximum) {
      const expected = `expected maximum / divFactor, ${show(maximum / divFactor)}`;
      throw new OptionError(`${who}.initial: ${expected}, got ${show(initial)}; give one of initial and divFactor.`);
    }
    if (finalDivFactor !== undefined) number(finalDivFactor, `${who}.finalDivFactor`, { min: 1 });
    if (anneal !== undefined) lookup(anneals, anneal, `${who}.anneal`);
  },
  rate(config, step) {
    const { maximum, steps, pctStart = 0.3, divFactor = 25, finalDivFactor = 10000, anneal = "cos" } = config;
    const { initial = maximum / divFactor } = config;
    const top = pctStart * (steps + 1) - 1;
    // A rise of no steps is over at once.
    if (step <= top) return anneals[anneal](initial, maximum, top > 0 ? step / top : 1);
    return anneals[anneal](maximum, initial / finalDivFactor, Math.min(1, (step - top) / (steps - top)));
  },
};
