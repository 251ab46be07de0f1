// Lists of what is not zero: the value, and a number of four bytes that says where it belongs.

import { at, load_lanes } from "./simd";

/** Bytes of an entry. */
export const ENTRY: usize = 8;

/** How many of the n floats at x are not zero. */
export function count_nonzero(x: usize, n: i32): i32 {
  const zero = f32x4.splat(0);
  let counts = i32x4.splat(0);
  let i = 0;
  // A comparison that holds is -1 in its lane.
  for (; i + 4 <= n; i += 4) counts = i32x4.sub(counts, f32x4.ne(v128.load(at(x, i)), zero));
  if (i < n) counts = i32x4.sub(counts, f32x4.ne(load_lanes(at(x, i), n - i), zero));
  return (
    i32x4.extract_lane(counts, 0) +
    i32x4.extract_lane(counts, 1) +
    i32x4.extract_lane(counts, 2) +
    i32x4.extract_lane(counts, 3)
  );
}

/** Bytes of a table for `append_line`: for each set of four lanes, the lanes that are in it, one after the other. */
export const TABLE: usize = 256;

/** Overwrites the table. */
export function write_table(table: usize): void {
  for (let set = 0; set < 16; set++) {
    let place = table + ((<usize>set) << 4);
    for (let lane = 0; lane < 4; lane++) {
      // Bytes 4*lane.. of a lane.
      store<u32>(place, 0x03020100 + 0x04040404 * lane);
      place += (<usize>((set >> lane) & 1)) << 2;
    }
  }
}

/**
 * Puts the values of a line of pixels, `units` floats each from x on, that are not zero behind `list`: its new end. Each has the number
 * of its float times `place_step`. Where those of each pixel begin, and end, goes to pixels + 1 numbers at `starts`. Writes four entries more.
 */
export function append_line(
  list: usize,
  starts: usize,
  x: usize,
  pixels: i32,
  units: i32,
  place_step: u32,
  table: usize,
): usize {
  const step = i32x4.splat(place_step);
  const step4 = i32x4.splat(4 * place_step);
  for (let pixel = 0; pixel < pixels; pixel++) {
    store<u32>(starts, <u32>list);
    starts += 4;
    let places = i32x4.mul(i32x4.add(i32x4.splat(pixel * units), i32x4(0, 1, 2, 3)), step);
    for (let left = units; left > 0; left -= 4) {
      const value = left >= 4 ? v128.load(x) : load_lanes(x, left);
      const set = i32x4.bitmask(f32x4.ne(value, f32x4.splat(0)));
      const lanes = v128.load(table + ((<usize>set) << 4));
      const values = i8x16.swizzle(value, lanes);
      const numbers = i8x16.swizzle(places, lanes);
      v128.store(list, i32x4.shuffle(values, numbers, 0, 4, 1, 5));
      v128.store(list, i32x4.shuffle(values, numbers, 2, 6, 3, 7), 16);
      list += (<usize>popcnt(set)) << 3;
      places = i32x4.add(places, step4);
      x += (<usize>min(left, 4)) << 2;
    }
  }
  store<u32>(starts, <u32>list);
  return list;
}

/**
 * Puts those of n floats from x on, `step` bytes apart, that are not zero behind `list`: its new end. The first has the number `place`,
 * each that follows `place_step` more. Writes one entry more than there are.
 */
export function append(list: usize, x: usize, n: i32, step: usize, place: u32, place_step: u32): usize {
  let high = (<u64>place) << 32;
  const high_step = (<u64>place_step) << 32;
  for (; n > 0; n--) {
    const bits = load<u32>(x);
    store<u64>(list, high | bits);
    // All bits but the sign.
    list += (<usize>i32(bits << 1 != 0)) << 3;
    x += step;
    high += high_step;
  }
  return list;
}
