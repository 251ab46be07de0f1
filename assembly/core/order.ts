// The rows of a batch in a dataset: batch row r is the dataset's row order[cursor + r].

import { at } from "./simd";
import { LINE } from "./touch";

/** Where the batch begins in the order; the i32 at `cursor` is its first place there. */
export function first_place(order: usize, cursor: usize): usize {
  return at(order, load<i32>(cursor));
}

/** The dataset's row that is number `row` of the batch. */
export function source_row(places: usize, row: i32): i32 {
  return load<i32>(at(places, row));
}

/** Where that row lies, of rows of so many bytes. */
export function row_at(data: usize, places: usize, row: i32, bytes: usize): usize {
  return data + <usize>source_row(places, row) * bytes;
}

/**
 * Loads a value of every line of the first `part` bytes of eight rows from b on: rows lie anywhere in a large dataset, and eight of them
 * come in the time of few.
 */
export function touch_rows(data: usize, places: usize, b: i32, bytes: usize, part: usize): void {
  const row0 = row_at(data, places, b, bytes);
  const row1 = row_at(data, places, b + 1, bytes);
  const row2 = row_at(data, places, b + 2, bytes);
  const row3 = row_at(data, places, b + 3, bytes);
  const row4 = row_at(data, places, b + 4, bytes);
  const row5 = row_at(data, places, b + 5, bytes);
  const row6 = row_at(data, places, b + 6, bytes);
  const row7 = row_at(data, places, b + 7, bytes);
  for (let i: usize = 0; i < part; i += LINE) {
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
