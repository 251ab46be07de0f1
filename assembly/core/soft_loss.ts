// The losses of logits against a distribution over the row's classes: a loss is a rule, this is the loop around it.
// z = x - max x and L = log Σ exp z, so that -log softmax(x) is L - z, exact for large logits too.

import { clear_columns, row_max } from "./logits";
import { exp4, log4 } from "./math";
import { at, flush, lanes_below, madd, sum_lanes } from "./simd";

/** Rules override everything themselves: an inherited method would become a call through a table of all rules. */
export abstract class SoftLoss {
  /** What target t adds to the loss beside t*L. */
  abstract term(t: v128, z: v128): v128;
}

/**
 * With t = target*(1-smoothing) + smoothing/width: loss[r] = Σ_c t*L + term(t, z) and, unless `dpred` is 0,
 * dpred (B,pred_stride) = scale * (softmax(pred) * Σ_c t - t), 0 in padding, rows from..to.
 * Overwrites loss and dpred, which must alias nothing.
 */
export function soft_loss<R extends SoftLoss>(
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
  const rule = changetype<R>(0);
  const kept = f32x4.splat(1 - smoothing);
  const shared = f32x4.splat(smoothing / <f32>width);
  for (let row = from; row < to; row++) {
    const pred_row = at(pred, row * pred_stride);
    const target_row = at(target, row * target_stride);
    const dpred_row = at(dpred, row * pred_stride);
    const largest = row_max(pred_row, width);
    let powers = f32x4.splat(0);
    let targets = f32x4.splat(0);
    let terms = f32x4.splat(0);
    for (let c = 0; c < width; c += 4) {
      const inside = lanes_below(c, width);
      const z = f32x4.sub(v128.load(at(pred_row, c)), largest);
      const t = madd(v128.load(at(target_row, c)), kept, shared);
      const power = flush(v128.and(exp4(z), inside));
      powers = f32x4.add(powers, power);
      targets = f32x4.add(targets, v128.and(t, inside));
      terms = f32x4.add(terms, v128.and(rule.term(t, z), inside));
      if (dpred) v128.store(at(dpred_row, c), power);
    }
    powers = sum_lanes(powers);
    targets = sum_lanes(targets);
    store<f32>(at(loss, row), f32x4.extract_lane(madd(targets, log4(powers), sum_lanes(terms)), 0));
    if (dpred) {
      const share = f32x4.div(targets, powers);
      let c = 0;
      for (; c < width; c += 4) {
        const t = madd(v128.load(at(target_row, c)), kept, shared);
        const difference = f32x4.sub(f32x4.mul(v128.load(at(dpred_row, c)), share), t);
        const slope = f32x4.mul(f32x4.splat(scale), difference);
        v128.store(at(dpred_row, c), flush(v128.and(slope, lanes_below(c, width))));
      }
      clear_columns(dpred_row, c, pred_stride);
    }
  }
}
