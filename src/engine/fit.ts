// The lead's side of a fit: what happens next. Everyone runs actions; only the lead chooses them, reads the clock and sums up.

import { CONTROL, HYPER, PARTS, REQUEST } from "../plan/layout.js";
import { shuffle } from "../random.js";
import type { EarlyStoppingSpec, StopReason } from "../spec.js";
import { ACTIONS, type Action } from "./actions.js";
import { type Batch, Batches } from "./batches.js";
import { Divergence } from "./divergence.js";
import type { RunMemory } from "./memory.js";
import { mixBatch } from "./mixup.js";
import type { OptimizerState } from "./optimizer.js";
import { balance, STREAM } from "./order.js";
import type { Reporter } from "./reporter.js";
import { EarlyStopping } from "./stopping.js";
import { EpochSums } from "./sums.js";

/** A fit's options as they cross to the workers: plain, checked, defaults filled in. */
export interface FitOptions {
  readonly epochs: number;
  readonly batchSize: number;
  /** Rows of an update, whose gradients come from batches of batchSize rows. */
  readonly updateRows: number;
  readonly shuffle: boolean;
  /** Each epoch draws every class equally often. */
  readonly balanced: boolean;
  /** The parameter of the distribution that shares of mixed rows are drawn from; 0 for none. */
  readonly mixup: number;
  readonly initialEpoch: number | null;
  readonly validationFreq: number;
  readonly stepsPerEpoch: number | null;
  /** Each update is told. */
  readonly batchLogs: boolean;
  readonly maxSteps: number | null;
  readonly maxTime: number | null;
  readonly earlyStopping: EarlyStoppingSpec | null;
  readonly profile: boolean;
}

export interface FitReport {
  readonly stopped: StopReason;
  readonly steps: number;
  readonly bestEpoch?: number;
}

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
  /** Rows that an epoch trains on. */
  readonly #length: number;
  readonly #started = performance.now();
  readonly #batches: Batches;
  #batch: Batch;
  #batchLoss = 0;
  #steps = 0;
  #epoch = 0;
  #rate = 0;
  #uncollected = 0;
  readonly #sums: EpochSums;
  #stopped: StopReason | undefined;
  #hasBest = false;
  #flagged: Divergence | undefined;

  constructor(run: RunMemory, options: FitOptions, state: OptimizerState, base: Int32Array, reporter: Reporter) {
    this.#run = run;
    this.#options = options;
    this.#state = state;
    this.#reporter = reporter;
    this.#base = base;
    this.#order = run.int(run.layout.train!.order).subarray(0, base.length);
    this.#sums = new EpochSums(run);
    this.#stopping = options.earlyStopping ? new EarlyStopping(options.earlyStopping) : undefined;
    const { epochs, initialEpoch, stepsPerEpoch, batchSize } = options;
    const updateRows = Math.min(base.length, options.updateRows);
    if (initialEpoch !== null) state.epoch = initialEpoch;
    this.#firstEpoch = state.epoch;
    this.#lastEpoch = initialEpoch === null ? state.epoch + epochs : epochs;
    this.#length = Math.min(base.length, (stepsPerEpoch ?? base.length) * updateRows);
    this.#batches = new Batches(this.#length, batchSize, updateRows);
    this.#batch = this.#batches.next();
  }

  get report(): FitReport {
    const best = this.#hasBest ? { bestEpoch: this.#stopping!.bestEpoch } : {};
    return { stopped: this.#stopped ?? "completed", steps: this.#steps, ...best };
  }

  /** Why the run was rolled back, if it was. */
  get divergence(): Divergence | undefined {
    return this.#flagged;
  }

  /** The losses of a step were not finite: nothing of it was kept. */
  diverge(layer: string, what: string): void {
    this.#flagged ??= new Divergence(what, layer, this.#epoch, this.#state.step);
  }

  /** The first action of a fit: keep what there is before anything changes. */
  begin(): Action {
    this.#beginEpoch();
    return "snapshot";
  }

  /** After a park: go on where the fit stood. */
  resume(): Action {
    return this.#nextStep();
  }

  /** Takes in what the last update left: penalties, and marks of weights that are not finite. Before the next barrier. */
  collect(): void {
    if (this.#uncollected === 0) return;
    this.#sums.addPenalty(this.#run.sumPenalties(), this.#uncollected);
    this.#uncollected = 0;
    const marked = this.#run.markedLayer();
    if (marked !== undefined)
      this.#flagged ??= new Divergence("its weights", marked, this.#epoch, this.#state.step - 1);
  }

  /** In the middle of a step, its losses being known and finite: sums them up and chooses what follows. */
  decideAfterLoss(parity: 0 | 1): Action {
    const { rows, total, last } = this.#batch;
    this.#batchLoss += this.#sums.addBatch(rows);
    if (!last) {
      this.#batches.cursor += rows;
      return this.#write(parity, "step");
    }
    if (this.#options.batchLogs) this.#tellBatch(this.#batchLoss / total);
    this.#batchLoss = 0;
    this.#state.commit();
    this.#steps++;
    this.#uncollected = total;
    this.#batches.cursor += rows;
    this.#progress();
    // An update's marks are seen only after it: whatever else comes next, the marks are looked at first.
    const next = this.#flagged ? "rollback" : this.#nextStep();
    return this.#write(parity, next === "step" || next === "rollback" ? next : "settle");
  }

  /** After an action other than a step. */
  decideAfter(action: Action, parity: 0 | 1): void {
    this.#write(parity, this.#after[action]());
  }

  readonly #after: Readonly<Record<Action, () => Action>> = {
    step: () => "end",
    settle: () => (this.#flagged ? "rollback" : this.#nextStep()),
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
    rollback: () => "end",
    park: () => this.#nextStep(),
    end: () => "end",
  };

  /** Chooses between the next batch, the end of the epoch, a park and a stop. */
  #nextStep(): Action {
    const { maxSteps, maxTime } = this.#options;
    const request = Atomics.load(this.#run.ints, (this.#run.layout.control.pointer >> 2) + CONTROL.request);
    if (this.#batches.ended) {
      this.#sums.trained();
      this.#state.epoch = this.#epoch + 1;
      return "snapshot";
    }
    if (request & REQUEST.stop) return this.#stop("aborted");
    if (maxTime !== null && performance.now() - this.#started >= maxTime * 1000) return this.#stop("maxTime");
    if (maxSteps !== null && this.#steps >= maxSteps) return this.#stop("completed");
    if (request & REQUEST.park) return "park";
    return "step";
  }

  #stop(reason: StopReason): Action {
    this.#stopped = reason;
    return this.#hasBest && this.#stopping!.restores ? "restoreBest" : "end";
  }

  #beginEpoch(): void {
    this.#epoch = this.#state.epoch;
    this.#batches.cursor = 0;
    this.#batchLoss = 0;
    const { balanced, shuffle: shuffled } = this.#options;
    const { y } = this.#run.layout.train!;
    const rows = balanced ? balance(this.#base, this.#run.int(y), this.#run.program.seed, this.#epoch) : this.#base;
    this.#order.set(rows);
    if (shuffled) shuffle(this.#order, this.#run.program.seed, this.#epoch, STREAM.shuffle);
    this.#sums.begin();
  }

  /** Closes the epoch's log, and says whether its weights are the best so far. */
  #endEpoch(): Action {
    const { validation } = this.#run.layout;
    const log = this.#sums.log(this.#length, validation && this.#validates ? validation : undefined, {
      epoch: this.#epoch,
      learningRate: this.#rate,
      batchSize: Math.min(this.#options.updateRows, this.#base.length),
    });
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

  #write(parity: 0 | 1, action: Action): Action {
    const batch = this.#batches.next();
    this.#batch = batch;
    if (action === "step") {
      this.#rate = this.#state.rate;
      this.#state.write(parity, this.#batches.cursor, batch.index);
      const { mixup } = this.#options;
      if (mixup) mixBatch(this.#run, mixup, parity, this.#batches.cursor, batch.rows);
    }
    const part = batch.first ? (batch.last ? "whole" : "first") : batch.last ? "last" : "middle";
    this.#set(parity, HYPER.action, ACTIONS.indexOf(action));
    this.#set(parity, HYPER.rows, batch.rows);
    this.#set(parity, HYPER.total, batch.total);
    this.#set(parity, HYPER.part, PARTS.indexOf(part));
    return action;
  }

  #set(parity: 0 | 1, offset: number, value: number): void {
    this.#run.ints[this.#run.hyperWord(parity, offset)] = value;
  }

  /** The decision that a run starts with. */
  writeFirst(parity: 0 | 1, action: Action): void {
    this.#write(parity, action);
  }

  #tellBatch(dataLoss: number): void {
    const batch = this.#batches.update;
    this.#reporter.batch({ epoch: this.#epoch, batch, dataLoss, learningRate: this.#rate });
  }

  #progress(): void {
    this.#reporter.progress(() => {
      const { done: step, updates: steps, cursor } = this.#batches;
      return { epoch: this.#epoch, step, steps, dataLoss: this.#sums.dataLoss / cursor };
    });
  }
}
