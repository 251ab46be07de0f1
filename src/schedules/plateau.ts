// A learning rate that depends on results: a state, and what one more result makes of it.
import { integer, lookup, number, show } from "../check.js";
import { OptionError } from "../errors.js";
import { checkInitial, type ScheduleDefinition } from "./schedule.js";

export interface ReduceOnPlateauOptions {
  initial: number;
  /** What the rate is multiplied by, in (0, 1); default 0.1. */
  factor?: number;
  /** Results without improvement that are let pass; the next one lowers the rate. Default 10. */
  patience?: number;
  /** What counts as better; default 0.0001. */
  minDelta?: number;
  /** Default max for metrics of which more is better, min for the rest, as in earlyStopping. */
  mode?: "min" | "max" | "auto";
  /** A key of the epoch logs; default valLoss. */
  monitor?: string;
  /** The least rate; default 0. */
  minimum?: number;
  /** Results after a fall that are not counted; default 0. */
  cooldown?: number;
}

export interface ReduceOnPlateauSpec {
  readonly type: "reduceOnPlateau";
  readonly initial: number;
  readonly factor: number;
  readonly patience: number;
  readonly minDelta: number;
  readonly mode: "min" | "max";
  readonly monitor: string;
  readonly minimum: number;
  readonly cooldown: number;
}

/** Plain JSON. */
export interface PlateauState {
  readonly rate: number;
  /** The best result so far, or null before the first. */
  readonly best: number | null;
  /** Results since the best one, or since the rate fell. */
  readonly wait: number;
  /** Results still to come that are not counted. */
  readonly cooldown: number;
}

/** A row of the table; its rate is what results have made of `initial`. */
export const reduceOnPlateau: ScheduleDefinition<ReduceOnPlateauOptions> = {
  options: ["initial", "factor", "patience", "minDelta", "mode", "monitor", "minimum", "cooldown"],
  check({ initial, factor, patience, minDelta, mode, monitor, minimum, cooldown }, who) {
    checkInitial(initial, who);
    if (factor !== undefined) number(factor, `${who}.factor`, { above: 0, below: 1 });
    if (patience !== undefined) integer(patience, `${who}.patience`, { min: 0 });
    if (minDelta !== undefined) number(minDelta, `${who}.minDelta`, { min: 0 });
    if (mode !== undefined) lookup({ min: 1, max: 1, auto: 1 }, mode, `${who}.mode`);
    if (monitor !== undefined && typeof monitor !== "string") {
      throw new OptionError(`${who}.monitor: expected a key of the logs such as "valLoss", got ${show(monitor)}.`);
    }
    if (minimum !== undefined) number(minimum, `${who}.minimum`, { min: 0, max: initial });
    if (cooldown !== undefined) integer(cooldown, `${who}.cooldown`, { min: 0 });
  },
  rate: ({ initial }, _step, current = initial) => current,
};

/** What is left out gets its default; `betterOf` says whether more or less is better of a key of the logs. */
export function completePlateau(
  given: ReduceOnPlateauOptions,
  betterOf: (key: string) => "min" | "max",
): ReduceOnPlateauSpec {
  const { initial, factor = 0.1, patience = 10, minDelta = 0.0001, mode = "auto", monitor = "valLoss" } = given;
  const { minimum = 0, cooldown = 0 } = given;
  const chosen = mode === "auto" ? betterOf(monitor) : mode;
  return { type: "reduceOnPlateau", initial, factor, patience, minDelta, mode: chosen, monitor, minimum, cooldown };
}

/** The state before the first result. */
export const start = ({ initial }: Pick<ReduceOnPlateauSpec, "initial">): PlateauState => ({
  rate: initial,
  best: null,
  wait: 0,
  cooldown: 0,
});

/**
 * The state after one more result: `rate = max(minimum, rate * factor)` once more than `patience` results in a row were not
 * better than the best by more than minDelta. NaN is never better.
 *
 * Source   the order of events is PyTorch's ReduceLROnPlateau with threshold_mode "abs"
 */
export function observe(config: ReduceOnPlateauSpec, state: PlateauState, value: number): PlateauState {
  const { factor, patience, minDelta, mode, minimum } = config;
  const { rate } = state;
  // The first result is the best so far, if it is a number at all.
  const last = state.best ?? (mode === "min" ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY);
  const better = mode === "min" ? value < last - minDelta : value > last + minDelta;
  const best = better ? value : state.best;
  const cooldown = Math.max(0, state.cooldown - 1);
  const wait = better || state.cooldown > 0 ? 0 : state.wait + 1;
  if (wait <= patience) return { rate, best, wait, cooldown };
  return { rate: Math.max(minimum, rate * factor), best, wait: 0, cooldown: config.cooldown };
}
