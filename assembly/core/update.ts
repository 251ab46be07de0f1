// The frame of every optimizer: an optimizer is a rule that turns gradients into directions, this is the loop around it.
// Weights, slots and gradients are flat; a unit is `unit` floats, a multiple of 8. Padding is zero and stays zero.

import { penalty_sum } from "./penalty";
import { times_sign } from "./sign";
import { at, flush_below, madd, TINY } from "./simd";

/**
 * Rules override everything themselves: an inherited method would become a call through a table of all rules. `direction` is
 * inlined, and what several rules share is a few operations long, such as `blend`: else they would be called for every vector.
 */
export abstract class Rule {
  /**
   * The direction d of `weight -= hyper[0] * d`, for four gradients g of weights w, zero where g, w and the slots are.
   * g may be next to subnormal: a rule that divides by what may be as small, or takes a sign, makes it zero first.
   * The slots are addresses of the four weights' slot values, in the order of the kernel's arguments; a rule overwrites its own.
   */
  abstract direction(
    g: v128,
    w: v128,
    slot0: usize,
    slot1: usize,
    slot2: usize,
    hyper: usize,
    tiny: v128,
    magnitude: v128,
  ): v128;
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
export function store_slot(slot: usize, x: v128, tiny: v128, magnitude: v128): v128 {
  const kept = flush_below(x, tiny, magnitude);
  v128.store(slot, kept);
  return kept;
}

/** The same for values that are not negative. */
export function store_square(slot: usize, x: v128, tiny: v128): v128 {
  const kept = v128.andnot(x, f32x4.lt(x, tiny));
  v128.store(slot, kept);
  return kept;
}

// biome-ignore lint/complexity/noStaticOnlyClass: only a method can be marked as inlined, and calls that take vectors are slow
export abstract class Running {
  /** mean = hyper[2]*mean + hyper[3]*g in its slot: what was stored. */
  @inline
  static mean(mean: usize, g: v128, hyper: usize, tiny: v128, magnitude: v128): v128 {
    const next = blend(hyper_value(hyper, 2), v128.load(mean), hyper_value(hyper, 3), g);
    return store_slot(mean, next, tiny, magnitude);
  }

  /** variance = hyper[4]*variance + hyper[5]*g² in its slot: what was stored. */
  @inline
  static variance(variance: usize, g: v128, hyper: usize, tiny: v128): v128 {
    const square = f32x4.mul(g, g);
    const next = blend(hyper_value(hyper, 4), v128.load(variance), hyper_value(hyper, 5), square);
    return store_square(variance, next, tiny);
  }
}

/**
 * x / (root + epsilon), epsilon >= 1e-15, the root of the smallest square that a slot keeps: a weight that never had a gradient stays as
 * it is, and what is left of one that faded out is not divided by less.
 */
export function scaled(x: v128, root: v128, epsilon: v128): v128 {
  return f32x4.div(x, f32x4.add(root, epsilon));
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
  const twice_l2 = f32x4.splat(l2 + l2);
  const lasso = l1 != 0;
  const penalized = lasso || l2 != 0;
  // Written as no constants: V8 would fetch or build them anew for every vector. `unit` is a multiple of 8.
  const tiny = f32x4.splat(TINY + 0 * l1);
  const magnitude = i32x4.splat(0x7fffffff - (unit & 7));
  let largest = i32x4.splat(0);
  for (let u = from; u < to; u++) {
    let absolutes = f32x4.splat(0);
    let squares = f32x4.splat(0);
    const end = (u + 1) * unit;
    // Eight at a time, so that what is asked of every vector is asked half as often.
    for (let i = u * unit; i < end; i += 8) {
      let w0 = v128.load(at(weight, i));
      let w1 = v128.load(at(weight, i), 16);
      let g0 = v128.load(at(gradient, i));
      let g1 = v128.load(at(gradient, i), 16);
      if (penalized) {
        squares = madd(w1, w1, madd(w0, w0, squares));
        if (lasso) {
          absolutes = f32x4.add(f32x4.add(absolutes, f32x4.abs(w0)), f32x4.abs(w1));
          g0 = f32x4.add(g0, times_sign(f32x4.splat(l1), w0));
          g1 = f32x4.add(g1, times_sign(f32x4.splat(l1), w1));
        }
        g0 = madd(twice_l2, w0, g0);
        g1 = madd(twice_l2, w1, g1);
      }
      const direction0 = rule.direction(g0, w0, at(slot0, i), at(slot1, i), at(slot2, i), hyper, tiny, magnitude);
      const direction1 = rule.direction(
        g1,
        w1,
        at(slot0, i) + 16,
        at(slot1, i) + 16,
        at(slot2, i) + 16,
        hyper,
        tiny,
        magnitude,
      );
      if (decays) {
        w0 = madd(minus_decay, w0, w0);
        w1 = madd(minus_decay, w1, w1);
      }
      w0 = madd(minus_rate, direction0, w0);
      w1 = madd(minus_rate, direction1, w1);
      const size0 = v128.and(w0, magnitude);
      const size1 = v128.and(w1, magnitude);
      largest = i32x4.max_s(largest, i32x4.max_s(size0, size1));
      v128.store(at(weight, i), v128.andnot(w0, i32x4.gt_s(tiny, size0)));
      v128.store(at(weight, i), v128.andnot(w1, i32x4.gt_s(tiny, size1)), 16);
    }
    if (penalty) store<f32>(at(penalty, u), penalty_sum(absolutes, squares, l1, l2));
  }
  // x - x is 0, or not a number where x is not finite, as the largest bits are where any are.
  if (v128.any_true(f32x4.sub(largest, largest))) store<i32>(flag, 1);
}
