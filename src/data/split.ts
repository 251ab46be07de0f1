// Rows of x and y in two parts, drawn from a seed.

import { boolean, integer, number, options, show } from "../check.js";
import { STREAM, splitRows } from "../engine/order.js";
import { DataError, ShapeError } from "../errors.js";
import { type DataInput, readData, type TargetInput } from "../model/data.js";
import { isTexts, namesOf, numberTexts } from "./labels.js";
import { isPixels } from "./pixels.js";

export interface SplitOptions {
  /** The share of the rows in `test`, 0 < test < 1; default 0.25. */
  test?: number;
  /** Each label keeps its share in both parts; default false. */
  stratify?: boolean;
  /** Default 0. */
  seed?: number;
}

const WHO = "split";

/**
 * Rows of x and y in two parts, each in the form and the order it came in. `test` holds the share of the rows, rounded; with
 * `stratify` each label gives its share of them, the largest remainders first.
 *
 * Shapes   x, y (rows, ...) -> (rows - held, ...) and (held, ...); a flat y has one value a row unless x says how many rows there are
 * Errors   OptionError for a share outside (0, 1); ShapeError for unequal rows; DataError for fewer than 2 rows and, with
 *          `stratify`, for labels that are neither whole numbers nor texts
 * Source   Salmon et al. 2011 (Philox 4x32-10)
 */
export function split<X extends DataInput, Y extends TargetInput>(
  x: X,
  y: Y,
  given: SplitOptions = {},
): { train: [X, Y]; test: [X, Y] } {
  options(given, WHO, ["test", "stratify", "seed"]);
  const { test = 0.25, stratify = false, seed = 0 } = given;
  number(test, `${WHO}.test`, { above: 0, below: 1 });
  boolean(stratify, `${WHO}.stratify`);
  integer(seed, `${WHO}.seed`, { min: 0 });
  const [inputs, targets] = [readTable(x, `${WHO}: x`), readTable(y, `${WHO}: y`)];
  const n = countRows(inputs, targets);
  const labels = stratify ? labelsOf(y, targets, n) : undefined;
  const held = Math.min(n - 1, Math.max(1, Math.round(n * test)));
  const order = splitRows(n, held, seed, labels, STREAM.test);
  const part = (rows: Int32Array): [X, Y] => [inputs.take(rows, n) as X, targets.take(rows, n) as Y];
  return { train: part(order.subarray(0, n - held)), test: part(order.subarray(n - held)) };
}

/** Data in any form: its rows, where the form says how many, its values, and a part of it in the same form. */
interface Table {
  readonly rows: number | undefined;
  readonly values: ArrayLike<number>;
  take(rows: Int32Array, n: number): unknown;
}

function readTable(input: TargetInput, who: string): Table {
  if (isTexts(input)) {
    namesOf(input, who);
    return listed(input, { length: input.length });
  }
  if (isPixels(input)) return listed(Array.isArray(input) ? input : [input], { length: 0 });
  const { values, shape } = readData(input as DataInput, who);
  if (Array.isArray(input) && shape) return listed(input, values);
  if (shape) {
    const { data } = input as { data: Sliceable };
    return {
      rows: shape[0]!,
      values,
      take: (rows, n) => ({ data: takeRows(data, rows, values.length / n), shape: [rows.length, ...shape.slice(1)] }),
    };
  }
  const take = (rows: Int32Array, n: number) => takeRows(input as Sliceable, rows, values.length / n);
  return { rows: undefined, values, take };
}

/** One item a row. */
const listed = (items: readonly unknown[], values: ArrayLike<number>): Table => ({
  rows: items.length,
  values,
  take: (rows) => Array.from(rows, (row) => items[row]),
});

const KINDS = [Float32Array, Uint8Array, Int32Array, Float64Array, Uint8ClampedArray] as const;
type Sliceable = InstanceType<(typeof KINDS)[number]> | readonly number[];

/** Rows of so many values, in an array of the same kind. */
export function takeRows<D extends ArrayLike<number>>(data: D, rows: ArrayLike<number>, width: number): D {
  const Kind = KINDS.find((kind) => data instanceof kind) ?? Array;
  const out = new Kind(rows.length * width) as number[];
  for (let place = 0; place < rows.length; place++) {
    for (let i = 0; i < width; i++) out[place * width + i] = data[rows[place]! * width + i]!;
  }
  return out as unknown as D;
}

/** The rows that both have. */
function countRows(x: Table, y: Table): number {
  const n = x.rows ?? y.rows ?? y.values.length;
  const counts = ({ rows, values }: Table) =>
    rows === undefined ? values.length > 0 && values.length % n === 0 : rows === n;
  if (n > 0 && !(counts(x) && counts(y))) {
    const say = ({ rows, values }: Table) => (rows === undefined ? `${values.length} values` : `${rows} rows`);
    const cure = "Each row of x needs one of y; pass { data, shape } where a row of y has several values.";
    throw new ShapeError(`${WHO}: expected as many rows in y as in x, got ${say(y)} and ${say(x)}. ${cure}`);
  }
  if (n >= 2) return n;
  throw new DataError(`${WHO}: expected at least 2 rows, got ${n}. Give more rows.`);
}

/** Labels as numbers, to draw rows by. */
function labelsOf(y: TargetInput, { values }: Table, n: number): Int32Array {
  if (isTexts(y)) return numberTexts(y, namesOf(y, WHO), WHO);
  if (values.length !== n) {
    const got = `${values.length} values for ${n} rows`;
    throw new ShapeError(
      `${WHO}: y: expected one label a row for stratify, got ${got}. Pass labels, not one-hot rows.`,
    );
  }
  const labels = Int32Array.from(values);
  const row = labels.findIndex((label, i) => label !== values[i]);
  if (row < 0) return labels;
  const cure = "Stratify by labels only.";
  throw new DataError(`${WHO}: y: expected whole numbers or texts, got ${show(values[row])} in row ${row}. ${cure}`, {
    row,
  });
}
