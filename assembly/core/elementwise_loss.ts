// The losses that are a mean over a row's elements: a loss is a rule for four elements, this is the loop around it.

import { clear_columns } from "./logits";
import { at, flush, lanes_below, sum_lanes } from "./simd";

/** Rules override everything themselves: an inherited method would become a call through a table of all rules. */
export abstract class ElementwiseLoss {
  /** What value and slope both need of the prediction p and the target t. */
  abstract common(p: v128, t: v128): v128;
  abstract value(common: v128, p: v128, t: v128, parameter: v128): v128;
  /** d value / d p. */
  abstract slope(common: v128, p: v128, t: v128, parameter: v128): v128;
}

/**
 * loss[r] = 1/width Σ_c value(pred[r][c], target[r][c]) and, unless `dpred` is 0, dpred (B,pred_stride) = scale/width *
 * slope(pred, target), 0 in padding, rows from..to. Overwrites loss and dpred, which must alias nothing.
 */
export function elementwise_loss<R extends ElementwiseLoss>(
  loss: usize,
  dpred: usize,
  pred: usize,
  target: usize,
  parameter: f32,
  scale: f32,
  width: i32,
  pred_stride: i32,
  target_stride: i32,
  from: i32,
  to: i32,
): void {
  const rule = changetype<R>(0);
  const parameters = f32x4.splat(parameter);
  const factor = f32x4.splat(scale / <f32>width);
  for (let row = from; row < to; row++) {
    const pred_row = at(pred, row * pred_stride);
    const target_row = at(target, row * target_stride);
    const dpred_row = at(dpred, row * pred_stride);
    let sum = f32x4.splat(0);
    let c = 0;
    for (; c < width; c += 4) {
      const inside = lanes_below(c, width);
      const p = v128.load(at(pred_row, c));
      const t = v128.load(at(target_row, c));
      const common = rule.common(p, t);
      sum = f32x4.add(sum, v128.and(rule.value(common, p, t, parameters), inside));
      if (dpred) {
        const slope = f32x4.mul(rule.slope(common, p, t, parameters), factor);
        v128.store(at(dpred_row, c), flush(v128.and(slope, inside)));
      }
    }
    if (dpred) clear_columns(dpred_row, c, pred_stride);
    store<f32>(at(loss, row), f32x4.extract_lane(sum_lanes(sum), 0) / <f32>width);
  }
}
