// The margin between the right class and the largest of the others: m = 1 + max_c (1 - t)*x - Σ_c t*x, x = pred, t = target.

import { clear_columns } from "../core/logits";
import { at, flush, lanes_below, max_lanes, max4, sum_lanes } from "../core/simd";

/** loss[r] = max(m, 0), rows from..to. Overwrites loss, which must alias nothing. */
export function categorical_hinge_forward(
  loss: usize,
  pred: usize,
  target: usize,
  width: i32,
  pred_stride: i32,
  target_stride: i32,
  from: i32,
  to: i32,
): void {
  categorical_hinge(loss, 0, pred, target, 0, width, pred_stride, target_stride, from, to);
}

/**
 * loss as forward;  dpred (B,pred_stride) = scale * (m > 0 ? (1 - t at the first column of the max, else 0) - t : 0), 0 in
 * padding, rows from..to. Overwrites loss and dpred, which must alias nothing.
 */
export function categorical_hinge_backward(
  loss: usize,
  dpred: usize,
  pred: usize,
  target: usize,
  scale: f32,
  width: i32,
  pred_stride: i32,
  target_stride: i32,
  from: i32,
  to: i32,
): void {
  categorical_hinge(loss, dpred, pred, target, scale, width, pred_stride, target_stride, from, to);
}

/** Both kernels; without a gradient where `dpred` is 0. */
function categorical_hinge(
  loss: usize,
  dpred: usize,
  pred: usize,
  target: usize,
  scale: f32,
  width: i32,
  pred_stride: i32,
  target_stride: i32,
  from: i32,
  to: i32,
): void {
  const lowest = f32x4.splat(-Infinity);
  for (let row = from; row < to; row++) {
    const pred_row = at(pred, row * pred_stride);
    const target_row = at(target, row * target_stride);
    let right = f32x4.splat(0);
    let wrong = lowest;
    for (let c = 0; c < width; c += 4) {
      const inside = lanes_below(c, width);
      const x = v128.load(at(pred_row, c));
      const t = v128.load(at(target_row, c));
      right = f32x4.add(right, v128.and(f32x4.mul(t, x), inside));
      wrong = max4(wrong, v128.bitselect(other(x, t), lowest, inside));
    }
    wrong = max_lanes(wrong);
    const margin = f32x4.add(f32x4.splat(1), f32x4.sub(wrong, sum_lanes(right)));
    store<f32>(at(loss, row), f32x4.extract_lane(f32x4.pmax(margin, f32x4.splat(0)), 0));
    if (dpred) {
      const dpred_row = at(dpred, row * pred_stride);
      const above = f32x4.gt(margin, f32x4.splat(0));
      const not_a_number = f32x4.ne(margin, margin);
      let found = -1;
      let c = 0;
      for (; c < width; c += 4) {
        const t = v128.load(at(target_row, c));
        const hits = f32x4.eq(other(v128.load(at(pred_row, c)), t), wrong);
        // A lane behind the row may be equal too, but never first.
        if (found < 0 && v128.any_true(hits)) found = c + ctz(i32x4.bitmask(hits));
        const first = i32x4.eq(i32x4.add(i32x4(0, 1, 2, 3), i32x4.splat(c)), i32x4.splat(found));
        const difference = f32x4.sub(v128.and(f32x4.sub(f32x4.splat(1), t), first), t);
        const slope = v128.or(v128.and(f32x4.mul(f32x4.splat(scale), difference), above), not_a_number);
        v128.store(at(dpred_row, c), flush(v128.and(slope, lanes_below(c, width))));
      }
      clear_columns(dpred_row, c, pred_stride);
    }
  }
}

/** What a column bids as a wrong class. */
function other(x: v128, t: v128): v128 {
  return f32x4.mul(f32x4.sub(f32x4.splat(1), t), x);
}
