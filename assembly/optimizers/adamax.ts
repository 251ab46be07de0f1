// AdaMax: Adam by the largest gradient (Kingma and Ba 2015, section 7.1); g is the gradient plus the penalty's gradient.
// The frame is core/update.ts.

import { flush_below } from "../core/simd";
import { hyper_value, Rule, Running, store_slot, update } from "../core/update";

class Adamax extends Rule {
  @inline
  direction(
    g: v128,
    _w: v128,
    mean: usize,
    largest: usize,
    _slot2: usize,
    hyper: usize,
    tiny: v128,
    magnitude: v128,
  ): v128 {
    const m = Running.mean(mean, g, hyper, tiny, magnitude);
    const decayed = f32x4.mul(hyper_value(hyper, 1), v128.load(largest));
    const size = f32x4.abs(g);
    const u = f32x4.max(decayed, f32x4.add(size, hyper_value(hyper, 4)));
    // Padding and weights without a gradient so far keep 0; epsilon alone never outlasts the next gradient, so nothing is lost.
    const seen = f32x4.ne(flush_below(f32x4.max(decayed, size), tiny, magnitude), f32x4.splat(0));
    store_slot(largest, v128.and(u, seen), tiny, magnitude);
    return f32x4.div(m, u);
  }
}

/**
 * mean = beta1*mean + (1-beta1)*g;  largest = max(beta2*largest, |g| + epsilon);  weight -= hyper[0]*mean / largest,
 * units from..to; hyper = [rate/(1-beta1^t), beta2, beta1, 1-beta1, epsilon]. `largest` stays 0 until there is a gradient.
 * Penalty and flag as in `update`. Overwrites weight, mean and largest; nothing may alias.
 */
export function adamax_update(
  weight: usize,
  mean: usize,
  largest: usize,
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
  update<Adamax>(weight, mean, largest, 0, gradient, penalty, flag, hyper, l1, l2, unit, from, to);
}
