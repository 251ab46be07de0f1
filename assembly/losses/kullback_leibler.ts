// Kullback-Leibler divergence of the softmax of logits from a distribution t = target.

import { log4 } from "../core/math";
import { SoftLoss, soft_loss } from "../core/soft_loss";

class KullbackLeibler extends SoftLoss {
  term(t: v128, z: v128): v128 {
    // t*log(t) counts as its limit 0 where t is 0.
    const entropy = v128.and(f32x4.mul(t, log4(t)), f32x4.gt(t, f32x4.splat(0)));
    return f32x4.sub(entropy, f32x4.mul(t, z));
  }
}

/** loss[r] = Σ_c t * (log t - log softmax(pred)[c]), where t*log(t) is 0 for t <= 0, rows from..to. Overwrites loss, which must alias nothing. */
export function kullback_leibler_forward(
  loss: usize,
  pred: usize,
  target: usize,
  width: i32,
  pred_stride: i32,
  target_stride: i32,
  from: i32,
  to: i32,
): void {
  soft_loss<KullbackLeibler>(loss, 0, pred, target, 0, 0, width, pred_stride, target_stride, from, to);
}

/**
 * loss as forward;  dpred (B,pred_stride) = scale * (softmax(pred) * Σ_c t - t), 0 in padding, rows from..to.
 * Overwrites loss and dpred, which must alias nothing.
 */
export function kullback_leibler_backward(
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
  soft_loss<KullbackLeibler>(loss, dpred, pred, target, 0, scale, width, pred_stride, target_stride, from, to);
}
