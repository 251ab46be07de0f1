// What an optimizer counts, float64: updates and epochs, a factor of the learning rate, running products of decays, and what
// results made of the rate.

import { type PlateauState, start } from "../schedules/plateau.js";
import type { Program } from "./program.js";

/** Indices of `counters`; behind the products lie numbers with names, then a plateau's state, where the training has them. */
export const COUNTERS = { step: 0, epoch: 1, scale: 2, products: 3 } as const;
/** Indices in a plateau's state. */
const PLATEAU = { rate: 0, best: 1, wait: 2, cooldown: 3, count: 4 } as const;

/** Where the products end. */
export const extrasAt = ({ training }: Program): number => COUNTERS.products + (training?.products.length ?? 0);
const plateauAt = (program: Program): number => extrasAt(program) + (program.training?.counters.length ?? 0);

export const counterCount = (program: Program): number =>
  plateauAt(program) + (program.training?.plateau ? PLATEAU.count : 0);

/** Counters as they are before the first step. */
export function startCounters(program: Program, counters: Float64Array): void {
  counters.fill(0, 0, COUNTERS.scale).fill(1, COUNTERS.scale).fill(0, extrasAt(program));
  const { plateau } = program.training ?? {};
  if (plateau) writePlateau(program, counters, start(plateau.config));
}

/** The state of a plateau, where the learning rate has one. */
export function readPlateau(program: Program, counters: Float64Array): PlateauState {
  const at = plateauAt(program);
  const best = counters[at + PLATEAU.best]!;
  return {
    rate: counters[at + PLATEAU.rate]!,
    best: Number.isNaN(best) ? null : best,
    wait: counters[at + PLATEAU.wait]!,
    cooldown: counters[at + PLATEAU.cooldown]!,
  };
}

export function writePlateau(program: Program, counters: Float64Array, state: PlateauState): void {
  const { rate, best, wait, cooldown } = state;
  counters.set([rate, best ?? Number.NaN, wait, cooldown], plateauAt(program));
}

/** The first counter that cannot be one, or -1. */
export function wrongCounter(program: Program, counters: Float64Array): number {
  const { plateau } = program.training!;
  const at = plateauAt(program);
  const count = (value: number) => Number.isSafeInteger(value) && value >= 0;
  return counters.findIndex((value, i) => {
    if (i < COUNTERS.scale) return !count(value);
    if (i === COUNTERS.scale) return !(value > 0 && value <= 1);
    if (i < extrasAt(program)) return !(value >= 0 && value <= 1);
    if (i < at) return !(value >= 0 && value < Number.POSITIVE_INFINITY);
    if (i === at + PLATEAU.rate) return !(value >= plateau!.config.minimum && value <= plateau!.config.initial);
    return i !== at + PLATEAU.best && !count(value);
  });
}
