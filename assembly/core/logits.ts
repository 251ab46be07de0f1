// What the losses on logits and the accuracies share. A row has `width` values; lanes behind them are ignored.

import { at, lanes_below, max_lanes, max4 } from "./simd";

/** The row's largest value, in every lane; not a number if any value is. */
export function row_max(row: usize, width: i32): v128 {
  const lowest = f32x4.splat(-Infinity);
  let largest = lowest;
  for (let c = 0; c < width; c += 4) {
    largest = max4(largest, v128.bitselect(v128.load(at(row, c)), lowest, lanes_below(c, width)));
  }
  return max_lanes(largest);
}

/** The first column that holds the row's largest value, or -1 if a value is not a number. */
export function row_argmax(row: usize, width: i32): i32 {
  const largest = row_max(row, width);
  for (let c = 0; c < width; c += 4) {
    // A lane behind the row may be equal too, but never first.
    const hits = f32x4.eq(v128.load(at(row, c)), largest);
    if (v128.any_true(hits)) return c + ctz(i32x4.bitmask(hits));
  }
  return -1;
}

/** Writes 0 to the columns of a row from `column` up to `stride`, a multiple of 4. */
export function clear_columns(row: usize, column: i32, stride: i32): void {
  let c = column;
  for (; c & 3; c++) store<f32>(at(row, c), 0);
  for (; c < stride; c += 4) v128.store(at(row, c), f32x4.splat(0));
}
