// Penalties outside an update: their value for evaluation, their gradient for plans that store gradients.

import { penalty_sum } from "../core/penalty";
import { times_sign } from "../core/sign";
import { at, madd } from "../core/simd";

/** penalty[u] = l1*Σ|w| + l2*Σw² over the `unit` weights of unit u, units from..to. penalty must not alias weight. */
export function penalty_value(penalty: usize, weight: usize, l1: f32, l2: f32, unit: i32, from: i32, to: i32): void {
  for (let u = from; u < to; u++) {
    let absolutes = f32x4.splat(0);
    let squares = f32x4.splat(0);
    for (let i = u * unit; i < (u + 1) * unit; i += 4) {
      const w = v128.load(at(weight, i));
      absolutes = f32x4.add(absolutes, f32x4.abs(w));
      squares = madd(w, w, squares);
    }
    store<f32>(at(penalty, u), penalty_sum(absolutes, squares, l1, l2));
  }
}

/** gradient += l1*sign(weight) + 2*l2*weight with sign(0) = 0, units from..to. gradient must not alias weight. */
export function penalty_gradient(
  gradient: usize,
  weight: usize,
  l1: f32,
  l2: f32,
  unit: i32,
  from: i32,
  to: i32,
): void {
  const lasso = f32x4.splat(l1);
  const twice_l2 = f32x4.splat(l2 + l2);
  for (let i = from * unit; i < to * unit; i += 4) {
    const w = v128.load(at(weight, i));
    // In the order of an update, so that a stored gradient leads to the same bits.
    const g = f32x4.add(v128.load(at(gradient, i)), times_sign(lasso, w));
    v128.store(at(gradient, i), madd(twice_l2, w, g));
  }
}

/** penalty[u] = l1*Σ|w| + l2*Σw² as `penalty_value` has it, strengths = [l1, l2]. penalty must alias nothing. */
export function penalty_value_at(penalty: usize, weight: usize, strengths: usize, unit: i32, from: i32, to: i32): void {
  penalty_value(penalty, weight, load<f32>(strengths), load<f32>(strengths, 4), unit, from, to);
}

/**
 * gradient += l1*sign(weight) + 2*l2*weight as `penalty_gradient` has it, strengths = [l1, l2]; without the first term where
 * `first` is 0. gradient must alias nothing.
 */
export function penalty_gradient_at(
  gradient: usize,
  weight: usize,
  strengths: usize,
  first: i32,
  unit: i32,
  from: i32,
  to: i32,
): void {
  penalty_gradient(gradient, weight, first ? load<f32>(strengths) : 0, load<f32>(strengths, 4), unit, from, to);
}
