// Whether data is mostly zeros, so that leaving these out of the first products pays.

import { MOST_COLUMNS } from "../layers/sparse.js";
import type { Values } from "./data.js";

/** The greatest share of values other than zero for which it pays, and the least width. */
const MOST_LIVE = 0.4;
const LEAST_COLUMNS = 32;
/** Rows that are looked at, evenly spread. */
const SAMPLE = 64;

/** True if a sample of the rows says so. No result depends on it, not even by a bit, as long as weights are finite. */
export function mostlyZeros({ values, rows, width }: Values): boolean {
  if (width < LEAST_COLUMNS || width > MOST_COLUMNS) return false;
  const sample = Math.min(SAMPLE, rows);
  let live = 0;
  for (let i = 0; i < sample; i++) {
    const start = Math.floor((i * rows) / sample) * width;
    for (let at = start; at < start + width; at++) if (values[at] !== 0) live++;
  }
  return live <= MOST_LIVE * sample * width;
}
