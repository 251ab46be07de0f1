// Adam with decoupled weight decay (Loshchilov and Hutter 2019); g is the gradient plus the penalty's gradient.
// The decay is a part of the direction: as a factor 1 - rate*decay of the weight it would round to a few digits of its own.
// The frame is core/update.ts.

import { madd } from "../core/simd";
import { hyper_value, Rule, Running, scaled, store_square, update } from "../core/update";

class Adamw extends Rule {
  @inline
  direction(
    g: v128,
    w: v128,
    mean: usize,
    variance: usize,
    _slot2: usize,
    hyper: usize,
    tiny: v128,
    magnitude: v128,
  ): v128 {
    const m = Running.mean(mean, g, hyper, tiny, magnitude);
    const v = Running.variance(variance, g, hyper, tiny);
    const step = scaled(m, f32x4.mul(f32x4.sqrt(v), hyper_value(hyper, 1)), hyper_value(hyper, 6));
    return madd(hyper_value(hyper, 7), w, step);
  }
}

class Amsgrad extends Rule {
  @inline
  direction(
    g: v128,
    w: v128,
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
    const step = scaled(m, f32x4.mul(f32x4.sqrt(most), hyper_value(hyper, 1)), hyper_value(hyper, 6));
    return madd(hyper_value(hyper, 7), w, step);
  }
}

/**
 * mean = beta1*mean + (1-beta1)*g;  variance = beta2*variance + (1-beta2)*g²;
 * weight -= hyper[0]*(mean / (√variance*hyper[1] + epsilon) + hyper[7]*weight), units from..to; hyper as in `adam_update`,
 * then hyper[7] = decay*(1-beta1^t). Penalty and flag as in `update`. Overwrites weight, mean and variance; nothing may alias.
 */
export function adamw_update(
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
  update<Adamw>(weight, mean, variance, 0, gradient, penalty, flag, hyper, l1, l2, unit, from, to);
}

/**
 * mean = beta1*mean + (1-beta1)*g;  variance = beta2*variance + (1-beta2)*g²;  largest = max(largest, variance);
 * weight -= hyper[0]*(mean / (√largest*hyper[1] + epsilon) + hyper[7]*weight), units from..to; hyper as in `adamw_update`.
 * Penalty and flag as in `update`. Overwrites weight, mean, variance and largest; nothing may alias.
 */
export function adamw_amsgrad_update(
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
