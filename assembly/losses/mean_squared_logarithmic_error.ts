import { ElementwiseLoss, elementwise_loss } from "../core/elementwise_loss";
import { log1p4 } from "../core/math";

class MeanSquaredLogarithmicError extends ElementwiseLoss {
  /** log((1 + p) / (1 + t)), where both are at least 1e-7. */
  common(p: v128, t: v128): v128 {
    return f32x4.sub(log1p4(at_least_epsilon(p)), log1p4(at_least_epsilon(t)));
  }
  value(error: v128, _p: v128, _t: v128, _parameter: v128): v128 {
    return f32x4.mul(error, error);
  }
  slope(error: v128, p: v128, _t: v128, _parameter: v128): v128 {
    const slope = f32x4.div(f32x4.add(error, error), f32x4.add(p, f32x4.splat(1)));
    return v128.andnot(slope, f32x4.le(p, f32x4.splat(1e-7)));
  }
}

function at_least_epsilon(x: v128): v128 {
  return f32x4.pmax(x, f32x4.splat(1e-7));
}

/** loss[r] = 1/width Σ_c (log(1 + p) - log(1 + t))², p = max(pred, 1e-7), t = max(target, 1e-7), rows from..to. Overwrites loss, which must alias nothing. */
export function mean_squared_logarithmic_error_forward(
  loss: usize,
  pred: usize,
  target: usize,
  width: i32,
  pred_stride: i32,
  target_stride: i32,
  from: i32,
  to: i32,
): void {
  elementwise_loss<MeanSquaredLogarithmicError>(
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
 * loss as forward;  dpred (B,pred_stride) = scale/width * (pred > 1e-7 ? 2 (log(1 + p) - log(1 + t)) / (1 + p) : 0), 0 in padding, rows from..to.
 * Overwrites loss and dpred, which must alias nothing.
 */
export function mean_squared_logarithmic_error_backward(
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
  elementwise_loss<MeanSquaredLogarithmicError>(
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
