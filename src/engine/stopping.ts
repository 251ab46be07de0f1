// Early stopping: looks at one number a epoch, says when to keep the weights and when to stop.

import type { EarlyStoppingSpec, EpochLog } from "../spec.js";

export class EarlyStopping {
  readonly #spec: EarlyStoppingSpec;
  #best: number;
  #waited = 0;
  /** The epoch with the best value so far. */
  bestEpoch = -1;

  constructor(spec: EarlyStoppingSpec) {
    this.#spec = spec;
    this.#best = spec.mode === "min" ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  }

  get restores(): boolean {
    return this.#spec.restoreBestWeights;
  }

  /** Takes an epoch's log; `improved` if these are the best weights so far, `stop` after `patience` epochs without. */
  look(log: EpochLog): { improved: boolean; stop: boolean } {
    const { monitor, minDelta, patience, mode } = this.#spec;
    const value = log[monitor]!;
    const improved = mode === "min" ? value < this.#best - minDelta : value > this.#best + minDelta;
    if (improved) {
      this.#best = value;
      this.bestEpoch = log.epoch;
      this.#waited = 0;
    } else this.#waited++;
    return { improved, stop: this.#waited >= Math.max(1, patience) };
  }
}
