// Focal cross-entropy of logits, every element a yes or no of its own: p = sigmoid(pred), t = target*(1-smoothing) + smoothing/2,
// q = 1 - (t*p + (1-t)*(1-p)) the part that is wrong, b = binary cross-entropy, w = t*positive + (1-t)*negative.

import { at_least_tiny, focus } from "../core/focal";
import { clear_columns } from "../core/logits";
import { exp4, log1p4 } from "../core/math";
import { at, flush, lanes_below, madd, sum_lanes } from "../core/simd";

/** loss[r] = 1/width Σ_c w * q^gamma * b, rows from..to. Overwrites loss, which must alias nothing. */
export function binary_focal_crossentropy_forward(
  loss: usize,
  pred: usize,
  target: usize,
  smoothing: f32,
  positive: f32,
  negative: f32,
  gamma: f32,
  width: i32,
  pred_stride: i32,
  target_stride: i32,
  from: i32,
  to: i32,
): void {
  binary_focal(
    loss,
    0,
    pred,
    target,
    smoothing,
    positive,
    negative,
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
 * loss as forward;  dpred (B,pred_stride) = scale/width * w * q^gamma * (p - t + gamma * (1-2t) * p*(1-p)/q * b), 0 in padding,
 * rows from..to. Overwrites loss and dpred, which must alias nothing.
 */
export function binary_focal_crossentropy_backward(
  loss: usize,
  dpred: usize,
  pred: usize,
  target: usize,
  smoothing: f32,
  positive: f32,
  negative: f32,
  gamma: f32,
  scale: f32,
  width: i32,
  pred_stride: i32,
  target_stride: i32,
  from: i32,
  to: i32,
): void {
  binary_focal(
    loss,
    dpred,
    pred,
    target,
    smoothing,
    positive,
    negative,
    gamma,
    scale,
    width,
    pred_stride,
    target_stride,
    from,
    to,
  );
}

/** Both kernels; without a gradient where `dpred` is 0. */
function binary_focal(
  loss: usize,
  dpred: usize,
  pred: usize,
  target: usize,
  smoothing: f32,
  positive: f32,
  negative: f32,
  gamma: f32,
  scale: f32,
  width: i32,
  pred_stride: i32,
  target_stride: i32,
  from: i32,
  to: i32,
): void {
  const one = f32x4.splat(1);
  const zero = f32x4.splat(0);
  const factor = f32x4.splat(scale / <f32>width);
  const base = f32x4.splat(negative);
  const extra = f32x4.splat(positive - negative);
  for (let row = from; row < to; row++) {
    const pred_row = at(pred, row * pred_stride);
    const target_row = at(target, row * target_stride);
    const dpred_row = at(dpred, row * pred_stride);
    let sum = zero;
    let c = 0;
    for (; c < width; c += 4) {
      const inside = lanes_below(c, width);
      const x = v128.load(at(pred_row, c));
      const given = v128.load(at(target_row, c));
      const t = madd(f32x4.splat(smoothing), f32x4.sub(f32x4.splat(0.5), given), given);
      const rest = f32x4.sub(one, t);
      // From exp(-|x|), which never overflows; both p and 1-p keep their digits.
      const power = exp4(f32x4.neg(f32x4.abs(x)));
      const large = f32x4.div(one, f32x4.add(one, power));
      const small = f32x4.mul(power, large);
      const above = f32x4.ge(x, zero);
      const p = v128.bitselect(large, small, above);
      const not_p = v128.bitselect(small, large, above);
      const q = madd(t, not_p, f32x4.mul(rest, p));
      const entropy = f32x4.add(madd(f32x4.neg(x), t, f32x4.pmax(x, zero)), log1p4(power));
      const weight = f32x4.mul(madd(extra, t, base), focus(q, f32x4.splat(gamma)));
      sum = f32x4.add(sum, v128.and(f32x4.mul(weight, entropy), inside));
      if (dpred) {
        const bend = f32x4.mul(f32x4.sub(rest, t), f32x4.div(f32x4.mul(p, not_p), at_least_tiny(q)));
        // p - t, with all its digits where t is 0 or 1.
        const difference = f32x4.sub(f32x4.mul(rest, p), f32x4.mul(t, not_p));
        const slope = madd(f32x4.splat(gamma), f32x4.mul(bend, entropy), difference);
        v128.store(at(dpred_row, c), flush(v128.and(f32x4.mul(f32x4.mul(weight, factor), slope), inside)));
      }
    }
    if (dpred) clear_columns(dpred_row, c, pred_stride);
    store<f32>(at(loss, row), f32x4.extract_lane(sum_lanes(sum), 0) / <f32>width);
  }
}
