// Tiles of gemm.ts in which four k share the work on pointers; `skip` leaves out the first of them where K is no multiple of four.
// The shape is what V8 makes fast code of. Up to version 12 it sorts what lies between two branches by the sums that leave it, in the
// order of the stores at the end, backwards, and forwards for the last k of a turn; where that is not the order of the loads, all
// loads come first, which is more than its 15 registers hold. Hence a branch for every k, the last k's rows and the stores from
// the last to the first, and an `if` around a loop that always runs.

import { madd, start_high, start_low } from "./simd";

/** C (5,8) = start + A (5,K) · B (K,8), memory as in gemm_rows. K > 0. Overwrites C. */
export function tile5(c: usize, a: usize, b: usize, bias: usize, K: i32, c_row: usize, a_row: usize): void {
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
  let skip = (4 - (K & 3)) & 3;
  let a0 = a - ((<usize>skip) << 2);
  let a1 = a0 + a_row;
  let a2 = a1 + a_row;
  let a3 = a2 + a_row;
  let a4 = a3 + a_row;
  b -= (<usize>skip) << 5;
  let left = K;
  if (left > 0) {
    do {
      if (skip <= 0) {
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
      }
      if (skip <= 1) {
        const b0 = v128.load(b, 32);
        const b1 = v128.load(b, 48);
        let x = v128.load32_splat(a0, 4);
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
        x = v128.load32_splat(a4, 4);
        c40 = madd(x, b0, c40);
        c41 = madd(x, b1, c41);
      }
      if (skip <= 2) {
        const b0 = v128.load(b, 64);
        const b1 = v128.load(b, 80);
        let x = v128.load32_splat(a0, 8);
        c00 = madd(x, b0, c00);
        c01 = madd(x, b1, c01);
        x = v128.load32_splat(a1, 8);
        c10 = madd(x, b0, c10);
        c11 = madd(x, b1, c11);
        x = v128.load32_splat(a2, 8);
        c20 = madd(x, b0, c20);
        c21 = madd(x, b1, c21);
        x = v128.load32_splat(a3, 8);
        c30 = madd(x, b0, c30);
        c31 = madd(x, b1, c31);
        x = v128.load32_splat(a4, 8);
        c40 = madd(x, b0, c40);
        c41 = madd(x, b1, c41);
      }
      const b0 = v128.load(b, 96);
      const b1 = v128.load(b, 112);
      let x = v128.load32_splat(a4, 12);
      c40 = madd(x, b0, c40);
      c41 = madd(x, b1, c41);
      x = v128.load32_splat(a3, 12);
      c30 = madd(x, b0, c30);
      c31 = madd(x, b1, c31);
      x = v128.load32_splat(a2, 12);
      c20 = madd(x, b0, c20);
      c21 = madd(x, b1, c21);
      x = v128.load32_splat(a1, 12);
      c10 = madd(x, b0, c10);
      c11 = madd(x, b1, c11);
      x = v128.load32_splat(a0, 12);
      c00 = madd(x, b0, c00);
      c01 = madd(x, b1, c01);
      a0 += 16;
      a1 += 16;
      a2 += 16;
      a3 += 16;
      a4 += 16;
      b += 128;
      skip = 0;
      left -= 4;
    } while (left > 0);
  }
  c += 4 * c_row;
  v128.store(c, c41, 16);
  v128.store(c, c40);
  c -= c_row;
  v128.store(c, c31, 16);
  v128.store(c, c30);
  c -= c_row;
  v128.store(c, c21, 16);
  v128.store(c, c20);
  c -= c_row;
  v128.store(c, c11, 16);
  v128.store(c, c10);
  c -= c_row;
  v128.store(c, c01, 16);
  v128.store(c, c00);
}

/** The same with four rows. */
export function tile4(c: usize, a: usize, b: usize, bias: usize, K: i32, c_row: usize, a_row: usize): void {
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
  let skip = (4 - (K & 3)) & 3;
  let a0 = a - ((<usize>skip) << 2);
  let a1 = a0 + a_row;
  let a2 = a1 + a_row;
  let a3 = a2 + a_row;
  b -= (<usize>skip) << 5;
  let left = K;
  if (left > 0) {
    do {
      if (skip <= 0) {
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
      }
      if (skip <= 1) {
        const b0 = v128.load(b, 32);
        const b1 = v128.load(b, 48);
        let x = v128.load32_splat(a0, 4);
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
      }
      if (skip <= 2) {
        const b0 = v128.load(b, 64);
        const b1 = v128.load(b, 80);
        let x = v128.load32_splat(a0, 8);
        c00 = madd(x, b0, c00);
        c01 = madd(x, b1, c01);
        x = v128.load32_splat(a1, 8);
        c10 = madd(x, b0, c10);
        c11 = madd(x, b1, c11);
        x = v128.load32_splat(a2, 8);
        c20 = madd(x, b0, c20);
        c21 = madd(x, b1, c21);
        x = v128.load32_splat(a3, 8);
        c30 = madd(x, b0, c30);
        c31 = madd(x, b1, c31);
      }
      const b0 = v128.load(b, 96);
      const b1 = v128.load(b, 112);
      let x = v128.load32_splat(a3, 12);
      c30 = madd(x, b0, c30);
      c31 = madd(x, b1, c31);
      x = v128.load32_splat(a2, 12);
      c20 = madd(x, b0, c20);
      c21 = madd(x, b1, c21);
      x = v128.load32_splat(a1, 12);
      c10 = madd(x, b0, c10);
      c11 = madd(x, b1, c11);
      x = v128.load32_splat(a0, 12);
      c00 = madd(x, b0, c00);
      c01 = madd(x, b1, c01);
      a0 += 16;
      a1 += 16;
      a2 += 16;
      a3 += 16;
      b += 128;
      skip = 0;
      left -= 4;
    } while (left > 0);
  }
  c += 3 * c_row;
  v128.store(c, c31, 16);
  v128.store(c, c30);
  c -= c_row;
  v128.store(c, c21, 16);
  v128.store(c, c20);
  c -= c_row;
  v128.store(c, c11, 16);
  v128.store(c, c10);
  c -= c_row;
  v128.store(c, c01, 16);
  v128.store(c, c00);
}
