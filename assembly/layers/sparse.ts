// The products of a dense layer where what is multiplied has many zeros, as data and what is behind a relu have: B batch, I inputs, O
// units, memory as in dense.ts. Zeros are left out by lists where that pays, as a sample of the rows has it; else the kernels of
// dense.ts do the same. The sums run in their order, and what is left out would add zeros, so that results of finite numbers are equal
// to the last bit (in the fast build, but for the sign of a zero that is too small a number).

import { gemm_pairs } from "../core/gemm_pairs";
import { append_columns, ENTRY, share_nonzero, share_pairs, TABLE, write_table } from "../core/nonzero_list";
import { append_places, TABLE as PLACES, write_places } from "../core/nonzero_places";
import { at, round8 } from "../core/simd";
import { panels_of_list, row_of_places, sum_of_list, sum_of_places } from "../core/sums_of_lists";
import { touch } from "../core/touch";
import { APART, are_lists_worth, FORWARD, KERNEL, TOGETHER } from "../core/worth";
import { dense_backward_kernel, dense_forward } from "./dense";

/** Columns whose lists are made at a time, a multiple of 4. */
const GROUP: i32 = 64;

/** Rows that 16 bits can name. */
const MOST: i32 = 65535;

/** Values of which about 64 are in lists, so that what these 64 are multiplied with stays in the first cache; at least 128. */
function block_of(share: f32): i32 {
  return max(128, round8(<i32>(64.0 / max<f32>(share, 0.001))));
}

/**
 * out (B,O) = inp (B,I) · weight (I,O) + bias (O), rows from..to. `lists` are `room` bytes of working memory: a table, ceil(I / 128) + 1
 * numbers for each of the rows, and 16-bit ones for at least the values of a row and 16 more. I <= 65535. Overwrites lists, and out up to
 * the next multiple of 8 columns. Neither may alias anything.
 */
export function sparse_forward(
  out: usize,
  inp: usize,
  weight: usize,
  bias: usize,
  lists: usize,
  room: i32,
  I: i32,
  O: i32,
  out_stride: i32,
  inp_stride: i32,
  from: i32,
  to: i32,
): void {
  const share = share_nonzero(inp, inp_stride, I, from, to);
  if (!are_lists_worth(share, (to - from) * I, (O + 7) >> 3, FORWARD)) {
    dense_forward(out, inp, weight, bias, I, O, out_stride, inp_stride, from, to);
    return;
  }
  const block = block_of(share);
  const starts = lists + PLACES;
  const row_starts: usize = ((I + block - 1) / block + 1) << 2;
  const places = starts + <usize>(to - from) * row_starts;
  const longest = (<usize>(I + 16)) << 1;
  write_places(lists);
  while (from < to) {
    let row = from;
    let list = places;
    do {
      list = append_places(list, starts + <usize>(row - from) * row_starts, at(inp, row * inp_stride), I, block, lists);
      row++;
    } while (row < to && list + longest <= lists + room);
    multiply(
      at(out, from * out_stride),
      at(inp, from * inp_stride),
      weight,
      bias,
      starts,
      row - from,
      block,
      I,
      O,
      out_stride,
      inp_stride,
    );
    from = row;
  }
}

/** The same for all of B rows, groups of 32 units from..to. */
export function sparse_forward_units(
  out: usize,
  inp: usize,
  weight: usize,
  bias: usize,
  lists: usize,
  room: i32,
  B: i32,
  I: i32,
  O: i32,
  out_stride: i32,
  inp_stride: i32,
  from: i32,
  to: i32,
): void {
  const first = from << 5;
  weight += (<usize>(round8(I) * first)) << 2;
  if (bias) bias = at(bias, first);
  const units = min(O, to << 5) - first;
  sparse_forward(at(out, first), inp, weight, bias, lists, room, I, units, out_stride, inp_stride, 0, B);
}

/**
 * out = inp · weight + bias, B rows, by lists: those of a row in `block` columns each begin where one of its numbers from `starts` on
 * says.
 */
function multiply(
  out: usize,
  inp: usize,
  weight: usize,
  bias: usize,
  starts: usize,
  B: i32,
  block: i32,
  I: i32,
  O: i32,
  out_stride: i32,
  inp_stride: i32,
): void {
  const panel_bytes = <usize>(round8(I) << 5);
  const row_starts: usize = ((I + block - 1) / block + 1) << 2;
  for (let o = 0; o < O; ) {
    const panels = O - o > 24 ? 4 : 1;
    let lists = starts;
    for (let i = 0; i < I; i += block) {
      for (let panel = 0; panel < panels; panel++) {
        const part = weight + <usize>panel * panel_bytes + ((<usize>i) << 5);
        touch(part, min(block, I - i) << 5, (<usize>I * O) << 2);
      }
      let c = at(out, o);
      let x = inp;
      let list = lists;
      for (let b = 0; b < B; b++) {
        const start = i ? c : bias ? at(bias, o) : 0;
        if (panels == 4) row_of_places<f32>(c, x, 0, weight, panel_bytes, start, load<u32>(list), load<u32>(list, 4));
        else sum_of_places<f32>(c, x, 0, weight, start, load<u32>(list), load<u32>(list, 4));
        c = at(c, out_stride);
        x = at(x, inp_stride);
        list += row_starts;
      }
      lists += 4;
    }
    weight += <usize>panels * panel_bytes;
    o += panels << 3;
  }
}

/**
 * dweight (I,O) = inpᵀ (I,B) · dout (B,O), blocks of 64 floats from..to of the panels. `lists` are `room` bytes of working memory, which
 * gemm_pairs can do with: a table, 128 numbers, and the entries of at least four columns of B + 4. Overwrites lists, and the rows below I
 * of these blocks, and a zero one behind them where I is odd. Neither may alias anything.
 */
export function sparse_backward_kernel(
  dweight: usize,
  inp: usize,
  dout: usize,
  lists: usize,
  room: i32,
  B: i32,
  I: i32,
  O: i32,
  inp_stride: i32,
  dout_stride: i32,
  from: i32,
  to: i32,
): void {
  // Neither choice hangs on from..to: what is left out may be zero times infinity, which must be the same for any number of workers.
  const share = share_nonzero(inp, inp_stride, I, 0, B);
  const pairs = share_pairs(inp, inp_stride, I, 0, B);
  if (pairs > TOGETHER * share && are_lists_worth(share, B * I, (O + 7) >> 3, KERNEL)) {
    gemm_columns(dweight, inp, dout, lists, room, B, I, inp_stride, dout_stride, share, from, to);
  } else if (pairs <= APART && B <= MOST) {
    gemm_pairs<f32>(dweight, inp, 0, dout, lists, B, I, (<usize>inp_stride) << 2, dout_stride, from, to);
  } else {
    dense_backward_kernel(dweight, inp, dout, B, I, inp_stride, dout_stride, from, to);
  }
}

/** dweight = inpᵀ · dout, blocks from..to, by a list for each column of inp. */
function gemm_columns(
  dweight: usize,
  inp: usize,
  dout: usize,
  lists: usize,
  room: i32,
  B: i32,
  I: i32,
  inp_stride: i32,
  dout_stride: i32,
  share: f32,
  from: i32,
  to: i32,
): void {
  const most = block_of(share);
  const spans = lists + TABLE;
  const entries = spans + ((<usize>GROUP) << 3);
  write_table(lists);
  for (let b = 0; b < B; b += most) {
    const rows = min(most, B - b);
    const longest = <usize>(rows + 4) * ENTRY;
    const group = max(min((<i32>(lists + room - entries) / <i32>longest) & ~3, GROUP), 4);
    for (let i = 0; i < I; i += group) {
      const columns = min(group, I - i);
      const values = at(inp, b * inp_stride + i);
      append_columns(entries, longest, spans, values, columns, rows, inp_stride, dout_stride << 2, lists);
      multiply_columns(dweight, at(dout, b * dout_stride), spans, b > 0, i, i + columns, round8(I) >> 3, from, to);
    }
  }
}

/**
 * dweight `=` inpᵀ · dout, or `+=` where `adds`: its rows i..end in blocks from..to, by the lists of these columns of inp, each from one
 * to the other of two numbers at `spans`.
 */
function multiply_columns(
  dweight: usize,
  dout: usize,
  spans: usize,
  adds: bool,
  i: i32,
  end: i32,
  blocks: i32,
  from: i32,
  to: i32,
): void {
  const panel_bytes = <usize>(blocks << 8);
  for (let panel = from / blocks; panel * blocks < to; ) {
    const begin = panel * blocks;
    // Four panels at a time where all of them are wholly in the range.
    const panels = from <= begin && begin + (blocks << 2) <= to ? 4 : 1;
    const first = max(i, (from - begin) << 3);
    const last = min(end, (to - begin) << 3);
    const d = at(dout, panel << 3);
    let c = dweight + <usize>panel * panel_bytes + ((<usize>first) << 5);
    let span = at(spans, (first - i) << 1);
    for (let row = first; row < last; row++) {
      const start = adds ? c : 0;
      if (panels == 4) panels_of_list(c, panel_bytes, d, start, load<u32>(span), load<u32>(span, 4));
      else sum_of_list(c, d, start, load<u32>(span), load<u32>(span, 4));
      c += 32;
      span += 8;
    }
    panel += panels;
  }
}
