// Values of data, looked at inside the worker before anything is trained on them.

import { DataError } from "../errors.js";
import { sizeOf } from "../layers/layer.js";
import { bytesOf, type Source, targetWidth } from "../plan/layout.js";
import type { ValueType } from "../spec.js";
import type { RunMemory } from "./memory.js";

/** Which rows to look at, and as what. */
export interface SourceCheck {
  readonly source: "train" | "validation" | "window";
  readonly type: ValueType;
  readonly rows: number;
  /** The row of the source to begin with; default 0. */
  readonly from?: number;
  /** What the first row is called in errors. */
  readonly firstRow: number;
  /** Targets came as integers, as floats that must be whole, as values, from 0 to 1, as a gradient by the output, or not at all. */
  readonly targets: "integers" | "floats" | "values" | "probabilities" | "gradient" | "none";
  readonly who: string;
}

/** DataError for a value that is not finite, or a label that is no class; labels end up as int32. */
export function checkSource(run: RunMemory, check: SourceCheck): void {
  const width = sizeOf(run.program.inputShape);
  const source = behind(run.layout[check.source]!, check.from ?? 0, width, targetWidth(run.program));
  if (check.type === "float32") checkFinite(run, source.x, width, check, "x");
  const known = run.program.nodes.flatMap(({ definition, config }) => definition.indices?.(config) ?? []);
  const indices = Math.min(...known);
  if (known.length) checkIndices(run, source, width, indices, check);
  const { targets } = check;
  if (targets === "values" || targets === "probabilities") {
    checkFinite(run, source.y, targetWidth(run.program), check, "y");
  }
  if (targets === "probabilities") checkProbabilities(run, source, check);
  if (targets === "gradient") checkFinite(run, source.y, sizeOf(run.program.outputShape), check, "outputGradient");
  if (targets === "integers" || targets === "floats") checkLabels(run, source, check);
}

/** A source of which the first rows are left out. */
function behind(source: Source, rows: number, width: number, targets: number): Source {
  const { x, y } = source;
  const shifted = (tensor: Source["x"], bytes: number) => ({
    ...tensor,
    pointer: tensor.pointer + bytes,
    bytes: tensor.bytes - bytes,
  });
  return { ...source, x: shifted(x, rows * width * bytesOf(source.type)), y: shifted(y, rows * targets * 4) };
}

function checkFinite(run: RunMemory, tensor: Source["x"], width: number, check: SourceCheck, what: string): void {
  const values = run.float({ ...tensor, bytes: check.rows * width * 4 });
  const bad = run.firstNonFinite({ ...tensor, bytes: values.byteLength });
  if (bad < 0) return;
  const row = check.firstRow + Math.floor(bad / width);
  throw new DataError(
    `${check.who}: expected finite numbers in ${what}, got ${values[bad]} in row ${row}, column ${bad % width}. Drop the row or fill the value in.`,
    { row, column: bad % width },
  );
}

/** What an embedding has vectors for. */
function checkIndices(run: RunMemory, { x }: Source, width: number, below: number, check: SourceCheck): void {
  const { type, rows, firstRow, who } = check;
  const bytes = run.bytes.subarray(x.pointer, x.pointer + rows * width);
  const values: ArrayLike<number> = type === "uint8" ? bytes : run.float(x).subarray(0, rows * width);
  const wrong = (value: number) => !(Number.isInteger(value) && value >= 0 && value < below);
  const bad = Array.prototype.findIndex.call(values, wrong);
  if (bad < 0) return;
  const [row, column] = [firstRow + Math.floor(bad / width), bad % width];
  throw new DataError(
    `${who}: expected whole numbers from 0 to ${below - 1} in x, got ${values[bad]} in row ${row}, column ${column}. Number what there is from 0, or give the embedding a larger inputDim.`,
    { row, column },
  );
}

/** What a cross-entropy takes as targets; others would have no lowest loss. */
function checkProbabilities(run: RunMemory, { y }: Source, { rows, firstRow, who }: SourceCheck): void {
  const width = targetWidth(run.program);
  const values = run.float({ ...y, bytes: rows * width * 4 });
  const bad = values.findIndex((value) => value < 0 || value > 1);
  if (bad < 0) return;
  const [row, column] = [firstRow + Math.floor(bad / width), bad % width];
  throw new DataError(
    `${who}: expected targets from 0 to 1 in y, got ${values[bad]} in row ${row}, column ${column}. Write 0 for no and 1 for yes.`,
    { row, column },
  );
}

function checkLabels(run: RunMemory, { y }: Source, { rows, firstRow, targets, who }: SourceCheck): void {
  const { units: classes, steps } = run.program.training!.loss!;
  const width = targetWidth(run.program);
  const labels = run.int(y);
  const floats = targets === "floats" ? run.float(y) : undefined;
  for (let i = 0; i < rows * width; i++) {
    const label = floats ? floats[i]! : labels[i]!;
    if (!Number.isInteger(label) || label < 0 || label >= classes) {
      const row = firstRow + Math.floor(i / width);
      const place = steps ? `row ${row}, step ${i % width}` : `row ${row}`;
      throw new DataError(
        `${who}: expected labels as whole numbers from 0 to ${classes - 1}, got ${label} in ${place}. Number the classes from 0, or give the last layer more units.`,
        { row, ...(steps ? { column: i % width } : {}) },
      );
    }
    if (floats) labels[i] = label;
  }
}
