// B rows of whole numbers from 0 to V - 1, `steps` each, and a vector of D values for each number: a matrix (V,D) in panels.

import { at, lanes_below } from "../core/simd";

/** The number as an index; what is out of range counts as the nearest one. */
function index_of(inp: usize, V: i32): i32 {
  const index = i32x4.extract_lane(i32x4.trunc_sat_f32x4_s(v128.load32_splat(inp)), 0);
  return max(0, min(index, V - 1));
}

/**
 * out (B, steps, D) = the rows of weight (V,D) that inp (B, steps) names, rows from..to; mask (B, steps), where there is one, = 0 for
 * the number 0, else 1. Overwrites out and mask, which must alias nothing.
 */
export function embedding_forward(
  out: usize,
  mask: usize,
  inp: usize,
  weight: usize,
  V: i32,
  D: i32,
  steps: i32,
  out_stride: i32,
  mask_stride: i32,
  inp_stride: i32,
  from: i32,
  to: i32,
): void {
  const panel_size = ((V + 7) & ~7) << 3;
  for (let b = from; b < to; b++) {
    for (let k = 0; k < steps; k++) {
      const index = index_of(at(inp, b * inp_stride + k), V);
      let source = at(weight, index << 3);
      for (let d = 0; d < D; d += 8) {
        memory.copy(at(out, b * out_stride + k * D + d), source, min(8, D - d) << 2);
        source = at(source, panel_size);
      }
      if (mask) store<f32>(at(mask, b * mask_stride + k), index ? 1 : 0);
    }
  }
}

/**
 * dweight (V,D) = Σ of the rows of dout (B, steps, D) at the rows that inp (B, steps) names, panels of 8 columns from..to: numbers
 * are as often as words, columns are alike. Overwrites these panels, zero in padding. dweight must alias nothing.
 */
export function embedding_backward(
  dweight: usize,
  inp: usize,
  dout: usize,
  B: i32,
  V: i32,
  D: i32,
  steps: i32,
  inp_stride: i32,
  dout_stride: i32,
  from: i32,
  to: i32,
): void {
  const panel_size = ((V + 7) & ~7) << 3;
  for (let panel = from; panel < to; panel++) {
    const target = at(dweight, panel * panel_size);
    const column = panel << 3;
    const low = lanes_below(column, D);
    const high = lanes_below(column + 4, D);
    memory.fill(target, 0, panel_size << 2);
    for (let b = 0; b < B; b++) {
      for (let k = 0; k < steps; k++) {
        const row = at(target, index_of(at(inp, b * inp_stride + k), V) << 3);
        const d = at(dout, b * dout_stride + k * D + column);
        v128.store(row, f32x4.add(v128.load(row), v128.and(v128.load(d), low)));
        v128.store(row, f32x4.add(v128.load(row, 16), v128.and(v128.load(d, 16), high)), 16);
      }
    }
  }
}
