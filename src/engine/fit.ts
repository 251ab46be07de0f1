// The lead's side of a fit: what happens next. Everyone runs actions; only the lead chooses them, reads the clock and sums up.

import { CONTROL, HYPER, PARTS, REQUEST } from "../plan/layout.js";
import type { StopReason } from "../spec.js";
import { ACTIONS, type Action } from "./actions.js";
import type { Batch, Batches } from "./batches.js";
import { clearCarried } from "./carried.js";
import type { RunMemory } from "./memory.js";
import { mixBatch } from "./mixup.js";
import type { OptimizerState } from "./optimizer.js";
import type { FitOptions, FitReport } from "./options.js";
import { balance, STREAM } from "./order.js";
import type { Reporter } from "./reporter.js";
import { type Setbacks, setbacksOf } from "./setbacks.js";
import { BatchSizes } from "./sizes.js";
import { EarlyStopping } from "./stopping.js";
import { StreamRows, type Supply } from "./stream.js";
import { EpochSums } from "./sums.js";

export class FitLead {
  readonly #run: RunMemory;
  readonly #options: FitOptions;
  readonly #state: OptimizerState;
  readonly #reporter: Reporter;
  readonly #base: Int32Array;
  /** Rows in training order: as the epoch shuffled them. */
  readonly #order: Int32Array;
  readonly #stopping: EarlyStopping | undefined;
  readonly #firstEpoch: number;
  readonly #lastEpoch: number;
  readonly #started = performance.now();
  readonly #sizes: BatchSizes;
  #batches: Batches;
  readonly #stream: StreamRows | undefined;
  #batch: Batch;
  #batchLoss = 0;
  #epoch = 0;
  #rate = 0;
  #uncollected = 0;
  readonly #sums: EpochSums;
  #stopped: StopReason | undefined;
  #hasBest = false;
  readonly setbacks: Setbacks;
  /** The state's step when the fit began. */
  readonly #firstStep: number;

  constructor(run: RunMemory, options: FitOptions, state: OptimizerState, base: Int32Array, reporter: Reporter) {
    this.#run = run;
    this.#options = options;
    this.#state = state;
    this.#reporter = reporter;
    this.#base = base;
    this.#order = run.int(run.layout.train!.order).subarray(0, base.length);
    this.#sums = new EpochSums(run);
    this.#stopping = options.earlyStopping ? new EarlyStopping(options.earlyStopping) : undefined;
    const { epochs, initialEpoch } = options;
    if (initialEpoch !== null) state.epoch = initialEpoch;
    this.#firstStep = state.step;
    this.setbacks = setbacksOf(options.onNonFinite, state);
    this.#firstEpoch = state.epoch;
    this.#lastEpoch = initialEpoch === null ? state.epoch + epochs : epochs;
    this.#sizes = new BatchSizes(options, base.length, run.program.seed);
    this.#batches = this.#sizes.batches(state.epoch);
    if (options.windowRows !== null) {
      this.#stream = new StreamRows(this.#order, this.#batches, options.windowRows, options.shuffle);
    }
    this.#batch = this.#batches.next();
  }

  /** Updates made. */
  get #made(): number {
    return this.#state.step - this.#firstStep;
  }

  get report(): FitReport {
    const best = this.#hasBest ? { bestEpoch: this.#stopping!.bestEpoch } : {};
    const wanted = this.#stream?.starved ? { wanted: { epoch: this.#epoch, done: this.#batches.cursor } } : {};
    return {
      stopped: this.#stopped ?? "completed",
      steps: this.#made,
      ...best,
      ...wanted,
      ...this.#sizes.report,
      ...this.setbacks.report,
    };
  }

  /** The first action of a fit: keep what there is before anything changes. */
  begin(): Action {
    this.#beginEpoch();
    return "snapshot";
  }

  /** After a park: go on where the fit stood, with more rows where it parked for some. */
  resume(supply?: Supply): Action {
    if (supply) this.#stream!.take(supply, this.#run.program.seed, this.#epoch);
    return this.#nextStep();
  }

  /** Takes in what the last update left: penalties, and marks of weights that are not finite. Before the next barrier. */
  collect(): void {
    if (this.#uncollected === 0) return;
    this.#sums.addPenalty(this.#run.sumPenalties(), this.#uncollected);
    this.#uncollected = 0;
    const marked = this.#run.markedLayer();
    if (marked !== undefined) this.setbacks.note(marked, "its weights", this.#epoch, this.#state.step - 1);
  }

  /** In the middle of a step, its losses being known and finite: sums them up and chooses what follows. */
  decideAfterLoss(parity: 0 | 1): Action {
    const { rows, total, last } = this.#batch;
    this.#batchLoss += this.#sums.addBatch(rows);
    if (!last) {
      this.#batches.cursor += rows;
      return this.write(parity, "step");
    }
    if (this.#options.batchLogs) {
      const [epoch, dataLoss, learningRate] = [this.#epoch, this.#batchLoss / total, this.#rate];
      this.#reporter.batch({ epoch, batch: this.#batches.update, dataLoss, learningRate });
    }
    this.#batchLoss = 0;
    this.#state.commit();
    this.#uncollected = total;
    this.#batches.cursor += rows;
    this.#progress();
    // An update's marks are seen only after it: whatever else comes next, the marks are looked at first.
    const next = this.setbacks.pending ? "rollback" : this.#nextStep();
    return this.write(parity, next === "step" || next === "rollback" ? next : "settle");
  }

  /** In place of that: the losses are not finite, and nothing was updated. */
  decideAfterBreak(parity: 0 | 1, { layer, what }: { layer: string; what: string }): void {
    this.setbacks.note(layer, what, this.#epoch, this.#state.step);
    if (!this.setbacks.skips) this.write(parity, "rollback");
    else {
      this.#batches.skip();
      this.#decideAfterSkip(parity);
    }
  }

  /** In place of what was decided: the update left weights that are not finite, and was undone. */
  decideAfterUndo(parity: 0 | 1, layer: string): void {
    this.setbacks.note(layer, "its weights", this.#epoch, this.#state.step);
    this.#uncollected = 0;
    this.#decideAfterSkip(parity);
  }

  #decideAfterSkip(parity: 0 | 1): void {
    this.setbacks.skipped();
    this.#batchLoss = 0;
    this.#stopped = undefined;
    this.write(parity, this.#nextStep());
  }

  /** After an action other than a step. */
  decideAfter(action: Action, parity: 0 | 1): void {
    this.write(parity, this.#after[action]());
  }

  readonly #after: Readonly<Record<Action, () => Action>> = {
    step: () => "end",
    settle: () => (this.setbacks.pending ? "rollback" : this.#nextStep()),
    keepStart: () => "snapshot",
    snapshot: () => {
      if (this.#batches.cursor === 0) return this.#nextStep();
      return this.#validates ? "evaluate" : this.#endEpoch();
    },
    evaluate: () => this.#endEpoch(),
    keepBest: () => {
      this.#hasBest = true;
      return this.#startOrEnd();
    },
    restoreBest: () => "end",
    rollback: () => {
      const next = this.setbacks.retry() ?? this.#startAgain();
      return next === "end" ? this.#endWithBest() : next;
    },
    backtrack: () => this.#startAgain(),
    park: () => this.#nextStep(),
    end: () => "end",
  };

  /** Chooses between the next batch, the end of the epoch, a park and a stop. */
  #nextStep(): Action {
    const { maxSteps, maxTime } = this.#options;
    const request = Atomics.load(this.#run.ints, (this.#run.layout.control.pointer >> 2) + CONTROL.request);
    const starved = this.#stream?.starved;
    if (this.#batches.ended && !starved) {
      if (this.setbacks.madeNothing()) return "rollback";
      this.#sums.trained();
      this.#state.epoch = this.#epoch + 1;
      return this.setbacks.keeps(this.#sums.dataLoss) ? "keepStart" : "snapshot";
    }
    if (request & REQUEST.stop) return this.#stop("aborted");
    if (maxTime !== null && performance.now() - this.#started >= maxTime * 1000) return this.#stop("maxTime");
    if (maxSteps !== null && this.#made >= maxSteps) return this.#stop("completed");
    if (this.#stream?.stop) return this.#stop(this.#stream.stop);
    if (starved || request & REQUEST.park) return "park";
    return "step";
  }

  #stop(reason: StopReason): Action {
    this.#stopped = reason;
    return this.#endWithBest();
  }

  /** However a fit ends, the model has the best weights where there are some. */
  #endWithBest(): Action {
    return this.#hasBest && this.#stopping!.restores ? "restoreBest" : "end";
  }

  #beginEpoch(): void {
    this.#epoch = this.#state.epoch;
    this.setbacks.beginEpoch();
    this.#batchLoss = 0;
    clearCarried(this.#run, "training");
    if (this.#stream) this.#stream.begin();
    else {
      this.#batches = this.#sizes.batches(this.#epoch);
      this.#orderRows();
    }
    this.#sums.begin();
  }

  #orderRows(): void {
    const { balanced, shuffle: shuffled } = this.#options;
    const { y } = this.#run.layout.train!;
    const rows = balanced ? balance(this.#base, this.#run.int(y[0]!), this.#run.program.seed, this.#epoch) : this.#base;
    this.#order.set(rows);
    if (shuffled) this.#run.shuffleOrder(this.#order.length, this.#epoch, STREAM.shuffle);
  }

  /** The epoch once more, from the snapshot that just came back. */
  #startAgain(): Action {
    this.#run.int(this.#run.layout.flags).fill(0);
    this.setbacks.startAgain();
    this.#stopped = undefined;
    this.#beginEpoch();
    this.#reporter.start();
    return this.#nextStep();
  }

  /** Closes the epoch's log, and says whether its weights are the best so far. */
  #endEpoch(): Action {
    const { validation } = this.#run.layout;
    const log = this.#sums.log(this.#batches.cursor, validation && this.#validates ? validation : undefined, {
      epoch: this.#epoch,
      learningRate: this.#rate,
      batchSize: this.#batches.updateRows,
    });
    this.#state.observe(log);
    this.#sizes.observe(log);
    this.setbacks.completed(this.#epoch);
    this.#reporter.log(log);
    const verdict = this.#stopping?.look(log);
    if (verdict?.stop) this.#stopped = "earlyStopping";
    return verdict?.improved && this.#stopping!.restores ? "keepBest" : this.#startOrEnd();
  }

  get #validates(): boolean {
    const done = this.#epoch - this.#firstEpoch + 1;
    return this.#run.layout.validation !== undefined && done % this.#options.validationFreq === 0;
  }

  #startOrEnd(): Action {
    if (this.#stopped) return this.#stop(this.#stopped);
    if (this.#state.epoch >= this.#lastEpoch) return this.#stop("completed");
    this.#beginEpoch();
    return this.#nextStep();
  }

  /** Writes what comes next, of which a run's first is one. */
  write(parity: 0 | 1, action: Action): Action {
    const batch = (this.#batch = this.#batches.next());
    if (action === "step") {
      this.#rate = this.#state.rate;
      const { cursor } = this.#batches;
      const place = this.#stream?.at(cursor) ?? cursor;
      this.#state.write(parity, place, batch.index);
      const { mixup } = this.#options;
      if (mixup) mixBatch(this.#run, mixup, parity, place, batch.rows);
    }
    const part = batch.first ? (batch.last ? "whole" : "first") : batch.last ? "last" : "middle";
    const set = (offset: number, value: number) => (this.#run.ints[this.#run.hyperWord(parity, offset)] = value);
    set(HYPER.action, ACTIONS.indexOf(action));
    set(HYPER.rows, batch.rows);
    set(HYPER.total, batch.total);
    set(HYPER.part, PARTS.indexOf(part));
    return action;
  }

  #progress(): void {
    this.#reporter.progress(() => {
      const { done: step, updates } = this.#batches;
      const steps = this.#stream ? (this.#options.stepsPerEpoch ?? Number.POSITIVE_INFINITY) : updates;
      return { epoch: this.#epoch, step, steps, dataLoss: this.#sums.dataLoss };
    });
  }
}
