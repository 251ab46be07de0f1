import { at } from "../core/simd";

/**
 * out = inp + table, rows from..to; table is one row of `width` floats, a multiple of 8, zero in its padding. Overwrites the first
 * `width` floats of each row of out, which may alias inp.
 */
export function position_forward(
  out: usize,
  inp: usize,
  table: usize,
  width: i32,
  stride: i32,
  from: i32,
  to: i32,
): void {
  for (let row = from; row < to; row++) {
    const target = at(out, row * stride);
    const source = at(inp, row * stride);
    for (let i = 0; i < width; i += 4) {
      v128.store(at(target, i), f32x4.add(v128.load(at(source, i)), v128.load(at(table, i))));
    }
  }
}
