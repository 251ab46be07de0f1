// Weights, slots and counters of an engine: made from the seed, or carried over from another memory.

import { initialValues } from "../initializers/index.js";
import { sizeOf } from "../layers/layer.js";
import { createLayout } from "../plan/layout.js";
import { compileProgram } from "../plan/program.js";
import type { LayoutRequest } from "../plan/request.js";
import { type KeptTensor, keptTensors, type State } from "../plan/state.js";
import type { ModelSpec, TrainingSpec } from "../spec.js";
import { takeCarried } from "./carried.js";
import { type Engine, inOrder } from "./engine.js";
import type { RunMemory } from "./memory.js";
import { STREAM } from "./order.js";
import { pack, unpack } from "./weights.js";

/** Where state comes from: the memory of an earlier layout of the same model. */
export interface Carry {
  readonly spec: ModelSpec;
  readonly training: TrainingSpec | undefined;
  readonly request: LayoutRequest;
  /** The earlier memory, its state as bytes, or (both absent) the memory this worker had. */
  readonly memory?: WebAssembly.Memory;
  readonly state?: Uint8Array;
  readonly from: "current" | "snapshot";
  /** No member died: what layers carry from batch to batch is whole, too. */
  readonly whole: boolean;
  /** Weights alone (another optimizer), or with slots and counters. */
  readonly what: "weights" | "all";
}

/** New weights from the seed, counters at the start. */
export function initialise(engine: Engine): void {
  const { program, layout } = engine.run;
  layout.parameters.forEach(({ parameter, weight }, index) => {
    const values = new Float32Array(sizeOf(parameter.shape));
    initialValues(parameter.initializer, values, parameter.shape, program.seed, STREAM.initial + index);
    pack(parameter, values, engine.run.float(weight));
  });
  settle(engine, true);
}

/** State as it was in an earlier memory. */
export function carryState(engine: Engine, carry: Carry, previous: WebAssembly.Memory | undefined): void {
  const { run } = engine;
  const { layout } = run;
  const before = createLayout(compileProgram(carry.spec, carry.training, 0), carry.request);
  const memory = carry.memory ?? previous;
  const shift = carry.from === "snapshot" ? before.snapshot.pointer - before.state.pointer : 0;
  const source = carry.state ?? new Uint8Array(memory!.buffer);
  const at = carry.state ? before.weights.pointer - before.state.pointer : before.weights.pointer + shift;
  const bytes = carry.what === "all" ? layout.state.bytes : layout.weights.bytes;
  run.bytes.set(source.subarray(at, at + bytes), layout.weights.pointer);
  if (carry.whole) takeCarried(run, before, source);
  settle(engine, carry.what === "weights");
}

/** Weights, slots and counters as a file keeps them; copies. */
export function getState({ run }: Engine): Required<State> {
  const tensors = keptTensors(run.program).map((kept) => unpack(kept.parameter, memoryOf(run, kept)));
  return { tensors, counters: Float64Array.from(run.double(run.layout.counters)) };
}

/** State as a file kept it; with weights alone the optimizer starts anew. */
export function setState(engine: Engine, { tensors, counters }: State): void {
  const { run } = engine;
  keptTensors(run.program).forEach((kept, i) => {
    if (tensors[i]) pack(kept.parameter, tensors[i], memoryOf(run, kept));
  });
  if (counters) run.double(run.layout.counters).set(counters);
  settle(engine, !counters);
}

function memoryOf(run: RunMemory, { index, slot }: KeptTensor): Float32Array {
  const { weight, slots } = run.layout.parameters[index]!;
  return run.float(slot === undefined ? weight : slots.get(slot)!);
}

/** What follows from the weights: derived copies, and counters where a new optimizer starts. */
function settle({ run, state }: Engine, reset: boolean): void {
  if (reset) state.reset();
  inOrder(run.int(run.layout.window.order));
  run.refreshAlone();
  run.bytes.copyWithin(
    run.layout.snapshot.pointer,
    run.layout.state.pointer,
    run.layout.state.pointer + run.layout.state.bytes,
  );
}
