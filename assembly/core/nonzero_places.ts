// Lists of what is not zero, such as the columns of a row: 16-bit numbers, ascending.

import { at } from "./simd";

/** Bytes of a table for `append_places`: for each set of eight columns, those in it, one after the other. */
export const TABLE: usize = 4096;

/** Overwrites the table; what stands behind the last column of a set means nothing. */
export function write_places(table: usize): void {
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

// biome-ignore lint/complexity/noStaticOnlyClass: only a method can be marked as inlined, and calls that take vectors are slow
export abstract class Places {
  /** Puts the numbers of those of eight in a set behind `list`, counted from `first` in every lane: the new end. Writes eight. */
  @inline
  static append(list: usize, set: i32, first: v128, table: usize): usize {
    v128.store(list, i16x8.add(v128.load(table + ((<usize>set) << 4)), first));
    return list + ((<usize>popcnt(set)) << 1);
  }
}

/**
 * Puts the numbers of those of n floats from x on that are not zero behind `list`: its new end. Where those of each `block` floats, a
 * multiple of 8, begin, and end, goes to numbers at `starts`. Writes eight more.
 */
export function append_places(list: usize, starts: usize, x: usize, n: i32, block: i32, table: usize): usize {
  const zero = f32x4.splat(0);
  let columns = i16x8.splat(0);
  for (let i = 0; i < n; ) {
    store<u32>(starts, <u32>list);
    starts += 4;
    const end = min(n, i + block);
    // Sixteen at a time: their comparisons take fewer steps to 16 bits than twice those of eight.
    for (; i + 16 <= end; i += 16) {
      const a = f32x4.ne(v128.load(at(x, i)), zero);
      const b = f32x4.ne(v128.load(at(x, i), 16), zero);
      const c = f32x4.ne(v128.load(at(x, i), 32), zero);
      const d = f32x4.ne(v128.load(at(x, i), 48), zero);
      const set = i8x16.bitmask(i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d)));
      list = Places.append(list, set & 255, columns, table);
      columns = i16x8.add(columns, i16x8.splat(8));
      list = Places.append(list, set >> 8, columns, table);
      columns = i16x8.add(columns, i16x8.splat(8));
    }
    for (; i < end; i += 8) {
      const low = f32x4.ne(v128.load(at(x, i)), zero);
      const high = f32x4.ne(v128.load(at(x, i), 16), zero);
      let set = i16x8.bitmask(i16x8.narrow_i32x4_s(low, high));
      if (n - i < 8) set &= (1 << (n - i)) - 1;
      list = Places.append(list, set, columns, table);
      columns = i16x8.add(columns, i16x8.splat(8));
    }
  }
  store<u32>(starts, <u32>list);
  return list;
}
