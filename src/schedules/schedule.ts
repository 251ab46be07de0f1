// What a schedule is: a row of the table in index.ts.
import { integer, number } from "../check.js";

/**
 * A pure function of the step, the count of updates so far, and of what results have made of the rate, where they count
 * (`current`; left out before the first). It is finite and >= 0 for every checked config.
 */
export interface ScheduleDefinition<Config> {
  readonly options: readonly string[];
  check(config: Config, who: string): void;
  rate(config: Config, step: number, current?: number): number;
}

/** The rate at step 0. */
export const checkInitial = (value: unknown, who: string) => number(value, `${who}.initial`, { above: 0 });

/** A factor by which a rate falls; above 1 it would grow without end. */
export const checkGamma = (value: unknown, who: string) => number(value, `${who}.gamma`, { above: 0, max: 1 });

/** A count of updates. */
export const checkSteps = (value: unknown, who: string) => integer(value, who, { min: 1 });
