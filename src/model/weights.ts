// Weights of rows and classes, and the balanced sampler, as a fit is given them.

import { lookup, show } from "../check.js";
import { DataError, OptionError, ShapeError } from "../errors.js";
import type { Targets } from "./data.js";

/** Weights by label: an array, an object such as `{ 0: 1, 1: 10 }` (others 1), or "balanced". */
export type ClassWeight = "balanced" | readonly number[] | Readonly<Record<number, number>>;

interface Given {
  readonly sampleWeight?: ArrayLike<number>;
  readonly classWeight?: ClassWeight;
  readonly sampler?: "balanced";
}

/** One weight a row: its own times its class's; undefined where neither is given. */
export function readWeights(
  { sampleWeight, classWeight }: Given,
  targets: readonly Targets[],
): Float32Array | undefined {
  if (sampleWeight === undefined && classWeight === undefined) return undefined;
  const { rows } = targets[0]!;
  const weights = sampleWeight === undefined ? new Float32Array(rows).fill(1) : rowWeights(sampleWeight, rows);
  if (classWeight !== undefined) multiplyClasses(weights, classWeight, only(targets, "classWeight"));
  return weights;
}

/** A weight for each row, checked; a copy. */
export function rowWeights(given: ArrayLike<number>, rows: number, who = "fit"): Float32Array {
  if (!Array.isArray(given) && !ArrayBuffer.isView(given)) {
    throw new OptionError(`${who}: sampleWeight: expected an array of numbers, got ${show(given)}.`);
  }
  if (given.length !== rows) {
    throw new ShapeError(`${who}: sampleWeight: expected one for each of ${rows} rows, got ${given.length}.`);
  }
  return Float32Array.from({ length: rows }, (_, row) => weight(given[row], `${who}: sampleWeight[${row}]`, row));
}

function multiplyClasses(weights: Float32Array, given: ClassWeight, y: Targets): void {
  const labels = isYesOrNo(y) ? y.values : labelsOf(y, "classWeight");
  const byLabel = given === "balanced" ? balancedWeights(labels) : classWeights(given);
  for (let row = 0; row < weights.length; row++) weights[row]! *= byLabel.get(labels[row]!) ?? 1;
}

function classWeights(given: Exclude<ClassWeight, "balanced">): Map<number, number> {
  if (given === null || typeof given !== "object") {
    const expected = 'expected "balanced", an array or an object of weights by label such as { 0: 1, 1: 10 }';
    throw new OptionError(`fit: classWeight: ${expected}, got ${show(given)}.`);
  }
  return new Map(
    Object.entries(given).map(([label, value]) => [Number(label), weight(value, `fit: classWeight[${label}]`)]),
  );
}

/** rows / (classes * rows of the class): every class weighs the same in all. */
function balancedWeights(labels: ArrayLike<number>): Map<number, number> {
  const counts = new Map<number, number>();
  for (let row = 0; row < labels.length; row++) counts.set(labels[row]!, (counts.get(labels[row]!) ?? 0) + 1);
  return new Map([...counts].map(([label, count]) => [label, labels.length / (counts.size * count)]));
}

/** True for the balanced sampler, which needs integer labels. */
export function readSampler({ sampler }: Given, targets: readonly Targets[]): boolean {
  if (sampler === undefined) return false;
  lookup({ balanced: 1 }, sampler, "fit: sampler");
  labelsOf(only(targets, "sampler"), "sampler");
  return true;
}

/** What goes by the classes of one output cannot go by those of several. */
function only(targets: readonly Targets[], option: string): Targets {
  if (targets.length === 1) return targets[0]!;
  const cure = "Give sampleWeight.";
  throw new OptionError(`fit: ${option}: expected a model of one output, got ${targets.length}. ${cure}`);
}

/** One output that says yes or no: its targets 0 and 1 are labels, too. */
const isYesOrNo = ({ kind, width, values }: Targets): boolean =>
  kind === "probabilities" && width === 1 && (values as Float32Array).every((value) => value === 0 || value === 1);

function labelsOf({ kind, values, width }: Targets, option: string): ArrayLike<number> {
  const labels = kind === "integers" || kind === "floats";
  if (labels && width === 1) return values;
  const cure = labels
    ? "Use sampleWeight."
    : 'Use a loss on integer labels such as "sparseCategoricalCrossentropy", or sampleWeight.';
  const got = labels ? `${width}` : "a value per output";
  throw new OptionError(`fit: ${option}: expected integer labels in y, one a row, got ${got}. ${cure}`);
}

function weight(value: unknown, name: string, row?: number): number {
  if (typeof value === "number" && Number.isFinite(value) && value >= 0) return value;
  const where = row === undefined ? {} : { row };
  throw new DataError(`${name}: expected a number >= 0, got ${show(value)}.`, where);
}
