// Values of data, looked at inside the worker before anything is trained on them.

import type { Tensor } from "../arena.js";
import { DataError } from "../errors.js";
import { type Shape, sizeOf } from "../layers/layer.js";
import { portName } from "../plan/program.js";
import { bytesOf, targetWidths } from "../plan/source.js";
import type { ValueType } from "../spec.js";
import type { RunMemory } from "./memory.js";
import { packInputs } from "./packed.js";

/** Targets as integers, as floats that must be whole, as values, as values from 0 to 1, or as a gradient by the output. */
export type TargetKind = "integers" | "floats" | "values" | "probabilities" | "gradient";

/** Which rows to look at, and as what. */
export interface SourceCheck {
  readonly source: "train" | "validation" | "window";
  /** Of each input. */
  readonly types: readonly ValueType[];
  readonly rows: number;
  /** The row of the source to begin with; default 0. */
  readonly from?: number;
  /** What the first row is called in errors. */
  readonly firstRow: number;
  /** What came for each output; empty where nothing did. */
  readonly targets: readonly TargetKind[];
  readonly who: string;
}

/** What is looked at: its rows, from `firstRow` on, of so many values each, and what errors call it. */
interface Part {
  readonly tensor: Tensor;
  readonly rows: number;
  readonly width: number;
  readonly firstRow: number;
  readonly what: string;
  readonly who: string;
}

/** DataError for a value that is not finite, or a label that is no class; labels end up as int32, and floats that can be as bytes. */
export function checkSource(run: RunMemory, check: SourceCheck): void {
  const { rows, firstRow, who, from = 0 } = check;
  const { program } = run;
  const { x, y } = run.layout[check.source]!;
  const part = (tensor: Tensor, width: number, bytes: number, what: string): Part => {
    const behind = from * width * bytes;
    const rest = { ...tensor, pointer: tensor.pointer + behind, bytes: tensor.bytes - behind };
    return { tensor: rest, rows, width, firstRow, what, who };
  };
  for (const [i, { shape }] of program.inputs.entries()) {
    const type = check.types[i]!;
    const values = part(x[i]!, sizeOf(shape), bytesOf(type), portName("x", program.inputs, i));
    if (type === "float32") checkFinite(run, values);
    const readers = program.nodes.filter((node) => node.from.includes(-1 - i));
    const known = readers.flatMap(({ definition, config }) => definition.indices?.(config) ?? []);
    if (known.length) checkIndices(run, values, type, Math.min(...known));
  }
  const widths = targetWidths(program);
  for (const [k, kind] of check.targets.entries()) {
    const { shape } = program.outputs[k]!;
    const given = kind === "gradient";
    const what = portName(given ? "outputGradient" : "y", program.outputs, k);
    const values = part(y[k]!, given ? sizeOf(shape) : widths[k]!, 4, what);
    if (kind === "integers" || kind === "floats") checkLabels(run, values, kind, shape);
    else checkFinite(run, values);
    if (kind === "probabilities") checkProbabilities(run, values);
  }
  packInputs(run, check);
}

/** Where value number `at` of a part stands. */
const placeOf = ({ firstRow, width }: Part, at: number) => ({
  row: firstRow + Math.floor(at / width),
  column: at % width,
});

/** What is wrong with value number `at` of a part. */
function wrong(part: Part, at: number, [expected, got, cure]: readonly [string, unknown, string]): DataError {
  const { row, column } = placeOf(part, at);
  const where = `in row ${row}, column ${column}`;
  return new DataError(`${part.who}: expected ${expected} in ${part.what}, got ${got} ${where}. ${cure}.`, {
    row,
    column,
  });
}

function checkFinite(run: RunMemory, part: Part): void {
  const { tensor, rows, width } = part;
  const bytes = rows * width * 4;
  const bad = run.firstNonFinite({ ...tensor, bytes });
  if (bad < 0) return;
  throw wrong(part, bad, ["finite numbers", run.float(tensor)[bad], "Drop the row or fill the value in"]);
}

/** What an embedding has vectors for. */
function checkIndices(run: RunMemory, part: Part, type: ValueType, below: number): void {
  const { tensor, rows, width } = part;
  const bytes = run.bytes.subarray(tensor.pointer, tensor.pointer + rows * width);
  const values: ArrayLike<number> = type === "uint8" ? bytes : run.float(tensor).subarray(0, rows * width);
  const isWrong = (value: number) => !(Number.isInteger(value) && value >= 0 && value < below);
  const bad = Array.prototype.findIndex.call(values, isWrong);
  if (bad < 0) return;
  const cure = "Number what there is from 0, or give the embedding a larger inputDim";
  throw wrong(part, bad, [`whole numbers from 0 to ${below - 1}`, values[bad], cure]);
}

/** What a cross-entropy takes as targets; others would have no lowest loss. */
function checkProbabilities(run: RunMemory, part: Part): void {
  const { tensor, rows, width } = part;
  const values = run.float({ ...tensor, bytes: rows * width * 4 });
  const bad = values.findIndex((value) => value < 0 || value > 1);
  if (bad < 0) return;
  throw wrong(part, bad, ["targets from 0 to 1", values[bad], "Write 0 for no and 1 for yes"]);
}

function checkLabels(run: RunMemory, part: Part, kind: TargetKind, output: Shape): void {
  const { tensor, rows, width, what, who } = part;
  const classes = output.at(-1)!;
  const labels = run.int(tensor);
  const floats = kind === "floats" ? run.float(tensor) : undefined;
  for (let i = 0; i < rows * width; i++) {
    const label = floats ? floats[i]! : labels[i]!;
    if (!Number.isInteger(label) || label < 0 || label >= classes) {
      const { row, column } = placeOf(part, i);
      const steps = output.length > 1;
      const where = steps ? `row ${row}, step ${column}` : `row ${row}`;
      const whose = what === "y" ? "" : `in ${what} `;
      throw new DataError(
        `${who}: expected labels ${whose}as whole numbers from 0 to ${classes - 1}, got ${label} in ${where}. Number the classes from 0, or give the last layer more units.`,
        steps ? { row, column } : { row },
      );
    }
    if (floats) labels[i] = label;
  }
}
