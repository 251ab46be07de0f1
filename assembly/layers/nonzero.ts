// What is not zero in a matrix (B,I) of a batch: B rows, I columns.

import { at, round8 } from "../core/simd";

/** Bytes before the first column of a list. */
export const HEAD: usize = 8;

/** Bytes at the end of a list's row for the table that a call makes there. */
const TABLE: usize = 128;

/**
 * Row b of lists = how many columns of row b of inp (B,I) are not zero (i32), and from byte 8 on which ones (u16, ascending),
 * rows from..to. I <= 65535; list_stride >= I / 2 + 38. Overwrites lists, which must alias nothing.
 */
export function nonzero_rows(
  lists: usize,
  inp: usize,
  I: i32,
  list_stride: i32,
  inp_stride: i32,
  from: i32,
  to: i32,
): void {
  if (from == to) return;
  const places = at(lists, (from + 1) * list_stride) - TABLE;
  write_places(places);
  for (let b = from; b < to; b++) {
    const row = at(inp, b * inp_stride);
    const list = at(lists, b * list_stride);
    let next = list + HEAD;
    let columns: u64 = 0;
    for (let i = 0; i < I; i += 4) {
      const live = i32x4.bitmask(f32x4.ne(v128.load(at(row, i)), f32x4.splat(0)));
      store<u64>(next, load<u64>(places + ((<usize>live) << 3)) + columns);
      next += <usize>(popcnt(live) << 1);
      columns += 0x4000400040004;
    }
    store<i32>(list, <i32>(next - list - HEAD) >> 1);
  }
}

/** The places of the ones in each number of 4 bits, four u16 a number, ascending; what stands behind them is overwritten later. */
function write_places(places: usize): void {
  for (let bits = 0; bits < 16; bits++) {
    const entry = places + (bits << 3);
    let next = entry;
    store<u64>(entry, 0);
    for (let rest = bits; rest; rest &= rest - 1) {
      store<u16>(next, <u16>ctz(rest));
      next += 2;
    }
  }
}

/**
 * Bit b & 31 of masks[b >> 5][i] (i32, rows of I rounded up to 8) = whether inp (B,I) is not zero at b, i; groups of 8 columns
 * from..to. Overwrites masks, which must alias nothing.
 */
export function nonzero_columns(masks: usize, inp: usize, B: i32, I: i32, inp_stride: i32, from: i32, to: i32): void {
  const columns = round8(I);
  const zero = i32x4.splat(0);
  for (let b = 0; b < B; b += 4) {
    const mask = at(masks, (b >> 5) * columns);
    const row0 = at(inp, b * inp_stride);
    const row1 = b + 1 < B ? at(row0, inp_stride) : row0;
    const row2 = b + 2 < B ? at(row1, inp_stride) : row0;
    const row3 = b + 3 < B ? at(row2, inp_stride) : row0;
    const bit0 = i32x4.splat(1 << (b & 31));
    const bit1 = b + 1 < B ? i32x4.shl(bit0, 1) : zero;
    const bit2 = b + 2 < B ? i32x4.shl(bit0, 2) : zero;
    const bit3 = b + 3 < B ? i32x4.shl(bit0, 3) : zero;
    const kept = i32x4.splat((b & 31) == 0 ? 0 : -1);
    for (let i = from << 3; i < to << 3; i += 4) {
      const low = v128.or(live4(at(row0, i), bit0), live4(at(row1, i), bit1));
      const high = v128.or(live4(at(row2, i), bit2), live4(at(row3, i), bit3));
      const old = v128.and(v128.load(at(mask, i)), kept);
      v128.store(at(mask, i), v128.or(old, v128.or(low, high)));
    }
  }
}

function live4(row: usize, bit: v128): v128 {
  return v128.and(f32x4.ne(v128.load(row), f32x4.splat(0)), bit);
}
