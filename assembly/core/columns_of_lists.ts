// Convolutions of images that are given as lists: a column of pixels at a time, whose sums stay in registers.

import { ENTRY } from "./nonzero_list";
import { madd, store_first, store_row, unknown_zero } from "./simd";

/** True for kernels of so many rows. */
export function has_columns(rows: i32): bool {
  return rows == 3 || rows == 5;
}

/**
 * 8 floats, of which the first `columns` count, of the pixels of a column, from out on and out_line bytes apart: each the sum over
 * `rows` lines, the last of which is `from` + 1 lines.. TODO
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
): void {
  if (rows == 3) column3(out, out_line, from, to, columns, starts, starts_line, window, lines, w, row);
  else column5(out, out_line, from, to, columns, starts, starts_line, window, lines, w, row);
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
): void {
  const zero = unknown_zero(lines);
  let c00 = zero;
  let c01 = zero;
  let c10 = zero;
  let c11 = zero;
  let c20 = zero;
  let c21 = zero;
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
      else {
        store_first(out, c20, columns);
        if (columns > 4) store_first(out + 16, c21, columns - 4);
      }
      out += out_line;
    }
    from++;
    c20 = c10;
    c21 = c11;
    c10 = c00;
    c11 = c01;
    c00 = zero;
    c01 = zero;
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
): void {
  const zero = unknown_zero(lines);
  let c00 = zero;
  let c01 = zero;
  let c10 = zero;
  let c11 = zero;
  let c20 = zero;
  let c21 = zero;
  let c30 = zero;
  let c31 = zero;
  let c40 = zero;
  let c41 = zero;
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
      else {
        store_first(out, c40, columns);
        if (columns > 4) store_first(out + 16, c41, columns - 4);
      }
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
    c00 = zero;
    c01 = zero;
  }
}
