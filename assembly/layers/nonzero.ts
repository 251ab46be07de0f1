// What is not zero in a matrix (B,I) of a batch: B rows, I columns.

import { at, round8 } from "../core/simd";

/** Bytes before the first column of a list. */
export const HEAD: usize = 8;

/**
 * Row b of lists = how many columns of row b of inp (B,I) are not zero (i32), and from byte 8 on which ones (u16, ascending),
 * rows from..to. I <= 65535; list_stride >= I / 2 + 7. Overwrites lists, and the 4096 bytes of `table`; nothing may alias.
 */
export function nonzero_rows(
  lists: usize,
  table: usize,
  inp: usize,
  I: i32,
  list_stride: i32,
  inp_stride: i32,
  from: i32,
  to: i32,
): void {
  if (from == to) return;
  write_places(table);
  const zero = f32x4.splat(0);
  for (let b = from; b < to; b++) {
    const row = at(inp, b * inp_stride);
    const list = at(lists, b * list_stride);
    let next = list + HEAD;
    let columns = i16x8.splat(0);
    for (let i = 0; i < I; i += 8) {
      const low = f32x4.ne(v128.load(at(row, i)), zero);
      const high = f32x4.ne(v128.load(at(row, i), 16), zero);
      const live = i16x8.bitmask(i16x8.narrow_i32x4_s(low, high));
      v128.store(next, i16x8.add(v128.load(table + ((<usize>live) << 4)), columns));
      next += <usize>(popcnt(live) << 1);
      columns = i16x8.add(columns, i16x8.splat(8));
    }
    store<i32>(list, <i32>(next - list - HEAD) >> 1);
  }
}

/** The places of the ones in each number of 8 bits, eight u16 a number, ascending; what stands behind them is overwritten later. */
function write_places(table: usize): void {
  // Of 4 bits first, the numbers of 8 bits that have no others; then these twice, the places of the upper half behind the lower one's.
  for (let bits = 0; bits < 16; bits++) {
    let next = table + ((<usize>bits) << 4);
    for (let place = 0; place < 4; place++) {
      store<u16>(next, <u16>place);
      next += (<usize>((bits >> place) & 1)) << 1;
    }
  }
  for (let bits = 16; bits < 256; bits++) {
    const entry = table + ((<usize>bits) << 4);
    const lower = bits & 15;
    store<u64>(entry, load<u64>(table + ((<usize>lower) << 4)));
    const upper = load<u64>(table + ((<usize>(bits >> 4)) << 4)) + 0x4000400040004;
    store<u64>(entry + ((<usize>popcnt(lower)) << 1), upper);
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
