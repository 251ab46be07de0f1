// Sums over what lists name. They stay in registers while a list passes, and run in its order.

import { Values } from "./byte_values";
import { ENTRY } from "./nonzero_list";
import { madd, start_high, start_low, store_row } from "./simd";

/**
 * c (8) = start + Σ x[i] · a (i,8), over the 16-bit numbers i from `next` to `end`. `start` is 8 floats, or zero where it is 0. V is what
 * x lies as: f32, or u8 for bytes that stand for what the table `values` says. Overwrites c, which may be `start` and must alias nothing
 * else.
 */
export function sum_of_places<V>(
  c: usize,
  x: usize,
  values: usize,
  a: usize,
  start: usize,
  next: usize,
  end: usize,
): void {
  let c0 = start_low(start);
  let c1 = start_high(start);
  for (; next < end; next += 2) {
    const i = <usize>load<u16>(next);
    const value = Values.load<V>(x + i * sizeof<V>(), values);
    const p = a + (i << 5);
    c0 = madd(value, v128.load(p), c0);
    c1 = madd(value, v128.load(p, 16), c1);
  }
  store_row(c, c0, c1);
}

/** The same for four panels, `panel_bytes` from one to the next in a; c and `start` are 32 floats in a row. */
export function row_of_places<V>(
  c: usize,
  x: usize,
  values: usize,
  a: usize,
  panel_bytes: usize,
  start: usize,
  next: usize,
  end: usize,
): void {
  let c0 = start_low(start);
  let c1 = start_high(start);
  let c2 = start_low(start ? start + 32 : 0);
  let c3 = start_high(start ? start + 32 : 0);
  let c4 = start_low(start ? start + 64 : 0);
  let c5 = start_high(start ? start + 64 : 0);
  let c6 = start_low(start ? start + 96 : 0);
  let c7 = start_high(start ? start + 96 : 0);
  const a1 = a + panel_bytes;
  const a2 = a1 + panel_bytes;
  const a3 = a2 + panel_bytes;
  for (; next < end; next += 2) {
    const i = <usize>load<u16>(next);
    const value = Values.load<V>(x + i * sizeof<V>(), values);
    const place = i << 5;
    c0 = madd(value, v128.load(a + place), c0);
    c1 = madd(value, v128.load(a + place, 16), c1);
    c2 = madd(value, v128.load(a1 + place), c2);
    c3 = madd(value, v128.load(a1 + place, 16), c3);
    c4 = madd(value, v128.load(a2 + place), c4);
    c5 = madd(value, v128.load(a2 + place, 16), c5);
    c6 = madd(value, v128.load(a3 + place), c6);
    c7 = madd(value, v128.load(a3 + place, 16), c7);
  }
  store_row(c, c0, c1);
  store_row(c + 32, c2, c3);
  store_row(c + 64, c4, c5);
  store_row(c + 96, c6, c7);
}

/**
 * c (8) = start + Σ value · a[place], over the entries from `next` to `end`, where a[place] is the 8 floats at a + place. `start` is 8
 * floats, or zero where it is 0. Overwrites c, which may be `start` and must alias nothing else.
 */
export function sum_of_list(c: usize, a: usize, start: usize, next: usize, end: usize): void {
  let c0 = start_low(start);
  let c1 = start_high(start);
  for (; next < end; next += ENTRY) {
    const x = v128.load32_splat(next);
    const p = a + load<u32>(next, 4);
    c0 = madd(x, v128.load(p), c0);
    c1 = madd(x, v128.load(p, 16), c1);
  }
  store_row(c, c0, c1);
}

/** The same for four panels of c and `start`, `panel_bytes` from one to the next; what lies at a number is 32 floats in a row. */
export function panels_of_list(c: usize, panel_bytes: usize, a: usize, start: usize, next: usize, end: usize): void {
  let c0 = start_low(start);
  let c1 = start_high(start);
  let c2 = start_low(start ? (start += panel_bytes) : 0);
  let c3 = start_high(start);
  let c4 = start_low(start ? (start += panel_bytes) : 0);
  let c5 = start_high(start);
  let c6 = start_low(start ? (start += panel_bytes) : 0);
  let c7 = start_high(start);
  // Four pointers: by one, V8 12 loads all eight vectors first and runs out of registers.
  const a1 = a + 32;
  const a2 = a + 64;
  const a3 = a + 96;
  for (; next < end; next += ENTRY) {
    const x = v128.load32_splat(next);
    const place = <usize>load<u32>(next, 4);
    c0 = madd(x, v128.load(a + place), c0);
    c1 = madd(x, v128.load(a + place, 16), c1);
    c2 = madd(x, v128.load(a1 + place), c2);
    c3 = madd(x, v128.load(a1 + place, 16), c3);
    c4 = madd(x, v128.load(a2 + place), c4);
    c5 = madd(x, v128.load(a2 + place, 16), c5);
    c6 = madd(x, v128.load(a3 + place), c6);
    c7 = madd(x, v128.load(a3 + place, 16), c7);
  }
  store_row(c, c0, c1);
  store_row((c += panel_bytes), c2, c3);
  store_row((c += panel_bytes), c4, c5);
  store_row(c + panel_bytes, c6, c7);
}
