// Pools over images (B, lines, width, C), channels last: the window of output (y, x) has rows x columns pixels, of which the first
// is (y*step_down - top, x*step - left). What a window has beyond the image does not count.

import { max_halves, max_halves_backward } from "../core/halves";
import { at, max4, store_first } from "../core/simd";

/**
 * True for windows of 2x2 pixels, two apart, of whole vectors, none of which leaves the image: with padding "same", the last ones of
 * odd extents do.
 */
function are_halves(
  lines: i32,
  width: i32,
  C: i32,
  out_lines: i32,
  out_width: i32,
  rows: i32,
  columns: i32,
  step_down: i32,
  step: i32,
  top: i32,
  left: i32,
): bool {
  const two = rows == 2 && columns == 2 && step_down == 2 && step == 2;
  return two && (C & 3) == 0 && top == 0 && left == 0 && 2 * out_lines <= lines && 2 * out_width <= width;
}

/** Zeros to the images from..to. */
function clear(images: usize, size: i32, stride: i32, from: i32, to: i32): void {
  for (let b = from; b < to; b++) memory.fill(at(images, b * stride), 0, (<usize>size) << 2);
}

/** out = max of each window, rows from..to. Overwrites out, which must not alias inp. */
export function max_pool_forward(
  out: usize,
  inp: usize,
  lines: i32,
  width: i32,
  C: i32,
  out_lines: i32,
  out_width: i32,
  rows: i32,
  columns: i32,
  step_down: i32,
  step: i32,
  top: i32,
  left: i32,
  out_stride: i32,
  inp_stride: i32,
  from: i32,
  to: i32,
): void {
  const halves = are_halves(lines, width, C, out_lines, out_width, rows, columns, step_down, step, top, left);
  for (let b = from; b < to; b++) {
    if (halves) {
      max_halves(at(out, b * out_stride), at(inp, b * inp_stride), out_lines, out_width, width, C);
      continue;
    }
    for (let y = 0; y < out_lines; y++) {
      const line = y * step_down - top;
      const first_line = max(line, 0);
      const end_line = min(line + rows, lines);
      for (let x = 0; x < out_width; x++) {
        const pixel = x * step - left;
        const first_pixel = max(pixel, 0);
        const end_pixel = min(pixel + columns, width);
        const line_rest = at(0, (width - (end_pixel - first_pixel)) * C);
        const corner = at(inp, b * inp_stride + (first_line * width + first_pixel) * C);
        const here = at(out, b * out_stride + (y * out_width + x) * C);
        for (let c = 0; c < C; c += 4) {
          let place = at(corner, c);
          let best = v128.load(place);
          for (let i = first_line; i < end_line; i++) {
            for (let j = first_pixel; j < end_pixel; j++) {
              best = max4(best, v128.load(place));
              place = at(place, C);
            }
            place += line_rest;
          }
          store_first(at(here, c), best, C - c);
        }
      }
    }
  }
}

/** out = mean of each window's pixels inside the image, rows from..to. Overwrites out, which must not alias inp. */
export function average_pool_forward(
  out: usize,
  inp: usize,
  lines: i32,
  width: i32,
  C: i32,
  out_lines: i32,
  out_width: i32,
  rows: i32,
  columns: i32,
  step_down: i32,
  step: i32,
  top: i32,
  left: i32,
  out_stride: i32,
  inp_stride: i32,
  from: i32,
  to: i32,
): void {
  for (let b = from; b < to; b++) {
    for (let y = 0; y < out_lines; y++) {
      const line = y * step_down - top;
      const first_line = max(line, 0);
      const end_line = min(line + rows, lines);
      for (let x = 0; x < out_width; x++) {
        const pixel = x * step - left;
        const first_pixel = max(pixel, 0);
        const end_pixel = min(pixel + columns, width);
        const here = b * out_stride + (y * out_width + x) * C;
        for (let c = 0; c < C; c += 4) {
          let total = f32x4.splat(0);
          for (let i = first_line; i < end_line; i++) {
            for (let j = first_pixel; j < end_pixel; j++) {
              total = f32x4.add(total, v128.load(at(inp, b * inp_stride + (i * width + j) * C + c)));
            }
          }
          const share = f32x4.splat(1 / <f32>((end_line - first_line) * (end_pixel - first_pixel)));
          store_first(at(out, here + c), f32x4.mul(total, share), C - c);
        }
      }
    }
  }
}

/**
 * dinp = Σ over windows of dout where the pixel is the first of the window that has its largest value, rows from..to. Overwrites
 * dinp, which must alias nothing.
 */
export function max_pool_backward(
  dinp: usize,
  dout: usize,
  inp: usize,
  out: usize,
  lines: i32,
  width: i32,
  C: i32,
  out_lines: i32,
  out_width: i32,
  rows: i32,
  columns: i32,
  step_down: i32,
  step: i32,
  top: i32,
  left: i32,
  out_stride: i32,
  inp_stride: i32,
  from: i32,
  to: i32,
): void {
  const halves = are_halves(lines, width, C, out_lines, out_width, rows, columns, step_down, step, top, left);
  if (!halves || (lines | width) & 1) clear(dinp, lines * width * C, inp_stride, from, to);
  for (let b = from; b < to; b++) {
    if (halves) {
      const image = b * inp_stride;
      const pooled = b * out_stride;
      max_halves_backward(
        at(dinp, image),
        at(dout, pooled),
        at(inp, image),
        at(out, pooled),
        out_lines,
        out_width,
        width,
        C,
      );
      continue;
    }
    for (let y = 0; y < out_lines; y++) {
      const line = y * step_down - top;
      const first_line = max(line, 0);
      const end_line = min(line + rows, lines);
      for (let x = 0; x < out_width; x++) {
        const pixel = x * step - left;
        const first_pixel = max(pixel, 0);
        const end_pixel = min(pixel + columns, width);
        const here = b * out_stride + (y * out_width + x) * C;
        for (let c = 0; c < C; c += 4) {
          const best = v128.load(at(out, here + c));
          const dy = v128.load(at(dout, here + c));
          let free = i32x4.splat(-1);
          for (let i = first_line; i < end_line; i++) {
            for (let j = first_pixel; j < end_pixel; j++) {
              const place = b * inp_stride + (i * width + j) * C + c;
              const taken = v128.and(free, f32x4.eq(v128.load(at(inp, place)), best));
              const sum = f32x4.add(v128.load(at(dinp, place)), v128.and(dy, taken));
              store_first(at(dinp, place), sum, C - c);
              free = v128.andnot(free, taken);
            }
          }
        }
      }
    }
  }
}

/** dinp = Σ over windows of dout / pixels inside, rows from..to. Overwrites dinp, which must alias nothing. */
export function average_pool_backward(
  dinp: usize,
  dout: usize,
  lines: i32,
  width: i32,
  C: i32,
  out_lines: i32,
  out_width: i32,
  rows: i32,
  columns: i32,
  step_down: i32,
  step: i32,
  top: i32,
  left: i32,
  out_stride: i32,
  inp_stride: i32,
  from: i32,
  to: i32,
): void {
  clear(dinp, lines * width * C, inp_stride, from, to);
  for (let b = from; b < to; b++) {
    for (let y = 0; y < out_lines; y++) {
      const line = y * step_down - top;
      const first_line = max(line, 0);
      const end_line = min(line + rows, lines);
      for (let x = 0; x < out_width; x++) {
        const pixel = x * step - left;
        const first_pixel = max(pixel, 0);
        const end_pixel = min(pixel + columns, width);
        const here = b * out_stride + (y * out_width + x) * C;
        for (let c = 0; c < C; c += 4) {
          const share = f32x4.splat(1 / <f32>((end_line - first_line) * (end_pixel - first_pixel)));
          const dy = f32x4.mul(v128.load(at(dout, here + c)), share);
          for (let i = first_line; i < end_line; i++) {
            for (let j = first_pixel; j < end_pixel; j++) {
              const place = at(dinp, b * inp_stride + (i * width + j) * C + c);
              store_first(place, f32x4.add(v128.load(place), dy), C - c);
            }
          }
        }
      }
    }
  }
}
