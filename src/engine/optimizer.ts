// The optimizer's counters in memory: steps done, running products, and the numbers of the step to come.

import { COUNTERS } from "../plan/layout.js";
import { rateAt } from "../schedules/index.js";
import type { RunMemory } from "./memory.js";

export class OptimizerState {
  readonly #run: RunMemory;
  readonly #counters: Float64Array;
  readonly #ahead: Float64Array;

  constructor(run: RunMemory) {
    this.#run = run;
    this.#counters = run.double(run.layout.counters);
    this.#ahead = new Float64Array(run.program.training?.products.length ?? 0);
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

  /** The learning rate of the step to come. */
  get rate(): number {
    return rateAt(this.#run.program.training!.optimizerConfig.learningRate!, this.step);
  }

  /** Counts the step whose numbers were written last as done. */
  commit(): void {
    this.#counters[COUNTERS.step]!++;
    this.#run.program.training!.products.forEach((factor, i) => {
      this.#counters[COUNTERS.products + i]! *= factor;
    });
  }

  /** Writes the numbers of the step to come into one half of `hyper`. */
  write(parity: 0 | 1, cursor: number): void {
    const { optimizer, optimizerConfig, products } = this.#run.program.training!;
    products.forEach((factor, i) => {
      this.#ahead[i] = this.#counters[COUNTERS.products + i]! * factor;
    });
    const { rate } = this;
    this.#run.writeHyper(parity, cursor, this.step, rate, optimizer.hyper(optimizerConfig, rate, this.#ahead));
  }

  /** Counters and products as they are before the first step. */
  reset(): void {
    this.#counters.fill(0, 0, COUNTERS.products).fill(1, COUNTERS.products);
  }
}
