// The worker's entry: one engine, its jobs behind rpc. Every member of a team gets the same calls.

import { clearCarried } from "./engine/carried.js";
import { checkSource, type SourceCheck } from "./engine/check.js";
import { Engine, type FitOutcome } from "./engine/engine.js";
import {
  applyGradients,
  evaluateWindow,
  gradientsWindow,
  layerWindow,
  type Part,
  predictWindow,
  trainWindow,
} from "./engine/jobs.js";
import type { FitOptions } from "./engine/options.js";
import { agree } from "./engine/selftest.js";
import { type Carry, carryState, getState, initialise, setState } from "./engine/state.js";
import type { Supply } from "./engine/stream.js";
import { MemoryLimitError, WorkerError } from "./errors.js";
import type { Use } from "./layers/layer.js";
import { createMemory, smaller } from "./memory.js";
import { CONTROL, createLayout, type Layout } from "./plan/layout.js";
import { compileProgram } from "./plan/program.js";
import type { LayoutRequest } from "./plan/request.js";
import { bytesOfInputs } from "./plan/source.js";
import type { State } from "./plan/state.js";
import { platform } from "./platform.js";
import { macrotask, move, note, serve } from "./rpc.js";
import type { ModelSpec, TrainingSpec, ValueType } from "./spec.js";
import { abandon, Team } from "./team.js";

/** What a worker needs to join a team. */
export interface Setup {
  readonly spec: ModelSpec;
  readonly training: TrainingSpec | undefined;
  readonly seed: number;
  readonly request: LayoutRequest;
  /** What the layout takes, on the page's side. */
  readonly bytes: number;
  readonly module: WebAssembly.Module;
  /** Absent where memory cannot be shared: the worker makes its own. */
  readonly memory: WebAssembly.Memory | undefined;
  readonly index: number;
  /** Where weights and optimizer state come from; absent for a new model. */
  readonly carry: Carry | undefined;
}

const endpoint = platform().ownEndpoint();
const YIELD_MILLISECONDS = 8;

let engine: Engine | undefined;
const opened = (): Engine => {
  if (!engine) throw new WorkerError("worker: no model is open in it.");
  return engine;
};
const control = ({ run }: Engine): Int32Array => run.int(run.layout.control);

/** Runs a job of the team; a failure that is not every member's own releases the others. */
function together<T>(job: (engine: Engine) => T): T {
  const current = opened();
  try {
    return job(current);
  } catch (error) {
    if ((error as { code?: string }).code !== "E_DIVERGED") abandon(control(current));
    throw error;
  }
}

async function advance(): Promise<FitOutcome> {
  const alone = !opened().run.shared;
  for (;;) {
    const deadline = alone ? performance.now() + YIELD_MILLISECONDS : Number.POSITIVE_INFINITY;
    let outcome: FitOutcome;
    do outcome = together((e) => e.advanceFit(deadline));
    while (outcome.status === "yielded" && !alone);
    if (outcome.status !== "yielded") {
      together((e) => e.throwDivergence());
      return outcome;
    }
    await macrotask();
  }
}

type Types = readonly ValueType[];
/** A value whose arrays change their owner. */
const moveAll = <T extends object>(value: T, arrays: readonly ArrayBufferView[]): T =>
  move(
    value,
    arrays.map(({ buffer }) => buffer),
  );

/** A memory of this worker's own. */
function allocate({ bytes, train }: Layout): WebAssembly.Memory {
  const memory = createMemory(bytes, false);
  if (memory) return memory;
  const cure = `${smaller(bytes, bytesOfInputs(train))}.`;
  throw new MemoryLimitError(`memory: expected ${bytes} bytes from the engine, got a refusal. ${cure}`, { bytes });
}

const jobs = {
  async open(setup: Setup): Promise<void> {
    const { spec, training, request, index, module, carry } = setup;
    const program = compileProgram(spec, training, setup.seed);
    const layout: Layout = createLayout(program, request);
    if (layout.bytes !== setup.bytes) throw new WorkerError("worker: it belongs to another bundle. Look at workerUrl.");
    const memory = setup.memory ?? allocate(layout);
    const team = new Team(new Int32Array(memory.buffer, layout.control.pointer, 16), index, request.workers);
    const previous = engine?.run.memory;
    engine = await Engine.create(program, layout, memory, module, team, (message) => note(endpoint, message));
    if (index > 0) return;
    if (carry) carryState(engine, carry, previous);
    else initialise(engine);
    engine.run.stable = true;
  },
  /** Whether the fast kernels agree with the strict ones on this machine; both modules take plain memory. */
  agree: (strict: WebAssembly.Module, fast: WebAssembly.Module): Promise<boolean> => agree(strict, fast),
  /** Copies bytes into the run's memory. */
  write(pointer: number, bytes: Uint8Array): void {
    opened().run.bytes.set(bytes, pointer);
  },
  /** Looks at the values of a source; DataError names row and column. */
  check: (check: SourceCheck): void => checkSource(opened().run, check),
  fit(options: FitOptions): Promise<FitOutcome> {
    together((e) => e.beginFit(options));
    return advance();
  },
  resume(supply?: Supply): Promise<FitOutcome> {
    together((e) => e.resumeFit(supply));
    return advance();
  },
  /** Sets bits of the request word; only where its memory is not shared with the caller. */
  request(bits: number): void {
    Atomics.store(control(opened()), CONTROL.request, bits);
  },
  evaluate: (part: Part) => together((e) => evaluateWindow(e, part)),
  predict(types: Types, rows: number, batch: number): Float32Array[] | undefined {
    const values = together((e) => predictWindow(e, types, rows, batch));
    return values && moveAll(values, values);
  },
  layer(types: Types, rows: number, batch: number, end: number): Float32Array | undefined {
    const values = together((e) => layerWindow(e, types, rows, batch, end));
    return values && moveAll(values, [values]);
  },
  /** Has batches of these uses begin with zeros; the lead alone. */
  clear(uses: readonly Use[]): void {
    for (const use of uses) clearCarried(opened().run, use);
  },
  train: (types: Types, rows: number) => together((e) => trainWindow(e, types, rows)),
  gradients(types: Types, rows: number, from: "loss" | "output", training: boolean) {
    const result = together((e) => gradientsWindow(e, types, rows, from, training));
    return moveAll(result, [...result.inputs, ...result.weights.map(({ data }) => data)]);
  },
  apply: (gradients: Float32Array[]): void => together((e) => applyGradients(e, gradients)),
  getWeights() {
    const weights = opened().getWeights();
    return moveAll(
      weights,
      weights.map(({ data }) => data),
    );
  },
  /** Weights, slots and counters, for a file. */
  getState(): Required<State> {
    const state = getState(opened());
    return moveAll(state, state.tensors);
  },
  /** The same from a file; the lead alone. */
  setState: (state: State): void => setState(opened(), state),
  setWeights: (values: Map<number, Float32Array>): void => together((e) => e.setWeights(values)),
  /** The hash of the weights, and, from memory that is not shared, the state for the caller to keep. */
  finish(): { fingerprint: string; state: Uint8Array | undefined } {
    const { run } = opened();
    return { fingerprint: opened().fingerprint(), state: run.shared ? undefined : run.copyOf(run.layout.state) };
  },
  /** Weights, slots and counters as bytes, for the caller to keep. */
  copyState(): Uint8Array {
    const { run } = opened();
    const state = run.copyOf(run.layout.state);
    return moveAll(state, [state]);
  },
  close(): void {
    engine = undefined;
  },
};
export type WorkerJobs = typeof jobs;

const watched = platform().watched();
serve(jobs, endpoint, watched);
void watched.then(() => note(endpoint, { ready: true }));
