// A model's team: its memory, its threads, and what must survive when one of them dies.

import type { SourceCheck } from "../engine/check.js";
import { WorkerError } from "../errors.js";
import { features } from "../features.js";
import { createMemory } from "../memory.js";
import { kernelModule } from "../modules.js";
import { CONTROL, createLayout, type Layout } from "../plan/layout.js";
import type { Program } from "../plan/program.js";
import { holds, type LayoutRequest } from "../plan/request.js";
import type { Source } from "../plan/source.js";
import type { State } from "../plan/state.js";
import { countMemory, isFull, lease, type Member, release } from "../pool.js";
import { move } from "../rpc.js";
import type { ModelSpec, Numerics } from "../spec.js";
import { abandon } from "../team.js";
import { carryOf, type Opened } from "./carry.js";
import { estimateWorkers } from "./estimate.js";
import { chooseNumerics } from "./numerics.js";
import { DEFAULT_BATCH, DEFAULT_LIMIT, outOfMemory, type Settings } from "./options.js";
import type { TeamFacts } from "./summary.js";
import { copyRows, type Upload, type Write } from "./upload.js";

export class Session {
  #spec: ModelSpec;
  #settings: Settings | undefined;
  #program: Program;
  #members: Member[] = [];
  #opened: Opened | undefined;
  /** A member died; its memory may hold half an update. */
  #broken: string | undefined;
  /** On plain memory, which is lost with its worker: the state as it last sent it. */
  #kept: Uint8Array | undefined;
  /** The weights are drawn ones, until others are set. */
  #drawn: boolean;
  /** From a file: the state to start from, until a memory holds it. */
  #saved: State | undefined;
  #closed = false;
  /** Set where the engine refused shared memory of this size. */
  #refused = false;
  onNote: (message: object) => void = () => {};
  onDeath: () => void = () => {};

  constructor(spec: ModelSpec, program: Program, saved?: { settings: Settings; state: State }) {
    this.#spec = spec;
    this.#program = program;
    this.#settings = saved?.settings;
    this.#saved = saved?.state;
    this.#drawn = saved === undefined;
  }

  /** Takes a new training; the weights stay. */
  compile(settings: Settings, program: Program): void {
    this.#settings = settings;
    this.#program = program;
    if (this.#saved) this.#saved = { tensors: this.#saved.tensors.slice(0, program.parameters.length) };
  }

  /** Takes an architecture of the same weights, and their optimizer goes on. */
  change(spec: ModelSpec, program: Program): void {
    this.#spec = spec;
    this.#program = program;
  }

  /** The kernels in use. */
  get numerics(): Numerics {
    return this.#opened?.numerics ?? "strict";
  }

  /** True from a member's death until the team is made anew. */
  get broken(): boolean {
    return this.#broken !== undefined;
  }

  /** True if there is a memory and a team that fit the training. */
  get ready(): boolean {
    return this.#opened?.program === this.#program && !this.broken;
  }

  /** The team in use, or the one that a fit with the default batch size would get. */
  get facts(): TeamFacts {
    const { layout } = this.#opened ?? {};
    const batch = layout?.request.batch ?? DEFAULT_BATCH;
    const workers = layout?.request.workers ?? this.teamSize(() => estimateWorkers(this.#program, batch));
    const auto = (this.#settings?.workers ?? "auto") === "auto";
    return { bytes: layout?.bytes, workers, batch, auto };
  }

  get layout(): Layout {
    return this.#opened!.layout;
  }

  /** Threads that may share a memory here. */
  get #canShare(): boolean {
    return features().threads && !this.#refused;
  }

  /** How many threads a run gets, before its memory is made. */
  teamSize(estimate: () => number): number {
    if (!this.#canShare) return 1;
    const wanted = this.#settings?.workers ?? "auto";
    return wanted === "auto" ? Math.max(1, Math.min(estimate(), features().workers)) : wanted;
  }

  /** MemoryLimitError if a run would need more than the limit; nothing is started for this. */
  checkBytes(request: LayoutRequest): Layout {
    const layout = createLayout(this.#program, request);
    const limit = this.#settings?.memoryLimit ?? DEFAULT_LIMIT;
    if (layout.bytes > limit) throw outOfMemory(layout, limit);
    return layout;
  }

  /** What a call needs, widened to what there is already, so that small calls do not undo large ones. */
  widen(need: Partial<LayoutRequest>): LayoutRequest {
    const have = this.#opened?.layout.request;
    return {
      workers: need.workers ?? have?.workers ?? this.teamSize(() => 1),
      batch: Math.max(need.batch ?? 1, have?.batch ?? 1),
      train: need.train ?? null,
      validation: need.validation ?? null,
      held: need.held ?? 0,
      best: need.best ?? false,
      undo: need.undo ?? false,
      accumulates: need.accumulates ?? have?.accumulates ?? false,
      inputGradient: need.inputGradient ?? have?.inputGradient ?? false,
    };
  }

  /** Makes team and memory so that a request is held. */
  async ensure(request: LayoutRequest): Promise<void> {
    const opened = this.#opened;
    if (this.ready && holds(opened!.layout.request, request)) return;
    this.#unlessClosed();
    // As they are now: a compile or a freeze may come meanwhile, and the next call opens anew.
    const [spec, program, settings] = [this.#spec, this.#program, this.#settings];
    const training = settings?.training;
    const layout = this.checkBytes(request);
    const own = { broken: this.broken, stable: this.#stable(), kept: this.#kept, drawn: this.#drawn };
    const carry = carryOf(opened, { spec, settings, ...own });
    const memory = this.#canShare ? createMemory(layout.bytes, true) : undefined;
    if (this.#canShare && !memory) {
      this.#refused = true;
      return this.ensure({ ...request, workers: 1 });
    }
    this.#gather(request.workers);
    const numerics = await chooseNumerics(settings?.numerics, (strict, fast) => {
      this.#unlessClosed();
      return this.lead(({ jobs }) => jobs.agree(strict, fast));
    });
    const module = await kernelModule(numerics, memory !== undefined);
    this.#unlessClosed();
    const { bytes } = layout;
    const setup = { spec, training, seed: program.seed, request, bytes, module, memory, carry };
    if (memory) countMemory(this.#members, layout.bytes);
    await Promise.all(this.#members.map((member, index) => member.jobs.open({ ...setup, index })));
    if (!carry && this.#saved) await this.lead(({ jobs }) => jobs.setState(this.#saved!));
    const kept = memory ? undefined : await this.lead(({ jobs }) => jobs.copyState());
    this.#unlessClosed();
    this.#saved = undefined;
    this.#kept = kept;
    this.#opened = { program, settings, layout, memory, numerics };
    this.#broken = undefined;
  }

  /** Between a close and what it interrupts, nothing new may start. */
  #unlessClosed(): void {
    if (this.#closed) throw new WorkerError("model: it was disposed of.", "E_DISPOSED");
  }

  #stable(): boolean {
    const control = this.#control();
    return control ? Atomics.load(control, CONTROL.stable) === 1 : false;
  }

  #control(): Int32Array | undefined {
    const { memory, layout } = this.#opened ?? {};
    return memory ? new Int32Array(memory.buffer, layout!.control.pointer, 16) : undefined;
  }

  /** Leases and gives back threads until there are `count`. */
  #gather(count: number): void {
    const url = this.#settings?.workerUrl;
    const kept = this.#members.filter((member) => member.dead === undefined && !isFull(member)).slice(0, count);
    for (const member of this.#members) if (!kept.includes(member)) void release(member, url);
    this.#members = kept;
    while (this.#members.length < count) {
      const member = lease(url);
      member.onDeath = (reason) => this.#died(member, reason);
      this.#members.push(member);
    }
    this.#members.forEach((member, index) => {
      member.onNote = index > 0 ? () => {} : (message) => this.#note(message);
    });
  }

  #note(message: object): void {
    if ("state" in message) this.#kept = message.state as Uint8Array;
    this.onNote(message);
  }

  #died(dead: Member, reason: string): void {
    const index = this.#members.indexOf(dead);
    this.#broken ??= `worker ${index + 1} of ${this.#members.length} died: ${reason}`;
    const control = this.#control();
    if (control) abandon(control);
    // The others leave at their next barrier; whatever they are in the middle of is given up with them.
    for (const member of this.#members) member.end("another worker of the team died");
    this.onDeath();
  }

  /** The same call on every member; the lead's answer. WorkerError if one of them died. */
  async all<T>(call: (member: Member) => Promise<T>): Promise<T> {
    const results = await Promise.allSettled(this.#members.map(call));
    const failed = results.find(({ status }) => status === "rejected") as PromiseRejectedResult | undefined;
    results.forEach((result, index) => {
      // A trap or any other failure that is not one of ours leaves a member, and with it the team, in no known state.
      const unknown = result.status === "rejected" && result.reason?.code === "E_WORKER";
      if (unknown) this.#died(this.#members[index]!, result.reason.message);
    });
    if (failed && this.#broken !== undefined) throw this.#death();
    const first = results[0]!;
    if (first.status === "rejected") throw first.reason;
    if (failed) throw failed.reason;
    return first.value;
  }

  /** A call on the lead alone. */
  async lead<T>(call: (member: Member) => Promise<T>): Promise<T> {
    try {
      return await call(this.#members[0]!);
    } catch (error) {
      throw this.#broken !== undefined ? this.#death() : error;
    }
  }

  #death(): WorkerError {
    const kept = "The model goes on from the weights of the last completed epoch.";
    return new WorkerError(`worker: expected an answer, but ${this.#broken}. ${kept}`);
  }

  /** Bits of the request word: how a running fit is asked to stop or to park. */
  request(bits: number): void {
    const control = this.#control();
    if (control) Atomics.store(control, CONTROL.request, bits);
    else this.#members[0]?.jobs.request(bits).catch(() => {});
  }

  /** Copies rows into a source from its row `first` on, in slices; with `transfer` their buffers move. */
  upload(source: Source, data: Upload, transfer = false, first = 0): Promise<void> {
    const write: Write = (pointer, bytes, moved) =>
      this.lead(({ jobs }) => jobs.write(pointer, moved ? move(bytes, [bytes.buffer]) : bytes));
    return copyRows(this.#opened!.memory, write, source, data, transfer, first);
  }

  check(check: SourceCheck): Promise<void> {
    return this.lead(({ jobs }) => jobs.check(check));
  }

  /** Sets weights by index of the parameter. */
  async setWeights(values: Map<number, Float32Array>): Promise<void> {
    await this.ensure(this.widen({}));
    await this.all(({ jobs }) => jobs.setWeights(values));
    this.#drawn = false;
    await this.keepState();
  }

  /** Has a worker without shared memory send its state, behind a call that changed it. */
  async keepState(): Promise<void> {
    if (!this.#opened!.memory) this.keep(await this.lead(({ jobs }) => jobs.copyState()));
  }

  /** Keeps the state that a worker without shared memory sent at the end of a run. */
  keep(state: Uint8Array | undefined): void {
    if (state) this.#kept = state;
  }

  /** Whether the threads keep the process alive: only while something runs. */
  hold(busy: boolean): void {
    for (const member of this.#members) busy ? member.ref() : member.unref();
  }

  /** Gives the threads back, or ends them if they are at work. */
  async close(busy: boolean): Promise<void> {
    const members = this.#members.splice(0);
    const control = this.#control();
    this.#closed = true;
    this.#opened = undefined;
    if (busy && control) abandon(control);
    for (const member of members) {
      member.onDeath = () => {};
      if (busy) member.end("the model was disposed of");
    }
    const url = this.#settings?.workerUrl;
    await Promise.all(members.map((member) => release(member, url)));
  }
}
