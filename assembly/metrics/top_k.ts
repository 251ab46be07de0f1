// Whether the true column is among the k largest. A value that is not a number counts as larger than any other.

import { row_argmax } from "../core/logits";
import { at, lanes_below } from "../core/simd";

/** The number of columns that come before `column`: larger values, equal ones to the left, and all that are not numbers. */
function rank(row: usize, column: i32, width: i32): i32 {
  const value = v128.load32_splat(at(row, column));
  let before = 0;
  for (let c = 0; c < width; c += 4) {
    const x = v128.load(at(row, c));
    const behind = v128.bitselect(f32x4.le(x, value), f32x4.lt(x, value), v128.not(lanes_below(c, column)));
    before += popcnt(i32x4.bitmask(v128.andnot(lanes_below(c, width), behind)));
  }
  return before;
}

/**
 * hit[r] = 1 if fewer than k columns of pred[r] come before column label[r], else 0, rows from..to; label is i32.
 * Overwrites hit, which must alias nothing.
 */
export function sparse_top_k_accuracy(
  hit: usize,
  pred: usize,
  label: usize,
  k: i32,
  width: i32,
  stride: i32,
  from: i32,
  to: i32,
): void {
  for (let row = from; row < to; row++) {
    const before = rank(at(pred, row * stride), load<i32>(at(label, row)), width);
    store<f32>(at(hit, row), <f32>(before < k));
  }
}

/**
 * hit[r] = 1 if fewer than k columns of pred[r] come before the first column of the largest target[r], else 0, rows from..to.
 * Overwrites hit, which must alias nothing.
 */
export function top_k_accuracy(
  hit: usize,
  pred: usize,
  target: usize,
  k: i32,
  width: i32,
  pred_stride: i32,
  target_stride: i32,
  from: i32,
  to: i32,
): void {
  for (let row = from; row < to; row++) {
    const wanted = row_argmax(at(target, row * target_stride), width);
    const hits = wanted >= 0 && rank(at(pred, row * pred_stride), wanted, width) < k;
    store<f32>(at(hit, row), <f32>hits);
  }
}
