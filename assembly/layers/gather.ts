// A batch from a dataset that lies packed in memory: batch row r is the dataset's row order[cursor + r], where the i32 at
// `cursor` is the batch's first place in `order`.

import { at, lanes_below } from "../core/simd";
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
  const places = first_place(order, cursor);
  const lanes = lanes_below(whole, width);
  for (let b = from; b < to; b++) {
    if (((b - from) & 7) == 0 && b + 8 <= to) touch_rows(data, places, b, width, bytes);
    const source = float_row(data, places, b, width);
    const target = at(out, b * stride);
    if (bytes >= LONG) memory.copy(target, source, bytes);
    else for (let i: usize = 0; i < bytes; i += 16) v128.store(target + i, v128.load(source + i));
    if (whole == stride) continue;
    v128.store(target + bytes, v128.and(v128.load(source + bytes), lanes));
    for (let i = whole + 4; i < stride; i += 4) v128.store(at(target, i), f32x4.splat(0));
  }
}

/** Loads a value of every line of eight rows from b on: rows lie anywhere in a large dataset, and eight of them come in the time of few. */
function touch_rows(data: usize, places: usize, b: i32, width: i32, bytes: usize): void {
  const row0 = float_row(data, places, b, width);
  const row1 = float_row(data, places, b + 1, width);
  const row2 = float_row(data, places, b + 2, width);
  const row3 = float_row(data, places, b + 3, width);
  const row4 = float_row(data, places, b + 4, width);
  const row5 = float_row(data, places, b + 5, width);
  const row6 = float_row(data, places, b + 6, width);
  const row7 = float_row(data, places, b + 7, width);
  for (let i: usize = 0; i < bytes; i += LINE) {
    load<i32>(row0 + i);
    load<i32>(row1 + i);
    load<i32>(row2 + i);
    load<i32>(row3 + i);
    load<i32>(row4 + i);
    load<i32>(row5 + i);
    load<i32>(row6 + i);
    load<i32>(row7 + i);
  }
}

function float_row(data: usize, places: usize, row: i32, width: i32): usize {
  return at(data, source_row(places, row) * width);
}

/**
 * out (B,width) = rows of data (N,width), bytes, as floats 0..255, rows from..to. Overwrites out with zeros in padding.
 * Reads as many bytes behind data as rows of out have floats of padding. out must alias nothing.
 */
export function gather_uint8(
  out: usize,
  data: usize,
  order: usize,
  cursor: usize,
  width: i32,
  stride: i32,
  from: i32,
  to: i32,
): void {
  const places = first_place(order, cursor);
  let b = from;
  // Four rows at once: rows lie anywhere in a large dataset, and four of them are fetched from there in the time of one.
  for (; b + 4 <= to; b += 4) {
    const source0 = byte_row(data, places, b, width);
    const source1 = byte_row(data, places, b + 1, width);
    const source2 = byte_row(data, places, b + 2, width);
    const source3 = byte_row(data, places, b + 3, width);
    for (let i = 0; i < stride; i += 8) {
      convert8(at(out, b * stride + i), source0 + i, i, width);
      convert8(at(out, (b + 1) * stride + i), source1 + i, i, width);
      convert8(at(out, (b + 2) * stride + i), source2 + i, i, width);
      convert8(at(out, (b + 3) * stride + i), source3 + i, i, width);
    }
  }
  for (; b < to; b++) {
    const source = byte_row(data, places, b, width);
    for (let i = 0; i < stride; i += 8) convert8(at(out, b * stride + i), source + i, i, width);
  }
}

function byte_row(data: usize, places: usize, row: i32, width: i32): usize {
  return data + <usize>(source_row(places, row) * width);
}

/** Eight bytes at `source`, columns i.. of a row, as floats at `target`; zeros from column `width` on. */
function convert8(target: usize, source: usize, i: i32, width: i32): void {
  const shorts = v128.load8x8_u(source);
  let low = f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(shorts));
  let high = f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(shorts));
  if (i + 8 > width) {
    low = v128.and(low, lanes_below(i, width));
    high = v128.and(high, lanes_below(i + 4, width));
  }
  v128.store(target, low);
  v128.store(target, high, 16);
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
