// One worker's engine: a model in memory, and the jobs a team does on it. Every member runs the same job at the same time;
// what only the lead does says so.

import type { Source } from "../plan/layout.js";
import { HYPER, type Layout } from "../plan/layout.js";
import { applyPlan, backwardPlan, evaluatePlan, gradientsPlan, penaltyPlan, predictPlan, trainPlan } from "../plan/plan.js";
import type { Program } from "../plan/program.js";
import { shareOf } from "../kernels.js";
import { sizeOf } from "../layers/layer.js";
import type { NamedTensor } from "../spec.js";
import type { Team } from "../team.js";
import { Divergence, findLayer, guardLosses, NonFiniteLoss } from "./divergence.js";
import { ACTIONS, type Action, FitLead, type FitOptions, type FitReport } from "./fit.js";
import { RunMemory, type Twin } from "./memory.js";
import { OptimizerState } from "./optimizer.js";
import { splitRows } from "./order.js";
import { fingerprint, pack, unpack } from "./weights.js";

/** What a batch trained by hand gives. */
export interface BatchResult {
  readonly loss: number;
  readonly dataLoss: number;
  readonly penalty: number;
}

export interface GradientsResult {
  readonly loss: number;
  readonly weights: NamedTensor[];
  readonly input: Float32Array;
}

export type FitStatus = "parked" | "yielded" | "ended" | "diverged";
/** What the lead reports when a fit leaves its loop. */
export type FitOutcome = { status: FitStatus } & Partial<FitReport>;

/** Sends a message to the caller's side without waiting for an answer. */
export type Emit = (message: object) => void;

export class Engine {
  readonly #run: RunMemory;
  readonly #state: OptimizerState;
  readonly #emit: Emit;
  readonly #plans = new Map<string, Twin>();
  #fit: FitLead | undefined;
  #parity: 0 | 1 = 0;
  /** Rows of the batch that a step works on, for the guard. */
  #rows = 0;
  #guarded = false;

  private constructor(run: RunMemory, emit: Emit) {
    this.#run = run;
    this.#state = new OptimizerState(run);
    this.#emit = emit;
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
      guard: () => engine!.#guard(),
      decide: () => void engine!.#fit?.decideAfterLoss(engine!.#parity === 0 ? 1 : 0),
    };
    const run = await RunMemory.create(program, layout, memory, module, team, hooks);
    engine = new Engine(run, emit);
    return engine;
  }

  get run(): RunMemory {
    return this.#run;
  }

  get state(): OptimizerState {
    return this.#state;
  }

  #guard(): void {
    if (this.#guarded) guardLosses(this.#run.float(this.#run.layout.loss), this.#rows);
  }

  /** A linked plan, made when it is first needed. */
  #plan(kind: string, source: Source, rows: number, make: () => ReturnType<typeof trainPlan>): Twin {
    const key = `${kind} ${source.x.name} ${source.type} ${rows}`;
    let plan = this.#plans.get(key);
    if (!plan) {
      plan = this.#run.twin(make());
      this.#plans.set(key, plan);
    }
    return plan;
  }

  #trainPlan(source: Source, rows: number): Twin {
    const { program, layout } = this.#run;
    return this.#plan("train", source, rows, () => trainPlan(program, layout, source, rows));
  }

  // Fit: the loop that all members run.

  /** Starts a fit: the lead sets the order of rows and the first action. */
  beginFit(options: FitOptions): void {
    const { layout, team, program } = this.#run;
    const source = layout.train!;
    if (!team.leads) return;
    const held = layout.request.held;
    const labels = program.training!.loss!.target === "labels" ? this.#run.int(source.y) : undefined;
    const order = this.#run.int(source.order);
    order.set(held ? splitRows(source.rows + held, held, program.seed, labels) : order.map((_, row) => row));
    if (layout.request.validation) {
      const rows = this.#run.int(layout.validation!.order);
      rows.set(rows.map((_, row) => row));
    }
    this.#run.int(layout.flags).fill(0);
    const base = order.slice(0, source.rows);
    this.#fit = new FitLead(this.#run, options, this.#state, base, this.#emit);
    this.#fit.writeFirst(this.#parity, this.#fit.begin());
  }

  /** Goes on after a park. */
  resumeFit(): void {
    if (this.#run.team.leads) this.#fit!.writeFirst(this.#parity, this.#fit!.resume());
  }

  /** Runs actions until the lead ends, parks, or (alone on plain memory) `deadline` has passed. */
  advanceFit(deadline = Number.POSITIVE_INFINITY): FitOutcome {
    const { team, ints } = this.#run;
    team.barrier();
    for (;;) {
      const action = ACTIONS[ints[this.#run.hyperWord(this.#parity, HYPER.action)]!]!;
      if (action === "end" || action === "park") {
        if (team.leads) this.#run.stable = true;
        const status = action === "park" ? "parked" : this.#fit?.divergence ? "diverged" : "ended";
        return { status, ...this.#fit?.report };
      }
      if (!this.#act(action)) return this.#recover();
      if (deadline !== Number.POSITIVE_INFINITY && performance.now() >= deadline) return { status: "yielded" };
    }
  }

  /** Throws what the lead found out about a run that diverged. */
  throwDivergence(): void {
    const found = this.#fit?.divergence;
    if (found) throw found.error("The weights are those of the last completed epoch.");
  }

  /** One action with its barriers; false if the step's losses were not finite. */
  #act(action: Action): boolean {
    const next = this.#parity === 0 ? 1 : 0;
    if (action === "step") {
      const source = this.#run.layout.train!;
      this.#rows = this.#run.ints[this.#run.hyperWord(this.#parity, HYPER.rows)]!;
      this.#guarded = true;
      try {
        this.#run.run(this.#trainPlan(source, this.#rows)[this.#parity]);
      } catch (error) {
        if (error instanceof NonFiniteLoss) return false;
        throw error;
      }
    } else {
      const { team } = this.#run;
      if (team.leads) this.#fit!.collect();
      this.#actions[action]?.();
      team.barrier();
      if (team.leads) this.#fit!.decideAfter(action, next);
      team.barrier();
    }
    this.#parity = next;
    return true;
  }

  readonly #actions: Partial<Record<Action, () => void>> = {
    snapshot: () => {
      const { layout, team } = this.#run;
      if (team.leads) this.#run.stable = true;
      this.#run.copyShare(layout.state, layout.snapshot);
      team.barrier();
      if (team.leads) {
        this.#run.stable = false;
        if (!this.#run.shared) this.#emit({ state: this.#run.stateBytes() });
      }
    },
    evaluate: () => this.#evaluate(this.#run.layout.validation!, this.#run.layout.validation!.rows),
    keepBest: () => this.#run.copyShare(this.#run.layout.weights, this.#run.layout.best!),
    restoreBest: () => this.#restore(this.#run.layout.best!, this.#run.layout.weights),
    rollback: () => this.#restore(this.#run.layout.snapshot, this.#run.layout.state),
  };

  #restore(from: Layout["snapshot"], to: Layout["state"]): void {
    this.#run.copyShare(from, to, to.bytes);
    this.#run.team.barrier();
    this.#run.refresh();
  }

  /** After losses that were not finite, on all members alike: says where, and goes back to the last snapshot. */
  #recover(): FitOutcome {
    const { team, layout } = this.#run;
    if (team.leads) {
      const { layer, what } = findLayer(this.#run, this.#rows);
      this.#fit!.diverge(layer, what);
    }
    team.barrier();
    this.#restore(layout.snapshot, layout.state);
    if (team.leads) this.#run.stable = true;
    this.#parity = 0;
    team.barrier();
    return { status: "diverged" };
  }

  // Jobs on the window, and on the validation rows.

  /** Row losses and metrics of a source's first rows -> results. Ends in a barrier. */
  #evaluate(source: Source, rows: number, batch = this.#run.layout.request.batch): void {
    const { program, layout } = this.#run;
    this.#eachBatch(rows, batch, (start, count) => {
      const plan = this.#plan("evaluate", source, count, () => evaluatePlan(program, layout, source, count));
      this.#run.cursor = start;
      this.#run.runRows(plan[0]);
      const [from, to] = shareOf(count, this.#run.team.index, this.#run.team.count);
      [layout.loss, ...layout.metrics].forEach((tensor, i) => {
        this.#run.float(layout.results[i]!).set(this.#run.float(tensor).subarray(from, to), start + from);
      });
    });
    this.#run.run(this.#plan("penalty", source, 0, () => penaltyPlan(layout))[0]);
  }

  /** Whole batches, then, behind a barrier (other rows belong to other workers), the rest. */
  #eachBatch(rows: number, batch: number, visit: (start: number, count: number) => void): void {
    let start = 0;
    for (; start + batch <= rows; start += batch) visit(start, batch);
    this.#run.team.barrier();
    if (start < rows) visit(start, rows - start);
    this.#run.team.barrier();
  }

  /** Sums of row losses and metrics over the window's rows, and the penalty. */
  evaluateWindow(type: Source["type"], rows: number, batch: number): { sums: number[]; penalty: number } {
    this.#evaluate(this.#window(type), rows, batch);
    return { sums: this.#run.sumResults(rows), penalty: this.#run.sumPenalties() };
  }

  /** Outputs of the window's rows; only the lead returns them. */
  predictWindow(type: Source["type"], rows: number, batch: number): Float32Array | undefined {
    const { program, layout, team } = this.#run;
    const width = sizeOf(program.outputShape);
    const source = this.#window(type);
    const predictions = this.#run.float(layout.predictions);
    const { output } = predictPlan(program, layout, source, batch);
    const values = this.#run.float(output);
    this.#eachBatch(rows, batch, (start, count) => {
      const plan = this.#plan("predict", source, count, () => predictPlan(program, layout, source, count).phases);
      this.#run.cursor = start;
      this.#run.runRows(plan[0]);
      const [from, to] = shareOf(count, team.index, team.count);
      for (let row = from; row < to; row++) {
        const at = row * output.stride;
        predictions.set(values.subarray(at, at + width), (start + row) * width);
      }
    });
    return team.leads ? predictions.slice(0, rows * width) : undefined;
  }

  /** One update on the window's rows. DivergedError, and no update, if a loss is not finite. */
  trainWindow(type: Source["type"], rows: number): BatchResult {
    const { layout, team } = this.#run;
    const source = this.#window(type);
    this.#fit = undefined;
    this.#parity = 0;
    this.#rows = rows;
    this.#guarded = true;
    const plan = this.#trainPlan(source, rows);
    this.#run.copyShare(layout.state, layout.snapshot);
    if (team.leads) {
      this.#run.int(layout.flags).fill(0);
      this.#state.write(0, 0);
    }
    team.barrier();
    if (team.leads) this.#run.stable = false;
    try {
      this.#run.run(plan[0]);
    } catch (error) {
      if (!(error instanceof NonFiniteLoss)) throw error;
      const { layer, what } = findLayer(this.#run, rows);
      if (team.leads) this.#run.stable = true;
      throw new Divergence(what, layer, this.#state.epoch, this.#state.step).error("No update was made.");
    }
    const marked = this.#run.int(layout.flags).indexOf(1);
    if (marked >= 0) {
      team.barrier();
      this.#restore(layout.snapshot, layout.state);
      if (team.leads) this.#run.stable = true;
      const layer = layout.parameters[marked]!.parameter.fullName.replace(/\.[^.]*$/, "");
      throw new Divergence("its weights", layer, this.#state.epoch, this.#state.step).error("The update was undone.");
    }
    if (team.leads) {
      this.#state.commit();
      this.#run.stable = true;
    }
    const dataLoss = mean(this.#run.float(layout.loss), rows);
    const penalty = this.#run.sumPenalties();
    return { loss: dataLoss + penalty, dataLoss, penalty };
  }

  /** Gradients on the window's rows, of the loss or from a given gradient by the output; only the lead's are used. */
  gradientsWindow(type: Source["type"], rows: number, from: "loss" | "output", training: boolean): GradientsResult {
    const { program, layout, team } = this.#run;
    const source = this.#window(type);
    const make = from === "loss" ? gradientsPlan : backwardPlan;
    const kind = `${from} ${training}`;
    const plan = this.#plan(kind, source, rows, () => make(program, layout, source, rows, training));
    this.#run.cursor = 0;
    if (team.leads) this.#run.writeHyper(0, 0, this.#state.step, []);
    team.barrier();
    this.#run.run(plan[0]);
    if (!team.leads) return { loss: 0, weights: [], input: new Float32Array() };
    const { width, stride } = layout.inputGradient!;
    const input = new Float32Array(rows * width);
    const values = this.#run.float(layout.inputGradient!);
    for (let row = 0; row < rows; row++) input.set(values.subarray(row * stride, row * stride + width), row * width);
    const loss = from === "loss" ? mean(this.#run.float(layout.loss), rows) + this.#run.sumPenalties() : 0;
    return { loss, weights: this.#named(layout.parameters.map(({ gradient }) => gradient)), input };
  }

  /** The optimizer's update from gradients in the public order. */
  applyGradients(gradients: readonly Float32Array[]): void {
    const { program, layout, team } = this.#run;
    if (team.leads) {
      layout.parameters.forEach(({ parameter, gradient }, i) => {
        pack(parameter, gradients[i]!, this.#run.float(gradient));
      });
      this.#state.write(0, 0);
    }
    team.barrier();
    this.#run.run(this.#plan("apply", layout.window, 0, () => applyPlan(program, layout))[0]);
    if (team.leads) this.#state.commit();
  }

  #window(type: Source["type"]): Source {
    return { ...this.#run.layout.window, type };
  }

  // Weights: the lead alone.

  #named(tensors: readonly Layout["snapshot"][]): NamedTensor[] {
    return this.#run.layout.parameters.map(({ parameter }, i) => ({
      name: parameter.fullName,
      shape: [...parameter.shape],
      data: unpack(parameter, this.#run.float(tensors[i]!)),
    }));
  }

  getWeights(): NamedTensor[] {
    return this.#named(this.#run.layout.parameters.map(({ weight }) => weight));
  }

  /** Weights in the public order by index of the parameter; the others stay. All members, for the derived copies. */
  setWeights(values: ReadonlyMap<number, ArrayLike<number>>): void {
    const { team, layout } = this.#run;
    if (team.leads) {
      for (const [index, data] of values) {
        const { parameter, weight } = layout.parameters[index]!;
        pack(parameter, data, this.#run.float(weight));
      }
    }
    team.barrier();
    this.#run.refresh();
  }

  fingerprint(): string {
    return fingerprint(this.getWeights().map(({ data }) => data));
  }
}

const mean = (values: Float32Array, n: number): number => {
  let total = 0;
  for (let i = 0; i < n; i++) total += values[i]!;
  return total / n;
};
