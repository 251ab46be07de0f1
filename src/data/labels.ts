// Labels as texts, as whole numbers and as one value per class.

import { integer, show } from "../check.js";
import { DataError, MemoryLimitError, OptionError, ShapeError } from "../errors.js";

type Whole = Int32Array | Uint8Array | Float32Array | readonly number[];
/** What `predict` gives, or indices of classes. */
export type Decodable = { readonly data: Float32Array; readonly shape: readonly number[] } | Whole;

const MOST_CLASSES = 16777216;

/** True for an array of texts; only its first value is looked at. */
export const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && typeof value[0] === "string";

/**
 * One-hot rows: `out[r][c] = 1 if labels[r] = c, else 0`.
 *
 * Shapes   labels (rows) -> (rows, classes); classes default to the largest label + 1
 * Errors   DataError for a label that is no whole number from 0 to classes - 1, and for no labels
 */
export function toCategorical(labels: Whole, classes?: number): { data: Float32Array; shape: [number, number] } {
  const who = "toCategorical";
  if (classes !== undefined) integer(classes, `${who}: classes`, { min: 1, max: MOST_CLASSES });
  const values = readWhole(labels, who, (classes ?? MOST_CLASSES) - 1);
  const width = classes ?? values.reduce((most, label) => Math.max(most, label), 0) + 1;
  const data = allocate(values.length * width, who);
  values.forEach((label, row) => {
    data[row * width + label] = 1;
  });
  return { data, shape: [values.length, width] };
}

/**
 * Texts numbered from 0 in the order of their sorted names.
 *
 * Shapes   labels (rows) -> labels (rows), names (classes)
 * Errors   DataError for a label that is no text, and for no labels
 */
export function encodeLabels(labels: readonly string[]): { labels: Int32Array; names: string[] } {
  const names = namesOf(labels, "encodeLabels");
  return { labels: numberTexts(labels, names, "encodeLabels"), names };
}

/**
 * The names of classes: of indices, or of the largest value of each row of a prediction (the first one where several are equal).
 * One output a row and two names: the second from a probability of 0.5 on.
 *
 * Shapes   indices (rows) or prediction (rows, classes) -> rows names
 * Errors   ShapeError for rows of another width than there are names; DataError for an index that has no name
 */
export function decodeLabels(given: Decodable, names: readonly string[] | undefined): string[] {
  const who = "decodeLabels";
  const known = readNames(names, `${who}: names`);
  const { data, shape } = isTensor(given) ? given : { data: given as Whole, shape: undefined };
  if (!shape) return Array.from(readWhole(data, who, known.length - 1), (label) => known[label]!);
  const [rows = 0, width = 1, ...more] = shape;
  const binary = width === 1 && known.length === 2;
  const fits = more.length === 0 && (width === known.length || binary) && data?.length === rows * width;
  if (!fits) {
    const got = `${show([...shape])} with ${show(data?.length)} values`;
    throw new ShapeError(`${who}: expected a prediction of shape [rows, ${known.length}], got ${got}.`);
  }
  return Array.from({ length: rows }, (_, row) => {
    const best = binary ? Number(data[row]! >= 0.5) : largest(data, row * width, width);
    if (Number.isNaN(data[row * width + (binary ? 0 : best)]!)) {
      throw new DataError(`${who}: expected numbers, got NaN in row ${row}. Look at the weights.`, { row });
    }
    return known[best]!;
  });
}

/** The place of the largest value, or of the first that is not a number. */
function largest(data: ArrayLike<number>, start: number, width: number): number {
  let best = 0;
  for (let i = 0; i < width; i++) {
    const value = data[start + i]!;
    if (Number.isNaN(value)) return i;
    if (value > data[start + best]!) best = i;
  }
  return best;
}

const isTensor = (value: Decodable): value is Extract<Decodable, { readonly shape: readonly number[] }> =>
  typeof value === "object" && value !== null && "data" in value && Array.isArray(value.shape);

/** The different texts, sorted by their characters' codes: the same order everywhere. */
export function namesOf(texts: readonly string[], who: string): string[] {
  const names = new Set<string>();
  if (!Array.isArray(texts)) throw new DataError(`${who}: expected an array of texts, got ${show(texts)}.`);
  for (let row = 0; row < texts.length; row++) {
    const text: unknown = texts[row];
    if (typeof text !== "string") {
      throw new DataError(`${who}: expected a text as a label, got ${show(text)} in row ${row}.`, { row });
    }
    names.add(text);
  }
  if (names.size === 0) throw new DataError(`${who}: expected at least one label, got none.`);
  return [...names].sort();
}

/** Texts -> their places in `names`. DataError for a text that is not among them. */
export function numberTexts(texts: readonly string[], names: readonly string[], who: string): Int32Array {
  const places = new Map(names.map((name, place) => [name, place]));
  return Int32Array.from({ length: texts.length }, (_, row) => {
    const place = places.get(texts[row]!);
    if (place !== undefined) return place;
    const cure = `Known: ${show(names)}. Drop the row, or learn the names from data that has them all.`;
    throw new DataError(`${who}: unknown label ${show(texts[row])} in row ${row}. ${cure}`, { row });
  });
}

/** Names that can stand for classes: different texts, at least one. */
export function readNames(names: unknown, who: string): readonly string[] {
  const list: readonly unknown[] = Array.isArray(names) && names.length <= MOST_CLASSES ? names : [];
  if (list.length === 0 || list.findIndex((name) => typeof name !== "string") >= 0) {
    const cure = names === undefined ? " A model has labels when it was fitted on texts." : "";
    throw new OptionError(`${who}: expected an array of texts such as ["cat", "dog"], got ${show(names)}.${cure}`);
  }
  const seen = new Set<unknown>();
  const twice = list.find((name) => seen.size === seen.add(name).size);
  if (twice !== undefined) throw new OptionError(`${who}: expected each name once, got ${show(twice)} twice.`);
  return list as readonly string[];
}

/** Whole numbers from 0 to `most`. */
function readWhole(labels: unknown, who: string, most: number): Int32Array {
  if (!Array.isArray(labels) && !ArrayBuffer.isView(labels)) {
    throw new DataError(`${who}: expected an array of labels, got ${show(labels)}.`);
  }
  const list = labels as unknown as ArrayLike<unknown>;
  if (!list.length) throw new DataError(`${who}: expected at least one label, got none.`);
  for (let row = 0; row < list.length; row++) {
    const label = list[row];
    if (Number.isInteger(label) && (label as number) >= 0 && (label as number) <= most) continue;
    const cure = typeof label === "string" ? "Number texts with encodeLabels()." : "Number the classes from 0.";
    const expected = `expected labels as whole numbers from 0 to ${most}`;
    throw new DataError(`${who}: ${expected}, got ${show(label)} in row ${row}. ${cure}`, { row });
  }
  return Int32Array.from(list as ArrayLike<number>);
}

function allocate(values: number, who: string): Float32Array {
  const bytes = 4 * values;
  try {
    if (bytes < 4294967296) return new Float32Array(values);
  } catch {}
  const cure = 'Leave labels as they are and use the loss "sparseCategoricalCrossentropy".';
  throw new MemoryLimitError(`${who}: expected room for ${bytes} bytes, got none. ${cure}`, { bytes });
}
