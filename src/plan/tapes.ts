// Where the operations of losses and metrics lie that somebody defined, and what they work on.

import { type Arena, stride, type Tensor } from "../arena.js";
import type { Tape, TapePlace } from "../expressions/tape.js";
import type { Layout } from "./layout.js";
import type { Program } from "./program.js";

interface NamedTape {
  readonly name: string;
  readonly constants: { readonly tape: Float32Array };
}

/** The tensor of an outcome's row losses: of a single one, those of the model. */
export const lossName = (outcomes: number, k: number): string => (outcomes > 1 ? `loss${k}` : "loss");

/** All tapes, by the tensor that their rows' values go to. */
export function tapesOf({ training }: Program): NamedTape[] {
  const named = (name: string, { tape }: { readonly tape?: Tape } = {}) =>
    tape ? [{ name, constants: { tape: tape.values } }] : [];
  const { outcomes = [], metrics = [] } = training ?? {};
  return [
    ...outcomes.flatMap(({ definition }, k) => named(lossName(outcomes.length, k), definition)),
    ...metrics.flatMap(({ name, definition }) => named(`metric.${name}`, definition)),
  ];
}

/** Working memory of the longest of them, for each worker. */
export function takeRegisters(
  arena: Arena,
  scratch: Map<string, Tensor>,
  tapes: readonly NamedTape[],
  width: number,
  workers: number,
): void {
  if (!tapes.length) return;
  const entries = Math.max(...tapes.map(({ constants: { tape } }) => tape.length / 4));
  scratch.set("registers", arena.each("registers", 4 * entries * stride(width), workers));
}

/** Where the tape lies whose values go to this tensor, if it has one; partners of mixed rows have the batch's. */
export function tapePlace({ constants, scratch }: Layout, { name }: Tensor): TapePlace | undefined {
  const tape = constants.get(`${name.replace("partner.", "")}.tape`)?.tensor;
  return tape && { tape, registers: scratch.get("registers")! };
}
