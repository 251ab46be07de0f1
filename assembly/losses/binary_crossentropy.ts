// Binary cross-entropy of logits, every element a yes or no of its own: t = target*(1-smoothing) + smoothing/2.

import { ElementwiseLoss, elementwise_loss } from "../core/elementwise_loss";
import { exp4, log1p4 } from "../core/math";
import { madd } from "../core/simd";

class BinaryCrossentropy extends ElementwiseLoss {
  /** exp(-|x|), which never overflows. */
  common(x: v128, _t: v128): v128 {
    return exp4(f32x4.neg(f32x4.abs(x)));
  }
  value(power: v128, x: v128, t: v128, smoothing: v128): v128 {
    const linear = madd(f32x4.neg(x), smooth(t, smoothing), f32x4.pmax(x, f32x4.splat(0)));
    return f32x4.add(linear, log1p4(power));
  }
  slope(power: v128, x: v128, t: v128, smoothing: v128): v128 {
    const one = f32x4.splat(1);
    const above = v128.bitselect(one, power, f32x4.ge(x, f32x4.splat(0)));
    return f32x4.sub(f32x4.div(above, f32x4.add(one, power)), smooth(t, smoothing));
  }
}

function smooth(t: v128, smoothing: v128): v128 {
  return madd(smoothing, f32x4.sub(f32x4.splat(0.5), t), t);
}

/** loss[r] = 1/width Σ_c max(x,0) - x*t + log(1 + exp(-|x|)), x = pred, rows from..to. Overwrites loss, which must alias nothing. */
export function binary_crossentropy_forward(
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
  elementwise_loss<BinaryCrossentropy>(
    loss,
    0,
    pred,
    target,
    smoothing,
    0,
    width,
    pred_stride,
    target_stride,
    from,
    to,
  );
}

/**
 * loss as forward;  dpred (B,pred_stride) = scale/width * (sigmoid(x) - t), 0 in padding, rows from..to.
 * Overwrites loss and dpred, which must alias nothing.
 */
export function binary_crossentropy_backward(
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
  elementwise_loss<BinaryCrossentropy>(
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
