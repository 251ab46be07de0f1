// Matrix products like those of gemm.ts whose left side is read by columns.

import { madd, store_row } from "./simd";

/**
 * C (M,8) = Aᵀ (M,K) · B (K,8): row k of A (K,M) is at a + k*a_k, B[k] at b + k*b_k, C is a panel.
 * Overwrites C, which must alias neither A nor B.
 */
export function gemm_columns(c: usize, a: usize, b: usize, M: i32, K: i32, a_k: usize, b_k: usize): void {
  let m = M;
  // Six or four columns as in gemm.ts.
  while (ASC_FEATURE_RELAXED_SIMD && m >= 6 && m != 8) {
    tile6(c, a, b, K, a_k, b_k);
    c += 192;
    a += 24;
    m -= 6;
  }
  while (m >= 4) {
    tile4(c, a, b, K, a_k, b_k);
    c += 128;
    a += 16;
    m -= 4;
  }
  if (m >= 2) {
    tile2(c, a, b, K, a_k, b_k);
    c += 64;
    a += 8;
    m -= 2;
  }
  if (m > 0) tile1(c, a, b, K, a_k, b_k);
}

function tile6(c: usize, a: usize, b: usize, K: i32, a_k: usize, b_k: usize): void {
  let c00 = f32x4.splat(0);
  let c01 = c00;
  let c10 = f32x4.splat(0);
  let c11 = c10;
  let c20 = f32x4.splat(0);
  let c21 = c20;
  let c30 = f32x4.splat(0);
  let c31 = c30;
  let c40 = f32x4.splat(0);
  let c41 = c40;
  let c50 = f32x4.splat(0);
  let c51 = c50;
  for (let k = 0; k < K; k++) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load32_splat(a);
    c00 = madd(x, b0, c00);
    c01 = madd(x, b1, c01);
    x = v128.load32_splat(a, 4);
    c10 = madd(x, b0, c10);
    c11 = madd(x, b1, c11);
    x = v128.load32_splat(a, 8);
    c20 = madd(x, b0, c20);
    c21 = madd(x, b1, c21);
    x = v128.load32_splat(a, 12);
    c30 = madd(x, b0, c30);
    c31 = madd(x, b1, c31);
    x = v128.load32_splat(a, 16);
    c40 = madd(x, b0, c40);
    c41 = madd(x, b1, c41);
    x = v128.load32_splat(a, 20);
    c50 = madd(x, b0, c50);
    c51 = madd(x, b1, c51);
    a += a_k;
    b += b_k;
  }
  store_row(c, c00, c01);
  store_row(c + 32, c10, c11);
  store_row(c + 64, c20, c21);
  store_row(c + 96, c30, c31);
  store_row(c + 128, c40, c41);
  store_row(c + 160, c50, c51);
}

function tile4(c: usize, a: usize, b: usize, K: i32, a_k: usize, b_k: usize): void {
  let c00 = f32x4.splat(0);
  let c01 = c00;
  let c10 = f32x4.splat(0);
  let c11 = c10;
  let c20 = f32x4.splat(0);
  let c21 = c20;
  let c30 = f32x4.splat(0);
  let c31 = c30;
  for (let k = 0; k < K; k++) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load32_splat(a);
    c00 = madd(x, b0, c00);
    c01 = madd(x, b1, c01);
    x = v128.load32_splat(a, 4);
    c10 = madd(x, b0, c10);
    c11 = madd(x, b1, c11);
    x = v128.load32_splat(a, 8);
    c20 = madd(x, b0, c20);
    c21 = madd(x, b1, c21);
    x = v128.load32_splat(a, 12);
    c30 = madd(x, b0, c30);
    c31 = madd(x, b1, c31);
    a += a_k;
    b += b_k;
  }
  store_row(c, c00, c01);
  store_row(c + 32, c10, c11);
  store_row(c + 64, c20, c21);
  store_row(c + 96, c30, c31);
}

function tile2(c: usize, a: usize, b: usize, K: i32, a_k: usize, b_k: usize): void {
  let c00 = f32x4.splat(0);
  let c01 = c00;
  let c10 = f32x4.splat(0);
  let c11 = c10;
  for (let k = 0; k < K; k++) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load32_splat(a);
    c00 = madd(x, b0, c00);
    c01 = madd(x, b1, c01);
    x = v128.load32_splat(a, 4);
    c10 = madd(x, b0, c10);
    c11 = madd(x, b1, c11);
    a += a_k;
    b += b_k;
  }
  store_row(c, c00, c01);
  store_row(c + 32, c10, c11);
}

function tile1(c: usize, a: usize, b: usize, K: i32, a_k: usize, b_k: usize): void {
  let c00 = f32x4.splat(0);
  let c01 = c00;
  for (let k = 0; k < K; k++) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load32_splat(a);
    c00 = madd(x, b0, c00);
    c01 = madd(x, b1, c01);
    a += a_k;
    b += b_k;
  }
  store_row(c, c00, c01);
}
