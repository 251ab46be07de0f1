// One worker's engine: a model in memory, and the loop of a fit. Every member of a team runs the same actions at the same
// time; what only the lead does says so.

import { HYPER, type Layout, PARTS } from "../plan/layout.js";
import type { TrainBatch } from "../plan/plan.js";
import type { Program } from "../plan/program.js";
import type { Source } from "../plan/source.js";
import type { NamedTensor, ProfileRow } from "../spec.js";
import type { Team } from "../team.js";
import { ACTIONS, type Action } from "./actions.js";
import { Averages } from "./averages.js";
import { clearCarried } from "./carried.js";
import { findLayer, guardLosses, NonFiniteLoss } from "./divergence.js";
import { evaluateRows } from "./evaluate.js";
import { FitLead } from "./fit.js";
import { RunMemory } from "./memory.js";
import { OptimizerState } from "./optimizer.js";
import type { FitOptions, FitReport } from "./options.js";
import { splitRows } from "./order.js";
import { keptSource } from "./packed.js";
import { Plans, type Twin, trainKey } from "./plans.js";
import { Profile } from "./profile.js";
import { type Emit, Reporter } from "./reporter.js";
import type { OnNonFinite } from "./setbacks.js";
import type { Supply } from "./stream.js";
import type { Evaluation } from "./tally.js";
import { fingerprint, pack, unpack } from "./weights.js";

export type FitStatus = "parked" | "yielded" | "ended" | "diverged";
/** What the lead reports when a fit leaves its loop. */
export type FitOutcome = { status: FitStatus; profile?: ProfileRow[] } & Partial<FitReport>;

const A_FEW = 256;

export class Engine {
  readonly run: RunMemory;
  readonly plans: Plans;
  readonly state: OptimizerState;
  readonly averages: Averages;
  /** Of the lead: what the windows of a call of evaluate have given so far. */
  evaluation: Evaluation | undefined;
  readonly #reporter: Reporter;
  #fit: FitLead | undefined;
  #profile: Profile | undefined;
  readonly #profiled = new Map<string, Twin>();
  /** Which half of `hyper` holds the current decision. */
  #parity: 0 | 1 = 0;
  /** Rows of the batch that a step works on. */
  #rows = 0;
  #onNonFinite: OnNonFinite = "stop";
  /** Rows of a batch of validation. */
  #batchSize = 1;
  /** The rows of a fit, as they are kept. */
  #train: Source | undefined;
  #validation: Source | undefined;

  private constructor(run: RunMemory, emit: Emit) {
    this.run = run;
    this.plans = new Plans(run);
    this.state = new OptimizerState(run);
    this.averages = new Averages(run, this.state);
    this.#reporter = new Reporter(run, emit);
  }

  static async create(
    program: Program,
    layout: Layout,
    memory: WebAssembly.Memory,
    module: WebAssembly.Module,
    team: Team,
    emit: Emit,
  ): Promise<Engine> {
    let engine: Engine | undefined;
    const hooks = {
      collect: () => engine!.#fit?.collect(),
      guard: () => guardLosses(engine!.run, engine!.#rows),
      decide: () => void engine!.#fit?.decideAfterLoss(engine!.#nextParity),
    };
    engine = new Engine(await RunMemory.create(program, layout, memory, module, team, hooks), emit);
    return engine;
  }

  get #nextParity(): 0 | 1 {
    return (1 - this.#parity) as 0 | 1;
  }

  /** Starts a fit: the lead sets the order of rows and the first action. */
  beginFit(options: FitOptions): void {
    const { run } = this;
    const { layout, team, program } = run;
    this.#train = keptSource(run, layout.train!);
    this.#validation = layout.validation && keptSource(run, layout.validation);
    this.#profile = undefined;
    this.#onNonFinite = options.onNonFinite;
    this.#batchSize = options.batchSize;
    this.averages.toTrained();
    if (!team.leads) return;
    if (options.profile) this.#profile = new Profile();
    this.#profiled.clear();
    const source = layout.train!;
    const { held } = layout.request;
    const order = run.int(source.order);
    const labelled = program.training!.outcomes.findIndex(({ target, task }) => target === "labels" && !task.steps);
    const labels = labelled < 0 ? undefined : run.int(source.y[labelled]!);
    if (held) order.set(splitRows(order.length, held, program.seed, labels));
    else inOrder(order);
    if (layout.request.validation) inOrder(run.int(layout.validation!.order));
    run.int(layout.flags).fill(0);
    this.#fit = new FitLead(run, options, this.state, order.slice(0, source.rows), this.#reporter);
    this.#reporter.start();
    this.#fit.write(this.#parity, this.#fit.begin());
  }

  /** Goes on after a park, with more rows where it parked for some. */
  resumeFit(supply?: Supply): void {
    if (this.run.team.leads) this.#fit!.write(this.#parity, this.#fit!.resume(supply));
  }

  /**
   * Runs actions until the lead ends or parks, `deadline` has passed, or a few are done: V8 would optimise a loop that is entered once
   * a fit anew in each, beside a team that has no core to spare.
   */
  advanceFit(deadline: number): FitOutcome {
    const { run } = this;
    run.team.barrier();
    for (let i = 0; i < A_FEW && performance.now() < deadline; i++) {
      const action = ACTIONS[run.ints[run.hyperWord(this.#parity, HYPER.action)]!]!;
      if (action === "end" || action === "park") {
        if (run.team.leads && action === "end") run.stable = true;
        if (action === "end") this.averages.toAverages();
        this.#reporter.flush();
        const status = action === "park" ? "parked" : this.#fit?.setbacks.pending ? "diverged" : "ended";
        const profile = this.#profile ? { profile: this.#profile.rows() } : {};
        return { status, ...this.#fit?.report, ...profile };
      }
      this.#act(action);
    }
    return { status: "yielded" };
  }

  /** Throws what the lead found out about a run that diverged. */
  throwDivergence(): void {
    this.#fit?.setbacks.throw(this.#fit.report.bestEpoch);
  }

  /** Updates outside a fit: no lead's bookkeeping, steps of even parity. */
  leaveFit(rows: number): void {
    this.#fit = undefined;
    this.#parity = 0;
    this.#rows = rows;
  }

  /** One action with its barriers. */
  #act(action: Action): void {
    const { run } = this;
    if (action === "step") {
      if (run.team.leads) run.stable = false;
      this.#rows = run.ints[run.hyperWord(this.#parity, HYPER.rows)]!;
      this.#update();
    } else {
      if (run.team.leads) this.#fit!.collect();
      this.#actions[action]?.();
      run.team.barrier();
      if (run.team.leads) this.#fit!.decideAfter(action, this.#nextParity);
      run.team.barrier();
    }
    this.#parity = this.#nextParity;
  }

  /** A batch, and what follows from numbers that are not finite: all members see the same losses and the same marks. */
  #update(): void {
    const { run } = this;
    const { layout, team } = run;
    const batch = this.#batch();
    const undoes = this.#onNonFinite === "skip" && (batch.part === "whole" || batch.part === "last");
    // Nothing of the state changes before the barrier that the guard stands behind.
    if (undoes) run.copyShare(layout.state, layout.undo!);
    try {
      this.#step(this.#train!, batch);
    } catch (error) {
      if (!(error instanceof NonFiniteLoss)) throw error;
      if (team.leads) this.#fit!.decideAfterBreak(this.#nextParity, findLayer(run, this.#rows));
      team.barrier();
      return;
    }
    const marked = undoes ? run.markedLayer() : undefined;
    if (marked === undefined) return;
    this.restore(layout.undo!, layout.state);
    if (team.leads) {
      run.int(layout.flags).fill(0);
      this.#fit!.decideAfterUndo(this.#nextParity, marked);
    }
    team.barrier();
  }

  /** The batch that the lead chose. */
  #batch(): TrainBatch {
    const word = (offset: number) => this.run.ints[this.run.hyperWord(this.#parity, offset)]!;
    return { rows: this.#rows, total: word(HYPER.total), part: PARTS[word(HYPER.part)]! };
  }

  #step(source: Source, batch: TrainBatch): void {
    const { run, plans } = this;
    const profile = this.#profile;
    if (!profile) {
      run.run(plans.train(source, batch)[this.#parity]);
      return;
    }
    let twin = this.#profiled.get(trainKey(batch));
    if (!twin) {
      twin = plans.profiled(source, batch, profile);
      this.#profiled.set(trainKey(batch), twin);
    }
    run.runProfiled(twin[this.#parity], profile);
  }

  readonly #actions: Partial<Record<Action, () => void>> = {
    keepStart: () => this.run.copyShare(this.run.layout.snapshot, this.run.layout.undo!),
    snapshot: () => this.#keep(),
    evaluate: () => {
      const { run, plans } = this;
      const validation = this.#validation!;
      if (clearCarried(run, "evaluation")) run.team.barrier();
      const work = () => evaluateRows(run, plans, validation, validation.rows, this.#batchSize);
      this.averages.during(work);
    },
    keepBest: () => this.averages.during(() => this.run.copyShare(this.run.layout.weights, this.run.layout.best!)),
    restoreBest: () => {
      this.restore(this.run.layout.best!, this.run.layout.weights);
      this.averages.unite();
    },
    rollback: () => this.restore(this.run.layout.snapshot, this.run.layout.state),
    backtrack: () => {
      this.restore(this.run.layout.undo!, this.run.layout.state);
      this.#keep();
    },
  };

  #keep(): void {
    const { layout, team } = this.run;
    // Seen by all before anyone writes: if the lead died first, half a snapshot would pass for a whole one.
    if (team.leads) this.run.stable = true;
    team.barrier();
    this.run.copyShare(layout.state, layout.snapshot);
  }

  /** Copies a range back, all members together, and what follows from the weights. */
  restore(from: Layout["snapshot"], to: Layout["state"]): void {
    if (this.run.team.leads) this.run.stable = false;
    this.run.copyShare(from, to, to.bytes);
    this.run.team.barrier();
    this.run.refresh();
  }

  /** Parameters' tensors in the public order. */
  named(tensors: readonly Layout["snapshot"][]): NamedTensor[] {
    return this.run.layout.parameters.map(({ parameter }, i) => ({
      name: parameter.fullName,
      shape: [...parameter.shape],
      data: unpack(parameter, this.run.float(tensors[i]!)),
    }));
  }

  getWeights(): NamedTensor[] {
    return this.named(this.run.layout.parameters.map(({ weight }) => weight));
  }

  /** Sets weights in the public order by index of the parameter; the others stay. All members, for the derived copies. */
  setWeights(values: ReadonlyMap<number, ArrayLike<number>>): void {
    const { team, layout } = this.run;
    if (team.leads) {
      for (const [index, data] of values) {
        const { parameter, weight } = layout.parameters[index]!;
        pack(parameter, data, this.run.float(weight));
      }
    }
    team.barrier();
    this.averages.unite(values.keys());
    this.run.refresh();
  }

  fingerprint(): string {
    return fingerprint(this.getWeights().map(({ data }) => data));
  }
}

/** 0, 1, 2, ... */
export function inOrder(rows: Int32Array): void {
  for (let row = 0; row < rows.length; row++) rows[row] = row;
}
