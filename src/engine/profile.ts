// Where the time of training steps goes: each call of the lead is timed, and set against its arithmetic or its memory traffic.

import { names } from "kernels:names";
import type { Argument, Step } from "../kernels.js";
import type { ProfileRow } from "../spec.js";

interface Entry {
  readonly step: Step;
  /** The lead's part of the step. */
  readonly share: number;
  calls: number;
  milliseconds: number;
}

/** Bytes that a step reads and writes: of a step by rows, the batch's own tensors; of one by parameters, all it names. */
function bytesOf(step: Step): number {
  const bytes = (argument: Argument) => {
    if (typeof argument === "number" || argument.access === "flag" || argument.tensor.alternate !== undefined) return 0;
    const { stride, rows, bytes: all } = argument.tensor;
    const { axis, extent, times = 1 } = step.split;
    const used = axis === "batch" ? (rows ? extent * times * stride * 4 : 0) : all;
    return argument.access === "update" ? 2 * used : used;
  };
  return step.arguments.reduce((sum: number, argument) => sum + bytes(argument), 0);
}

export class Profile {
  readonly #entries = new Map<Step, Entry>();
  #waits = 0;
  #waited = 0;

  /** The same call, timed. */
  wrap(step: Step, share: number, call: () => void): () => void {
    // A step is linked for both parities: its two calls count as one.
    const entry = this.#entries.get(step) ?? { step, share, calls: 0, milliseconds: 0 };
    this.#entries.set(step, entry);
    return () => {
      const start = performance.now();
      call();
      entry.milliseconds += performance.now() - start;
      entry.calls++;
    };
  }

  /** Runs a barrier and counts how long the lead waited. */
  wait(barrier: () => void): void {
    const start = performance.now();
    barrier();
    this.#waited += performance.now() - start;
    this.#waits++;
  }

  /** One row a step, in the order of the plan, and one for the barriers. */
  rows(): ProfileRow[] {
    const rows = [...this.#entries.values()].filter(({ calls }) => calls > 0).map(rowOf);
    return [...rows, { step: "barrier", tensor: "", calls: this.#waits, milliseconds: this.#waited }];
  }
}

function rowOf({ step, share, calls, milliseconds }: Entry): ProfileRow {
  const first = step.arguments.find((argument) => typeof argument !== "number");
  const row = { step: names[step.kernel] ?? step.kernel, tensor: first ? first.tensor.name : "", calls, milliseconds };
  const perSecond = (amount: number) => (amount * share * calls) / milliseconds / 1e6;
  if (step.flops) return { ...row, gigaflops: perSecond(step.flops) };
  const bytes = bytesOf(step);
  const counts = bytes > 0 && (step.split.axis === "batch" || step.split.axis === "parameter");
  return counts ? { ...row, gigabytes: perSecond(bytes) } : row;
}
