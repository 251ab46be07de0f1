// Layers that only move values: `places` blocks of `size` values, and a table of whole numbers that says which block of the input
// each block of the output is.

import { at, store_first } from "../core/simd";

/** out[i] = inp[table[i]], zeros where table[i] < 0, for `places` blocks i, rows from..to. Overwrites out, which must alias nothing. */
export function move_forward(
  out: usize,
  inp: usize,
  table: usize,
  places: i32,
  size: i32,
  out_stride: i32,
  inp_stride: i32,
  from: i32,
  to: i32,
): void {
  for (let b = from; b < to; b++) {
    for (let i = 0; i < places; i++) {
      const place = load<i32>(at(table, i));
      const target = at(out, b * out_stride + i * size);
      const source = at(inp, b * inp_stride + place * size);
      for (let k = 0; k < size; k += 4) {
        const x = place < 0 ? f32x4.splat(0) : v128.load(at(source, k));
        store_first(at(target, k), x, size - k);
      }
    }
  }
}

/**
 * dinp (B, width) = the sum over all i with table[i] = j of dout[i], for each block j, in the order of i, rows from..to. Overwrites
 * dinp, which must alias nothing.
 */
export function move_backward(
  dinp: usize,
  dout: usize,
  table: usize,
  places: i32,
  size: i32,
  width: i32,
  out_stride: i32,
  inp_stride: i32,
  from: i32,
  to: i32,
): void {
  for (let b = from; b < to; b++) {
    memory.fill(at(dinp, b * inp_stride), 0, (<usize>width) << 2);
    for (let i = 0; i < places; i++) {
      const place = load<i32>(at(table, i));
      if (place < 0) continue;
      const source = at(dout, b * out_stride + i * size);
      const target = at(dinp, b * inp_stride + place * size);
      for (let k = 0; k < size; k += 4) {
        const sum = f32x4.add(v128.load(at(target, k)), v128.load(at(source, k)));
        store_first(at(target, k), sum, size - k);
      }
    }
  }
}
