// Matrix products on tiles of up to 6 rows x 8 columns that stay in registers.
// M rows, K summed over; every pointer and stride is in bytes. One output element is one accumulator, k ascending, so its
// bits depend neither on the tile it falls into nor on the range of rows a call was given.

import { tile4, tile5 } from "./gemm_tiles";
import { madd, start_high, start_low, store_row } from "./simd";

/**
 * C (M,8) = start + A (M,K) · B (K,8): row m of A is at a + m*a_row, B is a panel, C[m] at c + m*c_row.
 * `start` is the 8 floats at `bias`, or zero where `bias` is 0. Overwrites C, which must alias neither A nor B.
 */
export function gemm_rows(c: usize, a: usize, b: usize, bias: usize, M: i32, K: i32, c_row: usize, a_row: usize): void {
  let m = M;
  // Eight rows are two tiles of four, so that two rows are never left over behind a six.
  while (ASC_FEATURE_RELAXED_SIMD && m >= 6 && m != 8) {
    tile6(c, a, b, bias, K, c_row, a_row);
    c += 6 * c_row;
    a += 6 * a_row;
    m -= 6;
  }
  // Strict products need a register of their own, and V8 has 15 to give: six rows would spill. Up to 16 rows that are whole fours stay so.
  while (!ASC_FEATURE_RELAXED_SIMD && m >= 5 && (m > 16 || (m & 3 && m != 6))) {
    tile5(c, a, b, bias, K, c_row, a_row);
    c += 5 * c_row;
    a += 5 * a_row;
    m -= 5;
  }
  while (m >= 4) {
    tile4(c, a, b, bias, K, c_row, a_row);
    c += 4 * c_row;
    a += 4 * a_row;
    m -= 4;
  }
  if (m >= 2) {
    tile2(c, a, b, bias, K, c_row, a_row);
    c += 2 * c_row;
    a += 2 * a_row;
    m -= 2;
  }
  if (m > 0) tile1(c, a, b, bias, K);
}

function tile6(c: usize, a: usize, b: usize, bias: usize, K: i32, c_row: usize, a_row: usize): void {
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
  let c50 = low;
  let c51 = high;
  let a0 = a;
  let a1 = a0 + a_row;
  let a2 = a1 + a_row;
  let a3 = a2 + a_row;
  let a4 = a3 + a_row;
  let a5 = a4 + a_row;
  for (let k = 0; k < K; k++) {
    let b0 = v128.load(b);
    let b1 = v128.load(b, 16);
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
    a0 += 4;
    a1 += 4;
    a2 += 4;
    a3 += 4;
    a4 += 4;
    a5 += 4;
    b += 32;
  }
  store_row(c, c00, c01);
  store_row((c += c_row), c10, c11);
  store_row((c += c_row), c20, c21);
  store_row((c += c_row), c30, c31);
  store_row((c += c_row), c40, c41);
  store_row(c + c_row, c50, c51);
}

function tile2(c: usize, a: usize, b: usize, bias: usize, K: i32, c_row: usize, a_row: usize): void {
  const low = start_low(bias);
  const high = start_high(bias);
  let c00 = low;
  let c01 = high;
  let c10 = low;
  let c11 = high;
  let a0 = a;
  let a1 = a0 + a_row;
  for (let k = 0; k < K; k++) {
    let b0 = v128.load(b);
    let b1 = v128.load(b, 16);
    let x = v128.load32_splat(a0);
    c00 = madd(x, b0, c00);
    c01 = madd(x, b1, c01);
    x = v128.load32_splat(a1);
    c10 = madd(x, b0, c10);
    c11 = madd(x, b1, c11);
    a0 += 4;
    a1 += 4;
    b += 32;
  }
  store_row(c, c00, c01);
  store_row(c + c_row, c10, c11);
}

function tile1(c: usize, a: usize, b: usize, bias: usize, K: i32): void {
  const low = start_low(bias);
  const high = start_high(bias);
  let c00 = low;
  let c01 = high;
  let a0 = a;
  for (let k = 0; k < K; k++) {
    let b0 = v128.load(b);
    let b1 = v128.load(b, 16);
    let x = v128.load32_splat(a0);
    c00 = madd(x, b0, c00);
    c01 = madd(x, b1, c01);
    a0 += 4;
    b += 32;
  }
  store_row(c, c00, c01);
}
