// One thread's view of the run's memory: typed views, kernels, and plans linked once for this worker.

import { instantiate } from "@assemblyscript/loader";
import type { Tensor } from "../arena.js";
import { type HookName, type Kernels, type Linked, link, type Profiler, shareOf } from "../kernels.js";
import { sizeOf } from "../layers/layer.js";
import type { Phases } from "../plan/barriers.js";
import { CONTROL, HYPER, type Layout } from "../plan/layout.js";
import { refreshPlan } from "../plan/plan.js";
import type { Program } from "../plan/program.js";
import { seedKey } from "../random.js";
import type { Team } from "../team.js";
import type { Profile } from "./profile.js";

/** What a kernel that looks at n values of a tensor is told besides: behind result, tensor and n, before its range. */
type Sizes<P> = P extends [unknown, unknown, unknown, ...infer Sizes, unknown, unknown] ? Sizes : never;

export class RunMemory {
  readonly layout: Layout;
  readonly program: Program;
  readonly memory: WebAssembly.Memory;
  readonly bytes: Uint8Array;
  readonly ints: Int32Array;
  readonly floats: Float32Array;
  readonly doubles: Float64Array;
  readonly team: Team;
  readonly #kernels: Kernels;
  readonly #hooks: Readonly<Record<HookName, () => void>>;
  readonly #refresh: Linked;

  private constructor(
    program: Program,
    layout: Layout,
    memory: WebAssembly.Memory,
    kernels: Kernels,
    team: Team,
    hooks: Readonly<Record<HookName, () => void>>,
  ) {
    this.program = program;
    this.layout = layout;
    this.memory = memory;
    this.bytes = new Uint8Array(memory.buffer);
    this.ints = new Int32Array(memory.buffer);
    this.floats = new Float32Array(memory.buffer);
    this.doubles = new Float64Array(memory.buffer);
    this.team = team;
    this.#kernels = kernels;
    this.#hooks = hooks;
    this.#refresh = this.link(refreshPlan(program, layout));
    if (team.leads) for (const { tensor, values } of layout.constants.values()) this.float(tensor).set(values);
  }

  static async create(
    program: Program,
    layout: Layout,
    memory: WebAssembly.Memory,
    module: WebAssembly.Module,
    team: Team,
    hooks: Readonly<Record<HookName, () => void>>,
  ): Promise<RunMemory> {
    const { instance } = await instantiate(module, { env: { memory } });
    // The instance's own exports: the loader's wrap every call in a closure with rest arguments.
    return new RunMemory(program, layout, memory, instance.exports as unknown as Kernels, team, hooks);
  }

  /** This worker's calls of a plan, for steps of one parity. */
  link(phases: Phases, parity: 0 | 1 = 0, profile?: Profiler): Linked {
    return link(this.#kernels, this.#hooks, phases, parity, this.team.index, this.team.count, profile);
  }

  /** Runs a linked plan with all its barriers. */
  run(plan: Linked): void {
    for (const calls of plan) {
      for (const call of calls) call();
      this.team.barrier();
    }
  }

  /** The same, its barriers timed too. */
  runProfiled(plan: Linked, profile: Profile): void {
    for (const calls of plan) {
      for (const call of calls) call();
      profile.wait(() => this.team.barrier());
    }
  }

  /** Runs a plan that has no barrier, and none behind it: each worker keeps to its own rows. */
  runRows(plan: Linked): void {
    for (const calls of plan) for (const call of calls) call();
  }

  /** Brings derived copies of the weights up to date, all members together. */
  refresh(): void {
    this.run(this.#refresh);
  }

  /** The same by the lead alone, no other member running. */
  refreshAlone(): void {
    for (const calls of link(this.#kernels, this.#hooks, refreshPlan(this.program, this.layout), 0, 0, 1)) {
      for (const call of calls) call();
    }
  }

  /** Index of the first value of a tensor that is not finite, or -1. */
  firstNonFinite(tensor: Tensor): number {
    return this.look("scan_nonfinite", tensor);
  }

  /** What a kernel finds out about all values of a tensor, or makes of them. Overwrites the first of the results. */
  look<Name extends "scan_nonfinite" | "pack_uint8" | "list_rows">(
    kernel: Name,
    { pointer, bytes }: Tensor,
    ...sizes: Sizes<Parameters<Kernels[Name]>>
  ): number {
    const result = this.layout.results[0]!.pointer;
    (this.#kernels[kernel] as (...values: number[]) => void)(result, pointer, bytes >> 2, ...sizes, 0, 1);
    return this.ints[result >> 2]!;
  }

  /** The same as `shuffle` of random.ts for the first `count` rows of the training order. Overwrites the first of the results. */
  shuffleOrder(count: number, turn: number, stream: number): void {
    const { results, train } = this.layout;
    const [low, high] = seedKey(this.program.seed);
    this.#kernels.shuffle_rows(train!.order.pointer, results[0]!.pointer, count, low, high, turn, stream, 0, 1);
  }

  /** A tensor's values; its own of one that each worker has. */
  float({ pointer, bytes, each }: Tensor): Float32Array {
    const first = pointer + (each ?? 0) * this.team.index;
    return this.floats.subarray(first >> 2, (first + (each ?? bytes)) >> 2);
  }

  int(tensor: Tensor): Int32Array {
    return this.ints.subarray(tensor.pointer >> 2, (tensor.pointer + tensor.bytes) >> 2);
  }

  double(tensor: Tensor): Float64Array {
    return this.doubles.subarray(tensor.pointer >> 3, (tensor.pointer + tensor.bytes) >> 3);
  }

  /** This worker's own cursor for gathers outside training. */
  set cursor(row: number) {
    const { cursor } = this.layout;
    this.ints[(cursor.pointer + (cursor.each ?? 0) * this.team.index) >> 2] = row;
  }

  /** Copies this worker's share of a range to another of the same size. */
  copyShare(from: Tensor, to: Tensor, bytes = from.bytes): void {
    const { index, count } = this.team;
    const [start, end] = shareOf(Math.ceil(bytes / 8), index, count);
    const at = from.pointer + start * 8;
    this.bytes.copyWithin(to.pointer + start * 8, at, Math.min(at + (end - start) * 8, from.pointer + bytes));
  }

  /** True while weights, slots and counters belong together; the caller's side reads it after a worker's death. */
  set stable(value: boolean) {
    Atomics.store(this.ints, (this.layout.control.pointer >> 2) + CONTROL.stable, +value);
  }

  /** True if other threads see this memory. */
  get shared(): boolean {
    return typeof SharedArrayBuffer !== "undefined" && this.memory.buffer instanceof SharedArrayBuffer;
  }

  /** A tensor's bytes as they are now. */
  copyOf({ pointer, bytes }: Tensor): Uint8Array {
    return this.bytes.slice(pointer, pointer + bytes);
  }

  /** Σ of the penalties that the last update, or the last penalty plan, left behind; float64, parameter by parameter. */
  sumPenalties(): number {
    let total = 0;
    for (const { penalty } of this.layout.parameters) {
      if (penalty) total += this.sum(penalty, penalty.bytes >> 2);
    }
    return total;
  }

  /** Σ over the first n rows of the penalties on what layers give out; float64, layer by layer. */
  sumActivities(n: number, tensors: readonly Tensor[] = this.layout.activities): number {
    return tensors.reduce((total, tensor) => total + this.sum(tensor, n), 0);
  }

  /** The share of zeros among the weights under a soft threshold; undefined where there are none. Padding is zero, too. */
  sparsity(): number | undefined {
    const chosen = this.layout.parameters.filter(({ parameter }) => parameter.proximal);
    if (!chosen.length) return undefined;
    let live = 0;
    for (const { weight } of chosen) for (const w of this.float(weight)) live += w === 0 ? 0 : 1;
    return 1 - live / chosen.reduce((size, { parameter }) => size + sizeOf(parameter.shape), 0);
  }

  /** The layer whose update first marked a weight that is not finite, if one did. */
  markedLayer(): string | undefined {
    const { flags, parameters } = this.layout;
    const marked = parameters.find((_, i) => this.ints[(flags.pointer >> 2) + i] === 1);
    return marked?.parameter.fullName.replace(/\.[^.]*$/, "");
  }

  /** Mean of the first n row losses of the batch in memory; float64. */
  meanLoss(n: number): number {
    return this.sum(this.layout.loss, n) / n;
  }

  /** Sum of the first n row losses of the results; float64. */
  sumLosses(n: number): number {
    return this.sum(this.layout.results[0]!, n);
  }

  /** Address of a word in the half of `hyper` that steps of this parity read. */
  hyperWord(parity: 0 | 1, offset: number): number {
    const { pointer, alternate } = this.layout.hyper;
    return ((parity ? alternate! : pointer) + offset) >> 2;
  }

  /** Writes what a step needs: its rows' cursor, its number, its learning rate, the optimizer's numbers. */
  writeHyper(parity: 0 | 1, cursor: number, step: number, rate: number, numbers: readonly number[]): void {
    this.ints[this.hyperWord(parity, HYPER.cursor)] = cursor;
    this.ints[this.hyperWord(parity, HYPER.step)] = step;
    this.floats[this.hyperWord(parity, HYPER.rate)] = rate;
    this.writeNumbers(parity, HYPER.numbers, numbers);
  }

  /** Writes numbers that steps of this parity read. */
  writeNumbers(parity: 0 | 1, offset: number, numbers: readonly number[]): void {
    const first = this.hyperWord(parity, offset);
    for (let i = 0; i < numbers.length; i++) this.floats[first + i] = numbers[i]!;
  }

  /** Σ of a tensor's first n values, in float64: of those at even places and at odd ones, since each sum waits for the one before. */
  sum({ pointer }: Tensor, n: number): number {
    const { floats } = this;
    const end = (pointer >> 2) + n;
    let i = pointer >> 2;
    let even = 0;
    let odd = 0;
    for (; i + 1 < end; i += 2) {
      even += floats[i]!;
      odd += floats[i + 1]!;
    }
    return even + odd + (i < end ? floats[i]! : 0);
  }
}
