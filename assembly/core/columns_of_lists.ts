// Convolutions of images that are given as lists: a column of pixels at a time, whose sums stay in registers.

import { ENTRY } from "./nonzero_list";
import { madd, start_high, start_low, store_first8, store_row } from "./simd";

/**
 * out (to, 8) = start + Σ over `rows` lines of lists, 3 or 5, and the pixels of a window · w: a column of an image from out on, out_line
 * bytes from pixel to pixel, of which the first `columns` floats count. `start` is the 8 floats at `bias`, or zero where it is 0. Line l
 * gives row i of w to pixel l + rows - 1 - i + from, where that is one of them, for each of `lines`; from <= 0. The entries of a line's window are those from
 * load(starts) to load(starts + window), the next line's starts are starts_line bytes on. An entry's row i of w is the 8 floats at
 * w + place + i*row. Overwrites out, which must alias nothing; where `columns` < 8, nothing beyond them.
 */
export function column_of_lists(
  rows: i32,
  out: usize,
  out_line: usize,
  from: i32,
  to: i32,
  columns: i32,
  starts: usize,
  starts_line: usize,
  window: usize,
  lines: i32,
  w: usize,
  row: usize,
  bias: usize,
): void {
  if (rows == 3) column3(out, out_line, from, to, columns, starts, starts_line, window, lines, w, row, bias);
  else column5(out, out_line, from, to, columns, starts, starts_line, window, lines, w, row, bias);
}

function column3(
  out: usize,
  out_line: usize,
  from: i32,
  to: i32,
  columns: i32,
  starts: usize,
  starts_line: usize,
  window: usize,
  lines: i32,
  w: usize,
  row: usize,
  bias: usize,
): void {
  const low = start_low(bias);
  const high = start_high(bias);
  let c00 = low;
  let c01 = high;
  let c10 = low;
  let c11 = high;
  let c20 = low;
  let c21 = high;
  for (let line = 0; from < to; line++) {
    if (line < lines) {
      let entry: usize = load<u32>(starts);
      const end: usize = load<u32>(starts + window);
      starts += starts_line;
      while (entry < end) {
        const x = v128.load32_splat(entry);
        let p = w + load<u32>(entry, 4);
        entry += ENTRY;
        c00 = madd(x, v128.load(p), c00);
        c01 = madd(x, v128.load(p, 16), c01);
        p += row;
        c10 = madd(x, v128.load(p), c10);
        c11 = madd(x, v128.load(p, 16), c11);
        p += row;
        c20 = madd(x, v128.load(p), c20);
        c21 = madd(x, v128.load(p, 16), c21);
      }
    }
    if (from >= 0) {
      if (columns >= 8) store_row(out, c20, c21);
      else store_first8(out, c20, c21, columns);
      out += out_line;
    }
    from++;
    c20 = c10;
    c21 = c11;
    c10 = c00;
    c11 = c01;
    c00 = low;
    c01 = high;
  }
}

function column5(
  out: usize,
  out_line: usize,
  from: i32,
  to: i32,
  columns: i32,
  starts: usize,
  starts_line: usize,
  window: usize,
  lines: i32,
  w: usize,
  row: usize,
  bias: usize,
): void {
  const low = start_low(bias);
  const high = start_high(bias);
  let c00 = low;
  let c01 = high;
  let c10 = low;
  let c11 = high;
  let c20 = low;
  let c21 = high;
  let c30 = low;
  let c31 = high;
  let c40 = low;
  let c41 = high;
  for (let line = 0; from < to; line++) {
    if (line < lines) {
      let entry: usize = load<u32>(starts);
      const end: usize = load<u32>(starts + window);
      starts += starts_line;
      while (entry < end) {
        const x = v128.load32_splat(entry);
        let p = w + load<u32>(entry, 4);
        entry += ENTRY;
        c00 = madd(x, v128.load(p), c00);
        c01 = madd(x, v128.load(p, 16), c01);
        p += row;
        c10 = madd(x, v128.load(p), c10);
        c11 = madd(x, v128.load(p, 16), c11);
        p += row;
        c20 = madd(x, v128.load(p), c20);
        c21 = madd(x, v128.load(p, 16), c21);
        p += row;
        c30 = madd(x, v128.load(p), c30);
        c31 = madd(x, v128.load(p, 16), c31);
        p += row;
        c40 = madd(x, v128.load(p), c40);
        c41 = madd(x, v128.load(p, 16), c41);
      }
    }
    if (from >= 0) {
      if (columns >= 8) store_row(out, c40, c41);
      else store_first8(out, c40, c41, columns);
      out += out_line;
    }
    from++;
    c40 = c30;
    c41 = c31;
    c30 = c20;
    c31 = c21;
    c20 = c10;
    c21 = c11;
    c10 = c00;
    c11 = c01;
    c00 = low;
    c01 = high;
  }
}
