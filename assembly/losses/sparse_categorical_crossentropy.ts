// Cross-entropy of logits against one i32 label a row: t = (1-smoothing)*onehot(label) + smoothing/width.
// z = x - max x and L = log Σ exp z, so that -log softmax(x) is L - z, exact for large logits too.

import { clear_columns, row_max } from "../core/logits";
import { exp4, log4 } from "../core/math";
import { at, flush, lanes_below, sum_lanes } from "../core/simd";

/** loss[r] = -Σ_c t * log softmax(pred)[c], rows from..to. Overwrites loss, which must alias nothing. */
export function sparse_categorical_crossentropy_forward(
  loss: usize,
  pred: usize,
  label: usize,
  smoothing: f32,
  width: i32,
  stride: i32,
  from: i32,
  to: i32,
): void {
  sparse_loss(loss, 0, pred, label, smoothing, 0, width, stride, from, to);
}

/**
 * loss as forward;  dpred (B,stride) = scale * (softmax(pred) - t), 0 in padding, rows from..to.
 * Overwrites loss and dpred, which must alias nothing.
 */
export function sparse_categorical_crossentropy_backward(
  loss: usize,
  dpred: usize,
  pred: usize,
  label: usize,
  smoothing: f32,
  scale: f32,
  width: i32,
  stride: i32,
  from: i32,
  to: i32,
): void {
  sparse_loss(loss, dpred, pred, label, smoothing, scale, width, stride, from, to);
}

/** Both kernels; without a gradient where `dpred` is 0. */
function sparse_loss(
  loss: usize,
  dpred: usize,
  pred: usize,
  label: usize,
  smoothing: f32,
  scale: f32,
  width: i32,
  stride: i32,
  from: i32,
  to: i32,
): void {
  const kept: f32 = 1 - smoothing;
  const shared: f32 = smoothing / <f32>width;
  for (let row = from; row < to; row++) {
    const pred_row = at(pred, row * stride);
    const dpred_row = at(dpred, row * stride);
    const wanted = load<i32>(at(label, row));
    const largest = row_max(pred_row, width);
    let powers = f32x4.splat(0);
    let shifted = f32x4.splat(0);
    for (let c = 0; c < width; c += 4) {
      const inside = lanes_below(c, width);
      const z = f32x4.sub(v128.load(at(pred_row, c)), largest);
      const power = flush(v128.and(exp4(z), inside));
      powers = f32x4.add(powers, power);
      shifted = f32x4.add(shifted, v128.and(z, inside));
      if (dpred) v128.store(at(dpred_row, c), power);
    }
    powers = sum_lanes(powers);
    const log_sum = f32x4.extract_lane(log4(powers), 0);
    const z = load<f32>(at(pred_row, wanted)) - f32x4.extract_lane(largest, 0);
    let value = kept * (log_sum - z);
    // Without smoothing, a logit of -Infinity that is not wanted must not make 0 * Infinity.
    if (smoothing != 0) value += shared * (<f32>width * log_sum - f32x4.extract_lane(sum_lanes(shifted), 0));
    store<f32>(at(loss, row), value);
    if (dpred) {
      const share = f32x4.div(f32x4.splat(1), powers);
      let c = 0;
      for (; c < width; c += 4) {
        const onehot = i32x4.eq(i32x4.add(i32x4(0, 1, 2, 3), i32x4.splat(c)), i32x4.splat(wanted));
        const t = f32x4.add(v128.and(f32x4.splat(kept), onehot), f32x4.splat(shared));
        const difference = f32x4.sub(f32x4.mul(v128.load(at(dpred_row, c)), share), t);
        const slope = f32x4.mul(f32x4.splat(scale), difference);
        v128.store(at(dpred_row, c), flush(v128.and(slope, lanes_below(c, width))));
      }
      clear_columns(dpred_row, c, stride);
    }
  }
}
