// A batch from a dataset that lies packed in memory: batch row r is the dataset's row order[cursor + r], where the i32 at
// `cursor` is the batch's first place in `order`.

import { at, lanes_below, load_lanes, madd } from "../core/simd";
import { LINE } from "../core/touch";

/** Bytes of a row from which on the engine's own copy is worth its call. */
const LONG: usize = 512;

/** Where the batch begins in the order. */
function first_place(order: usize, cursor: usize): usize {
  return at(order, load<i32>(cursor));
}

function source_row(places: usize, row: i32): i32 {
  return load<i32>(at(places, row));
}

/**
 * out (B,width) = rows of data (N,width) as `order` names them, rows from..to. Overwrites out with zeros in padding.
 * Reads as many floats behind data as rows of out have of padding. out must alias nothing.
 */
export function gather_float32(
  out: usize,
  data: usize,
  order: usize,
  cursor: usize,
  width: i32,
  stride: i32,
  from: i32,
  to: i32,
): void {
  const whole = width & ~3;
  const bytes: usize = (<usize>whole) << 2;
  const row_bytes: usize = (<usize>width) << 2;
  const places = first_place(order, cursor);
  const lanes = lanes_below(whole, width);
  for (let b = from; b < to; b++) {
    if (((b - from) & 7) == 0 && b + 8 <= to) touch_rows(data, places, b, row_bytes);
    const source = row_at(data, places, b, row_bytes);
    const target = at(out, b * stride);
    if (bytes >= LONG) memory.copy(target, source, bytes);
    else for (let i: usize = 0; i < bytes; i += 16) v128.store(target + i, v128.load(source + i));
    if (whole == stride) continue;
    v128.store(target + bytes, v128.and(v128.load(source + bytes), lanes));
    for (let i = whole + 4; i < stride; i += 4) v128.store(at(target, i), f32x4.splat(0));
  }
}

/** Loads a value of every line of eight rows of so many bytes from b on: rows lie anywhere in a large dataset, and eight of them come in the time of few. */
function touch_rows(data: usize, places: usize, b: i32, bytes: usize): void {
  const row0 = row_at(data, places, b, bytes);
  const row1 = row_at(data, places, b + 1, bytes);
  const row2 = row_at(data, places, b + 2, bytes);
  const row3 = row_at(data, places, b + 3, bytes);
  const row4 = row_at(data, places, b + 4, bytes);
  const row5 = row_at(data, places, b + 5, bytes);
  const row6 = row_at(data, places, b + 6, bytes);
  const row7 = row_at(data, places, b + 7, bytes);
  for (let i: usize = 0; i < bytes; i += LINE) {
    load<u8>(row0 + i);
    load<u8>(row1 + i);
    load<u8>(row2 + i);
    load<u8>(row3 + i);
    load<u8>(row4 + i);
    load<u8>(row5 + i);
    load<u8>(row6 + i);
    load<u8>(row7 + i);
  }
}

function row_at(data: usize, places: usize, row: i32, bytes: usize): usize {
  return data + <usize>source_row(places, row) * bytes;
}

/** 1/255 is HIGH + LOW; HIGH has 16 bits, so that its products with bytes are exact, and that a sum of both is rounded once. */
const HIGH: f32 = 32897.0 / 8388608.0;
const LOW: f32 = -5.9370901070443516e-8;

/**
 * out (B,width) = rows of data (N,width), bytes k, as floats k, or k / 255 where `kind` is 1, rows from..to. Overwrites out with zeros
 * in padding. Reads as many bytes behind data as rows of out have floats of padding. out must alias nothing.
 */
export function gather_uint8(
  out: usize,
  data: usize,
  order: usize,
  cursor: usize,
  width: i32,
  stride: i32,
  kind: i32,
  from: i32,
  to: i32,
): void {
  const places = first_place(order, cursor);
  for (let b = from; b < to; b++) {
    if (((b - from) & 7) == 0 && b + 8 <= to) touch_rows(data, places, b, width);
    spread(at(out, b * stride), row_at(data, places, b, width), width, stride, kind ? HIGH : 1, kind ? LOW : 0);
  }
}

// biome-ignore lint/complexity/noStaticOnlyClass: only a method can be marked as inlined, and calls that take vectors are slow
abstract class Shorts {
  /** target (8) = k*highs + k*lows, k 16-bit numbers. */
  @inline
  static spread(target: usize, k: v128, highs: v128, lows: v128): void {
    const a = f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(k));
    const b = f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(k));
    v128.store(target, madd(a, highs, f32x4.mul(a, lows)));
    v128.store(target, madd(b, highs, f32x4.mul(b, lows)), 16);
  }
}

/** A row of gather_uint8. */
function spread(target: usize, source: usize, width: i32, stride: i32, high: f32, low: f32): void {
  const highs = f32x4.splat(high);
  const lows = f32x4.splat(low);
  let left = width;
  for (; left >= 16; left -= 16) {
    const k = v128.load(source);
    Shorts.spread(target, i16x8.extend_low_i8x16_u(k), highs, lows);
    Shorts.spread(target + 32, i16x8.extend_high_i8x16_u(k), highs, lows);
    source += 16;
    target += 64;
  }
  for (; left > width - stride; left -= 8) {
    const k = i16x8.lt_s(i16x8(0, 1, 2, 3, 4, 5, 6, 7), i16x8.splat(<i16>left));
    Shorts.spread(target, v128.and(v128.load8x8_u(source), k), highs, lows);
    source += 8;
    target += 32;
  }
}

/**
 * Keeps n floats as bytes, if what gather_uint8 makes of these is the same to the last bit: result (i32) = 1 if all are whole numbers k
 * from 0 to 255, 2 if all are such k / 255, and in both cases data = k, bytes, of which up to 3 more; else 0. from..to is 0..1.
 */
export function pack_uint8(result: usize, data: usize, n: i32, from: i32, to: i32): void {
  if (from == to) return;
  let kind = 0;
  if (spread_back(0, data, n, 1, 0)) kind = 1;
  else if (spread_back(0, data, n, HIGH, LOW)) kind = 2;
  store<i32>(result, kind);
  if (kind) spread_back(data, data, n, kind == 2 ? HIGH : 1, kind == 2 ? LOW : 0);
}

/** True if all n floats of data are k*high + k*low for bytes k, bit for bit; out (n) = k, bytes, unless `out` is 0; it may begin where data does. */
function spread_back(out: usize, data: usize, n: i32, high: f32, low: f32): bool {
  const scales = f32x4.splat(1 / high);
  const highs = f32x4.splat(high);
  const lows = f32x4.splat(low);
  const half = f32x4.splat(0.5);
  const most = i32x4.splat(255);
  let wrong = i32x4.splat(0);
  for (let left = n; left > 0; left -= 4) {
    const x = load_lanes(data, left);
    const k = i32x4.trunc_sat_f32x4_s(madd(x, scales, half));
    const value = f32x4.convert_i32x4_s(k);
    const again = madd(value, highs, f32x4.mul(value, lows));
    wrong = v128.or(wrong, v128.or(v128.xor(x, again), i32x4.gt_u(k, most)));
    if (v128.any_true(wrong)) return false;
    if (out) {
      const shorts = i16x8.narrow_i32x4_s(k, k);
      v128.store32_lane(out, i8x16.narrow_i16x8_u(shorts, shorts), 0);
      out += 4;
    }
    data += 16;
  }
  return true;
}

/**
 * out (B,width) = rows of data (N,width) as `order` names them, i32, without padding, rows from..to. Overwrites out, which must
 * alias nothing.
 */
export function gather_int32(
  out: usize,
  data: usize,
  order: usize,
  cursor: usize,
  width: i32,
  from: i32,
  to: i32,
): void {
  const places = first_place(order, cursor);
  for (let b = from; b < to; b++) {
    const source = at(data, source_row(places, b) * width);
    const target = at(out, b * width);
    for (let i = 0; i < width; i++) store<i32>(at(target, i), load<i32>(at(source, i)));
  }
}
