// What users pass as data -> typed values with rows and a width. Shapes are checked here, before any message.

import { hint, short, show } from "../check.js";
import { isPixels, type PixelInput, readPixels } from "../data/pixels.js";
import type { TargetKind } from "../engine/check.js";
import { DataError, OptionError, ShapeError } from "../errors.js";
import { type Shape, sizeOf } from "../layers/layer.js";
import type { Outcome } from "../plan/outcome.js";
import type { Parameter } from "../plan/program.js";
import type { TensorInput, ValueType } from "../spec.js";

type Typed = Float32Array | Uint8Array | Int32Array;
/** Arrays in arrays, rows first. */
export type Nested = readonly number[] | readonly Nested[];
/** Data as users have it. `{ data, shape }` names the extents, rows first. */
export type DataInput =
  | Typed
  | Float64Array
  | Uint8ClampedArray
  | Nested
  | { readonly data: Typed | readonly number[]; readonly shape: readonly number[] }
  | PixelInput;
/** Targets as users have them: data, or labels as texts. */
export type TargetInput = DataInput | readonly string[];

/** Rows of one kind, ready to be copied into a run's memory. */
export interface Values {
  readonly values: Float32Array | Uint8Array | Int32Array;
  readonly type: ValueType;
  readonly rows: number;
  /** Values a row. */
  readonly width: number;
}

const accepted = "a Float32Array, Uint8Array, Int32Array, number[], number[][] or { data, shape }";

interface Read {
  readonly values: Values["values"];
  readonly shape?: readonly number[];
}

/** Anything accepted -> typed values and, where rows can be told, their number. */
export function readData(input: DataInput, who: string): Read {
  if (typeof input === "object" && input !== null && "data" in input && "shape" in input) return readShaped(input, who);
  return readPlain(input, who);
}

function readShaped({ data, shape }: { data: unknown; shape: unknown }, who: string): Read {
  const { values } = readPlain(data, `${who}.data`);
  if (!Array.isArray(shape) || shape.length === 0 || !shape.every((n) => Number.isSafeInteger(n) && n >= 0)) {
    throw new ShapeError(`${who}.shape: expected an array of extents, rows first, got ${show(shape)}.`);
  }
  if (sizeOf(shape) !== values.length) {
    throw new ShapeError(`${who}: expected ${sizeOf(shape)} values for shape ${extents(shape)}, got ${values.length}.`);
  }
  return { values, shape };
}

function readPlain(input: unknown, who: string): Read {
  if (input instanceof Float32Array || input instanceof Uint8Array || input instanceof Int32Array) {
    return { values: input };
  }
  if (input instanceof Uint8ClampedArray) {
    return { values: new Uint8Array(input.buffer as ArrayBuffer, input.byteOffset, input.length) };
  }
  if (input instanceof Float64Array) return { values: Float32Array.from(input) };
  if (Array.isArray(input)) return isRow(input[0]) ? readRows(input, who) : readFlat(input, who);
  throw new DataError(`${who}: expected ${accepted}, got ${show(input)}.${conversion(input)}`);
}

const isRow = (value: unknown): value is ArrayLike<unknown> => Array.isArray(value) || ArrayBuffer.isView(value);

function readFlat(input: readonly unknown[], who: string): Read {
  const values = new Float32Array(input.length);
  for (let i = 0; i < input.length; i++) {
    const value = input[i];
    if (typeof value !== "number") throw notANumber(value, `${who}[${i}]`, "");
    values[i] = value;
  }
  return { values };
}

/** Arrays in arrays, however deep: the outermost are rows. */
function readRows(given: readonly unknown[], who: string): Read {
  let rows = given;
  const shape = [given.length];
  for (;;) {
    const steps = rows.length / given.length;
    const rowOf = (r: number) => Math.floor(r / steps);
    const width = (rows[0] as ArrayLike<unknown>).length;
    const bad = rows.findIndex((row) => !isRow(row) || row.length !== width);
    if (bad >= 0) {
      const got = isRow(rows[bad]) ? `${rows[bad].length}` : show(rows[bad]);
      throw new ShapeError(
        `${who}: expected rows of equal length, got ${width} values in row 0 and ${got} in row ${rowOf(bad)}.`,
      );
    }
    shape.push(width);
    const deeper = shape.length < 8 && isRow((rows[0] as ArrayLike<unknown>)[0]) ? rows.flat() : [];
    if (width > 0 && deeper.length === rows.length * width) {
      rows = deeper;
      continue;
    }
    // A hole, and what holds itself, is no number.
    const values = new Float32Array(rows.length * width);
    for (const [r, row] of (rows as readonly ArrayLike<unknown>[]).entries()) {
      for (let c = 0; c < width; c++) {
        const value = row[c];
        if (typeof value !== "number") {
          throw notANumber(value, who, ` in row ${rowOf(r)}, column ${(r % steps) * width + c}`);
        }
        values[r * width + c] = value;
      }
    }
    return { values, shape };
  }
}

const notANumber = (value: unknown, who: string, where: string) =>
  new DataError(`${who}: expected a number, got ${show(value)}${where}.${conversion(value)}`);

/** What to do about something that is not data. */
function conversion(value: unknown): string {
  if (typeof value === "string") return " Turn texts into numbers; number classes from 0.";
  if (typeof value === "bigint") return " Convert it with Number().";
  if (typeof (value as PromiseLike<unknown> | undefined)?.then === "function") return " Await it first.";
  if (ArrayBuffer.isView(value)) return " Convert it with Float32Array.from().";
  if (value instanceof ArrayBuffer) return " Make a Float32Array of it.";
  return "";
}

/** Extents in brackets, however many. */
const extents = (shape: readonly (number | string)[]): string => `(${short(shape.join(", "))})`;

/** Inputs for a model whose examples have this shape. ShapeError for a wrong width, DataError for no rows. */
export function readInputs(input: DataInput, example: Shape, who: string, what = "x"): Values {
  const data = what.startsWith("x");
  if (data && isPixels(input)) return readPixels(input, example, who, what);
  const { values, shape } = readData(input, `${who}: ${what}`);
  const width = sizeOf(example);
  if (values.length === 0) throw noRows(input, who, what);
  const fits = shape ? sizeOf(shape.slice(1)) === width : values.length % width === 0;
  if (!fits) {
    const got = shape ? extents(shape) : `${values.length} values, not a multiple of ${width}`;
    const cure = data ? `Give ${width} values a row, or change input({ shape }).` : "Give one value per output.";
    throw new ShapeError(`${who}: expected ${what} of shape ${extents(["rows", ...example])}, got ${got}. ${cure}`);
  }
  const typed = values instanceof Int32Array ? Float32Array.from(values) : values;
  return { values: typed, type: typed instanceof Uint8Array ? "uint8" : "float32", rows: values.length / width, width };
}

function noRows(input: unknown, who: string, what: string): DataError {
  const cure = ArrayBuffer.isView(input) ? " An array given to a fit with transfer: true is empty afterwards." : "";
  return new DataError(`${who}: expected at least one row in ${what}, got none.${cure}`);
}

/** What the targets turned out to be; see SourceCheck. */
export interface Targets extends Values {
  readonly kind: TargetKind;
}

/** Targets for `rows` rows: a label each, or one a step, or a value per output. */
export function readTargets(
  input: DataInput,
  { target, definition, task: { steps } }: Pick<Outcome, "target" | "definition" | "task">,
  output: Shape,
  rows: number,
  who: string,
  what = "y",
): Targets {
  if (input === undefined || input === null) {
    throw new DataError(`${who}: expected targets ${what}, got ${show(input)}. Pass them after x.`);
  }
  const { values, shape } = readData(input, `${who}: ${what}`);
  if (values.length === 0) throw noRows(input, who, what);
  // An example's values may come in one line; other extents must be the output's, where that has several axes.
  const fits = (example: Shape) => {
    if (values.length !== rows * sizeOf(example)) return false;
    const [first, ...rest] = shape ?? [rows];
    return first === rows && (!steps || rest.length < 2 || sameExtents(rest, example));
  };
  const { sibling } = definition;
  const width = sizeOf(output);
  if (target === "labels") {
    const example = output.slice(0, -1);
    if (fits(example)) {
      const whole = !(values instanceof Float32Array);
      const typed = values instanceof Uint8Array ? Int32Array.from(values) : values;
      const kind = whole ? "integers" : "floats";
      return { values: typed, type: "int32", rows, width: sizeOf(example), kind };
    }
    const hot = values.length === rows * width && sibling ? ` For one value per class use the loss "${sibling}".` : "";
    const wanted = steps
      ? `labels in ${what} of shape ${extents([rows, ...example])}`
      : `one label in ${what} for each of ${rows} rows`;
    throw new ShapeError(`${who}: expected ${wanted}, got ${describe(values, shape)}.${hot}`);
  }
  if (!fits(output)) {
    const labelled = values.length === rows * (steps ?? 1) && sibling;
    const labels = labelled ? ` For integer labels use the loss "${sibling}".` : "";
    const wanted = extents([rows, ...output]);
    throw new ShapeError(`${who}: expected ${what} of shape ${wanted}, got ${describe(values, shape)}.${labels}`);
  }
  const typed = values instanceof Float32Array ? values : Float32Array.from(values);
  return { values: typed, type: "float32", rows, width, kind: definition.fused ? "probabilities" : "values" };
}

const describe = (values: ArrayLike<number>, shape: readonly number[] | undefined) =>
  shape ? extents(shape) : values.length === 1 ? "1 value" : `${values.length} values`;

/** Rows of x and y must be as many, where y says how many it has. */
export function sameRows(x: Values, y: DataInput, who: string, what = "y"): void {
  const nested = Array.isArray(y) && isRow(y[0]);
  const rows: unknown = nested ? y.length : (y as { shape?: readonly number[] } | undefined)?.shape?.[0];
  if (typeof rows === "number" && rows !== x.rows) {
    throw new ShapeError(
      `${who}: expected as many rows in ${what} as in x, got ${rows} and ${x.rows}. Each row of x needs one of y.`,
    );
  }
}

/** A part of the rows, without copying. */
export function rowsOf<V extends Values>(data: V, from: number, to: number): V {
  return { ...data, values: data.values.subarray(from * data.width, to * data.width), rows: to - from };
}

/** Weights or gradients -> values by index of the parameter; unknown names and wrong shapes throw. */
export function readTensors(list: unknown, parameters: readonly Parameter[], who: string): Map<number, Float32Array> {
  // A list that is too long shows itself in the first one too many.
  const few = Array.isArray(list) ? Array.from(list.slice(0, parameters.length + 1)) : [undefined];
  if (!few.every(isTensor)) {
    throw new OptionError(`${who}: expected a list of { name, shape, data }, got ${show(list)}.`);
  }
  const values = new Map<number, Float32Array>();
  few.forEach(({ name, shape, data }, position) => {
    const index = name === undefined ? position : parameters.findIndex(({ fullName }) => fullName === name);
    const parameter = parameters[index];
    if (!parameter) {
      const known = parameters.map(({ fullName }) => fullName);
      throw new OptionError(`${who}: unknown weights ${hint(name ?? `number ${position}`, known)}`);
    }
    const size = sizeOf(parameter.shape);
    if (data.length !== size || (shape && !sameExtents(shape, parameter.shape))) {
      const wanted = `${size} values for ${parameter.fullName} (${parameter.shape.join(", ")})`;
      throw new ShapeError(`${who}: expected ${wanted}, got ${data.length}${shape ? ` ${extents(shape)}` : ""}.`);
    }
    if (values.has(index)) {
      throw new OptionError(`${who}: expected ${parameter.fullName} once, got it twice. Drop one of the two.`);
    }
    values.set(index, readFinite(data, `${who}: ${parameter.fullName}`));
  });
  return values;
}

function readFinite(data: ArrayLike<unknown>, who: string): Float32Array {
  const values = new Float32Array(data.length);
  for (let i = 0; i < values.length; i++) {
    const value = data[i];
    if (typeof value !== "number") throw notANumber(value, who, ` at index ${i}`);
    values[i] = value;
    if (!Number.isFinite(values[i])) {
      throw new DataError(`${who}: expected finite numbers, got ${value} at index ${i}.`, { index: i });
    }
  }
  return values;
}

const isTensor = (tensor: TensorInput | undefined): tensor is TensorInput =>
  (tensor?.name === undefined || typeof tensor.name === "string") &&
  (tensor?.shape === undefined || (Array.isArray(tensor.shape) && tensor.shape.every(Number.isInteger))) &&
  isRow(tensor?.data);

/** Extents of 1 do not count: (7) is (7, 1). */
const sameExtents = (a: Shape, b: Shape): boolean => {
  const [left, right] = [a, b].map((shape) => shape.filter((extent) => extent !== 1).join());
  return left === right;
};
