import { at } from "../core/simd";

/**
 * out = (inp - mean) * factor, rows from..to; mean and factor are one row, zero in its padding. Overwrites out, which may
 * alias inp.
 */
export function normalization_forward(
  out: usize,
  inp: usize,
  mean: usize,
  factor: usize,
  stride: i32,
  from: i32,
  to: i32,
): void {
  for (let row = from; row < to; row++) {
    const target = at(out, row * stride);
    const source = at(inp, row * stride);
    for (let i = 0; i < stride; i += 4) {
      const centred = f32x4.sub(v128.load(at(source, i)), v128.load(at(mean, i)));
      v128.store(at(target, i), f32x4.mul(centred, v128.load(at(factor, i))));
    }
  }
}

/** dinp = dout * factor, rows from..to; factor is one row. Overwrites dinp, which may alias dout. */
export function normalization_backward(dinp: usize, dout: usize, factor: usize, stride: i32, from: i32, to: i32): void {
  for (let row = from; row < to; row++) {
    const target = at(dinp, row * stride);
    const source = at(dout, row * stride);
    for (let i = 0; i < stride; i += 4) {
      v128.store(at(target, i), f32x4.mul(v128.load(at(source, i)), v128.load(at(factor, i))));
    }
  }
}
