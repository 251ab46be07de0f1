// The lead's side of a fit: what happens next. Everyone runs actions; only the lead chooses them, reads the clock and sums up.

import { CONTROL, HYPER, REQUEST } from "../plan/layout.js";
import type { EarlyStoppingSpec, EpochLog, StopReason } from "../spec.js";
import { Divergence } from "./divergence.js";
import { type RunMemory, sum } from "./memory.js";
import type { OptimizerState } from "./optimizer.js";
import { shuffle } from "./order.js";
import type { Reporter } from "./reporter.js";
import { EarlyStopping } from "./stopping.js";

/** What a team can do next; `end` and `park` leave the loop. */
export const ACTIONS = [
  "step",
  "settle",
  "snapshot",
  "evaluate",
  "keepBest",
  "restoreBest",
  "rollback",
  "park",
  "end",
] as const;
export type Action = (typeof ACTIONS)[number];

/** A fit's options as they cross to the workers: plain, checked, defaults filled in. */
export interface FitOptions {
  readonly epochs: number;
  readonly batchSize: number;
  readonly shuffle: boolean;
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
  readonly #lastEpoch: number;
  readonly #started = performance.now();
  #epochStarted = 0;
  #trained = 0;
  #cursor = 0;
  #rows = 0;
  #steps = 0;
  #epoch = 0;
  #rate = 0;
  #uncollected = 0;
  #dataLoss = 0;
  #penalty = 0;
  readonly #metrics: number[];
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
    this.#metrics = run.layout.metrics.map(() => 0);
    this.#stopping = options.earlyStopping ? new EarlyStopping(options.earlyStopping) : undefined;
    this.#lastEpoch = state.epoch + options.epochs;
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
    this.#penalty += this.#run.sumPenalties() * this.#uncollected;
    this.#uncollected = 0;
    const marked = this.#run.markedLayer();
    if (marked !== undefined)
      this.#flagged ??= new Divergence("its weights", marked, this.#epoch, this.#state.step - 1);
  }

  /** In the middle of a step, its losses being known and finite: sums them up and chooses what follows. */
  decideAfterLoss(parity: 0 | 1): Action {
    const { loss, metrics } = this.#run.layout;
    this.#dataLoss += sum(this.#run.float(loss), this.#rows);
    metrics.forEach((tensor, i) => {
      this.#metrics[i]! += sum(this.#run.float(tensor), this.#rows);
    });
    this.#state.commit();
    this.#steps++;
    this.#uncollected = this.#rows;
    this.#cursor += this.#rows;
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
      if (this.#cursor === 0) return this.#nextStep();
      return this.#run.layout.validation ? "evaluate" : this.#endEpoch();
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
    if (this.#cursor >= this.#base.length) {
      this.#trained = performance.now();
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
    this.#cursor = 0;
    this.#dataLoss = 0;
    this.#penalty = 0;
    this.#metrics.fill(0);
    this.#order.set(this.#base);
    if (this.#options.shuffle) shuffle(this.#order, this.#run.program.seed, this.#epoch);
    this.#epochStarted = performance.now();
  }

  /** Closes the epoch's log, and says whether its weights are the best so far. */
  #endEpoch(): Action {
    const n = this.#base.length;
    const now = performance.now();
    const dataLoss = this.#dataLoss / n;
    const penalty = this.#penalty / n;
    const log: EpochLog = {
      epoch: this.#epoch,
      loss: dataLoss + penalty,
      dataLoss,
      penalty,
      learningRate: this.#rate,
      batchSize: this.#options.batchSize,
      seconds: (now - this.#epochStarted) / 1000,
      samplesPerSecond: n / ((this.#trained - this.#epochStarted) / 1000),
    };
    const { metrics } = this.#run.program.training!;
    metrics.forEach(({ name }, i) => {
      log[name] = this.#metrics[i]! / n;
    });
    const sparsity = this.#run.sparsity();
    if (sparsity !== undefined) log.sparsity = sparsity;
    const { validation } = this.#run.layout;
    if (validation) {
      const sums = this.#run.sumResults(validation.rows);
      log.valLoss = sums[0]! / validation.rows + this.#run.sumPenalties();
      metrics.forEach(({ name }, i) => {
        log[`val${name[0]!.toUpperCase()}${name.slice(1)}`] = sums[i + 1]! / validation.rows;
      });
    }
    this.#reporter.log(log);
    const verdict = this.#stopping?.look(log);
    if (verdict?.stop) this.#stopped = "earlyStopping";
    return verdict?.improved && this.#stopping!.restores ? "keepBest" : this.#startOrEnd();
  }

  #startOrEnd(): Action {
    if (this.#stopped) return this.#stop(this.#stopped);
    if (this.#state.epoch >= this.#lastEpoch) return this.#stop("completed");
    this.#beginEpoch();
    return this.#nextStep();
  }

  #write(parity: 0 | 1, action: Action): Action {
    this.#rows = Math.min(this.#options.batchSize, this.#base.length - this.#cursor);
    if (action === "step") {
      this.#rate = this.#state.rate;
      this.#state.write(parity, this.#cursor);
    }
    const { ints } = this.#run;
    ints[this.#run.hyperWord(parity, HYPER.action)] = ACTIONS.indexOf(action);
    ints[this.#run.hyperWord(parity, HYPER.rows)] = this.#rows;
    return action;
  }

  /** The decision that a run starts with. */
  writeFirst(parity: 0 | 1, action: Action): void {
    this.#write(parity, action);
  }

  #progress(): void {
    this.#reporter.progress(() => {
      const { batchSize } = this.#options;
      const step = Math.ceil(this.#cursor / batchSize);
      const steps = Math.ceil(this.#base.length / batchSize);
      return { epoch: this.#epoch, step, steps, dataLoss: this.#dataLoss / this.#cursor };
    });
  }
}
