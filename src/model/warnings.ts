// What is allowed and still probably not meant: said in the history, in plain words.

import type { Targets } from "./data.js";
import type { FitRequest } from "./options.js";

/** Fewer rows are seen whole often enough. */
const FEWEST_ROWS = 20;

/** Warnings about a fit's data and options. */
export const warningsOf = ({ options, y }: FitRequest): string[] => (options.shuffle ? [] : y.flatMap(sortedLabels));

/** Labels that lie class by class: each batch then shows one class, and the model forgets the others. */
function sortedLabels({ values, kind, rows }: Targets): string[] {
  if ((kind !== "integers" && kind !== "floats") || rows < FEWEST_ROWS) return [];
  const seen = new Set<number>();
  for (let row = 0; row < rows; row++) {
    if (row > 0 && values[row] === values[row - 1]) continue;
    // A class that comes back, or too many of them to be runs.
    if (seen.has(values[row]!) || 2 * (seen.size + 1) > rows) return [];
    seen.add(values[row]!);
  }
  if (seen.size <= 2) return [];
  const what = `The rows are sorted by label (${seen.size} classes, one after the other) and shuffle is false`;
  const why = "so most batches hold one class alone and the model forgets the others";
  return [`${what}, ${why}. Leave shuffle at its default, true, or mix the rows before fit.`];
}
