import { ElementwiseLoss, elementwise_loss } from "../core/elementwise_loss";
import { exp4, log1p4, tanh4 } from "../core/math";

class LogCosh extends ElementwiseLoss {
  common(p: v128, t: v128): v128 {
    return f32x4.sub(p, t);
  }
  /**
   * |e| - log 2 + log(1 + exp(-2|e|)) never overflows but would leave nothing of e²/2 for small e, where
   * 1/2 log(1 + sinh² e) is taken, sinh² = tanh² / (1 - tanh²).
   */
  value(error: v128, _p: v128, _t: v128, _parameter: v128): v128 {
    const size = f32x4.abs(error);
    const tanh = tanh4(size);
    const square = f32x4.mul(tanh, tanh);
    const sinh_square = f32x4.div(square, f32x4.sub(f32x4.splat(1), square));
    const small = f32x4.lt(size, f32x4.splat(0.5));
    const logarithm = log1p4(v128.bitselect(sinh_square, exp4(f32x4.mul(size, f32x4.splat(-2))), small));
    const line = f32x4.sub(size, f32x4.splat(Mathf.LN2));
    return v128.bitselect(f32x4.mul(logarithm, f32x4.splat(0.5)), f32x4.add(line, logarithm), small);
  }
  slope(error: v128, _p: v128, _t: v128, _parameter: v128): v128 {
    return tanh4(error);
  }
}

/** loss[r] = 1/width Σ_c log cosh(pred - target), rows from..to. Overwrites loss, which must alias nothing. */
export function log_cosh_forward(
  loss: usize,
  pred: usize,
  target: usize,
  width: i32,
  pred_stride: i32,
  target_stride: i32,
  from: i32,
  to: i32,
): void {
  elementwise_loss<LogCosh>(loss, 0, pred, target, 0, 0, width, pred_stride, target_stride, from, to);
}

/**
 * loss as forward;  dpred (B,pred_stride) = scale/width * tanh(pred - target), 0 in padding, rows from..to.
 * Overwrites loss and dpred, which must alias nothing.
 */
export function log_cosh_backward(
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
  elementwise_loss<LogCosh>(loss, dpred, pred, target, 0, scale, width, pred_stride, target_stride, from, to);
}
