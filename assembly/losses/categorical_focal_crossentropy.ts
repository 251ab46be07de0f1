// Focal cross-entropy of logits against a distribution: p = softmax(pred), t = target*(1-smoothing) + smoothing/width.

import { focal_loss, Targets } from "../core/focal";
import { at } from "../core/simd";

class Distribution extends Targets {
  columns(target: usize, row: i32, c: i32, stride: i32): v128 {
    return v128.load(at(target, row * stride + c));
  }
}

/** loss[r] = alpha Σ_c t * (1 - p)^gamma * -log p, rows from..to. Overwrites loss, which must alias nothing. */
export function categorical_focal_crossentropy_forward(
  loss: usize,
  pred: usize,
  target: usize,
  smoothing: f32,
  alpha: f32,
  gamma: f32,
  width: i32,
  pred_stride: i32,
  target_stride: i32,
  from: i32,
  to: i32,
): void {
  focal_loss<Distribution>(
    loss,
    0,
    pred,
    target,
    smoothing,
    alpha,
    gamma,
    0,
    width,
    pred_stride,
    target_stride,
    from,
    to,
  );
}

/**
 * loss as forward;  dpred (B,pred_stride) = scale * d loss[r] / d pred, 0 in padding, rows from..to:
 * scale * alpha * (p Σ_c u - u), u = t * (1 - p)^gamma * (1 + gamma * p/(1 - p) * -log p).
 * Overwrites loss and dpred, which must alias nothing.
 */
export function categorical_focal_crossentropy_backward(
  loss: usize,
  dpred: usize,
  pred: usize,
  target: usize,
  smoothing: f32,
  alpha: f32,
  gamma: f32,
  scale: f32,
  width: i32,
  pred_stride: i32,
  target_stride: i32,
  from: i32,
  to: i32,
): void {
  focal_loss<Distribution>(
    loss,
    dpred,
    pred,
    target,
    smoothing,
    alpha,
    gamma,
    scale,
    width,
    pred_stride,
    target_stride,
    from,
    to,
  );
}
