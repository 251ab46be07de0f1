// Adam (Kingma and Ba 2015, algorithm 1; AMSGrad: Reddi, Kale and Kumar 2018); g is the gradient plus the penalty's gradient.
// The frame is core/update.ts.

import { hyper_value, Rule, Running, scaled, store_square, update } from "../core/update";

class Adam extends Rule {
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
    const m = Running.mean(mean, g, hyper, tiny, magnitude);
    const v = Running.variance(variance, g, hyper, tiny);
    return scaled(m, f32x4.mul(f32x4.sqrt(v), hyper_value(hyper, 1)), hyper_value(hyper, 6));
  }
}

class Amsgrad extends Rule {
  @inline
  direction(
    g: v128,
    _w: v128,
    mean: usize,
    variance: usize,
    largest: usize,
    hyper: usize,
    tiny: v128,
    magnitude: v128,
  ): v128 {
    const m = Running.mean(mean, g, hyper, tiny, magnitude);
    const v = Running.variance(variance, g, hyper, tiny);
    const most = store_square(largest, f32x4.max(v128.load(largest), v), tiny);
    return scaled(m, f32x4.mul(f32x4.sqrt(most), hyper_value(hyper, 1)), hyper_value(hyper, 6));
  }
}

/**
 * mean = beta1*mean + (1-beta1)*g;  variance = beta2*variance + (1-beta2)*g²;
 * weight -= hyper[0]*mean / (√variance*hyper[1] + epsilon), units from..to;
 * hyper = [rate/(1-beta1^t), 1/√(1-beta2^t), beta1, 1-beta1, beta2, 1-beta2, epsilon]. Penalty and flag as in `update`.
 * Overwrites weight, mean and variance; nothing may alias.
 */
export function adam_update(
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
  update<Adam>(weight, mean, variance, 0, gradient, penalty, flag, hyper, l1, l2, unit, from, to);
}

/**
 * mean = beta1*mean + (1-beta1)*g;  variance = beta2*variance + (1-beta2)*g²;  largest = max(largest, variance);
 * weight -= hyper[0]*mean / (√largest*hyper[1] + epsilon), units from..to; hyper as in `adam_update`.
 * Penalty and flag as in `update`. Overwrites weight, mean, variance and largest; nothing may alias.
 */
export function adam_amsgrad_update(
  weight: usize,
  mean: usize,
  variance: usize,
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
  update<Amsgrad>(weight, mean, variance, largest, gradient, penalty, flag, hyper, l1, l2, unit, from, to);
}
