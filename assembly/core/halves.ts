// Pools of 2x2 pixels, two apart: the usual ones, whose windows neither overlap nor leave the image. C is a multiple of 4.

import { at, max4 } from "./simd";

/** out (lines, pixels, C) = max of 2x2 pixels of inp (2*lines.., width, C), one image. Overwrites out, which must not alias inp. */
export function max_halves(out: usize, inp: usize, lines: i32, pixels: i32, width: i32, C: i32): void {
  const right: usize = C << 2;
  const down = at(0, width * C);
  for (let y = 0; y < lines; y++) {
    let corner = inp + <usize>y * 2 * down;
    for (let x = 0; x < pixels; x++) {
      for (let c = 0; c < C; c += 4) {
        const place = at(corner, c);
        const upper = max4(v128.load(place), v128.load(place + right));
        const lower = max4(v128.load(place + down), v128.load(place + down + right));
        v128.store(at(out, c), max4(upper, lower));
      }
      out += right;
      corner += 2 * right;
    }
  }
}

/**
 * dinp = dout at the first of 2x2 pixels of inp that has the largest value `out`, 0 at the others; one image as in `max_halves`.
 * Overwrites the pixels of dinp that are in windows, and must alias nothing.
 */
export function max_halves_backward(
  dinp: usize,
  dout: usize,
  inp: usize,
  out: usize,
  lines: i32,
  pixels: i32,
  width: i32,
  C: i32,
): void {
  const right: usize = C << 2;
  const down = at(0, width * C);
  for (let y = 0; y < lines; y++) {
    let corner = <usize>y * 2 * down;
    for (let x = 0; x < pixels; x++) {
      for (let c = 0; c < C; c += 4) {
        const from = at(inp + corner, c);
        const to = at(dinp + corner, c);
        const best = v128.load(at(out, c));
        const dy = v128.load(at(dout, c));
        const first = f32x4.eq(v128.load(from), best);
        const second = v128.andnot(f32x4.eq(v128.load(from + right), best), first);
        const upper = v128.or(first, second);
        const third = v128.andnot(f32x4.eq(v128.load(from + down), best), upper);
        const fourth = v128.andnot(f32x4.eq(v128.load(from + down + right), best), v128.or(upper, third));
        v128.store(to, v128.and(dy, first));
        v128.store(to + right, v128.and(dy, second));
        v128.store(to + down, v128.and(dy, third));
        v128.store(to + down + right, v128.and(dy, fourth));
      }
      out += right;
      dout += right;
      corner += 2 * right;
    }
  }
}
