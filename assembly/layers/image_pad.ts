// Images (B, lines, width, C) with zeros around and between their pixels, so that no window reaches beyond them.

import { at } from "../core/simd";

/** The first of the pixels start, start + spread, ... that is not negative. */
function first_within(start: i32, spread: i32): i32 {
  return start < 0 ? (spread - 1 - start) / spread : 0;
}

/**
 * out (B, out_lines, out_width, C) = inp (B, lines, width, C) with its pixels `spread_down` lines and `spread` columns apart, the
 * first at (top, left), and zeros around and between, rows from..to. What would lie beyond out is left out. Overwrites out, which
 * must not alias inp.
 */
export function image_pad(
  out: usize,
  inp: usize,
  lines: i32,
  width: i32,
  C: i32,
  out_lines: i32,
  out_width: i32,
  top: i32,
  left: i32,
  spread_down: i32,
  spread: i32,
  out_stride: i32,
  inp_stride: i32,
  from: i32,
  to: i32,
): void {
  const size: usize = (out_lines * out_width * C) << 2;
  const first = first_within(left, spread);
  const count = min(width, first_within(left - out_width, spread)) - first;
  for (let b = from; b < to; b++) {
    const target = at(out, b * out_stride);
    memory.fill(target, 0, size);
    if (count <= 0) continue;
    for (let line = 0; line < lines; line++) {
      const y = top + line * spread_down;
      if (y < 0 || y >= out_lines) continue;
      let source = at(inp, b * inp_stride + (line * width + first) * C);
      let place = at(target, (y * out_width + left + first * spread) * C);
      if (spread == 1) {
        memory.copy(place, source, (count * C) << 2);
        continue;
      }
      for (let pixel = 0; pixel < count; pixel++) {
        memory.copy(place, source, C << 2);
        source = at(source, C);
        place = at(place, spread * C);
      }
    }
  }
}
