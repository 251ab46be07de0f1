import { ElementwiseLoss, elementwise_loss } from "../core/elementwise_loss";
import { plus_or_minus } from "../core/sign";

class SquaredHinge extends ElementwiseLoss {
  /** What is missing to the margin. */
  common(p: v128, t: v128): v128 {
    return f32x4.pmax(f32x4.sub(f32x4.splat(1), f32x4.mul(plus_or_minus(t), p)), f32x4.splat(0));
  }
  value(missing: v128, _p: v128, _t: v128, _parameter: v128): v128 {
    return f32x4.mul(missing, missing);
  }
  slope(missing: v128, _p: v128, t: v128, _parameter: v128): v128 {
    return f32x4.mul(f32x4.mul(missing, f32x4.splat(-2)), plus_or_minus(t));
  }
}

/** loss[r] = 1/width Σ_c max(1 - t*pred, 0)², t = target, -1 where it is 0, rows from..to. Overwrites loss, which must alias nothing. */
export function squared_hinge_forward(
  loss: usize,
  pred: usize,
  target: usize,
  width: i32,
  pred_stride: i32,
  target_stride: i32,
  from: i32,
  to: i32,
): void {
  elementwise_loss<SquaredHinge>(loss, 0, pred, target, 0, 0, width, pred_stride, target_stride, from, to);
}

/**
 * loss as forward;  dpred (B,pred_stride) = scale/width * -2t max(1 - t*pred, 0), 0 in padding, rows from..to.
 * Overwrites loss and dpred, which must alias nothing.
 */
export function squared_hinge_backward(
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
  elementwise_loss<SquaredHinge>(loss, dpred, pred, target, 0, scale, width, pred_stride, target_stride, from, to);
}
