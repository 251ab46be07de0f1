// Moving averages of the weights, behind an update. Weights are flat; a unit is `unit` floats, a multiple of 8.

import { at, flush, madd } from "../core/simd";

/**
 * average += rest*(weight - average), units from..to, and weight = average where overwrite is not 0; numbers = [rest, overwrite].
 * Overwrites average, and weight where it says so; nothing may alias.
 */
export function average_weights(average: usize, weight: usize, numbers: usize, unit: i32, from: i32, to: i32): void {
  const rest = v128.load32_splat(numbers);
  const overwrite = load<f32>(numbers, 4) != 0;
  const end = to * unit;
  for (let i = from * unit; i < end; i += 4) {
    const a = v128.load(at(average, i));
    const mean = flush(madd(rest, f32x4.sub(v128.load(at(weight, i)), a), a));
    v128.store(at(average, i), mean);
    if (overwrite) v128.store(at(weight, i), mean);
  }
}

/** Exchanges the values of a and b, units from..to. Overwrites both; they must not alias. */
export function swap_values(a: usize, b: usize, unit: i32, from: i32, to: i32): void {
  const end = to * unit;
  for (let i = from * unit; i < end; i += 4) {
    const x = v128.load(at(a, i));
    v128.store(at(a, i), v128.load(at(b, i)));
    v128.store(at(b, i), x);
  }
}
