// A batch from a dataset that lies packed in memory.

import { HIGH, LOW, Shorts } from "../core/byte_values";
import { first_place, row_at, source_row, touch_rows } from "../core/order";
import { at, lanes_below, load_lanes, madd } from "../core/simd";

/** Bytes of a row from which on the engine's own copy is worth its call. */
const LONG: usize = 512;

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
    if (((b - from) & 7) == 0 && b + 8 <= to) touch_rows(data, places, b, row_bytes, row_bytes);
    const source = row_at(data, places, b, row_bytes);
    const target = at(out, b * stride);
    if (bytes >= LONG) memory.copy(target, source, bytes);
    else for (let i: usize = 0; i < bytes; i += 16) v128.store(target + i, v128.load(source + i));
    if (whole == stride) continue;
    v128.store(target + bytes, v128.and(v128.load(source + bytes), lanes));
    for (let i = whole + 4; i < stride; i += 4) v128.store(at(target, i), f32x4.splat(0));
  }
}

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
    if (((b - from) & 7) == 0 && b + 8 <= to) touch_rows(data, places, b, width, width);
    spread(at(out, b * stride), row_at(data, places, b, width), width, stride, kind ? HIGH : 1, kind ? LOW : 0);
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
