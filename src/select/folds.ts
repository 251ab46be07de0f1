// Which rows each fold is tested on. A pure function of the seed.

import { integer, show } from "../check.js";
import { OptionError, ShapeError } from "../errors.js";
import { philox, seedKey, shuffle } from "../random.js";

/** Streams of random numbers: of the folds' rows, and of the seeds of their models. */
const STREAM = { rows: 3, models: 4 } as const;

export interface FoldOptions {
  /** Default 5. */
  folds?: number;
  /** Default 1. */
  repeats?: number;
  seed: number;
  /** A class for each row; every fold gets its share of each. */
  stratify?: ArrayLike<number>;
  /** A group for each row; rows of one group are never on both sides. */
  groups?: ArrayLike<number | string>;
}

/**
 * The rows that each fold is tested on, ascending; the others are those to train on. Fold f of repeat r is number
 * `r * folds + f`. In each repeat every row is in one fold. Without groups, sizes differ by at most one, and so do the rows of
 * each class; with groups, the largest group goes to the smallest fold until none is left.
 *
 * Errors   OptionError, ShapeError
 */
export function folds(rows: number, given: FoldOptions, who = "folds"): Int32Array[] {
  const { folds: count = 5, repeats = 1, seed, stratify, groups } = given;
  integer(rows, `${who}: rows`, { min: 0 });
  integer(count, `${who}: folds`, { min: 2 });
  integer(repeats, `${who}: repeats`, { min: 1 });
  integer(seed, `${who}: seed`, { min: 0 });
  if (count > rows) throw new OptionError(`${who}: folds: expected at most one a row, got ${count} for ${rows} rows.`);
  if (stratify !== undefined) sameLength(stratify, rows, `${who}: stratify`);
  if (groups !== undefined) {
    if (stratify !== undefined)
      throw new OptionError(`${who}: expected classes or groups, got both. Drop one of the two.`);
    sameLength(groups, rows, `${who}: groups`);
    const distinct = new Set(Array.from(groups)).size;
    if (count > distinct) {
      const cure = "Take fewer folds.";
      throw new OptionError(
        `${who}: folds: expected at most one a group, got ${count} for ${distinct} groups. ${cure}`,
      );
    }
  }
  return Array.from({ length: repeats }, (_, repeat) => {
    const order = Int32Array.from({ length: rows }, (_, row) => row);
    shuffle(order, seed, repeat, STREAM.rows);
    const parts = groups ? dealGroups(gather(order, groups), count) : dealRows(order, count, stratify);
    return parts.map((part) => Int32Array.from(part).sort());
  }).flat();
}

/** The seed of a fold's model: 53 random bits. */
export function foldSeed(seed: number, repeat: number, fold: number): number {
  const [low, high] = philox([repeat, fold, 0, STREAM.models], seedKey(seed));
  return (high & 0x1fffff) * 4294967296 + low;
}

function sameLength(list: ArrayLike<unknown>, rows: number, who: string): void {
  const length: unknown = (list as ArrayLike<unknown> | null)?.length;
  if (typeof list !== "object" || typeof length !== "number") {
    throw new OptionError(`${who}: expected an array with one entry a row, got ${show(list)}.`);
  }
  if (length !== rows) throw new ShapeError(`${who}: expected one entry for each of ${rows} rows, got ${length}.`);
}

/** Rows that have the same key, each list and the lists in the order of the rows. */
function gather(order: Int32Array, keys: ArrayLike<number | string>): number[][] {
  const lists = new Map<number | string, number[]>();
  for (const row of order) {
    const list = lists.get(keys[row]!);
    if (list) list.push(row);
    else lists.set(keys[row]!, [row]);
  }
  return [...lists.values()];
}

const noParts = (count: number): number[][] => Array.from({ length: count }, () => []);

/** One row to each fold in turn, class by class: neither sizes nor classes are ever more than one apart. */
function dealRows(order: Int32Array, count: number, classes: ArrayLike<number> | undefined): number[][] {
  const parts = noParts(count);
  let turn = 0;
  for (const list of classes ? gather(order, classes) : [order]) {
    for (const row of list) parts[turn++ % count]!.push(row);
  }
  return parts;
}

function dealGroups(groups: number[][], count: number): number[][] {
  const parts = noParts(count);
  for (const group of groups.sort((a, b) => b.length - a.length)) {
    const smallest = parts.reduce((best, part) => (part.length < best.length ? part : best));
    for (const row of group) smallest.push(row);
  }
  return parts;
}
