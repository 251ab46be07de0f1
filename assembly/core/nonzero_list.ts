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

/** The share of values other than zero in four to seven of the rows from..to of n floats, `stride` floats from one to the next. */
export function share_nonzero(x: usize, stride: i32, n: i32, from: i32, to: i32): f32 {
  const apart = max(1, (to - from) >> 2);
  let nonzero: i64 = 0;
  let all: i64 = 0;
  for (; from < to; from += apart) {
    nonzero += count_nonzero(at(x, from * stride), n);
    all += n;
  }
  return <f32>nonzero / <f32>all;
}

/** The share of pairs of columns, of which one or both values are not zero, in the same rows; a last one to three columns do not count. */
export function share_pairs(x: usize, stride: i32, n: i32, from: i32, to: i32): f32 {
  const apart = max(1, (to - from) >> 2);
  const zero = f32x4.splat(0);
  let pairs = i32x4.splat(0);
  let all = 0;
  for (; from < to; from += apart) {
    for (let i = 4; i <= n; i += 4) {
      const value = v128.load(at(x, from * stride + i - 4));
      pairs = i32x4.sub(pairs, f32x4.ne(v128.or(value, i32x4.shuffle(value, value, 1, 0, 3, 2)), zero));
      all += 4;
    }
  }
  const even = i32x4.extract_lane(pairs, 0) + i32x4.extract_lane(pairs, 2);
  return <f32>even / <f32>(all >> 1);
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

// biome-ignore lint/complexity/noStaticOnlyClass: only a method can be marked as inlined, and calls that take vectors are slow
abstract class Lanes {
  /** Puts those of four values that are not zero behind `list`, each with its number: the new end. Writes four entries. */
  @inline
  static append(list: usize, value: v128, numbers: v128, table: usize): usize {
    const set = i32x4.bitmask(f32x4.ne(value, f32x4.splat(0)));
    const lanes = v128.load(table + ((<usize>set) << 4));
    const values = i8x16.swizzle(value, lanes);
    const places = i8x16.swizzle(numbers, lanes);
    v128.store(list, i32x4.shuffle(values, places, 0, 4, 1, 5));
    v128.store(list, i32x4.shuffle(values, places, 2, 6, 3, 7), 16);
    return list + ((<usize>popcnt(set)) << 3);
  }

  /** The same with the list whose two numbers are at `span`. */
  @inline
  static lengthen(span: usize, value: v128, numbers: v128, table: usize): void {
    store<u32>(span, <u32>Lanes.append(load<u32>(span, 4), value, numbers, table), 4);
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
      list = Lanes.append(list, value, places, table);
      places = i32x4.add(places, step4);
      x += (<usize>min(left, 4)) << 2;
    }
  }
  store<u32>(starts, <u32>list);
  return list;
}

/**
 * Lists, `distance` bytes from one to the next, of the values that are not zero in each of so many columns from x on, B rows of `stride`
 * floats: each with the number of its row times `place_step`. Where a list begins and ends goes to two numbers at `spans`. Reads, and
 * lists, columns up to a multiple of 4. Writes four entries more behind each list.
 */
export function append_columns(
  list: usize,
  distance: usize,
  spans: usize,
  x: usize,
  columns: i32,
  B: i32,
  stride: i32,
  place_step: u32,
  table: usize,
): void {
  const end = spans + ((<usize>((columns + 3) & ~3)) << 3);
  for (let span = spans; span < end; span += 8) {
    store<u32>(span, <u32>list);
    store<u32>(span, <u32>list, 4);
    list += distance;
  }
  const zero = f32x4.splat(0);
  const step4 = i32x4.splat(4 * place_step);
  let places = i32x4.mul(i32x4(0, 1, 2, 3), i32x4.splat(place_step));
  // Four rows through all columns before the next four: rows are far apart.
  for (let left = B; left > 0; left -= 4) {
    let next = x;
    for (let span = spans; span < end; span += 32) {
      const r0 = v128.load(next);
      const r1 = left > 1 ? v128.load(at(next, stride)) : zero;
      const r2 = left > 2 ? v128.load(at(next, 2 * stride)) : zero;
      const r3 = left > 3 ? v128.load(at(next, 3 * stride)) : zero;
      next += 16;
      const even0 = i32x4.shuffle(r0, r1, 0, 4, 1, 5);
      const even1 = i32x4.shuffle(r2, r3, 0, 4, 1, 5);
      const odd0 = i32x4.shuffle(r0, r1, 2, 6, 3, 7);
      const odd1 = i32x4.shuffle(r2, r3, 2, 6, 3, 7);
      Lanes.lengthen(span, i32x4.shuffle(even0, even1, 0, 1, 4, 5), places, table);
      Lanes.lengthen(span + 8, i32x4.shuffle(even0, even1, 2, 3, 6, 7), places, table);
      Lanes.lengthen(span + 16, i32x4.shuffle(odd0, odd1, 0, 1, 4, 5), places, table);
      Lanes.lengthen(span + 24, i32x4.shuffle(odd0, odd1, 2, 3, 6, 7), places, table);
    }
    places = i32x4.add(places, step4);
    x = at(x, 4 * stride);
  }
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
