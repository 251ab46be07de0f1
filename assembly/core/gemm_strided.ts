// Matrix products like those of gemm.ts whose left side is read by columns, and whose right side is no panel.

import { at, madd, store_row, unknown_zero } from "./simd";

/** out (size, pitch) = the transpose of inp (steps, size), whose rows are `width` floats apart; zero in padding. */
export function turn(out: usize, inp: usize, steps: i32, size: i32, width: i32, pitch: i32): void {
  for (let d = 0; d < size; d++) {
    const row = at(out, d * pitch);
    for (let t = 0; t < steps; t++) store<f32>(at(row, t), load<f32>(at(inp, t * width + d)));
    memory.fill(at(row, steps), 0, (pitch - steps) << 2);
  }
}

/** c (M,N) = a (M,K) · b (K,N), N a multiple of 8; distances in floats. */
export function multiply_strided(
  c: usize,
  a: usize,
  b: usize,
  M: i32,
  K: i32,
  N: i32,
  c_row: i32,
  a_row: i32,
  a_k: i32,
  b_k: i32,
): void {
  for (let n = 0; n < N; n += 8) {
    gemm_strided(at(c, n), a, at(b, n), M, K, c_row << 2, a_row << 2, a_k << 2, b_k << 2);
  }
}

/**
 * C (M,8) = A (M,K) · B (K,8), where A[m][k] is at a + m*a_row + k*a_k, B[k] at b + k*b_k, C[m] at c + m*c_row.
 * Overwrites C, which must alias neither A nor B.
 */
export function gemm_strided(
  c: usize,
  a: usize,
  b: usize,
  M: i32,
  K: i32,
  c_row: usize,
  a_row: usize,
  a_k: usize,
  b_k: usize,
): void {
  let m = M;
  // Strict products need a register of their own, and V8 has 15 to give: there six rows would spill.
  while (ASC_FEATURE_RELAXED_SIMD && m >= 6 && m != 8) {
    tile6(c, a, b, K, c_row, a_row, a_k, b_k);
    c += 6 * c_row;
    a += 6 * a_row;
    m -= 6;
  }
  while (m >= 4) {
    tile4(c, a, b, K, c_row, a_row, a_k, b_k);
    c += 4 * c_row;
    a += 4 * a_row;
    m -= 4;
  }
  if (m >= 2) {
    tile2(c, a, b, K, c_row, a_row, a_k, b_k);
    c += 2 * c_row;
    a += 2 * a_row;
    m -= 2;
  }
  if (m > 0) tile1(c, a, b, K, a_k, b_k);
}

function tile6(c: usize, a: usize, b: usize, K: i32, c_row: usize, a_row: usize, a_k: usize, b_k: usize): void {
  const zero = unknown_zero(K);
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
  let c50 = zero;
  let c51 = zero;
  let a0 = a;
  let a1 = a0 + a_row;
  let a2 = a1 + a_row;
  let a3 = a2 + a_row;
  let a4 = a3 + a_row;
  let a5 = a4 + a_row;
  for (let k = 0; k < K; k++) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load32_splat(a0);
    c00 = madd(x, b0, c00);
    c01 = madd(x, b1, c01);
    x = v128.load32_splat(a1);
    c10 = madd(x, b0, c10);
    c11 = madd(x, b1, c11);
    x = v128.load32_splat(a2);
    c20 = madd(x, b0, c20);
    c21 = madd(x, b1, c21);
    x = v128.load32_splat(a3);
    c30 = madd(x, b0, c30);
    c31 = madd(x, b1, c31);
    x = v128.load32_splat(a4);
    c40 = madd(x, b0, c40);
    c41 = madd(x, b1, c41);
    x = v128.load32_splat(a5);
    c50 = madd(x, b0, c50);
    c51 = madd(x, b1, c51);
    a0 += a_k;
    a1 += a_k;
    a2 += a_k;
    a3 += a_k;
    a4 += a_k;
    a5 += a_k;
    b += b_k;
  }
  store_row(c, c00, c01);
  store_row((c += c_row), c10, c11);
  store_row((c += c_row), c20, c21);
  store_row((c += c_row), c30, c31);
  store_row((c += c_row), c40, c41);
  store_row(c + c_row, c50, c51);
}

function tile4(c: usize, a: usize, b: usize, K: i32, c_row: usize, a_row: usize, a_k: usize, b_k: usize): void {
  const zero = unknown_zero(K);
  let c00 = zero;
  let c01 = zero;
  let c10 = zero;
  let c11 = zero;
  let c20 = zero;
  let c21 = zero;
  let c30 = zero;
  let c31 = zero;
  let a0 = a;
  let a1 = a0 + a_row;
  let a2 = a1 + a_row;
  let a3 = a2 + a_row;
  for (let k = 0; k < K; k++) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load32_splat(a0);
    c00 = madd(x, b0, c00);
    c01 = madd(x, b1, c01);
    x = v128.load32_splat(a1);
    c10 = madd(x, b0, c10);
    c11 = madd(x, b1, c11);
    x = v128.load32_splat(a2);
    c20 = madd(x, b0, c20);
    c21 = madd(x, b1, c21);
    x = v128.load32_splat(a3);
    c30 = madd(x, b0, c30);
    c31 = madd(x, b1, c31);
    a0 += a_k;
    a1 += a_k;
    a2 += a_k;
    a3 += a_k;
    b += b_k;
  }
  store_row(c, c00, c01);
  store_row((c += c_row), c10, c11);
  store_row((c += c_row), c20, c21);
  store_row(c + c_row, c30, c31);
}

function tile2(c: usize, a: usize, b: usize, K: i32, c_row: usize, a_row: usize, a_k: usize, b_k: usize): void {
  const zero = unknown_zero(K);
  let c00 = zero;
  let c01 = zero;
  let c10 = c00;
  let c11 = c01;
  for (let k = 0; k < K; k++) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load32_splat(a);
    c00 = madd(x, b0, c00);
    c01 = madd(x, b1, c01);
    x = v128.load32_splat(a + a_row);
    c10 = madd(x, b0, c10);
    c11 = madd(x, b1, c11);
    a += a_k;
    b += b_k;
  }
  store_row(c, c00, c01);
  store_row(c + c_row, c10, c11);
}

function tile1(c: usize, a: usize, b: usize, K: i32, a_k: usize, b_k: usize): void {
  const zero = unknown_zero(K);
  let c00 = zero;
  let c01 = zero;
  for (let k = 0; k < K; k++) {
    const x = v128.load32_splat(a);
    c00 = madd(x, v128.load(b), c00);
    c01 = madd(x, v128.load(b, 16), c01);
    a += a_k;
    b += b_k;
  }
  store_row(c, c00, c01);
}
