// The frame of every optimizer: an optimizer is a rule that turns gradients into directions, this is the loop around it.
// Weights, slots and gradients are flat; a unit is `unit` floats, a multiple of 8. Padding is zero and stays zero.

import { penalty_sum } from "./penalty";
import { times_sign } from "./sign";
import { at, flush_below, madd, TINY } from "./simd";

/**
 * Rules override everything themselves: an inherited method would become a call through a table of all rules. What several
 * rules share is a few operations long, such as `blend`: longer functions would be called for every vector.
 */
export abstract class Rule {
  /**
   * The direction d of `weight -= hyper[0] * d`, for four gradients g of weights w, zero where g, w and the slots are.
   * The slots are addresses of the four weights' slot values, in the order of the kernel's arguments; a rule overwrites its own.
   */
  abstract direction(g: v128, w: v128, slot0: usize, slot1: usize, slot2: usize, hyper: usize, tiny: v128): v128;
}

/** Where in hyper the decay of a step is: the last of 16. */
const DECAY: i32 = 15;

/** hyper[index] in every lane. */
export function hyper_value(hyper: usize, index: i32): v128 {
  return v128.load32_splat(at(hyper, index));
}

/** a*x + b*y: a running mean where a + b = 1. */
export function blend(a: v128, x: v128, b: v128, y: v128): v128 {
  return madd(a, x, f32x4.mul(b, y));
}

/** Stores the slot value x at `slot`, 0 where it is next to subnormal, and returns what was stored. */
export function store_slot(slot: usize, x: v128, tiny: v128): v128 {
  const kept = flush_below(x, tiny);
  v128.store(slot, kept);
  return kept;
}

/**
 * x / (root + epsilon). The divisor is at least 1e-15, the root of the smallest square that a slot keeps: with epsilon 0,
 * a weight that never had a gradient stays as it is instead of becoming 0/0.
 */
export function scaled(x: v128, root: v128, epsilon: v128): v128 {
  return f32x4.div(x, f32x4.pmax(f32x4.add(root, epsilon), f32x4.splat(1e-15)));
}

/**
 * weight -= hyper[15]*weight + hyper[0]*direction(gradient + l1*sign(weight) + 2*l2*weight), units from..to.
 * penalty[u] = l1*Σ|w| + l2*Σw² of unit u before the update, unless `penalty` is 0.
 * flag = 1 if a new weight is not finite, else flag is left alone. Nothing may alias.
 */
export function update<R extends Rule>(
  weight: usize,
  slot0: usize,
  slot1: usize,
  slot2: usize,
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
  const rule = changetype<R>(0);
  const minus_rate = f32x4.neg(hyper_value(hyper, 0));
  const minus_decay = f32x4.neg(hyper_value(hyper, DECAY));
  const decays = load<f32>(at(hyper, DECAY)) != 0;
  const lasso = f32x4.splat(l1);
  const twice_l2 = f32x4.splat(l2 + l2);
  const penalized = l1 != 0 || l2 != 0;
  // Written as no constant: V8 would build one anew for every vector.
  const tiny = f32x4.splat(TINY + 0 * l1);
  let broken = f32x4.splat(0);
  for (let u = from; u < to; u++) {
    let absolutes = f32x4.splat(0);
    let squares = f32x4.splat(0);
    const end = (u + 1) * unit;
    for (let i = u * unit; i < end; i += 4) {
      let w = v128.load(at(weight, i));
      let g = v128.load(at(gradient, i));
      if (penalized) {
        squares = madd(w, w, squares);
        if (l1 != 0) {
          absolutes = f32x4.add(absolutes, f32x4.abs(w));
          g = f32x4.add(g, times_sign(lasso, w));
        }
        g = madd(twice_l2, w, g);
      }
      g = flush_below(g, tiny);
      const direction = rule.direction(g, w, at(slot0, i), at(slot1, i), at(slot2, i), hyper, tiny);
      if (decays) w = madd(minus_decay, w, w);
      w = madd(minus_rate, direction, w);
      // w - w is 0, or not a number where w is not finite; both survive the or.
      broken = v128.or(broken, f32x4.sub(w, w));
      v128.store(at(weight, i), flush_below(w, tiny));
    }
    if (penalty) store<f32>(at(penalty, u), penalty_sum(absolutes, squares, l1, l2));
  }
  if (v128.any_true(broken)) store<i32>(flag, 1);
}
