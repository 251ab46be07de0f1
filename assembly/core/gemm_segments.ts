// Matrix products like those of gemm.ts whose left rows are windows of an image: K values in a row, the same again `a_segment`
// bytes on, `segments` times, and all of that again `a_down` bytes on, `rows` times. Nothing is gathered: windows overlap in place.

import { madd, start_high, start_low, store_row } from "./simd";

/**
 * C (M,8) = start + A (M, rows*segments*K) · B (rows*segments*K, 8): window m of A begins at a + m*a_row, B is a panel, C[m] at
 * c + m*c_row. `start` is the 8 floats at `bias`, or zero where `bias` is 0. Overwrites C in the order of m, which must alias
 * neither A nor B; where c_row is less than 32 bytes, what C[m] has beyond it is overwritten by C[m+1].
 */
export function gemm_segments(
  c: usize,
  a: usize,
  b: usize,
  bias: usize,
  M: i32,
  rows: i32,
  segments: i32,
  K: i32,
  c_row: usize,
  a_row: usize,
  a_segment: usize,
  a_down: usize,
): void {
  let m = M;
  // Six rows, or four in the strict build, whose products need a register of their own.
  while (ASC_FEATURE_RELAXED_SIMD && m >= 6 && m != 8) {
    tile6(c, a, b, bias, rows, segments, K, c_row, a_row, a_segment, a_down);
    c += 6 * c_row;
    a += 6 * a_row;
    m -= 6;
  }
  while (m >= 4) {
    tile4(c, a, b, bias, rows, segments, K, c_row, a_row, a_segment, a_down);
    c += 4 * c_row;
    a += 4 * a_row;
    m -= 4;
  }
  while (m > 0) {
    tile1(c, a, b, bias, rows, segments, K, a_segment, a_down);
    c += c_row;
    a += a_row;
    m--;
  }
}

function tile6(
  c: usize,
  a: usize,
  b: usize,
  bias: usize,
  rows: i32,
  segments: i32,
  K: i32,
  c_row: usize,
  a_row: usize,
  a_segment: usize,
  a_down: usize,
): void {
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
  for (let down = rows; down > 0; down--) {
    let start = a;
    for (let segment = segments; segment > 0; segment--) {
      let a0 = start;
      let a1 = a0 + a_row;
      let a2 = a1 + a_row;
      let a3 = a2 + a_row;
      let a4 = a3 + a_row;
      let a5 = a4 + a_row;
      for (let k = K; k > 0; k--) {
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
        a0 += 4;
        a1 += 4;
        a2 += 4;
        a3 += 4;
        a4 += 4;
        a5 += 4;
        b += 32;
      }
      start += a_segment;
    }
    a += a_down;
  }
  store_row(c, c00, c01);
  store_row((c += c_row), c10, c11);
  store_row((c += c_row), c20, c21);
  store_row((c += c_row), c30, c31);
  store_row((c += c_row), c40, c41);
  store_row((c += c_row), c50, c51);
}

function tile4(
  c: usize,
  a: usize,
  b: usize,
  bias: usize,
  rows: i32,
  segments: i32,
  K: i32,
  c_row: usize,
  a_row: usize,
  a_segment: usize,
  a_down: usize,
): void {
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
  for (let down = rows; down > 0; down--) {
    let start = a;
    for (let segment = segments; segment > 0; segment--) {
      let a0 = start;
      let a1 = a0 + a_row;
      let a2 = a1 + a_row;
      let a3 = a2 + a_row;
      // Two k at a time as in gemm.ts.
      for (let left = K; ; left -= 2) {
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
        if (left == 1) {
          b += 32;
          break;
        }
        b0 = v128.load(b, 32);
        b1 = v128.load(b, 48);
        x = v128.load32_splat(a0, 4);
        c00 = madd(x, b0, c00);
        c01 = madd(x, b1, c01);
        x = v128.load32_splat(a1, 4);
        c10 = madd(x, b0, c10);
        c11 = madd(x, b1, c11);
        x = v128.load32_splat(a2, 4);
        c20 = madd(x, b0, c20);
        c21 = madd(x, b1, c21);
        x = v128.load32_splat(a3, 4);
        c30 = madd(x, b0, c30);
        c31 = madd(x, b1, c31);
        b += 64;
        if (left == 2) break;
        a0 += 8;
        a1 += 8;
        a2 += 8;
        a3 += 8;
      }
      start += a_segment;
    }
    a += a_down;
  }
  store_row(c, c00, c01);
  store_row((c += c_row), c10, c11);
  store_row((c += c_row), c20, c21);
  store_row((c += c_row), c30, c31);
}

function tile1(
  c: usize,
  a: usize,
  b: usize,
  bias: usize,
  rows: i32,
  segments: i32,
  K: i32,
  a_segment: usize,
  a_down: usize,
): void {
  const low = start_low(bias);
  const high = start_high(bias);
  let c00 = low;
  let c01 = high;
  for (let down = rows; down > 0; down--) {
    let start = a;
    for (let segment = segments; segment > 0; segment--) {
      let a0 = start;
      for (let k = K; k > 0; k--) {
        const b0 = v128.load(b);
        const b1 = v128.load(b, 16);
        let x = v128.load32_splat(a0);
        c00 = madd(x, b0, c00);
        c01 = madd(x, b1, c01);
        a0 += 4;
        b += 32;
      }
      start += a_segment;
    }
    a += a_down;
  }
  store_row(c, c00, c01);
}
