// Products of two inputs along one axis of each. An input (outer, K, inner) is a matrix of outer*inner rows of K values, each padded
// to a multiple of 8 floats (its pitch); the output has the products of all rows of the one with all rows of the other.

import { multiply_strided, turn } from "../core/gemm_strided";
import { at, round8 } from "../core/simd";

/** What is shorter counts as so long. */
const SHORTEST: f32 = 1e-6;

/** Σ a * b of K values. */
function product(a: usize, b: usize, K: i32): f64 {
  let sum: f64 = 0;
  for (let k = 0; k < K; k++) sum += <f64>load<f32>(at(a, k)) * <f64>load<f32>(at(b, k));
  return sum;
}

/**
 * out (outer*inner, K) = inp (outer, K, inner) of each example with the axis K behind; where there are lengths (outer*inner), divided
 * by them: lengths = max(sqrt(Σ inp²), 1e-6) of each row. Rows from..to of the batch. Overwrites out with its padding, and lengths;
 * nothing may alias.
 */
export function dot_rows(
  out: usize,
  lengths: usize,
  inp: usize,
  outer: i32,
  K: i32,
  inner: i32,
  out_stride: i32,
  lengths_stride: i32,
  inp_stride: i32,
  from: i32,
  to: i32,
): void {
  const pitch = round8(K);
  for (let b = from; b < to; b++) {
    for (let row = 0; row < outer * inner; row++) {
      const source = at(inp, b * inp_stride + (row / inner) * K * inner + (row % inner));
      const target = at(out, b * out_stride + row * pitch);
      for (let k = 0; k < K; k++) store<f32>(at(target, k), load<f32>(at(source, k * inner)));
      memory.fill(at(target, K), 0, (pitch - K) << 2);
      if (!lengths) continue;
      const length = max(<f32>sqrt(product(target, target, K)), SHORTEST);
      store<f32>(at(lengths, b * lengths_stride + row), length);
      for (let k = 0; k < K; k++) store<f32>(at(target, k), load<f32>(at(target, k)) / length);
    }
  }
}

/**
 * out (M, N) = left (M, K) · right (N, K)ᵀ of each example, rows of left and right as dot_rows gives them, rows from..to of the batch.
 * Overwrites out and tiles ((K + M) * N rounded up to 8); nothing may alias.
 */
export function dot_forward(
  out: usize,
  tiles: usize,
  left: usize,
  right: usize,
  M: i32,
  N: i32,
  K: i32,
  out_stride: i32,
  left_stride: i32,
  right_stride: i32,
  from: i32,
  to: i32,
): void {
  const pitch = round8(K);
  const width = round8(N);
  const products = at(tiles, K * width);
  for (let b = from; b < to; b++) {
    turn(tiles, at(right, b * right_stride), N, K, pitch, width);
    multiply_strided(products, at(left, b * left_stride), tiles, M, K, width, width, pitch, 1, width);
    for (let m = 0; m < M; m++) memory.copy(at(out, b * out_stride + m * N), at(products, m * width), N << 2);
  }
}

/**
 * drows (rows, K) = Σ_j dout[i * row_step + j * step] * other (others, K)[j] of each example, rows from..to of the batch: the gradient
 * by the rows of one side, from the rows of the other. Overwrites drows, which must alias nothing.
 */
export function dot_backward(
  drows: usize,
  dout: usize,
  other: usize,
  rows: i32,
  others: i32,
  K: i32,
  row_step: i32,
  step: i32,
  drows_stride: i32,
  dout_stride: i32,
  other_stride: i32,
  from: i32,
  to: i32,
): void {
  const pitch = round8(K);
  for (let b = from; b < to; b++) {
    const target = at(drows, b * drows_stride);
    const source = at(dout, b * dout_stride);
    multiply_strided(target, source, at(other, b * other_stride), rows, others, pitch, pitch, row_step, step, pitch);
  }
}

/**
 * dinp (outer, K, inner) = drows (outer*inner, K) with the axis K in its place; where there are lengths, the gradient through the
 * division by them: `(drows - rows * Σ drows * rows) / lengths`, without the sum where a row is shorter than 1e-6. Rows from..to of
 * the batch. Overwrites dinp, which must alias nothing.
 */
export function dot_rows_backward(
  dinp: usize,
  drows: usize,
  rows: usize,
  lengths: usize,
  outer: i32,
  K: i32,
  inner: i32,
  dinp_stride: i32,
  rows_stride: i32,
  lengths_stride: i32,
  from: i32,
  to: i32,
): void {
  const pitch = round8(K);
  for (let b = from; b < to; b++) {
    for (let row = 0; row < outer * inner; row++) {
      const place = b * rows_stride + row * pitch;
      const slope = at(drows, place);
      const unit = at(rows, place);
      const length = lengths ? load<f32>(at(lengths, b * lengths_stride + row)) : 1;
      const along = lengths && length > SHORTEST ? <f32>product(slope, unit, K) : 0;
      const target = at(dinp, b * dinp_stride + (row / inner) * K * inner + (row % inner));
      for (let k = 0; k < K; k++) {
        const across = load<f32>(at(slope, k)) - load<f32>(at(unit, k)) * along;
        store<f32>(at(target, k * inner), across / length);
      }
    }
  }
}
