// A team: N threads on one memory that run the same plan, each on its own ranges, and wait for each other at barriers.

import { WorkerError } from "./errors.js";
import { CONTROL } from "./plan/layout.js";

/**
 * Loads of the generation word before sleeping: about 2 or 40 microseconds. A sleeper costs about 20 microseconds
 * more, longer than most waits of a team that has its cores to itself. One whose others were late so often in a row has
 * not: it sleeps almost at once, and tries again after so many barriers.
 */
const FEWEST_SPINS = 200;
const MOST_SPINS = 4000;
const OFTEN = 4;
const TRY_AGAIN = 64;
/** A sleeper looks at the abort word this often; a time-out alone is never taken for a death. */
const SLICE_MILLISECONDS = 100;

export class Team {
  readonly #control: Int32Array;
  readonly index: number;
  readonly count: number;
  /** Waits since the last one of many spins that did not end in sleep. */
  #late = 0;

  constructor(control: Int32Array, index: number, count: number) {
    this.#control = control;
    this.index = index;
    this.count = count;
  }

  /** True on the one member that reads clocks and requests, and decides. */
  get leads(): boolean {
    return this.index === 0;
  }

  /** Returns when every member has called it. WorkerError if the team was given up meanwhile. */
  barrier(): void {
    if (this.count > 1) this.#meet();
    this.#look();
  }

  #meet(): void {
    const control = this.#control;
    const generation = Atomics.load(control, CONTROL.generation);
    if (Atomics.add(control, CONTROL.count, 1) === this.count - 1) {
      Atomics.store(control, CONTROL.count, 0);
      Atomics.add(control, CONTROL.generation, 1);
      if (Atomics.load(control, CONTROL.sleepers) > 0) Atomics.notify(control, CONTROL.generation);
    } else if (!this.#spin(generation)) {
      Atomics.add(control, CONTROL.sleepers, 1);
      while (Atomics.load(control, CONTROL.generation) === generation && !Atomics.load(control, CONTROL.abort)) {
        Atomics.wait(control, CONTROL.generation, generation, SLICE_MILLISECONDS);
      }
      Atomics.sub(control, CONTROL.sleepers, 1);
    }
  }

  /** True if the others came within the spins. */
  #spin(generation: number): boolean {
    const spins = this.#late % TRY_AGAIN < OFTEN ? MOST_SPINS : FEWEST_SPINS;
    for (let i = 0; i < spins; i++) {
      if (Atomics.load(this.#control, CONTROL.generation) !== generation) {
        this.#late = spins === MOST_SPINS ? 0 : this.#late + 1;
        return true;
      }
    }
    this.#late++;
    return false;
  }

  #look(): void {
    if (Atomics.load(this.#control, CONTROL.abort)) throw new WorkerError("team: a member of it died.");
  }
}

/** Gives a team up: every member leaves at its next barrier. Any thread may call it. */
export function abandon(control: Int32Array): void {
  Atomics.store(control, CONTROL.abort, 1);
  Atomics.notify(control, CONTROL.generation);
}
