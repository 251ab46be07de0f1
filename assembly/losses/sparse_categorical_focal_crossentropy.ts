// Focal cross-entropy of logits against one i32 label a row: p = softmax(pred), t = (1-smoothing)*onehot(label) + smoothing/width.

import { focal_loss, Targets } from "../core/focal";
import { at } from "../core/simd";

class Label extends Targets {
  columns(label: usize, row: i32, c: i32, _stride: i32): v128 {
    const wanted = v128.load32_splat(at(label, row));
    return v128.and(f32x4.splat(1), i32x4.eq(i32x4.add(i32x4(0, 1, 2, 3), i32x4.splat(c)), wanted));
  }
}

/** loss[r] = alpha Σ_c t * (1 - p)^gamma * -log p, rows from..to. Overwrites loss, which must alias nothing. */
export function sparse_categorical_focal_crossentropy_forward(
  loss: usize,
  pred: usize,
  label: usize,
  smoothing: f32,
  alpha: f32,
  gamma: f32,
  width: i32,
  stride: i32,
  from: i32,
  to: i32,
): void {
  focal_loss<Label>(loss, 0, pred, label, smoothing, alpha, gamma, 0, width, stride, 0, from, to);
}

/**
 * loss as forward;  dpred (B,stride) = scale * d loss[r] / d pred, 0 in padding, rows from..to:
 * scale * alpha * (p Σ_c u - u), u = t * (1 - p)^gamma * (1 + gamma * p/(1 - p) * -log p).
 * Overwrites loss and dpred, which must alias nothing.
 */
export function sparse_categorical_focal_crossentropy_backward(
  loss: usize,
  dpred: usize,
  pred: usize,
  label: usize,
  smoothing: f32,
  alpha: f32,
  gamma: f32,
  scale: f32,
  width: i32,
  stride: i32,
  from: i32,
  to: i32,
): void {
  focal_loss<Label>(loss, dpred, pred, label, smoothing, alpha, gamma, scale, width, stride, 0, from, to);
}
