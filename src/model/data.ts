// What users pass as data -> typed values with rows and a width. Shapes are checked here, before any message.

import { show } from "../check.js";
import { DataError, OptionError, ShapeError } from "../errors.js";
import { type Shape, showShape, sizeOf } from "../layers/layer.js";
import type { Parameter } from "../plan/program.js";
import type { TensorInput, ValueType } from "../spec.js";

type Typed = Float32Array | Uint8Array | Int32Array;
/** Data as users have it. `{ data, shape }` names the extents, rows first. */
export type DataInput =
  | Typed
  | Float64Array
  | Uint8ClampedArray
  | readonly number[]
  | readonly (readonly number[])[]
  | { readonly data: Typed | readonly number[]; readonly shape: readonly number[] };

/** Rows of one kind, ready to be copied into a run's memory. */
export interface Values {
  readonly values: Float32Array | Uint8Array | Int32Array;
  readonly type: ValueType;
  readonly rows: number;
  /** Values a row. */
  readonly width: number;
}

const accepted = "a Float32Array, Uint8Array, Int32Array, number[], number[][] or { data, shape }";

/** Anything accepted -> typed values and, where rows can be told, their number. */
function read(input: DataInput, who: string): { values: Values["values"]; shape?: readonly number[] } {
  if (input instanceof Float32Array || input instanceof Uint8Array || input instanceof Int32Array)
    return { values: input };
  if (input instanceof Uint8ClampedArray) {
    return { values: new Uint8Array(input.buffer as ArrayBuffer, input.byteOffset, input.length) };
  }
  if (input instanceof Float64Array) return { values: Float32Array.from(input) };
  if (Array.isArray(input)) return readArray(input, who);
  if (input !== null && typeof input === "object" && "data" in input && "shape" in input) {
    const { values } = read(input.data as DataInput, `${who}.data`);
    const { shape } = input;
    if (!Array.isArray(shape) || !shape.every((extent) => Number.isSafeInteger(extent) && extent >= 0)) {
      throw new ShapeError(`${who}.shape: expected an array of extents, rows first, got ${show(shape)}.`);
    }
    if (sizeOf(shape) !== values.length) {
      throw new ShapeError(
        `${who}: expected ${sizeOf(shape)} values for shape (${shape.join(", ")}), got ${values.length}.`,
      );
    }
    return { values, shape };
  }
  throw new DataError(`${who}: expected ${accepted}, got ${show(input)}.`);
}

function readArray(input: readonly unknown[], who: string): { values: Float32Array; shape?: readonly number[] } {
  if (!Array.isArray(input[0]) && !ArrayBuffer.isView(input[0])) {
    input.forEach((value, i) => {
      if (typeof value !== "number") throw new DataError(`${who}[${i}]: expected a number, got ${show(value)}.`);
    });
    return { values: Float32Array.from(input as number[]) };
  }
  const width = (input[0] as number[]).length;
  const values = new Float32Array(input.length * width);
  input.forEach((row, r) => {
    const length = (row as number[] | undefined)?.length;
    if (length !== width) {
      throw new ShapeError(
        `${who}: expected rows of equal length, got ${width} values in row 0 and ${length ?? show(row)} in row ${r}.`,
      );
    }
    for (let c = 0; c < width; c++) {
      const value = (row as number[])[c];
      if (typeof value !== "number")
        throw new DataError(`${who}: expected numbers, got ${show(value)} in row ${r}, column ${c}.`);
      values[r * width + c] = value;
    }
  });
  return { values, shape: [input.length, width] };
}

/** Inputs for a model whose examples have this shape. ShapeError for a wrong width, DataError for no rows. */
export function readInputs(input: DataInput, example: Shape, who: string): Values {
  const { values, shape } = read(input, `${who}: x`);
  const width = sizeOf(example);
  if (values.length === 0) throw new DataError(`${who}: expected at least one row in x, got none.`);
  const fits = shape ? sizeOf(shape.slice(1)) === width : values.length % width === 0;
  if (!fits) {
    const got = shape ? `(${shape.join(", ")})` : `${values.length} values, not a multiple of ${width}`;
    throw new ShapeError(`${who}: expected x of shape ${showShape(example)}, got ${got}.`);
  }
  const typed = values instanceof Int32Array ? Float32Array.from(values) : values;
  return { values: typed, type: typed instanceof Uint8Array ? "uint8" : "float32", rows: values.length / width, width };
}

/** What the targets turned out to be; see SourceCheck. */
export interface Targets extends Values {
  readonly kind: "integers" | "floats" | "values" | "none";
}

/** Targets for `rows` rows: labels, or `width` values a row. */
export function readTargets(
  input: DataInput,
  target: "labels" | "values",
  width: number,
  rows: number,
  who: string,
): Targets {
  if (input === undefined || input === null) throw new DataError(`${who}: expected targets y, got ${show(input)}.`);
  const { values, shape } = read(input, `${who}: y`);
  if (values.length === 0) throw new DataError(`${who}: expected at least one row in y, got none.`);
  if (target === "labels") {
    if (values.length === rows && (!shape || sizeOf(shape.slice(1)) === 1)) {
      const whole = !(values instanceof Float32Array);
      const typed = values instanceof Uint8Array ? Int32Array.from(values) : values;
      return { values: typed, type: "int32", rows, width: 1, kind: whole ? "integers" : "floats" };
    }
    const hot = values.length === rows * width ? ' For one value per class use "categoricalCrossentropy".' : "";
    throw new ShapeError(
      `${who}: expected one label in y for each of ${rows} rows, got ${describe(values, shape)}.${hot}`,
    );
  }
  if (values.length !== rows * width || (shape && shape[0] !== rows)) {
    const labels = values.length === rows ? ' For integer labels use "sparseCategoricalCrossentropy".' : "";
    throw new ShapeError(`${who}: expected y of shape (${rows}, ${width}), got ${describe(values, shape)}.${labels}`);
  }
  const typed = values instanceof Float32Array ? values : Float32Array.from(values);
  return { values: typed, type: "float32", rows, width, kind: "values" };
}

const describe = (values: ArrayLike<number>, shape: readonly number[] | undefined) =>
  shape ? `(${shape.join(", ")})` : `${values.length} values`;

/** Rows of x and y must be as many, where y says how many it has. */
export function sameRows(x: Values, y: DataInput, who: string): void {
  const nested = Array.isArray(y) && typeof y[0] !== "number";
  const rows = nested ? y.length : (y as { shape?: readonly number[] })?.shape?.[0];
  if (rows !== undefined && rows !== x.rows) {
    throw new ShapeError(`${who}: expected as many rows in y as in x, got ${rows} and ${x.rows}.`);
  }
}

/** A part of the rows, without copying. */
export function rowsOf<V extends Values>(data: V, from: number, to: number): V {
  return { ...data, values: data.values.subarray(from * data.width, to * data.width), rows: to - from };
}

/** Weights or gradients -> values by index of the parameter; unknown names and wrong shapes throw. */
export function readTensors(list: unknown, parameters: readonly Parameter[], who: string): Map<number, Float32Array> {
  if (!isTensors(list)) {
    throw new OptionError(`${who}: expected a list of { name, shape, data }, got ${show(list)}.`);
  }
  const values = new Map<number, Float32Array>();
  list.forEach(({ name, shape, data }, position) => {
    const index = name === undefined ? position : parameters.findIndex(({ fullName }) => fullName === name);
    const parameter = parameters[index];
    if (!parameter) {
      const known = parameters.map(({ fullName }) => fullName).join(", ");
      throw new OptionError(`${who}: unknown weights ${show(name ?? position)}. Known: ${known || "none"}.`);
    }
    const size = sizeOf(parameter.shape);
    if (data.length !== size || (shape && !sameExtents(shape, parameter.shape))) {
      const wanted = `${size} values for ${parameter.fullName} (${parameter.shape.join(", ")})`;
      throw new ShapeError(`${who}: expected ${wanted}, got ${data.length}${shape ? ` (${shape.join(", ")})` : ""}.`);
    }
    values.set(index, Float32Array.from(data));
  });
  return values;
}

const isTensors = (list: unknown): list is readonly TensorInput[] =>
  Array.isArray(list) &&
  list.every(
    (tensor) =>
      (tensor?.name === undefined || typeof tensor.name === "string") &&
      (tensor?.shape === undefined || Array.isArray(tensor.shape)) &&
      typeof tensor?.data?.length === "number",
  );

/** Extents of 1 do not count: (7) is (7, 1). */
const sameExtents = (a: Shape, b: Shape): boolean => {
  const [left, right] = [a, b].map((shape) => shape.filter((extent) => extent !== 1).join());
  return left === right;
};
