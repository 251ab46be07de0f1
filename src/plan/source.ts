// Where data lies that gathers read.

import type { Arena, Tensor } from "../arena.js";
import { sizeOf } from "../layers/layer.js";
import type { ValueType } from "../spec.js";
import { type Program, portName } from "./program.js";
import type { DataSize } from "./request.js";

/** Data that a gather reads: values in packed rows by input, targets by output, and the order of rows. */
export interface Source {
  readonly x: readonly Tensor[];
  readonly y: readonly Tensor[];
  readonly order: Tensor;
  /** How the values of each input come. */
  readonly types: readonly ValueType[];
  /** For each input 0, or which of PACKED its values are kept as since they were looked at, counted from 1; then bytes of a record, or 0. */
  readonly packed: Tensor;
  /** Of each input, where values are as they are kept: bytes of a record, or 0. */
  readonly records?: readonly number[];
  readonly rows: number;
  /** Weights of the rows in the loss, where they have some. */
  readonly weights: Tensor | undefined;
  /** The rows that those in `order` are mixed with, where they are. */
  readonly partners?: Tensor | undefined;
}

/** Bytes of one value of a type. */
export const bytesOf = (type: ValueType): number => (type === "uint8" ? 1 : 4);

/** What floats can be kept as: bytes, as their kernel numbers them. */
export const PACKED: readonly ValueType[] = ["uint8", "pixels"];

/** Values of one target of each output: a label, or one a step, or one value per unit. */
export const targetWidths = ({ outputs, training }: Program): number[] =>
  outputs.map(({ shape }, k) => sizeOf(training?.outcomes[k]?.target === "labels" ? shape.slice(0, -1) : shape));

/** Bytes of a source's inputs. */
export const bytesOfInputs = (source: Source | undefined): number => total((source?.x ?? []).map(({ bytes }) => bytes));

export const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** Memory for rows, of which the last `held` are apart, with so many values in each output's targets. */
export function takeSource(
  arena: Arena,
  name: string,
  { inputs, outputs }: Program,
  { rows, types, weighted, mixed }: DataSize,
  targets: readonly number[],
  held: number,
): Source {
  const take = (part: string, bytes: number) => arena.take(`${name}.${part}`, bytes);
  return {
    x: inputs.map(({ shape }, i) => take(portName("x", inputs, i), rows * sizeOf(shape) * bytesOf(types[i]!))),
    y: targets.map((width, k) => take(portName("y", outputs, k), rows * width * 4)),
    order: take("order", rows * 4),
    weights: weighted ? take("weights", rows * 4) : undefined,
    partners: mixed ? take("partners", rows * 4) : undefined,
    packed: take("packed", 8 * inputs.length),
    types,
    rows: rows - held,
  };
}
