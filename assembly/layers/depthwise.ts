// Convolutions of each channel by itself, over images (B, lines, width, C), channels last: the window of output (y, x) has
// rows x columns pixels, spread_down and spread apart, of which the first is (y*step_down - top, x*step - left). What a window has
// beyond the image counts as zero. A kernel (rows*columns, C) lies in panels of 8 channels like a matrix.

import { at, lanes_below, madd, start_low, store_first } from "../core/simd";

/** Floats of a panel. */
function panel_size(rows: i32, columns: i32): i32 {
  return ((rows * columns + 7) & ~7) << 3;
}

/** out = bias (C) + Σ window * weight for each channel, rows from..to. Overwrites out, which must alias nothing. */
export function depthwise_forward(
  out: usize,
  inp: usize,
  weight: usize,
  bias: usize,
  lines: i32,
  width: i32,
  C: i32,
  out_lines: i32,
  out_width: i32,
  rows: i32,
  columns: i32,
  step_down: i32,
  step: i32,
  spread_down: i32,
  spread: i32,
  top: i32,
  left: i32,
  out_stride: i32,
  inp_stride: i32,
  from: i32,
  to: i32,
): void {
  const panel = panel_size(rows, columns);
  for (let b = from; b < to; b++) {
    for (let y = 0; y < out_lines; y++) {
      for (let x = 0; x < out_width; x++) {
        const target = at(out, b * out_stride + (y * out_width + x) * C);
        for (let c = 0; c < C; c += 4) {
          const kernel = at(weight, (c >> 3) * panel + (c & 7));
          let sum = start_low(bias ? at(bias, c) : 0);
          for (let i = 0; i < rows; i++) {
            const line = y * step_down - top + i * spread_down;
            if (line < 0 || line >= lines) continue;
            for (let j = 0; j < columns; j++) {
              const pixel = x * step - left + j * spread;
              if (pixel < 0 || pixel >= width) continue;
              const value = v128.load(at(inp, b * inp_stride + (line * width + pixel) * C + c));
              sum = madd(value, v128.load(at(kernel, (i * columns + j) << 3)), sum);
            }
          }
          store_first(at(target, c), sum, C - c);
        }
      }
    }
  }
}

/** dinp = Σ over windows of dout * weight, where the pixel is in them, rows from..to. Overwrites dinp, which must alias nothing. */
export function depthwise_backward_input(
  dinp: usize,
  dout: usize,
  weight: usize,
  lines: i32,
  width: i32,
  C: i32,
  out_lines: i32,
  out_width: i32,
  rows: i32,
  columns: i32,
  step_down: i32,
  step: i32,
  spread_down: i32,
  spread: i32,
  top: i32,
  left: i32,
  out_stride: i32,
  inp_stride: i32,
  from: i32,
  to: i32,
): void {
  const panel = panel_size(rows, columns);
  for (let b = from; b < to; b++) {
    memory.fill(at(dinp, b * inp_stride), 0, (<usize>(lines * width * C)) << 2);
    for (let y = 0; y < out_lines; y++) {
      for (let x = 0; x < out_width; x++) {
        const source = at(dout, b * out_stride + (y * out_width + x) * C);
        for (let c = 0; c < C; c += 4) {
          const kernel = at(weight, (c >> 3) * panel + (c & 7));
          const dy = v128.load(at(source, c));
          for (let i = 0; i < rows; i++) {
            const line = y * step_down - top + i * spread_down;
            if (line < 0 || line >= lines) continue;
            for (let j = 0; j < columns; j++) {
              const pixel = x * step - left + j * spread;
              if (pixel < 0 || pixel >= width) continue;
              const place = at(dinp, b * inp_stride + (line * width + pixel) * C + c);
              const sum = madd(dy, v128.load(at(kernel, (i * columns + j) << 3)), v128.load(place));
              store_first(place, sum, C - c);
            }
          }
        }
      }
    }
  }
}

/**
 * dweight (rows*columns, C) = Σ_b Σ over windows of inp * dout, summed image by image, blocks of 64 floats from..to of its panels.
 * Overwrites what the kernel has in these blocks; padding is left alone. dweight must alias nothing.
 */
export function depthwise_backward_kernel(
  dweight: usize,
  inp: usize,
  dout: usize,
  B: i32,
  lines: i32,
  width: i32,
  C: i32,
  out_lines: i32,
  out_width: i32,
  rows: i32,
  columns: i32,
  step_down: i32,
  step: i32,
  spread_down: i32,
  spread: i32,
  top: i32,
  left: i32,
  out_stride: i32,
  inp_stride: i32,
  from: i32,
  to: i32,
): void {
  const blocks = panel_size(rows, columns) >> 6;
  for (let block = from; block < to; block++) {
    const panel = block / blocks;
    const first = (block - panel * blocks) << 3;
    for (let p = first; p < min(first + 8, rows * columns); p++) {
      const down = (p / columns) * spread_down - top;
      const across = (p % columns) * spread - left;
      for (let c = panel << 3; c < min((panel + 1) << 3, C); c += 4) {
        let total = f32x4.splat(0);
        for (let b = 0; b < B; b++) {
          let sum = f32x4.splat(0);
          for (let y = 0; y < out_lines; y++) {
            const line = y * step_down + down;
            if (line < 0 || line >= lines) continue;
            for (let x = 0; x < out_width; x++) {
              const pixel = x * step + across;
              if (pixel < 0 || pixel >= width) continue;
              const value = v128.load(at(inp, b * inp_stride + (line * width + pixel) * C + c));
              sum = madd(value, v128.load(at(dout, b * out_stride + (y * out_width + x) * C + c)), sum);
            }
          }
          total = f32x4.add(total, sum);
        }
        v128.store(at(dweight, (block << 6) + ((p - first) << 3) + (c & 7)), v128.and(total, lanes_below(c, C)));
      }
    }
  }
}
