// The table of learning-rate schedules: pure functions of the step, counted from 0.
import { number, options, pick, show } from "../check.js";
import { OptionError } from "../errors.js";

interface ScheduleDefinition<C> {
  readonly options: readonly string[];
  check(config: C, who: string): void;
  rate(config: C, step: number): number;
}

export interface InverseTimeDecay {
  initial: number;
  decay: number;
}

/** `initial / (1 + decay * step)`: the decay of Keras' SGD. */
const inverseTimeDecay: ScheduleDefinition<InverseTimeDecay> = {
  options: ["initial", "decay"],
  check({ initial, decay }, who) {
    number(initial, `${who}.initial`, { above: 0 });
    number(decay, `${who}.decay`, { min: 0 });
  },
  rate: ({ initial, decay }, step) => initial / (1 + decay * step),
};

export const schedules = { inverseTimeDecay };

type ConfigOf<D> = D extends ScheduleDefinition<infer C> ? C : never;
export type ScheduleSpec = {
  [T in keyof typeof schedules]: { readonly type: T } & Readonly<ConfigOf<(typeof schedules)[T]>>;
}[keyof typeof schedules];
/** A constant or a schedule. */
export type Rate = number | ScheduleSpec;

/** OptionError unless it is a positive number or a known schedule. */
export function checkRate(value: Rate, who: string): void {
  if (typeof value === "number") {
    number(value, who, { above: 0 });
    return;
  }
  if (value === null || typeof value !== "object") {
    const cure = typeof value === "function" ? " Call the function." : "";
    throw new OptionError(`${who}: expected a number > 0 or a schedule, got ${show(value)}.${cure}`);
  }
  const row = pick(schedules, value, "type", who);
  options(value, `${who} (${value.type})`, ["type", ...row.options]);
  row.check(value, `${who} (${value.type})`);
}

/** The learning rate used in `step`. */
export const rateAt = (value: Rate, step: number): number =>
  typeof value === "number" ? value : schedules[value.type].rate(value, step);
