// Data in any accepted form as a table of rows, of which some can be taken without a change of form.

import { short, show } from "../check.js";
import { DataError, ShapeError } from "../errors.js";
import type { DataInput } from "../model/data.js";

const TYPED = [Float32Array, Float64Array, Uint8Array, Uint8ClampedArray, Int32Array] as const;
type Flat = InstanceType<(typeof TYPED)[number]> | readonly number[];
type Rows = readonly ArrayLike<number>[];

export interface Table {
  readonly rows: number;
  readonly width: number;
  at(row: number, column: number): number;
  /** Copies of these rows, in this order, in the form that they came in. */
  take(rows: ArrayLike<number>): DataInput;
}

/** What is known of a table before it is read: values a row, or rows of x. */
export type Extent = { readonly width: number } | { readonly rows: number };

/** DataError for what is no data, ShapeError for what has other rows or another width than is known. */
export function readTable(input: unknown, known: Extent, who: string, what: string): Table {
  const table = readAny(input, known, `${who}: ${what}`);
  if (table.rows === 0) throw new DataError(`${who}: expected at least one row in ${what}, got none.`);
  if ("width" in known && table.width !== known.width) {
    const cure = "Change the rows, or input({ shape }).";
    throw new ShapeError(`${who}: expected ${known.width} values a row in ${what}, got ${table.width}. ${cure}`);
  }
  if ("rows" in known && table.rows !== known.rows) {
    const cure = "Each row of x needs one of y.";
    throw new ShapeError(
      `${who}: expected as many rows in ${what} as in x, got ${table.rows} and ${known.rows}. ${cure}`,
    );
  }
  return table;
}

function readAny(input: unknown, known: Extent, who: string): Table {
  if (Array.isArray(input) && isRow(input[0])) return nested(input, who);
  if (isFlat(input)) {
    checkNumbers(input, who);
    return flat(input, split(input.length, known, who));
  }
  if (typeof input === "object" && input !== null && "data" in input && "shape" in input) return shaped(input, who);
  const accepted = "a Float32Array, Uint8Array, Int32Array, number[], number[][] or { data, shape }";
  throw new DataError(`${who}: expected ${accepted}, got ${show(input)}.`);
}

const isFlat = (input: unknown): input is Flat => Array.isArray(input) || TYPED.some((Typed) => input instanceof Typed);
const isRow = (value: unknown): value is ArrayLike<number> => Array.isArray(value) || ArrayBuffer.isView(value);

/** Rows and width of so many values. */
function split(length: number, known: Extent, who: string): readonly [rows: number, width: number] {
  const [rows, width] = "width" in known ? [length / known.width, known.width] : [known.rows, length / known.rows];
  if (!Number.isInteger(rows) || !Number.isInteger(width)) {
    const unit = "width" in known ? `${known.width} values a row` : `values for ${known.rows} rows`;
    throw new ShapeError(`${who}: expected ${unit}, got ${length} values. Each row needs as many.`);
  }
  return width === 0 ? [0, 0] : [rows, width];
}

function flat(values: Flat, [rows, width]: readonly [number, number]): Table {
  return {
    rows,
    width,
    at: (row, column) => values[row * width + column]!,
    take(wanted) {
      const out = emptyLike(values, wanted.length * width);
      let next = 0;
      for (let i = 0; i < wanted.length; i++) {
        for (let from = wanted[i]! * width, to = from + width; from < to; from++) out[next++] = values[from]!;
      }
      return out;
    },
  };
}

function emptyLike(values: Flat, length: number): Exclude<Flat, readonly number[]> | number[] {
  const Typed = TYPED.find((Class) => values instanceof Class);
  return Typed ? new Typed(length) : new Array<number>(length).fill(0);
}

function nested(input: Rows, who: string): Table {
  const width = input[0]!.length;
  input.forEach((row, r) => {
    if (!isRow(row) || row.length !== width) {
      const got = isRow(row) ? `${row.length}` : show(row);
      throw new ShapeError(
        `${who}: expected rows of equal length, got ${width} values in row 0 and ${got} in row ${r}.`,
      );
    }
    checkNumbers(row, who, ` in row ${r}`);
  });
  return {
    rows: input.length,
    width,
    at: (row, column) => input[row]![column]!,
    take: (wanted) => Array.from(wanted, (row) => input[row] as number[]),
  };
}

function shaped({ data, shape }: { data: unknown; shape: unknown }, who: string): Table {
  if (!isFlat(data)) throw new DataError(`${who}.data: expected a Float32Array or number[], got ${show(data)}.`);
  if (!Array.isArray(shape) || !shape.length || !shape.every((n) => Number.isSafeInteger(n) && n >= 0)) {
    throw new ShapeError(`${who}.shape: expected an array of extents, rows first, got ${show(shape)}.`);
  }
  const [rows, ...rest] = shape as [number, ...number[]];
  const width = rest.reduce((size, extent) => size * extent, 1);
  if (rows * width !== data.length) {
    const extents = short(shape.join(", "));
    throw new ShapeError(`${who}: expected ${rows * width} values for shape (${extents}), got ${data.length}.`);
  }
  checkNumbers(data, `${who}.data`);
  const table = flat(data, [rows, width]);
  return {
    ...table,
    take: (wanted) => ({ data: table.take(wanted) as number[], shape: [wanted.length, ...rest] }),
  };
}

/** Typed arrays hold nothing else; whether numbers are finite is found out in the worker. */
function checkNumbers(values: ArrayLike<unknown>, who: string, where = ""): void {
  if (ArrayBuffer.isView(values)) return;
  for (let i = 0; i < values.length; i++) {
    if (typeof values[i] === "number") continue;
    throw new DataError(`${who}: expected a number, got ${show(values[i])}${where} at index ${i}.`);
  }
}
