// What a new memory takes over from the one before.

import type { Carry } from "../engine/state.js";
import type { Layout } from "../plan/layout.js";
import type { Program } from "../plan/program.js";
import type { ModelSpec, Numerics } from "../spec.js";
import type { Settings } from "./options.js";

/** What a session was opened with: enough to find its state again. */
export interface Opened {
  readonly program: Program;
  readonly settings: Settings | undefined;
  readonly layout: Layout;
  readonly memory: WebAssembly.Memory | undefined;
  readonly numerics: Numerics;
}

/** What became of it. */
interface Fate {
  readonly spec: ModelSpec;
  /** Of the memory to come; a compile makes them anew. */
  readonly settings: Settings | undefined;
  /** A member died. */
  readonly broken: boolean;
  /** The state is whole, though one died. */
  readonly stable: boolean;
  /** On plain memory: the state as the worker last sent it. */
  readonly kept: Uint8Array | undefined;
  /** The weights are as they were drawn, if nothing was trained. */
  readonly drawn: boolean;
}

/** Where the state comes from; undefined where there is none to take over. */
export function carryOf(opened: Opened | undefined, fate: Fate): Carry | undefined {
  if (!opened) return undefined;
  const { layout, settings, memory } = opened;
  const { spec, broken, kept, drawn } = fate;
  // Drawn before the first compile, from a seed that nobody chose: the one that it names draws them anew.
  if (drawn && settings === undefined && fate.settings?.seed !== undefined) return undefined;
  const lost = broken && !memory;
  if (lost && !kept) return undefined;
  return {
    spec,
    training: settings?.training,
    request: layout.request,
    // Slots and counters of another optimizer are of no use.
    what: settings === fate.settings ? "all" : "weights",
    from: broken && !fate.stable ? "snapshot" : "current",
    whole: !broken,
    ...(memory ? { memory } : {}),
    ...(lost ? { state: kept! } : {}),
  };
}
