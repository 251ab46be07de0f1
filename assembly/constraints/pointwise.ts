// What is done to each weight by itself behind an update. Weights are flat; a unit is `unit` floats, a multiple of 8.

import { at } from "../core/simd";

/** weight = max(weight, 0), units from..to; what is not a number stays so. Overwrites weight. */
export function non_negative(weight: usize, unit: i32, from: i32, to: i32): void {
  const zero = f32x4.splat(0);
  for (let i = from * unit; i < to * unit; i += 4) {
    v128.store(at(weight, i), f32x4.pmax(v128.load(at(weight, i)), zero));
  }
}

/**
 * weight = sign(weight) * max(|weight| - rate*l1, 0), units from..to, the f32 at `rate` being the step's learning rate; what is
 * not a number stays so. Overwrites weight, which must not alias rate.
 */
export function soft_threshold(weight: usize, rate: usize, l1: f32, unit: i32, from: i32, to: i32): void {
  const zero = f32x4.splat(0);
  const signs = i32x4.splat(0x80000000);
  const size = f32x4.splat(load<f32>(rate) * l1);
  for (let i = from * unit; i < to * unit; i += 4) {
    const w = v128.load(at(weight, i));
    const rest = f32x4.sub(f32x4.abs(w), size);
    // No sign where nothing is left: zeros are +0.
    const signed = v128.or(rest, v128.and(w, signs));
    v128.store(at(weight, i), v128.andnot(signed, f32x4.le(rest, zero)));
  }
}
