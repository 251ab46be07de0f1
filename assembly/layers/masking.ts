// Sequences of `steps` steps of C values, without gaps, and for each step whether it counts.

import { at } from "../core/simd";

/**
 * mask (B, steps) = 0 where all values of a step are `value`, else 1; out = inp where the mask is 1, else 0, rows from..to.
 * Overwrites out and mask, which must not alias inp.
 */
export function masking_forward(
  out: usize,
  mask: usize,
  inp: usize,
  value: f32,
  steps: i32,
  C: i32,
  stride: i32,
  mask_stride: i32,
  from: i32,
  to: i32,
): void {
  for (let b = from; b < to; b++) {
    for (let k = 0; k < steps; k++) {
      const source = at(inp, b * stride + k * C);
      let c = 0;
      while (c < C && load<f32>(at(source, c)) == value) c++;
      store<f32>(at(mask, b * mask_stride + k), c < C ? 1 : 0);
    }
  }
  masking_backward(out, inp, mask, steps, C, stride, mask_stride, from, to);
}

/** dinp = dout where the mask is 1, else 0, rows from..to. Overwrites dinp, which must not alias dout. */
export function masking_backward(
  dinp: usize,
  dout: usize,
  mask: usize,
  steps: i32,
  C: i32,
  stride: i32,
  mask_stride: i32,
  from: i32,
  to: i32,
): void {
  for (let b = from; b < to; b++) {
    for (let k = 0; k < steps; k++) {
      const place = b * stride + k * C;
      if (load<f32>(at(mask, b * mask_stride + k)) != 0) memory.copy(at(dinp, place), at(dout, place), C << 2);
      else memory.fill(at(dinp, place), 0, C << 2);
    }
  }
}
