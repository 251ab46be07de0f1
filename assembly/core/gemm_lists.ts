// Products of lists with what lies at their places: sums over few factors, held in registers, of 48 values at a time.

import { ENTRY } from "./nonzero_list";
import { madd, store_row, unknown_zero } from "./simd";

/** 8 floats added to those at c, or in their place if they are the `first`: sums of one image are short, so that little is lost. */
export function add_row(c: usize, first: bool, low: v128, high: v128): void {
  if (first) store_row(c, low, high);
  else store_row(c, f32x4.add(v128.load(c), low), f32x4.add(v128.load(c, 16), high));
}

/**
 * c (48) += Σ value · a[place], over the entries list..end, the 48 floats from a + place on; `=` if they are the `first`. Adds what is
 * behind the floats that count, too. c must alias nothing.
 */
export function list_wide(c: usize, first: bool, a: usize, list: usize, end: usize): void {
  const zero = unknown_zero(<i32>(end - list));
  let c0 = zero;
  let c1 = zero;
  let c2 = zero;
  let c3 = zero;
  let c4 = zero;
  let c5 = zero;
  let c6 = zero;
  let c7 = zero;
  let c8 = zero;
  let c9 = zero;
  let c10 = zero;
  let c11 = zero;
  while (list < end) {
    const x = v128.load32_splat(list);
    const p = a + load<u32>(list, 4);
    list += ENTRY;
    c0 = madd(x, v128.load(p), c0);
    c1 = madd(x, v128.load(p, 16), c1);
    c2 = madd(x, v128.load(p, 32), c2);
    c3 = madd(x, v128.load(p, 48), c3);
    c4 = madd(x, v128.load(p, 64), c4);
    c5 = madd(x, v128.load(p, 80), c5);
    c6 = madd(x, v128.load(p, 96), c6);
    c7 = madd(x, v128.load(p, 112), c7);
    c8 = madd(x, v128.load(p, 128), c8);
    c9 = madd(x, v128.load(p, 144), c9);
    c10 = madd(x, v128.load(p, 160), c10);
    c11 = madd(x, v128.load(p, 176), c11);
  }
  add_row(c, first, c0, c1);
  add_row(c + 32, first, c2, c3);
  add_row(c + 64, first, c4, c5);
  add_row(c + 96, first, c6, c7);
  add_row(c + 128, first, c8, c9);
  add_row(c + 160, first, c10, c11);
}

/** The same for six rows of 8 floats, of which the others lie r1, ... r5 bytes behind the first. */
export function list_tall(
  c: usize,
  first: bool,
  a: usize,
  r1: usize,
  r2: usize,
  r3: usize,
  r4: usize,
  r5: usize,
  list: usize,
  end: usize,
): void {
  const zero = unknown_zero(<i32>(end - list));
  let c0 = zero;
  let c1 = zero;
  let c2 = zero;
  let c3 = zero;
  let c4 = zero;
  let c5 = zero;
  let c6 = zero;
  let c7 = zero;
  let c8 = zero;
  let c9 = zero;
  let c10 = zero;
  let c11 = zero;
  while (list < end) {
    const x = v128.load32_splat(list);
    const p = a + load<u32>(list, 4);
    list += ENTRY;
    c0 = madd(x, v128.load(p), c0);
    c1 = madd(x, v128.load(p, 16), c1);
    c2 = madd(x, v128.load(p + r1), c2);
    c3 = madd(x, v128.load(p + r1, 16), c3);
    c4 = madd(x, v128.load(p + r2), c4);
    c5 = madd(x, v128.load(p + r2, 16), c5);
    c6 = madd(x, v128.load(p + r3), c6);
    c7 = madd(x, v128.load(p + r3, 16), c7);
    c8 = madd(x, v128.load(p + r4), c8);
    c9 = madd(x, v128.load(p + r4, 16), c9);
    c10 = madd(x, v128.load(p + r5), c10);
    c11 = madd(x, v128.load(p + r5, 16), c11);
  }
  add_row(c, first, c0, c1);
  add_row(c + 32, first, c2, c3);
  add_row(c + 64, first, c4, c5);
  add_row(c + 96, first, c6, c7);
  add_row(c + 128, first, c8, c9);
  add_row(c + 160, first, c10, c11);
}
