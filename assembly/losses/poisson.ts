import { ElementwiseLoss, elementwise_loss } from "../core/elementwise_loss";
import { log4 } from "../core/math";

class Poisson extends ElementwiseLoss {
  /** What the logarithm is taken of. */
  common(p: v128, _t: v128): v128 {
    return f32x4.add(p, f32x4.splat(1e-7));
  }
  value(rate: v128, p: v128, t: v128, _parameter: v128): v128 {
    return f32x4.sub(p, f32x4.mul(t, log4(rate)));
  }
  slope(rate: v128, _p: v128, t: v128, _parameter: v128): v128 {
    return f32x4.sub(f32x4.splat(1), f32x4.div(t, rate));
  }
}

/** loss[r] = 1/width Σ_c pred - target*log(pred + 1e-7), rows from..to. Overwrites loss, which must alias nothing. */
export function poisson_forward(
  loss: usize,
  pred: usize,
  target: usize,
  width: i32,
  pred_stride: i32,
  target_stride: i32,
  from: i32,
  to: i32,
): void {
  elementwise_loss<Poisson>(loss, 0, pred, target, 0, 0, width, pred_stride, target_stride, from, to);
}

/**
 * loss as forward;  dpred (B,pred_stride) = scale/width * (1 - target/(pred + 1e-7)), 0 in padding, rows from..to.
 * Overwrites loss and dpred, which must alias nothing.
 */
export function poisson_backward(
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
  elementwise_loss<Poisson>(loss, dpred, pred, target, 0, scale, width, pred_stride, target_stride, from, to);
}
