// Sums of the gradients of several batches. Gradients are flat; a unit is `unit` floats, a multiple of 8.

import { at } from "../core/simd";

/** sum += gradient, or = where `first` is 1, units from..to. Nothing may alias. */
export function gradient_collect(sum: usize, gradient: usize, first: i32, unit: i32, from: i32, to: i32): void {
  const end = to * unit;
  for (let i = from * unit; i < end; i += 4) {
    const g = v128.load(at(gradient, i));
    v128.store(at(sum, i), first ? g : f32x4.add(v128.load(at(sum, i)), g));
  }
}

/** gradient = sum + gradient, units from..to. Nothing may alias. */
export function gradient_complete(gradient: usize, sum: usize, unit: i32, from: i32, to: i32): void {
  const end = to * unit;
  for (let i = from * unit; i < end; i += 4) {
    v128.store(at(gradient, i), f32x4.add(v128.load(at(sum, i)), v128.load(at(gradient, i))));
  }
}
