// Two tensors of the same width as halves of one row: the second begins at the width rounded up to 8 floats.

import { at } from "../core/simd";

/** out = scale * (a + b) for the halves a, b of each row, or a * b where scale is 0, rows from..to. Overwrites out up to the next multiple of 8. */
export function merge_halves(
  out: usize,
  halves: usize,
  scale: f32,
  width: i32,
  out_stride: i32,
  halves_stride: i32,
  from: i32,
  to: i32,
): void {
  const size = (width + 7) & ~7;
  const factor = f32x4.splat(scale);
  for (let row = from; row < to; row++) {
    for (let i = 0; i < size; i += 4) {
      const first = at(halves, row * halves_stride + i);
      const a = v128.load(first);
      const b = v128.load(at(first, size));
      const sum = f32x4.mul(f32x4.add(a, b), factor);
      v128.store(at(out, row * out_stride + i), scale == 0 ? f32x4.mul(a, b) : sum);
    }
  }
}

/** halves = the gradients by them, from dout, rows from..to: scale * dout each, or where scale is 0 dout * b and dout * a. Overwrites halves. */
export function merge_halves_backward(
  halves: usize,
  dout: usize,
  scale: f32,
  width: i32,
  halves_stride: i32,
  dout_stride: i32,
  from: i32,
  to: i32,
): void {
  const size = (width + 7) & ~7;
  const factor = f32x4.splat(scale);
  for (let row = from; row < to; row++) {
    for (let i = 0; i < size; i += 4) {
      const first = at(halves, row * halves_stride + i);
      const second = at(first, size);
      const d = v128.load(at(dout, row * dout_stride + i));
      const a = v128.load(first);
      v128.store(first, f32x4.mul(d, scale == 0 ? v128.load(second) : factor));
      v128.store(second, f32x4.mul(d, scale == 0 ? a : factor));
    }
  }
}
