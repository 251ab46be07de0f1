// Where a number stopped being finite.

import type { Tensor } from "../arena.js";
import { DivergedError } from "../errors.js";
import { type Batch, forwardToLoss } from "../plan/walk.js";
import type { RunMemory } from "./memory.js";

/** What turned non-finite, in which layer, in which epoch and step. */
export class Divergence {
  readonly what: string;
  readonly layer: string;
  readonly epoch: number;
  readonly step: number;

  constructor(what: string, layer: string, epoch: number, step: number) {
    this.what = what;
    this.layer = layer;
    this.epoch = epoch;
    this.step = step;
  }

  /** The error a user sees; `kept` says which weights the model has now. */
  error(who: string, kept: string): DivergedError {
    const { what, layer, epoch, step } = this;
    const cure = "Try a lower learning rate, or inputs of a smaller scale (rescaling).";
    return new DivergedError(
      `${who}: expected finite numbers, got a non-finite value in ${layer} (${what}) in epoch ${epoch}, step ${step}. ${kept} ${cure}`,
      { epoch, step, layer },
    );
  }
}

/** Thrown by the guard of a step, on every worker alike: the losses of this batch are not all finite. */
export class NonFiniteLoss extends Error {}

/** Throws NonFiniteLoss unless the batch's first `rows` losses are finite. */
export function guardLosses({ ints, layout }: RunMemory, rows: number): void {
  const first = layout.loss.pointer >> 2;
  let broken = 0;
  // An exponent of all ones, and only that, overflows into the sign.
  for (let i = first; i < first + rows; i++) broken |= (ints[i]! & 0x7fffffff) + 0x800000;
  if (broken < 0) throw new NonFiniteLoss();
}

/**
 * The first layer whose output is not finite in the batch that lies in memory; if all are, the loss, of several the first such. Of what
 * an activation lies over, only what it leaves counts: a tanh of what was infinite is finite.
 */
export function findLayer(run: RunMemory, rows: number): { layer: string; what: string } {
  const { layout, program } = run;
  const batch: Batch = { program, layout, rows, training: true };
  const found = forwardToLoss(batch).nodes.find(({ value: { tensor } }) => isBroken(run, tensor, rows));
  if (found) return { layer: found.node.name, what: "its output" };
  const k = layout.losses.findIndex((loss) => isBroken(run, { ...loss, width: 1, stride: 1 }, rows));
  const of = layout.losses.length > 1 && k >= 0 ? ` of ${program.outputs[k]!.name}` : "";
  return { layer: `the loss${of}`, what: "its value" };
}

function isBroken(run: RunMemory, tensor: Tensor, rows: number): boolean {
  const values = run.float(tensor);
  for (let row = 0; row < rows; row++) {
    const start = row * tensor.stride;
    if (!values.subarray(start, start + tensor.width).every(Number.isFinite)) return true;
  }
  return false;
}
