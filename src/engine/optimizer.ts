// The optimizer's counters in memory: steps done, running products, and the numbers of the step to come.

import { averageNumbers } from "../optimizers/average.js";
import { decayAt } from "../optimizers/decay.js";
import { COUNTERS, extrasAt, readPlateau, startCounters, writePlateau } from "../plan/counters.js";
import { HYPER } from "../plan/layout.js";
import { rateAt } from "../schedules/index.js";
import { observe } from "../schedules/plateau.js";
import type { EpochLog } from "../spec.js";
import type { RunMemory } from "./memory.js";
import { writeStepStrengths } from "./strengths.js";

/** What later batches of an update add to its number, as the counter of random numbers. */
const STEPS_BETWEEN = 16777216;

export class OptimizerState {
  readonly #run: RunMemory;
  readonly #counters: Float64Array;
  /** The same in the snapshot. */
  readonly #kept: Float64Array;
  readonly #products: Float64Array;
  readonly #extra: Float64Array;
  readonly #ahead: Float64Array;

  constructor(run: RunMemory) {
    this.#run = run;
    this.#counters = run.double(run.layout.counters);
    const { program, layout } = run;
    const { counters, state, snapshot } = layout;
    this.#products = this.#counters.subarray(COUNTERS.products, extrasAt(program));
    this.#extra = this.#counters.subarray(extrasAt(program));
    this.#ahead = new Float64Array(this.#products.length);
    this.#kept = run.double({ ...counters, pointer: counters.pointer + snapshot.pointer - state.pointer });
  }

  /** Updates made so far, over all fits. */
  get step(): number {
    return this.#counters[COUNTERS.step]!;
  }

  get epoch(): number {
    return this.#counters[COUNTERS.epoch]!;
  }

  set epoch(epoch: number) {
    this.#counters[COUNTERS.epoch] = epoch;
  }

  /** What the learning rate is multiplied by: halved whenever a fit went back. The snapshot has it, too. */
  get scale(): number {
    return this.#counters[COUNTERS.scale]!;
  }

  set scale(scale: number) {
    for (const counters of [this.#counters, this.#kept]) counters[COUNTERS.scale] = scale;
  }

  /** The model has the averages of its weights, and the slot of the averages has the trained weights. */
  get averaged(): boolean {
    return this.#extra[this.#named("averaged")] === 1;
  }

  set averaged(averaged: boolean) {
    this.#extra[this.#named("averaged")] = +averaged;
  }

  #named(name: string): number {
    return this.#run.program.training?.counters.indexOf(name) ?? -1;
  }

  /** The learning rate of the step to come. */
  get rate(): number {
    const { program } = this.#run;
    const { optimizerConfig, plateau } = program.training!;
    const current = plateau && readPlateau(program, this.#counters).rate;
    return rateAt(optimizerConfig.learningRate!, this.step, current) * this.scale;
  }

  /** Shows a completed epoch, of which there is a snapshot already, to a learning rate that goes by results. */
  observe(log: EpochLog): void {
    const { program } = this.#run;
    const { plateau } = program.training!;
    const value = plateau && log[plateau.config.monitor];
    if (!plateau || value === undefined || this.step <= plateau.from) return;
    const next = observe(plateau.config, readPlateau(program, this.#counters), value);
    for (const counters of [this.#counters, this.#kept]) writePlateau(program, counters, next);
  }

  /** Counts the step whose numbers were written last as done. */
  commit(): void {
    this.#counters[COUNTERS.step]!++;
    this.#products.set(this.#next());
  }

  /** Writes the numbers of the step to come into one half of `hyper`; batches of one update draw numbers of their own. */
  write(parity: 0 | 1, cursor: number, batch = 0): void {
    const { optimizer, optimizerConfig } = this.#run.program.training!;
    const { rate } = this;
    const decay = decayAt(optimizerConfig.weightDecay, this.step);
    const numbers = optimizer.hyper(optimizerConfig, rate, this.#next(), this.step + 1, decay);
    this.#run.writeHyper(parity, cursor, this.step + batch * STEPS_BETWEEN, rate, numbers);
    this.#run.writeNumbers(parity, HYPER.decay, [optimizer.ownDecay ? 0 : rate * decay]);
    writeStepStrengths(this.#run, parity, rate);
    if (optimizerConfig.useEma)
      this.#run.writeNumbers(parity, HYPER.average, averageNumbers(optimizerConfig, this.step + 1));
  }

  /** The products of the step to come. */
  #next(): Float64Array {
    this.#run.program.training!.products.forEach((factor, i) => {
      this.#ahead[i] = this.#products[i]! * (typeof factor === "number" ? factor : factor(this.#products));
    });
    return this.#ahead;
  }

  /** Counters and products as they are before the first step. */
  reset(): void {
    startCounters(this.#run.program, this.#counters);
  }
}
