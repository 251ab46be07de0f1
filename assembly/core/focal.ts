// What the focal losses share. Source: Lin et al. 2017.

import { clear_columns, row_max } from "./logits";
import { exp4, log4 } from "./math";
import { at, flush, lanes_below, madd, sum_lanes } from "./simd";

/** q^gamma for 0 <= q <= 1 and gamma >= 0, with 0^0 = 1; next to subnormal powers are 0. */
export function focus(q: v128, gamma: v128): v128 {
  return flush(exp4(f32x4.mul(gamma, log4(at_least_tiny(q)))));
}

/** A q that may be divided by and that has a logarithm. */
export function at_least_tiny(q: v128): v128 {
  return f32x4.pmax(q, f32x4.splat(1e-37));
}

/** Rules override everything themselves: an inherited method would become a call through a table of all rules. */
export abstract class Targets {
  /** The targets of four columns before smoothing; `stride` floats lie between rows. */
  abstract columns(target: usize, row: i32, c: i32, stride: i32): v128;
}

/**
 * With p = softmax(pred), q = 1 - p and t = target*(1-smoothing) + smoothing/width:
 * loss[r] = alpha Σ_c t * q^gamma * -log p and, unless `dpred` is 0, dpred (B,pred_stride) = scale * (p Σ_c u - u),
 * u = alpha * t * q^gamma * (1 + gamma * p/q * -log p), 0 in padding, rows from..to.
 * Overwrites loss and dpred, which must alias nothing.
 */
export function focal_loss<R extends Targets>(
  loss: usize,
  dpred: usize,
  pred: usize,
  target: usize,
  smoothing: f32,
  alpha: f32,
  gamma: f32,
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
  const exponent = f32x4.splat(gamma);
  for (let row = from; row < to; row++) {
    const pred_row = at(pred, row * pred_stride);
    const dpred_row = at(dpred, row * pred_stride);
    const largest = row_max(pred_row, width);
    let powers = f32x4.splat(0);
    for (let c = 0; c < width; c += 4) powers = f32x4.add(powers, power(pred_row, c, width, largest));
    powers = sum_lanes(powers);
    const log_sum = log4(powers);
    let values = f32x4.splat(0);
    let pulls = f32x4.splat(0);
    for (let c = 0; c < width; c += 4) {
      const inside = lanes_below(c, width);
      const t = madd(rule.columns(target, row, c, target_stride), kept, shared);
      // A logit of -Infinity that is not wanted must not make 0 * Infinity, but what is not a number stays.
      const wanted = v128.and(inside, f32x4.ne(v128.or(t, f32x4.ne(largest, largest)), f32x4.splat(0)));
      const own = power(pred_row, c, width, largest);
      // A difference of sums, so that no share of 1 loses its small rest twice.
      const q = f32x4.div(f32x4.sub(powers, own), powers);
      const surprise = f32x4.sub(log_sum, f32x4.sub(v128.load(at(pred_row, c)), largest));
      const weight = f32x4.mul(t, focus(q, exponent));
      values = f32x4.add(values, v128.and(f32x4.mul(weight, surprise), wanted));
      if (dpred) {
        const odds = f32x4.mul(f32x4.div(own, at_least_tiny(f32x4.sub(powers, own))), surprise);
        const pull = v128.and(madd(weight, f32x4.mul(exponent, odds), weight), wanted);
        pulls = f32x4.add(pulls, pull);
        v128.store(at(dpred_row, c), pull);
      }
    }
    store<f32>(at(loss, row), alpha * f32x4.extract_lane(sum_lanes(values), 0));
    if (dpred) {
      const share = f32x4.div(sum_lanes(pulls), powers);
      const factor = f32x4.splat(scale * alpha);
      let c = 0;
      for (; c < width; c += 4) {
        const pull = v128.load(at(dpred_row, c));
        const difference = f32x4.sub(f32x4.mul(power(pred_row, c, width, largest), share), pull);
        v128.store(at(dpred_row, c), flush(v128.and(f32x4.mul(factor, difference), lanes_below(c, width))));
      }
      clear_columns(dpred_row, c, pred_stride);
    }
  }
}

/** exp(x - largest) of four columns, 0 behind the row. */
function power(row: usize, c: i32, width: i32, largest: v128): v128 {
  return flush(v128.and(exp4(f32x4.sub(v128.load(at(row, c)), largest)), lanes_below(c, width)));
}
