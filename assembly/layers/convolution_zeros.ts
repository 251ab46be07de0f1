// Convolutions of images, and of gradients, whose values are mostly zeros, as they are below a pool or behind a relu: products of zeros
// are left out, which changes no bit where weights are finite. Where that does not pay, the kernels of convolution.ts do the same.

import { column_of_lists } from "../core/columns_of_lists";
import { append_line, count_nonzero, TABLE, write_table } from "../core/nonzero_list";
import { at, round8 } from "../core/simd";
import { convolve } from "./convolution";
import { image_pad } from "./image_pad";

/** out, one image, by the lists of inp, made for `strip` lines of out at a time: as convolve_zeros has it. */
function convolve_lists(
  out: usize,
  inp: usize,
  weight: usize,
  bias: usize,
  table: usize,
  strip: i32,
  lines: i32,
  pixels: i32,
  C: i32,
  out_lines: i32,
  out_pixels: i32,
  O: i32,
  rows: i32,
  columns: i32,
  top: i32,
  left: i32,
): void {
  const starts = table + TABLE;
  const starts_line: usize = (pixels + 1) << 2;
  const row: usize = (columns * C) << 5;
  const panel_size = round8(rows * columns * C) << 3;
  for (let y = 0; y < out_lines; y += strip) {
    const count = min(strip, out_lines - y);
    // The lines of inp in the windows of these.
    const first_line = max(y - top, 0);
    const listed = max(min(y - top + count + rows - 1, lines) - first_line, 0);
    let entry = at(starts, round8(listed * (pixels + 1)));
    for (let line = 0; line < listed; line++) {
      const source = at(inp, (first_line + line) * pixels * C);
      entry = append_line(entry, starts + <usize>line * starts_line, source, pixels, C, 32, table);
    }
    let panel = weight;
    for (let o = 0; o < O; o += 8) {
      for (let x = 0; x < out_pixels; x++) {
        // The pixels of inp in this one's window; w is moved so that the numbers of its first one lead to the panel's start.
        const first = x - left;
        const begin = min(max(first, 0), pixels);
        const end = min(max(first + columns, 0), pixels);
        column_of_lists(
          rows,
          at(out, (y * out_pixels + x) * O + o),
          (out_pixels * O) << 2,
          first_line - y + top - rows + 1,
          count,
          O - o,
          at(starts, begin),
          starts_line,
          (end - begin) << 2,
          listed,
          panel - <usize>((first * C) << 5),
          row,
          bias ? at(bias, o) : 0,
        );
      }
      panel = at(panel, panel_size);
    }
  }
}

/**
 * out (B, out_lines, out_pixels, O) = bias (O) + Σ window · weight, rows from..to: the windows (rows, columns), one pixel apart, of inp (B,
 * lines, pixels, C) with `top` lines and `left` pixels of zeros put before it, 3 or 5 rows high. An image that is mostly zeros goes by
 * `lists` of the lines below `strip` lines of out at a time: room for a table, and of strip + rows - 1 lines, or all, pixels + 1 numbers
 * each, an entry for each value, and four; another is written into `padded` with the zeros around it and goes through `convolve`. Both
 * give the same bits for finite weights. Where `keeps`, padded is written in any case; where it is inp, never. Overwrites out, padded
 * and lists, none of which may alias anything.
 */
export function convolve_zeros(
  out: usize,
  inp: usize,
  padded: usize,
  weight: usize,
  bias: usize,
  lists: usize,
  strip: i32,
  keeps: i32,
  lines: i32,
  pixels: i32,
  C: i32,
  out_lines: i32,
  out_pixels: i32,
  O: i32,
  rows: i32,
  columns: i32,
  top: i32,
  left: i32,
  out_stride: i32,
  inp_stride: i32,
  padded_stride: i32,
  from: i32,
  to: i32,
): void {
  const size = lines * pixels * C;
  const across = out_pixels + columns - 1;
  // A pixel's sum by lists takes as long as thirty rows of the weight, and a tenth more for each row than one by all of them.
  const most = 0.9 * <f32>size * (1 - 30 / <f32>(rows * columns * C));
  write_table(lists);
  for (let b = from; b < to; b++) {
    const image = at(inp, b * inp_stride);
    const sparse = <f32>count_nonzero(image, size) <= most;
    if (padded != inp && (keeps || !sparse)) {
      image_pad(
        padded,
        inp,
        lines,
        pixels,
        C,
        out_lines + rows - 1,
        across,
        top,
        left,
        1,
        1,
        padded_stride,
        inp_stride,
        b,
        b + 1,
      );
    }
    if (sparse) {
      convolve_lists(
        at(out, b * out_stride),
        image,
        weight,
        bias,
        lists,
        strip,
        lines,
        pixels,
        C,
        out_lines,
        out_pixels,
        O,
        rows,
        columns,
        top,
        left,
      );
    } else {
      convolve(
        out,
        padded,
        weight,
        bias,
        out_lines,
        out_pixels,
        O,
        rows,
        1,
        columns * C,
        across * C,
        C,
        across * C,
        C,
        out_stride,
        padded_stride,
        b,
        b + 1,
      );
    }
  }
}
