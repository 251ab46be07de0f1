// The batches of each epoch: of the same size, or of what a schedule says.

import { batchSizeAt, observeGrowth } from "../schedules/batchsizes.js";
import type { PlateauState } from "../schedules/plateau.js";
import type { EpochLog } from "../spec.js";
import { Batches } from "./batches.js";
import type { FitOptions } from "./options.js";

export class BatchSizes {
  readonly #options: FitOptions;
  readonly #rows: number;
  readonly #seed: number;
  #growth: PlateauState | undefined;

  /** For so many rows to train on. */
  constructor(options: FitOptions, rows: number, seed: number) {
    this.#options = options;
    this.#rows = rows;
    this.#seed = seed;
    this.#growth = options.batchSizes?.growth;
  }

  /** What results have made of the size, where there is a schedule. */
  get report(): { growth?: PlateauState } {
    return this.#growth ? { growth: this.#growth } : {};
  }

  /** Shows a completed epoch. */
  observe(log: EpochLog): void {
    const { batchSizes } = this.#options;
    if (batchSizes) this.#growth = observeGrowth(batchSizes.spec, this.#growth!, log);
  }

  batches(epoch: number): Batches {
    const options = this.#options;
    const { batchSizes, stepsPerEpoch } = options;
    let { batchSize, updateRows } = options;
    if (batchSizes) {
      const moment = { epoch, seed: this.#seed, growth: this.#growth! };
      batchSize = Math.min(options.batchSize, batchSizeAt(batchSizes.spec, moment));
      // As many batches an update as of the largest size.
      updateRows = (options.updateRows / options.batchSize) * batchSize;
    }
    const update = Math.min(this.#rows, updateRows);
    return new Batches(Math.min(this.#rows, (stepsPerEpoch ?? this.#rows) * update), batchSize, update);
  }
}
