// Stochastic gradient descent; g is the gradient plus the penalty's gradient. The frame is core/update.ts.

import { madd } from "../core/simd";
import { hyper_value, Rule, store_slot, update } from "../core/update";

class Sgd extends Rule {
  @inline
  direction(
    g: v128,
    _w: v128,
    _slot0: usize,
    _slot1: usize,
    _slot2: usize,
    _hyper: usize,
    _tiny: v128,
    _magnitude: v128,
  ): v128 {
    return g;
  }
}

class Momentum extends Rule {
  @inline
  direction(
    g: v128,
    _w: v128,
    velocity: usize,
    _slot1: usize,
    _slot2: usize,
    hyper: usize,
    tiny: v128,
    magnitude: v128,
  ): v128 {
    const momentum = hyper_value(hyper, 1);
    return store_slot(velocity, madd(momentum, v128.load(velocity), g), tiny, magnitude);
  }
}

class Nesterov extends Rule {
  @inline
  direction(
    g: v128,
    _w: v128,
    velocity: usize,
    _slot1: usize,
    _slot2: usize,
    hyper: usize,
    tiny: v128,
    magnitude: v128,
  ): v128 {
    const momentum = hyper_value(hyper, 1);
    return madd(momentum, store_slot(velocity, madd(momentum, v128.load(velocity), g), tiny, magnitude), g);
  }
}

/**
 * weight -= rate*g, units from..to; hyper = [rate]. Penalty and flag as in `update`.
 * Overwrites weight; nothing may alias.
 */
export function sgd_update(
  weight: usize,
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
  update<Sgd>(weight, 0, 0, 0, gradient, penalty, flag, hyper, l1, l2, unit, from, to);
}

/**
 * velocity = momentum*velocity + g;  weight -= rate*(nesterov ? g + momentum*velocity : velocity), units from..to;
 * hyper = [rate, momentum, nesterov (0 or 1)]. Penalty and flag as in `update`.
 * Overwrites weight and velocity; nothing may alias.
 */
export function sgd_momentum_update(
  weight: usize,
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
  if (load<f32>(hyper, 8))
    update<Nesterov>(weight, velocity, 0, 0, gradient, penalty, flag, hyper, l1, l2, unit, from, to);
  else update<Momentum>(weight, velocity, 0, 0, gradient, penalty, flag, hyper, l1, l2, unit, from, to);
}
