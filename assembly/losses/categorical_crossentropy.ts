// Cross-entropy of logits against a distribution: t = target*(1-smoothing) + smoothing/width.

import { SoftLoss, soft_loss } from "../core/soft_loss";

class CategoricalCrossentropy extends SoftLoss {
  term(t: v128, z: v128): v128 {
    return f32x4.neg(f32x4.mul(t, z));
  }
}

/** loss[r] = -Σ_c t * log softmax(pred)[c], rows from..to. Overwrites loss, which must alias nothing. */
export function categorical_crossentropy_forward(
  loss: usize,
  pred: usize,
  target: usize,
  smoothing: f32,
  width: i32,
  pred_stride: i32,
  target_stride: i32,
  from: i32,
  to: i32,
): void {
  soft_loss<CategoricalCrossentropy>(loss, 0, pred, target, smoothing, 0, width, pred_stride, target_stride, from, to);
}

/**
 * loss as forward;  dpred (B,pred_stride) = scale * (softmax(pred) * Σ_c t - t), 0 in padding, rows from..to.
 * Overwrites loss and dpred, which must alias nothing.
 */
export function categorical_crossentropy_backward(
  loss: usize,
  dpred: usize,
  pred: usize,
  target: usize,
  smoothing: f32,
  scale: f32,
  width: i32,
  pred_stride: i32,
  target_stride: i32,
  from: i32,
  to: i32,
): void {
  soft_loss<CategoricalCrossentropy>(
    loss,
    dpred,
    pred,
    target,
    smoothing,
    scale,
    width,
    pred_stride,
    target_stride,
    from,
    to,
  );
}
