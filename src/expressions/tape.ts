// An expression as JSON -> the tape that a kernel runs on each row: its operations, then those of its gradient.
//
// JSON is a flat list, so that nothing has to be walked in depth: each entry is "prediction", "target", a number, or an operation
// on entries before it, such as ["subtract", 0, 1]. The last entry is the result.

import type { Tensor } from "../arena.js";
import { lookup, show } from "../check.js";
import { OptionError } from "../errors.js";
import { reads, type Split, step, updates, writes } from "../kernels.js";
import { codes, operations, type Put } from "./operations.js";

export type Expression = readonly (number | string | readonly (string | number)[])[];

/** What the kernel `expression` runs. */
export interface Tape {
  /** [operation, a, b, c] of each register. */
  readonly values: Float32Array;
  /** Entries before those of the gradient. */
  readonly forward: number;
  /** Registers of the row's value and of its gradient by the prediction; the latter -1 where nothing flows back. */
  readonly result: number;
  readonly gradient: number;
  readonly labels: boolean;
}

/** Where a tape lies, and the registers that each worker has for itself. */
export interface TapePlace {
  readonly tape: Tensor;
  readonly registers: Tensor;
}

interface Register {
  readonly operation: string | number;
  readonly operands: readonly number[];
  /** One value per output; else one for the whole row, in every lane. */
  readonly wide: boolean;
  /** Changes with the prediction, by rules that let a gradient through. */
  readonly live: boolean;
}

const MOST_ENTRIES = 256;
const reductions = ["sum", "mean", "max"];
const named: Readonly<Record<string, readonly unknown[]>> = { ...operations, mean: [0] };

/** Checks and compiles an expression for rows of `units` values; OptionError for what is none. */
export function compileTape(expression: unknown, who: string, units: number, labels: boolean): Tape {
  if (!Array.isArray(expression) || !expression.length || expression.length > MOST_ENTRIES) {
    const expected = `expected a list of 1 to ${MOST_ENTRIES} operations`;
    throw new OptionError(
      `${who}.expression: ${expected}, got ${show(expression)}. Say less, or what a function gives.`,
    );
  }
  const registers: Register[] = [];
  const known = new Map<string, number>();
  const put: Put = (operation, ...operands) => {
    const key = `${operation},${operands}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const wide = ["prediction", "target", "labels"].includes(operation as string);
    const rules = operations[operation];
    registers.push({
      operation,
      operands,
      wide: wide || (!reductions.includes(operation as string) && operands.some((at) => registers[at]!.wide)),
      live: operation === "prediction" || operands.some((at, i) => registers[at]!.live && rules![i]),
    });
    known.set(key, registers.length - 1);
    return registers.length - 1;
  };
  const mean = (at: number): number => put("divide", put("sum", at), put(units));
  const places: number[] = [];
  for (const entry of expression as unknown[]) {
    const [operation, ...operands] = readEntry(entry, places.length, who);
    const at = operands.map((operand) => places[operand]!);
    if (reductions.includes(operation as string) && !registers[at[0]!]!.wide) {
      throw new OptionError(
        `${who}.expression: expected ${operation} of a value per output, got one for the row. Drop it.`,
      );
    }
    if (operation === "mean") places.push(mean(at[0]!));
    else places.push(put(operation === "target" && labels ? "labels" : operation, ...at));
  }
  const last = places.at(-1)!;
  const result = registers[last]!.wide ? mean(last) : last;
  const forward = registers.length;
  const gradient = registers[result]!.live ? differentiate(registers, put, result) : -1;
  const values = registers.flatMap(({ operation, operands: [a = 0, b = 0, c = 0] }) =>
    typeof operation === "number" ? [0, operation, 0, 0] : [codes.indexOf(operation), a, b, c],
  );
  return { values: Float32Array.from(values), forward, result, gradient, labels };
}

/** A checked entry: what it is, and its operands. */
function readEntry(entry: unknown, position: number, who: string): [operation: string | number, ...operands: number[]] {
  if (entry === "prediction" || entry === "target") return [entry];
  if (typeof entry === "number" && Number.isFinite(Math.fround(entry))) return [entry];
  if (Array.isArray(entry)) {
    const [operation, ...operands] = entry;
    const { length } = lookup(named, operation, `${who}.expression`);
    const earlier = (at: unknown) => Number.isInteger(at) && (at as number) >= 0 && (at as number) < position;
    if (operands.length === length && operands.every(earlier)) return [operation, ...operands];
  }
  const expected = 'expected "prediction", "target", a finite number or an operation on entries before it';
  throw new OptionError(`${who}.expression: ${expected}, got ${show(entry)} at ${position}.`);
}

/** Appends the gradient of `scale * result` by the prediction; returns its register. */
function differentiate(registers: readonly Register[], put: Put, result: number): number {
  const gradients = new Map([[result, put("scale")]]);
  for (let at = result; ; at--) {
    const { operation, operands, wide } = registers[at]!;
    const g = gradients.get(at);
    if (operation === "prediction") return g!;
    if (g === undefined) continue;
    const [a, b, c] = operands as [number, number, number];
    operands.forEach((operand, i) => {
      const rule = operations[operation]![i];
      if (!rule || !registers[operand]!.live) return;
      const share = rule(put, g, at, a, b, c);
      // What stood for the whole row had a part in each output.
      const part = wide && !registers[operand]!.wide ? put("sum", share) : share;
      const others = gradients.get(operand);
      gradients.set(operand, others === undefined ? part : put("add", others, part));
    });
  }
}

/** Runs a tape: a value a row, and its gradient where `dpred` is given. */
export const tapeStep = (
  { forward, values, result, gradient, labels }: Tape,
  { tape, registers }: TapePlace,
  tensors: { batch: Split; value: Tensor; pred: Tensor; target: Tensor; dpred?: Tensor; scale?: number },
) => {
  const { batch, value, pred, target, dpred, scale = 0 } = tensors;
  return step(
    "expression",
    batch,
    writes(value),
    dpred ? writes(dpred) : 0,
    updates(registers),
    reads(pred),
    reads(target),
    reads(tape),
    dpred ? values.length / 4 : forward,
    result,
    gradient,
    pred.width,
    pred.stride,
    labels ? 1 : target.stride,
    scale,
  );
};
