// Adagrad (Duchi, Hazan and Singer 2011); g is the gradient plus the penalty's gradient. The frame is core/update.ts.

import { flush_below, madd } from "../core/simd";
import { hyper_value, Rule, scaled, store_slot, update } from "../core/update";

class Adagrad extends Rule {
  @inline
  direction(
    g: v128,
    _w: v128,
    squares: usize,
    _slot1: usize,
    _slot2: usize,
    hyper: usize,
    tiny: v128,
    magnitude: v128,
  ): v128 {
    g = flush_below(g, tiny, magnitude);
    const s = store_slot(squares, madd(g, g, v128.load(squares)), tiny, magnitude);
    return scaled(g, f32x4.sqrt(f32x4.add(s, hyper_value(hyper, 2))), hyper_value(hyper, 1));
  }
}

/**
 * squares += g²;  weight -= rate*g / (√(squares + initial) + epsilon), units from..to; hyper = [rate, epsilon, initial].
 * The accumulator's initial value is added here, so that the slot, like its padding, starts at 0.
 * Penalty and flag as in `update`. Overwrites weight and squares; nothing may alias.
 */
export function adagrad_update(
  weight: usize,
  squares: usize,
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
  update<Adagrad>(weight, squares, 0, 0, gradient, penalty, flag, hyper, l1, l2, unit, from, to);
}
