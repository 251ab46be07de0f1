// Lion: the sign of a running mean (Chen et al. 2023, algorithm 2); g is the gradient plus the penalty's gradient.
// The frame is core/update.ts.

import { times_sign } from "../core/sign";
import { flush_below, madd } from "../core/simd";
import { blend, hyper_value, Rule, store_slot, update } from "../core/update";

class Lion extends Rule {
  @inline
  direction(
    g: v128,
    w: v128,
    mean: usize,
    _slot1: usize,
    _slot2: usize,
    hyper: usize,
    tiny: v128,
    magnitude: v128,
  ): v128 {
    g = flush_below(g, tiny, magnitude);
    const c = blend(hyper_value(hyper, 1), v128.load(mean), hyper_value(hyper, 2), g);
    store_slot(mean, blend(hyper_value(hyper, 3), v128.load(mean), hyper_value(hyper, 4), g), tiny, magnitude);
    // c - c is 0, or not a number where c is not finite: a sign alone would hide that.
    const sign = f32x4.add(times_sign(f32x4.splat(1), c), f32x4.sub(c, c));
    return madd(hyper_value(hyper, 5), w, sign);
  }
}

/**
 * c = beta1*mean + (1-beta1)*g;  mean = beta2*mean + (1-beta2)*g;  weight -= rate*(sign(c) + decay*weight) with sign(0) = 0,
 * units from..to; hyper = [rate, beta1, 1-beta1, beta2, 1-beta2, decay]. Penalty and flag as in `update`.
 * Overwrites weight and mean; nothing may alias.
 */
export function lion_update(
  weight: usize,
  mean: usize,
  gradient: usize,
  penalty: usize,
  flag: usize,
  hyper: usize,
  l1: f32,
  l2: f32,
  unit: i32,
  from: i32,
  to: i32,
): void {
  update<Lion>(weight, mean, 0, 0, gradient, penalty, flag, hyper, l1, l2, unit, from, to);
}
