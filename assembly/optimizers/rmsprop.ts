// RMSprop (Tieleman and Hinton 2012; centered: Graves 2013); g is the gradient plus the penalty's gradient.
// hyper = [rate, rho, 1-rho, epsilon, momentum]. The frame is core/update.ts.

import { flush_below, madd } from "../core/simd";
import { blend, hyper_value, Rule, scaled, store_slot, store_square, update } from "../core/update";

class Rmsprop extends Rule {
  @inline
  direction(
    g: v128,
    _w: v128,
    square: usize,
    _slot1: usize,
    _slot2: usize,
    hyper: usize,
    tiny: v128,
    magnitude: v128,
  ): v128 {
    g = flush_below(g, tiny, magnitude);
    const rho = hyper_value(hyper, 1);
    const s = store_square(square, blend(rho, v128.load(square), hyper_value(hyper, 2), f32x4.mul(g, g)), tiny);
    return scaled(g, f32x4.sqrt(s), hyper_value(hyper, 3));
  }
}

class Momentum extends Rule {
  @inline
  direction(
    g: v128,
    _w: v128,
    square: usize,
    velocity: usize,
    _slot2: usize,
    hyper: usize,
    tiny: v128,
    magnitude: v128,
  ): v128 {
    g = flush_below(g, tiny, magnitude);
    const rho = hyper_value(hyper, 1);
    const s = store_square(square, blend(rho, v128.load(square), hyper_value(hyper, 2), f32x4.mul(g, g)), tiny);
    const step = scaled(g, f32x4.sqrt(s), hyper_value(hyper, 3));
    return store_slot(velocity, madd(hyper_value(hyper, 4), v128.load(velocity), step), tiny, magnitude);
  }
}

class Centered extends Rule {
  @inline
  direction(
    g: v128,
    _w: v128,
    square: usize,
    velocity: usize,
    average: usize,
    hyper: usize,
    tiny: v128,
    magnitude: v128,
  ): v128 {
    g = flush_below(g, tiny, magnitude);
    const rho = hyper_value(hyper, 1);
    const s = store_square(square, blend(rho, v128.load(square), hyper_value(hyper, 2), f32x4.mul(g, g)), tiny);
    const a = store_slot(average, blend(rho, v128.load(average), hyper_value(hyper, 2), g), tiny, magnitude);
    // Rounding can bring s below a²; max keeps what is not a number.
    const variance = f32x4.pmax(madd(f32x4.neg(a), a, s), f32x4.splat(0));
    const step = scaled(g, f32x4.sqrt(variance), hyper_value(hyper, 3));
    return store_slot(velocity, madd(hyper_value(hyper, 4), v128.load(velocity), step), tiny, magnitude);
  }
}

/**
 * square = rho*square + (1-rho)*g²;  weight -= rate*g / (√square + epsilon), units from..to. Penalty and flag as in `update`.
 * Overwrites weight and square; nothing may alias.
 */
export function rmsprop_update(
  weight: usize,
  square: usize,
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
  update<Rmsprop>(weight, square, 0, 0, gradient, penalty, flag, hyper, l1, l2, unit, from, to);
}

/**
 * square = rho*square + (1-rho)*g²;  velocity = momentum*velocity + g / (√square + epsilon);  weight -= rate*velocity,
 * units from..to. Penalty and flag as in `update`. Overwrites weight, square and velocity; nothing may alias.
 */
export function rmsprop_momentum_update(
  weight: usize,
  square: usize,
  velocity: usize,
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
  update<Momentum>(weight, square, velocity, 0, gradient, penalty, flag, hyper, l1, l2, unit, from, to);
}

/**
 * square = rho*square + (1-rho)*g²;  average = rho*average + (1-rho)*g;
 * velocity = momentum*velocity + g / (√max(square - average², 0) + epsilon);  weight -= rate*velocity, units from..to.
 * Penalty and flag as in `update`. Overwrites weight, square, velocity and average; nothing may alias.
 */
export function rmsprop_centered_update(
  weight: usize,
  square: usize,
  velocity: usize,
  average: usize,
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
  update<Centered>(weight, square, velocity, average, gradient, penalty, flag, hyper, l1, l2, unit, from, to);
}
