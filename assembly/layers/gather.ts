// A batch from a dataset that lies packed in memory: batch row r is the dataset's row order[cursor + r], where the i32 at
// `cursor` is the batch's first place in `order`.

import { at, lanes_below } from "../core/simd";

function source_row(order: usize, cursor: usize, row: i32): i32 {
  return load<i32>(at(order, load<i32>(cursor) + row));
}

/**
 * out (B,width) = rows of data (N,width) as `order` names them, rows from..to. Overwrites out with zeros in padding.
 * Reads up to 28 bytes behind data. out must alias nothing.
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
  for (let b = from; b < to; b++) {
    const source = at(data, source_row(order, cursor, b) * width);
    const target = at(out, b * stride);
    for (let i = 0; i < stride; i += 4) {
      v128.store(at(target, i), v128.and(v128.load(at(source, i)), lanes_below(i, width)));
    }
  }
}

/**
 * out (B,width) = rows of data (N,width), bytes, as floats 0..255, rows from..to. Overwrites out with zeros in padding.
 * Reads up to 7 bytes behind data. out must alias nothing.
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
  for (let b = from; b < to; b++) {
    const source = data + <usize>(source_row(order, cursor, b) * width);
    const target = at(out, b * stride);
    for (let i = 0; i < stride; i += 8) {
      const shorts = v128.load8x8_u(source + i);
      const low = f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(shorts));
      const high = f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(shorts));
      v128.store(at(target, i), v128.and(low, lanes_below(i, width)));
      v128.store(at(target, i), v128.and(high, lanes_below(i + 4, width)), 16);
    }
  }
}

/** out (B) = data (N) as `order` names them, one i32 a row, rows from..to. Overwrites out, which must alias nothing. */
export function gather_int32(out: usize, data: usize, order: usize, cursor: usize, from: i32, to: i32): void {
  for (let b = from; b < to; b++) store<i32>(at(out, b), load<i32>(at(data, source_row(order, cursor, b))));
}
