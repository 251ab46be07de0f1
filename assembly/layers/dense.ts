// B batch, I inputs, O units. Matrices of the batch are row-major with a stride in floats, a multiple of 8.
// A kernel (I,O) lies in panels of 8 units: panel p holds rows i = 0.. of units 8p..8p+7, and I is rounded up to 8, so
// that 8 rows of a panel are one block of 64 floats, the unit that workers share out. Lanes beyond I and O are zero.

import { gemm_rows } from "../core/gemm";
import { gemm_strided } from "../core/gemm_strided";
import { at, round8 } from "../core/simd";
import { touch } from "../core/touch";

/**
 * out (B,O) = inp (B,I) · weight (I,O) + bias (O), rows from..to.
 * Overwrites out up to the next multiple of 8 columns (with zeros, as weight and bias are zero there). out must alias nothing.
 */
export function dense_forward(
  out: usize,
  inp: usize,
  weight: usize,
  bias: usize,
  I: i32,
  O: i32,
  out_stride: i32,
  inp_stride: i32,
  from: i32,
  to: i32,
): void {
  multiply(out, inp, weight, bias, I, O, out_stride, inp_stride, from, to);
}

/** Rows of more floats than the second cache holds are taken in blocks of BLOCK, which stay there while all panels pass. */
const CACHE: i32 = 1 << 18;
const BLOCK: i32 = 80;

/** out (B,N) = inp (B,K) · weight (K,N) + bias (N) or 0, rows from..to. */
function multiply(
  out: usize,
  inp: usize,
  weight: usize,
  bias: usize,
  K: i32,
  N: i32,
  out_stride: i32,
  inp_stride: i32,
  from: i32,
  to: i32,
): void {
  const panel_size = round8(K) << 3;
  const block = (to - from) * inp_stride > CACHE ? BLOCK : to - from;
  for (; from < to; from += block) {
    for (let n = 0; n < N; n += 8) {
      touch(at(weight, (n >> 3) * panel_size), panel_size << 2, (<usize>N * K) << 2);
      gemm_rows(
        at(out, from * out_stride + n),
        at(inp, from * inp_stride),
        at(weight, (n >> 3) * panel_size),
        bias ? at(bias, n) : 0,
        min(to - from, block),
        K,
        out_stride << 2,
        inp_stride << 2,
      );
    }
  }
}

/**
 * dinp (B,I) = dout (B,O) · weightᵀ, rows from..to, where weight_t is weightᵀ (O,I) in panels of 8 inputs (dense_transpose).
 * Overwrites dinp up to the next multiple of 8 columns. dinp must alias nothing.
 */
export function dense_backward_input(
  dinp: usize,
  dout: usize,
  weight_t: usize,
  I: i32,
  O: i32,
  dinp_stride: i32,
  dout_stride: i32,
  from: i32,
  to: i32,
): void {
  multiply(dinp, dout, weight_t, 0, O, I, dinp_stride, dout_stride, from, to);
}

/**
 * dweight (I,O) = inpᵀ (I,B) · dout (B,O), blocks of 64 floats from..to of the panels.
 * Overwrites the rows below I of these blocks; padded rows are left alone. dweight must alias nothing.
 */
export function dense_backward_kernel(
  dweight: usize,
  inp: usize,
  dout: usize,
  B: i32,
  I: i32,
  inp_stride: i32,
  dout_stride: i32,
  from: i32,
  to: i32,
): void {
  const blocks = round8(I) >> 3;
  while (from < to) {
    const panel = from / blocks;
    const first = from - panel * blocks;
    const last = min(to - panel * blocks, blocks);
    const i = first << 3;
    const rows = min(last << 3, I) - i;
    gemm_strided(
      at(dweight, from << 6),
      at(inp, i),
      at(dout, panel << 3),
      rows,
      B,
      32,
      4,
      inp_stride << 2,
      dout_stride << 2,
    );
    from += last - first;
  }
}

/** dbias (O) = Σ_b dout (B,O), groups of 8 units from..to. Overwrites dbias, which must alias nothing. */
export function dense_backward_bias(dbias: usize, dout: usize, B: i32, dout_stride: i32, from: i32, to: i32): void {
  for (let group = from; group < to; group++) {
    let low = f32x4.splat(0);
    let high = f32x4.splat(0);
    let row = at(dout, group << 3);
    for (let b = 0; b < B; b++) {
      low = f32x4.add(low, v128.load(row));
      high = f32x4.add(high, v128.load(row, 16));
      row += dout_stride << 2;
    }
    v128.store(at(dbias, group << 3), low);
    v128.store(at(dbias, group << 3), high, 16);
  }
}

/**
 * weight_t (O,I) in panels of 8 inputs = the transpose of weight (I,O) in panels of 8 units, blocks of 64 floats from..to of weight.
 * Overwrites the blocks of weight_t that mirror them. weight_t must not alias weight.
 */
export function dense_transpose(weight_t: usize, weight: usize, I: i32, O: i32, from: i32, to: i32): void {
  const rows = round8(I) >> 3;
  const columns = round8(O) >> 3;
  // Row by row of blocks, so that what is written lies in a row: loads from many places are waited for together, stores in turn.
  for (let row = 0; row < rows; row++) {
    const panel = from <= row ? 0 : (from - row + rows - 1) / rows;
    for (let block = panel * rows + row; block < to; block += rows) {
      const source = at(weight, block << 6);
      const target = at(weight_t, (row * columns + block / rows) << 6);
      transpose4(target, source);
      transpose4(target + 16, source + 128);
      transpose4(target + 128, source + 16);
      transpose4(target + 144, source + 144);
    }
  }
}

/** 4x4 floats, rows 32 bytes apart on both sides. */
function transpose4(target: usize, source: usize): void {
  const r0 = v128.load(source);
  const r1 = v128.load(source, 32);
  const r2 = v128.load(source, 64);
  const r3 = v128.load(source, 96);
  const even0 = i32x4.shuffle(r0, r1, 0, 4, 1, 5);
  const even1 = i32x4.shuffle(r2, r3, 0, 4, 1, 5);
  const odd0 = i32x4.shuffle(r0, r1, 2, 6, 3, 7);
  const odd1 = i32x4.shuffle(r2, r3, 2, 6, 3, 7);
  v128.store(target, i32x4.shuffle(even0, even1, 0, 1, 4, 5));
  v128.store(target, i32x4.shuffle(even0, even1, 2, 3, 6, 7), 32);
  v128.store(target, i32x4.shuffle(odd0, odd1, 0, 1, 4, 5), 64);
  v128.store(target, i32x4.shuffle(odd0, odd1, 2, 3, 6, 7), 96);
}
