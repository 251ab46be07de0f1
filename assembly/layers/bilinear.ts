// Images (height, width, C) in other extents, each pixel between the four around it. A line's entry in `down` is the line above, the
// line below (whole numbers) and the share of the latter; a column's in `across` is the same of columns.

import { at, madd, store_first } from "../core/simd";

/** a + (b - a) * share, for the four values from both places on. */
function between(a: usize, b: usize, share: v128): v128 {
  const x = v128.load(a);
  return madd(f32x4.sub(v128.load(b), x), share, x);
}

/** out[y][x] = the mean of inp at both lines and both columns by their shares, rows from..to. Overwrites out, which must alias nothing. */
export function bilinear_forward(
  out: usize,
  inp: usize,
  down: usize,
  across: usize,
  height: i32,
  width: i32,
  inp_width: i32,
  C: i32,
  out_stride: i32,
  inp_stride: i32,
  from: i32,
  to: i32,
): void {
  for (let b = from; b < to; b++) {
    let target = at(out, b * out_stride);
    const source = at(inp, b * inp_stride);
    for (let y = 0; y < height; y++) {
      const line = at(down, 3 * y);
      const above = at(source, load<i32>(line) * inp_width * C);
      const below = at(source, load<i32>(line, 4) * inp_width * C);
      const share = v128.load32_splat(line, 8);
      for (let x = 0; x < width; x++) {
        const column = at(across, 3 * x);
        const left = load<i32>(column) * C;
        const right = load<i32>(column, 4) * C;
        const u = v128.load32_splat(column, 8);
        for (let c = 0; c < C; c += 4) {
          const high = between(at(above, left + c), at(above, right + c), u);
          const low = between(at(below, left + c), at(below, right + c), u);
          store_first(at(target, c), madd(f32x4.sub(low, high), share, high), C - c);
        }
        target = at(target, C);
      }
    }
  }
}

/** The first `left` of the four values at `target` += x * share. */
function give(target: usize, x: v128, share: f32, left: i32): void {
  store_first(target, madd(x, f32x4.splat(share), v128.load(target)), left);
}

/**
 * dinp (B, inp_size) = the sum over all y and x of dout[y][x] by its shares of lines and columns, in their order, rows from..to.
 * Overwrites dinp, which must alias nothing.
 */
export function bilinear_backward(
  dinp: usize,
  dout: usize,
  down: usize,
  across: usize,
  height: i32,
  width: i32,
  inp_width: i32,
  C: i32,
  inp_size: i32,
  out_stride: i32,
  inp_stride: i32,
  from: i32,
  to: i32,
): void {
  for (let b = from; b < to; b++) {
    let source = at(dout, b * out_stride);
    const target = at(dinp, b * inp_stride);
    memory.fill(target, 0, (<usize>inp_size) << 2);
    for (let y = 0; y < height; y++) {
      const line = at(down, 3 * y);
      const above = at(target, load<i32>(line) * inp_width * C);
      const below = at(target, load<i32>(line, 4) * inp_width * C);
      const share = load<f32>(line, 8);
      for (let x = 0; x < width; x++) {
        const column = at(across, 3 * x);
        const left = load<i32>(column) * C;
        const right = load<i32>(column, 4) * C;
        const u = load<f32>(column, 8);
        for (let c = 0; c < C; c += 4) {
          const d = v128.load(at(source, c));
          const n = C - c;
          give(at(above, left + c), d, (1 - share) * (1 - u), n);
          give(at(above, right + c), d, (1 - share) * u, n);
          give(at(below, left + c), d, share * (1 - u), n);
          give(at(below, right + c), d, share * u, n);
        }
        source = at(source, C);
      }
    }
  }
}
