// What an epoch adds up to: losses, penalties and metrics over its rows, and its log. Only the lead adds.

import type { RowTargets } from "../metrics/metric.js";
import type { Source } from "../plan/source.js";
import type { EpochLog } from "../spec.js";
import type { RunMemory } from "./memory.js";
import { batchTargets, sourceTargets, Tally } from "./tally.js";

export class EpochSums {
  readonly #run: RunMemory;
  readonly #metrics: Tally;
  readonly #targets: readonly RowTargets[];
  /** Summed over the epoch's rows so far, and these rows: fewer than it has where updates are left out. */
  #dataLoss = 0;
  #rows = 0;
  #penalty = 0;
  #penaltyRows = 0;
  /** Penalties of activities, summed over rows. */
  #activities = 0;
  /** In milliseconds: when the epoch began, and when its last update was done. */
  #started = 0;
  #trained = 0;

  constructor(run: RunMemory) {
    this.#run = run;
    this.#metrics = new Tally(run.program);
    this.#targets = batchTargets(run);
  }

  /** The mean so far. */
  get dataLoss(): number {
    return this.#dataLoss / this.#rows;
  }

  begin(): void {
    this.#dataLoss = 0;
    this.#rows = 0;
    this.#penalty = 0;
    this.#penaltyRows = 0;
    this.#activities = 0;
    this.#metrics.clear();
    this.#started = performance.now();
  }

  /** The epoch's last update is done; what follows is not counted as training. */
  trained(): void {
    this.#trained = performance.now();
  }

  /** Takes in the batch that was just run; the sum of its losses. */
  addBatch(rows: number): number {
    const { loss, metrics } = this.#run.layout;
    const dataLoss = this.#run.sum(loss, rows);
    this.#dataLoss += dataLoss;
    this.#rows += rows;
    this.#activities += this.#run.sumActivities(rows);
    this.#metrics.add(this.#run, metrics, rows, this.#targets);
    return dataLoss;
  }

  /** The penalty of an update that took so many rows. */
  addPenalty(penalty: number, rows: number): void {
    this.#penalty += penalty * rows;
    this.#penaltyRows += rows;
  }

  /** The log of an epoch of so many rows; `validation` where its results are there. */
  log(
    rows: number,
    validation: Source | undefined,
    facts: Pick<EpochLog, "epoch" | "learningRate" | "batchSize">,
  ): EpochLog {
    const { dataLoss } = this;
    const penalty = this.#penalty / this.#penaltyRows + this.#activities / this.#rows;
    const { epoch, learningRate, batchSize } = facts;
    const log: EpochLog = {
      epoch,
      loss: dataLoss + penalty,
      dataLoss,
      penalty,
      learningRate,
      batchSize,
      seconds: (performance.now() - this.#started) / 1000,
      samplesPerSecond: rows / ((this.#trained - this.#started) / 1000),
    };
    Object.assign(log, this.#metrics.result());
    const sparsity = this.#run.sparsity();
    if (sparsity !== undefined) log.sparsity = sparsity;
    if (!validation) return log;
    const activity = this.#run.sumActivities(validation.rows, this.#run.layout.activityResults);
    const valLoss = (this.#run.sumLosses(validation.rows) + activity) / validation.rows;
    log.valLoss = valLoss + this.#run.sumPenalties();
    log.generalizationGap = log.valLoss - log.loss;
    for (const [name, value] of Object.entries(this.#validate(validation))) {
      log[`val${name[0]!.toUpperCase()}${name.slice(1)}`] = value;
    }
    return log;
  }

  /** Metrics of the validation rows, from their results. */
  #validate(source: Source): Record<string, number> {
    const tally = new Tally(this.#run.program);
    tally.add(this.#run, this.#run.layout.results.slice(1), source.rows, sourceTargets(this.#run, source));
    return tally.result();
  }
}
