// Adadelta (Zeiler 2012); g is the gradient plus the penalty's gradient. The frame is core/update.ts.

import { blend, hyper_value, Rule, store_square, update } from "../core/update";

class Adadelta extends Rule {
  @inline
  direction(
    g: v128,
    _w: v128,
    square: usize,
    change: usize,
    _slot2: usize,
    hyper: usize,
    tiny: v128,
    _magnitude: v128,
  ): v128 {
    const rho = hyper_value(hyper, 1);
    const rest = hyper_value(hyper, 2);
    const epsilon = hyper_value(hyper, 3);
    const s = store_square(square, blend(rho, v128.load(square), rest, f32x4.mul(g, g)), tiny);
    const steered = f32x4.mul(g, f32x4.sqrt(f32x4.add(v128.load(change), epsilon)));
    const d = f32x4.div(steered, f32x4.sqrt(f32x4.add(s, epsilon)));
    store_square(change, blend(rho, v128.load(change), rest, f32x4.mul(d, d)), tiny);
    return d;
  }
}

/**
 * square = rho*square + (1-rho)*g²;  d = g*√(change + epsilon) / √(square + epsilon);
 * change = rho*change + (1-rho)*d²;  weight -= rate*d, units from..to; hyper = [rate, rho, 1-rho, epsilon].
 * Penalty and flag as in `update`. Overwrites weight, square and change; nothing may alias.
 */
export function adadelta_update(
  weight: usize,
  square: usize,
  change: usize,
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
  update<Adadelta>(weight, square, change, 0, gradient, penalty, flag, hyper, l1, l2, unit, from, to);
}
