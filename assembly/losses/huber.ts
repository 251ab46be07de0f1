import { ElementwiseLoss, elementwise_loss } from "../core/elementwise_loss";

class Huber extends ElementwiseLoss {
  common(p: v128, t: v128): v128 {
    return f32x4.sub(p, t);
  }
  /** With c = min(|e|, delta), both branches are c * (|e| - c/2). */
  value(error: v128, _p: v128, _t: v128, delta: v128): v128 {
    const size = f32x4.abs(error);
    const capped = f32x4.pmin(size, delta);
    return f32x4.mul(capped, f32x4.sub(size, f32x4.mul(capped, f32x4.splat(0.5))));
  }
  slope(error: v128, _p: v128, _t: v128, delta: v128): v128 {
    return f32x4.pmax(f32x4.pmin(error, delta), f32x4.neg(delta));
  }
}

/** loss[r] = 1/width Σ_c (|e| <= delta ? e²/2 : delta*(|e| - delta/2)), e = pred - target, rows from..to. Overwrites loss, which must alias nothing. */
export function huber_forward(
  loss: usize,
  pred: usize,
  target: usize,
  delta: f32,
  width: i32,
  pred_stride: i32,
  target_stride: i32,
  from: i32,
  to: i32,
): void {
  elementwise_loss<Huber>(loss, 0, pred, target, delta, 0, width, pred_stride, target_stride, from, to);
}

/**
 * loss as forward;  dpred (B,pred_stride) = scale/width * (e clamped to -delta..delta), 0 in padding, rows from..to.
 * Overwrites loss and dpred, which must alias nothing.
 */
export function huber_backward(
  loss: usize,
  dpred: usize,
  pred: usize,
  target: usize,
  scale: f32,
  delta: f32,
  width: i32,
  pred_stride: i32,
  target_stride: i32,
  from: i32,
  to: i32,
): void {
  elementwise_loss<Huber>(loss, dpred, pred, target, delta, scale, width, pred_stride, target_stride, from, to);
}
