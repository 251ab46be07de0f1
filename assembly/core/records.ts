// Rows of bytes with lists of what is not zero in them. A record of a row of `width` bytes k is these, zeros to a multiple of 16 bytes,
// for each 64 of them how many up to its end are not zero (16 bits each, to a multiple of 16 bytes), and the places of all of these,
// ascending (16 bits each). What a byte stands for says a table of 256 floats.

/** Bytes of such a table. */
export const VALUES: usize = 1024;
/** Bytes of a row between whose ends the list can be cut. */
export const CUT: i32 = 64;

function round16(n: i32): usize {
  return <usize>((n + 15) & ~15);
}

/** Where a record's counts begin. */
export function counts_of(width: i32): usize {
  return round16(width);
}

/** Where its places do. */
export function places_of(width: i32): usize {
  return round16(width) + round16(((width + CUT - 1) / CUT) << 1);
}

/** Bytes of a record with so many places. */
export function record_bytes(width: i32, places: i32): usize {
  return places_of(width) + round16(places << 1);
}

/** Where in a record, whose counts begin at `counts`, the one of all bytes below `column` is; a column that no cut is at is the last. */
export function count_below(counts: usize, column: i32): usize {
  return counts + ((<usize>((column + CUT - 1) / CUT - 1)) << 1);
}

/** Which of the 16 bytes at `row` are not zero, of the first n of them. */
export function live16(row: usize, n: i32): i32 {
  const set = i8x16.bitmask(i8x16.ne(v128.load(row), i8x16.splat(0)));
  return n < 16 ? set & ((1 << n) - 1) : set;
}

/** Makes a record of a row of `width` bytes, which may begin where the record does. */
export function write_record(record: usize, row: usize, width: i32): void {
  const places = places_of(width);
  let count = record + counts_of(width);
  let list = record + places;
  memory.copy(record, row, width);
  memory.fill(record + width, 0, places - width);
  for (let i = 0; i < width; i += CUT) {
    const end = min(i + CUT, width);
    for (let column = i; column < end; column += 16) {
      for (let set = live16(record + column, end - column); set; set &= set - 1) {
        store<u16>(list, <u16>(column + ctz(set)));
        list += 2;
      }
    }
    store<u16>(count, <u16>((list - record - places) >> 1));
    count += 2;
  }
}
