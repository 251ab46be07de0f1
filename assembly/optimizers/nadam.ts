// Nadam: Adam with Nesterov's momentum (Dozat 2016); g is the gradient plus the penalty's gradient. The frame is core/update.ts.

import { flush_below } from "../core/simd";
import { blend, hyper_value, Rule, Running, scaled, update } from "../core/update";

class Nadam extends Rule {
  @inline
  direction(
    g: v128,
    _w: v128,
    mean: usize,
    variance: usize,
    _slot2: usize,
    hyper: usize,
    tiny: v128,
    magnitude: v128,
  ): v128 {
    g = flush_below(g, tiny, magnitude);
    const m = Running.mean(mean, g, hyper, tiny, magnitude);
    const v = Running.variance(variance, g, hyper, tiny);
    const ahead = blend(hyper_value(hyper, 7), g, hyper_value(hyper, 8), m);
    return scaled(ahead, f32x4.mul(f32x4.sqrt(v), hyper_value(hyper, 1)), hyper_value(hyper, 6));
  }
}

/**
 * mean = beta1*mean + (1-beta1)*g;  variance = beta2*variance + (1-beta2)*g²;
 * weight -= rate*(hyper[7]*g + hyper[8]*mean) / (√variance*hyper[1] + epsilon), units from..to;
 * hyper = [rate, 1/√(1-beta2^t), beta1, 1-beta1, beta2, 1-beta2, epsilon, share of g, share of the mean].
 * Penalty and flag as in `update`. Overwrites weight, mean and variance; nothing may alias.
 */
export function nadam_update(
  weight: usize,
  mean: usize,
  variance: usize,
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
  update<Nadam>(weight, mean, variance, 0, gradient, penalty, flag, hyper, l1, l2, unit, from, to);
}
