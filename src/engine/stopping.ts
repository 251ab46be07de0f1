// Early stopping: looks at one number a epoch, says when to keep the weights and when to stop.

import type { EarlyStoppingSpec, EpochLog } from "../spec.js";

export class EarlyStopping {
  readonly #spec: EarlyStoppingSpec;
  #best: number;
  #waited = 0;
  #seen = 0;
  /** The epoch with the best value so far. */
  bestEpoch = -1;

  constructor(spec: EarlyStoppingSpec) {
    this.#spec = spec;
    this.#best = spec.mode === "min" ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  }

  get restores(): boolean {
    return this.#spec.restoreBestWeights;
  }

  /** Takes an epoch's log; `improved` if these are the best weights so far, `stop` after `patience` epochs without. Epochs without a value do not count. */
  look(log: EpochLog): { improved: boolean; stop: boolean } {
    const { monitor, minDelta, patience, mode, baseline, startFromEpoch } = this.#spec;
    const value = log[monitor];
    if (this.#seen++ < startFromEpoch || value === undefined) return { improved: false, stop: false };
    const beats = (other: number) => (mode === "min" ? value < other - minDelta : value > other + minDelta);
    this.#waited++;
    if (!beats(this.#best)) return { improved: false, stop: this.#waited >= Math.max(1, patience) };
    this.#best = value;
    this.bestEpoch = log.epoch;
    if (baseline === null || beats(baseline)) this.#waited = 0;
    return { improved: true, stop: false };
  }
}
