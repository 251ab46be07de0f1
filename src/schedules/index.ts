// The table of learning-rate schedules: pure functions of the step, counted from 0; one of them also of results.
import { integer, number, options, pick, show } from "../check.js";
import { OptionError } from "../errors.js";
import { cosineDecay, cosineWarmRestarts, oneCycle } from "./cosine.js";
import {
  constant,
  exponentialDecay,
  inverseTimeDecay,
  linearDecay,
  piecewise,
  polynomialDecay,
  stepDecay,
} from "./decay.js";
import { type ReduceOnPlateauOptions, reduceOnPlateau } from "./plateau.js";
import { exponentialRise } from "./rise.js";
import { checkSteps, type ScheduleDefinition } from "./schedule.js";

const plain = {
  inverseTimeDecay,
  constant,
  exponentialDecay,
  exponentialRise,
  stepDecay,
  piecewise,
  linearDecay,
  polynomialDecay,
  cosineDecay,
  cosineWarmRestarts,
  oneCycle,
  reduceOnPlateau,
};

type ConfigOf<D> = D extends ScheduleDefinition<infer C> ? C : never;
type SpecsOf<Table> = { [T in keyof Table]: { readonly type: T } & Readonly<ConfigOf<Table[T]>> }[keyof Table];

export interface Warmup {
  /** Updates until the schedule begins. */
  steps: number;
  /** The rate at step 0; default 0. */
  from?: number;
  /** What follows, counted from its own step 0: a rate or any schedule but a warmup. */
  schedule: number | SpecsOf<typeof plain>;
}

/** `from + (schedule(0) - from) * step / steps` before `steps`, `schedule(step - steps)` from then on. */
const warmup: ScheduleDefinition<Warmup> = {
  options: ["steps", "from", "schedule"],
  check({ steps, from, schedule }, who) {
    checkSteps(steps, `${who}.steps`);
    if (from !== undefined) number(from, `${who}.from`, { min: 0 });
    // One deep, so that JSON that contains itself is refused, too.
    checkIn(plain, schedule, `${who}.schedule`);
  },
  rate({ steps, from = 0, schedule }, step, current) {
    if (step >= steps) return rateAt(schedule, step - steps, current);
    return from + (rateAt(schedule, 0, current) - from) * (step / steps);
  },
};

export const schedules = { ...plain, warmup };
export type ScheduleSpec = SpecsOf<typeof schedules>;
/** A constant or a schedule. */
export type Rate = number | ScheduleSpec;

function checkIn(table: Readonly<Record<string, ScheduleDefinition<never>>>, value: unknown, who: string): void {
  if (typeof value === "number") {
    number(value, who, { above: 0 });
    return;
  }
  if (value === null || typeof value !== "object") {
    const cure = typeof value === "function" ? " Call the function." : "";
    throw new OptionError(`${who}: expected a number > 0 or a schedule, got ${show(value)}.${cure}`);
  }
  const row = pick(table, value, "type", who);
  const name = `${who} (${(value as ScheduleSpec).type})`;
  options(value, name, ["type", ...row.options]);
  row.check(value as never, name);
}

/** OptionError unless it is a positive number or a known schedule. */
export const checkRate = (value: Rate, who: string): void => checkIn(schedules, value, who);

/** OptionError unless it is a number >= 0 or a known schedule: what a rate is, but for 0 and for what goes by results. */
export function checkStrength(value: Rate, who: string): void {
  if (typeof value === "number") {
    number(value, who, { min: 0 });
    return;
  }
  if (value === null || typeof value !== "object") {
    const cure = typeof value === "function" ? " Call the function." : "";
    throw new OptionError(`${who}: expected a number >= 0 or a schedule, got ${show(value)}.${cure}`);
  }
  checkRate(value, who);
  if (plateauIn(value)) {
    throw new OptionError(
      `${who}: expected a schedule of steps, got reduceOnPlateau, which is for learning rates alone.`,
    );
  }
}

/** The learning rate used in `step`; `current` is what results have made of it, where they count. */
export const rateAt = (value: Rate, step: number, current?: number): number =>
  typeof value === "number" ? value : (schedules[value.type] as ScheduleDefinition<object>).rate(value, step, current);

/** The part of a rate that depends on results, and the step that it begins at; undefined where nothing does. */
export function plateauIn(value?: Rate): { given: ReduceOnPlateauOptions; from: number } | undefined {
  if (typeof value !== "object") return undefined;
  if (value.type === "reduceOnPlateau") return { given: value, from: 0 };
  const inner = value.type === "warmup" ? plateauIn(value.schedule) : undefined;
  return inner && { ...inner, from: (value as Warmup).steps };
}

/**
 * The learning rate of a number or a schedule at a step.
 *
 * Units    step: updates made so far, from 0
 * Errors   OptionError for an unknown schedule, a wrong option, or a step that is no whole number >= 0; for reduceOnPlateau,
 *          whose rate no step tells
 */
export function scheduleRate(schedule: Rate, step: number): number {
  checkRate(schedule, "scheduleRate.schedule");
  if (plateauIn(schedule)) {
    const cure = "Read learningRate in the logs of a fit.";
    throw new OptionError(
      `scheduleRate.schedule: expected a rate that the step alone decides, got reduceOnPlateau, which goes by results. ${cure}`,
    );
  }
  return rateAt(schedule, integer(step, "scheduleRate.step", { min: 0 }));
}
