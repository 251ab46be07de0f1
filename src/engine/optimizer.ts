// The optimizer's counters in memory: steps done, running products, and the numbers of the step to come.

import { averageNumbers } from "../optimizers/average.js";
import { decayAt } from "../optimizers/decay.js";
import { COUNTERS, HYPER } from "../plan/layout.js";
import { rateAt } from "../schedules/index.js";
import type { RunMemory } from "./memory.js";
import { writeStepStrengths } from "./strengths.js";

/** What later batches of an update add to its number, as the counter of random numbers. */
const STEPS_BETWEEN = 16777216;

export class OptimizerState {
  readonly #run: RunMemory;
  readonly #counters: Float64Array;
  readonly #products: Float64Array;
  readonly #extra: Float64Array;
  readonly #ahead: Float64Array;

  constructor(run: RunMemory) {
    this.#run = run;
    this.#counters = run.double(run.layout.counters);
    const end = COUNTERS.products + (run.program.training?.products.length ?? 0);
    this.#products = this.#counters.subarray(COUNTERS.products, end);
    this.#extra = this.#counters.subarray(end);
    this.#ahead = new Float64Array(this.#products.length);
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

  /** The model has the averages of its weights, and the slot of the averages has the trained weights. */
  get averaged(): boolean {
    return this.#extra[this.#named("averaged")] === 1;
  }

  set averaged(averaged: boolean) {
    this.#extra[this.#named("averaged")] = averaged ? 1 : 0;
  }

  #named(name: string): number {
    return this.#run.program.training?.counters.indexOf(name) ?? -1;
  }

  /** The learning rate of the step to come. */
  get rate(): number {
    return rateAt(this.#run.program.training!.optimizerConfig.learningRate!, this.step);
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
    this.#counters.fill(0);
    this.#products.fill(1);
  }
}
