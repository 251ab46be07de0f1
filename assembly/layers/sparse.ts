// The products of a dense layer whose input is mostly zeros: B batch, I inputs, O units, memory as in dense.ts.
// Only what is not zero is multiplied. The sums run in the same order as those of the dense kernels, and what is left out
// would add zeros, so that results of finite weights are equal to the last bit.

import { at, madd, round8, start_high, start_low, store_row } from "../core/simd";
import { touch } from "../core/touch";
import { HEAD } from "./nonzero";

/**
 * out (B,O) = inp (B,I) · weight (I,O) + bias (O), rows from..to, where lists names what is not zero in inp (nonzero_rows).
 * Overwrites out up to the next multiple of 8 columns. out must alias nothing.
 */
export function sparse_forward(
  out: usize,
  inp: usize,
  weight: usize,
  bias: usize,
  lists: usize,
  I: i32,
  O: i32,
  out_stride: i32,
  inp_stride: i32,
  list_stride: i32,
  from: i32,
  to: i32,
): void {
  const panel_bytes = <usize>(round8(I) << 5);
  // As many panels as the registers hold; their weights stay in the cache while all rows pass.
  for (let o = 0; o < O; ) {
    const panels = O - o > 24 ? 4 : O - o > 8 ? 2 : 1;
    touch(weight, <usize>panels * panel_bytes, (<usize>I * O) << 2);
    for (let b = from; b < to; b++) {
      const c = at(out, b * out_stride + o);
      const a = at(inp, b * inp_stride);
      const start = bias ? at(bias, o) : 0;
      const list = at(lists, b * list_stride);
      const end = list + HEAD + ((<usize>load<i32>(list)) << 1);
      if (panels == 4) row4(c, a, weight, panel_bytes, start, list + HEAD, end);
      else if (panels == 2) row2(c, a, weight, panel_bytes, start, list + HEAD, end);
      else row1(c, a, weight, start, list + HEAD, end);
    }
    weight += <usize>panels * panel_bytes;
    o += panels << 3;
  }
}

/** 32 units of one row, from the columns at `next` up to `end`. */
function row4(c: usize, a: usize, w0: usize, panel_bytes: usize, bias: usize, next: usize, end: usize): void {
  let c0 = start_low(bias);
  let c1 = start_high(bias);
  let c2 = start_low(bias ? bias + 32 : 0);
  let c3 = start_high(bias ? bias + 32 : 0);
  let c4 = start_low(bias ? bias + 64 : 0);
  let c5 = start_high(bias ? bias + 64 : 0);
  let c6 = start_low(bias ? bias + 96 : 0);
  let c7 = start_high(bias ? bias + 96 : 0);
  const w1 = w0 + panel_bytes;
  const w2 = w1 + panel_bytes;
  const w3 = w2 + panel_bytes;
  for (; next < end; next += 2) {
    const i = <usize>load<u16>(next);
    const k = i << 5;
    const x = v128.load32_splat(a + (i << 2));
    c0 = madd(x, v128.load(w0 + k), c0);
    c1 = madd(x, v128.load(w0 + k, 16), c1);
    c2 = madd(x, v128.load(w1 + k), c2);
    c3 = madd(x, v128.load(w1 + k, 16), c3);
    c4 = madd(x, v128.load(w2 + k), c4);
    c5 = madd(x, v128.load(w2 + k, 16), c5);
    c6 = madd(x, v128.load(w3 + k), c6);
    c7 = madd(x, v128.load(w3 + k, 16), c7);
  }
  store_row(c, c0, c1);
  store_row(c + 32, c2, c3);
  store_row(c + 64, c4, c5);
  store_row(c + 96, c6, c7);
}

function row2(c: usize, a: usize, w0: usize, panel_bytes: usize, bias: usize, next: usize, end: usize): void {
  let c0 = start_low(bias);
  let c1 = start_high(bias);
  let c2 = start_low(bias ? bias + 32 : 0);
  let c3 = start_high(bias ? bias + 32 : 0);
  const w1 = w0 + panel_bytes;
  for (; next < end; next += 2) {
    const i = <usize>load<u16>(next);
    const k = i << 5;
    const x = v128.load32_splat(a + (i << 2));
    c0 = madd(x, v128.load(w0 + k), c0);
    c1 = madd(x, v128.load(w0 + k, 16), c1);
    c2 = madd(x, v128.load(w1 + k), c2);
    c3 = madd(x, v128.load(w1 + k, 16), c3);
  }
  store_row(c, c0, c1);
  store_row(c + 32, c2, c3);
}

function row1(c: usize, a: usize, w: usize, bias: usize, next: usize, end: usize): void {
  let c0 = start_low(bias);
  let c1 = start_high(bias);
  for (; next < end; next += 2) {
    const i = <usize>load<u16>(next);
    const x = v128.load32_splat(a + (i << 2));
    c0 = madd(x, v128.load(w + (i << 5)), c0);
    c1 = madd(x, v128.load(w + (i << 5), 16), c1);
  }
  store_row(c, c0, c1);
}

/**
 * dweight (I,O) = inpᵀ (I,B) · dout (B,O), blocks of 64 floats from..to of the panels, where masks says what is not zero in
 * inp (nonzero_columns). Overwrites the rows below I of these blocks, and one more where I is odd. dweight must alias nothing.
 */
export function sparse_backward_kernel(
  dweight: usize,
  inp: usize,
  dout: usize,
  masks: usize,
  B: i32,
  I: i32,
  inp_stride: i32,
  dout_stride: i32,
  from: i32,
  to: i32,
): void {
  const blocks = round8(I) >> 3;
  const panel_bytes = <usize>(blocks << 8);
  while (from < to) {
    const panel = from / blocks;
    const first = from - panel * blocks;
    // Two panels at a time where both are wholly in the range.
    const both = first == 0 && to - from >= blocks << 1;
    const last = both ? blocks : min(to - panel * blocks, blocks);
    const end = min(last << 3, I);
    const d = at(dout, panel << 3);
    let c = at(dweight, from << 6);
    for (let i = first << 3; i < end; i += 2) {
      if (both) columns2(c, panel_bytes, at(inp, i), d, at(masks, i), B, I, inp_stride, dout_stride);
      else columns1(c, at(inp, i), d, at(masks, i), B, I, inp_stride, dout_stride);
      c += 64;
    }
    from += both ? blocks << 1 : last - first;
  }
}

/** Which of 64 rows, of which `left` are there, have something in one of two columns. */
function live_rows(mask: usize, left: i32, word_bytes: usize): u64 {
  const low = <u64>(load<u32>(mask) | load<u32>(mask, 4));
  if (left <= 32) return low;
  return low | ((<u64>(load<u32>(mask + word_bytes) | load<u32>(mask + word_bytes, 4))) << 32);
}

/** Two columns of inp by 16 units. */
function columns2(
  c: usize,
  panel_bytes: usize,
  a: usize,
  d: usize,
  mask: usize,
  B: i32,
  I: i32,
  inp_stride: i32,
  dout_stride: i32,
): void {
  const word_bytes = (<usize>round8(I)) << 2;
  const a_row = (<usize>inp_stride) << 2;
  const d_row = (<usize>dout_stride) << 2;
  let c00 = f32x4.splat(0);
  let c01 = c00;
  let c02 = c00;
  let c03 = c00;
  let c10 = c00;
  let c11 = c00;
  let c12 = c00;
  let c13 = c00;
  for (let left = B; left > 0; left -= 64) {
    let live = live_rows(mask, left, word_bytes);
    while (live) {
      const b = <usize>ctz(live);
      live &= live - 1;
      const row = a + b * a_row;
      const x0 = v128.load32_splat(row);
      const x1 = v128.load32_splat(row, 4);
      const p = d + b * d_row;
      const d0 = v128.load(p);
      const d1 = v128.load(p, 16);
      const d2 = v128.load(p, 32);
      const d3 = v128.load(p, 48);
      c00 = madd(x0, d0, c00);
      c01 = madd(x0, d1, c01);
      c02 = madd(x0, d2, c02);
      c03 = madd(x0, d3, c03);
      c10 = madd(x1, d0, c10);
      c11 = madd(x1, d1, c11);
      c12 = madd(x1, d2, c12);
      c13 = madd(x1, d3, c13);
    }
    a += a_row << 6;
    d += d_row << 6;
    mask += word_bytes << 1;
  }
  store_row(c, c00, c01);
  store_row(c + 32, c10, c11);
  store_row((c += panel_bytes), c02, c03);
  store_row(c + 32, c12, c13);
}

/** Two columns of inp by 8 units. */
function columns1(c: usize, a: usize, d: usize, mask: usize, B: i32, I: i32, inp_stride: i32, dout_stride: i32): void {
  const word_bytes = (<usize>round8(I)) << 2;
  const a_row = (<usize>inp_stride) << 2;
  const d_row = (<usize>dout_stride) << 2;
  let c00 = f32x4.splat(0);
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  for (let left = B; left > 0; left -= 64) {
    let live = live_rows(mask, left, word_bytes);
    while (live) {
      const b = <usize>ctz(live);
      live &= live - 1;
      const row = a + b * a_row;
      const x0 = v128.load32_splat(row);
      const x1 = v128.load32_splat(row, 4);
      const p = d + b * d_row;
      const d0 = v128.load(p);
      const d1 = v128.load(p, 16);
      c00 = madd(x0, d0, c00);
      c01 = madd(x0, d1, c01);
      c10 = madd(x1, d0, c10);
      c11 = madd(x1, d1, c11);
    }
    a += a_row << 6;
    d += d_row << 6;
    mask += word_bytes << 1;
  }
  store_row(c, c00, c01);
  store_row(c + 32, c10, c11);
}
