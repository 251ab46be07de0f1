import { ElementwiseLoss, elementwise_loss } from "../core/elementwise_loss";
import { times_sign } from "../core/sign";

class MeanAbsolutePercentageError extends ElementwiseLoss {
  common(p: v128, t: v128): v128 {
    return f32x4.sub(p, t);
  }
  value(error: v128, _p: v128, t: v128, _parameter: v128): v128 {
    return f32x4.mul(f32x4.abs(error), percent(t));
  }
  slope(error: v128, _p: v128, t: v128, _parameter: v128): v128 {
    // The or keeps what is not a number.
    return v128.or(times_sign(percent(t), error), f32x4.ne(error, error));
  }
}

/** What an error of 1 is in percent of the target, which counts as 1e-7 at least. */
function percent(t: v128): v128 {
  return f32x4.div(f32x4.splat(100), f32x4.pmax(f32x4.abs(t), f32x4.splat(1e-7)));
}

/** loss[r] = 100/width Σ_c |pred - target| / max(|target|, 1e-7), rows from..to. Overwrites loss, which must alias nothing. */
export function mean_absolute_percentage_error_forward(
  loss: usize,
  pred: usize,
  target: usize,
  width: i32,
  pred_stride: i32,
  target_stride: i32,
  from: i32,
  to: i32,
): void {
  elementwise_loss<MeanAbsolutePercentageError>(
    loss,
    0,
    pred,
    target,
    0,
    0,
    width,
    pred_stride,
    target_stride,
    from,
    to,
  );
}

/**
 * loss as forward;  dpred (B,pred_stride) = scale/width * 100 sign(pred - target) / max(|target|, 1e-7), with sign(0) = 0, 0 in padding, rows from..to.
 * Overwrites loss and dpred, which must alias nothing.
 */
export function mean_absolute_percentage_error_backward(
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
  elementwise_loss<MeanAbsolutePercentageError>(
    loss,
    dpred,
    pred,
    target,
    0,
    scale,
    width,
    pred_stride,
    target_stride,
    from,
    to,
  );
}
