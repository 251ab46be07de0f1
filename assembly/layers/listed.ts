// Rows of bytes that lie as records with lists of what is not zero, made once for all batches of a fit, and the products of a dense layer
// by these: B batch, I inputs, O units, memory as in dense.ts. Sums keep their order, and what is left out would add zeros, so that results of
// finite numbers are those of the dense kernels (in the fast build, but for the sign of a zero that is too small a number). `kind` is 0
// for bytes k that stand for k, and 1 for k / 255.

import { write_values } from "../core/byte_values";
import { gemm_pairs } from "../core/gemm_pairs";
import { first_place, row_at, touch_rows } from "../core/order";
import { CUT, count_below, counts_of, live16, places_of, record_bytes, VALUES, write_record } from "../core/records";
import { at, round8 } from "../core/simd";
import { row_of_places, sum_of_places } from "../core/sums_of_lists";
import { touch } from "../core/touch";
import { APART, are_lists_worth, FORWARD, TOGETHER } from "../core/worth";

/**
 * Makes records of rows of `width` bytes, n in all, which are packed at the beginning of memory for as many floats, if they have room there
 * and lists pay for layers of so many units: result (i32) = bytes of a record, else 0. Overwrites data if they do. from..to is 0..1.
 */
export function list_rows(result: usize, data: usize, n: i32, width: i32, units: i32, from: i32, to: i32): void {
  if (from == to) return;
  const rows = n / width;
  let longest = 0;
  let live: i64 = 0;
  let pairs: i64 = 0;
  for (let row = 0; row < rows; row++) {
    const first = data + <usize>row * width;
    let count = 0;
    for (let i = 0; i < width; i += 16) {
      const set = live16(first + i, width - i);
      count += popcnt(set);
      pairs += popcnt((set | (set >> 1)) & 0x5555);
    }
    longest = max(longest, count);
    live += count;
  }
  const record = record_bytes(width, longest);
  const share = <f32>live / <f32>n;
  const together = <f32>(pairs << 1) / <f32>n;
  const isWorth =
    record <= (<usize>width) << 2 &&
    together <= min(APART, TOGETHER * share) &&
    are_lists_worth(share, n, (units + 7) >> 3, FORWARD);
  store<i32>(result, isWorth ? <i32>record : 0);
  if (!isWorth) return;
  // From the last one on: a record is longer than its row.
  for (let row = rows - 1; row >= 0; row--) {
    write_record(data + <usize>row * record, data + <usize>row * width, width);
  }
}

/**
 * out (B) = records of data (N), `record` bytes each, as `order` names them, rows from..to; what is behind a record's last place stays.
 * out must alias nothing.
 */
export function gather_listed(
  out: usize,
  data: usize,
  order: usize,
  cursor: usize,
  width: i32,
  record: i32,
  from: i32,
  to: i32,
): void {
  const places = first_place(order, cursor);
  const first = places_of(width);
  const last = count_below(counts_of(width), width);
  for (let b = from; b < to; b++) {
    if (((b - from) & 7) == 0 && b + 8 <= to) touch_rows(data, places, b, record, first);
    const source = row_at(data, places, b, record);
    const target = out + <usize>b * record;
    const bytes = first + ((<usize>load<u16>(source + last)) << 1);
    for (let i: usize = 0; i < bytes; i += 16) v128.store(target + i, v128.load(source + i));
  }
}

/**
 * out (B,O) = inp (B,I) · weight (I,O) + bias (O), rows from..to, inp records. Overwrites out up to the next multiple of 8 columns, and the
 * first 1024 bytes of `lists`. Neither may alias anything.
 */
export function listed_forward(
  out: usize,
  inp: usize,
  weight: usize,
  bias: usize,
  lists: usize,
  I: i32,
  O: i32,
  out_stride: i32,
  record: i32,
  kind: i32,
  from: i32,
  to: i32,
): void {
  const counts = counts_of(I);
  const places = places_of(I);
  const block = block_of(inp + count_below(counts, I), record, I, from, to);
  const panel_bytes = <usize>(round8(I) << 5);
  write_values(lists, kind);
  for (let o = 0; o < O; ) {
    const panels = O - o > 24 ? 4 : 1;
    for (let i = 0; i < I; i += block) {
      for (let panel = 0; panel < panels; panel++) {
        const part = weight + <usize>panel * panel_bytes + ((<usize>i) << 5);
        touch(part, min(block, I - i) << 5, (<usize>I * O) << 2);
      }
      const before = count_below(counts, i);
      const below = count_below(counts, min(i + block, I));
      for (let b = from; b < to; b++) {
        const c = at(out, b * out_stride + o);
        const row = inp + <usize>b * record;
        const start = i ? c : bias ? at(bias, o) : 0;
        const list = row + places;
        const next = i ? list + ((<usize>load<u16>(row + before)) << 1) : list;
        const end = list + ((<usize>load<u16>(row + below)) << 1);
        if (panels == 4) row_of_places<u8>(c, row, lists, weight, panel_bytes, start, next, end);
        else sum_of_places<u8>(c, row, lists, weight, start, next, end);
      }
    }
    weight += <usize>panels * panel_bytes;
    o += panels << 3;
  }
}

/** Columns of which about 64 are in a list, so that the weights of these stay in the first cache; a multiple of 64, at least 128. */
function block_of(counts: usize, record: i32, I: i32, from: i32, to: i32): i32 {
  let live: i64 = 1;
  for (let b = from; b < to; b++) live += load<u16>(counts + <usize>b * record);
  const columns = (<i64>(to - from) * <i64>I * CUT) / live;
  return max(128, <i32>min(columns + CUT / 2, I + CUT) & -CUT);
}

/** The same for all of B rows, groups of 32 units from..to. */
export function listed_forward_units(
  out: usize,
  inp: usize,
  weight: usize,
  bias: usize,
  lists: usize,
  B: i32,
  I: i32,
  O: i32,
  out_stride: i32,
  record: i32,
  kind: i32,
  from: i32,
  to: i32,
): void {
  const first = from << 5;
  weight += (<usize>(round8(I) * first)) << 2;
  if (bias) bias = at(bias, first);
  const units = min(O, to << 5) - first;
  listed_forward(at(out, first), inp, weight, bias, lists, I, units, out_stride, record, kind, 0, B);
}

/**
 * dweight (I,O) = inpᵀ (I,B) · dout (B,O), blocks of 64 floats from..to of the panels, inp records. Overwrites the rows below I of these
 * blocks, a zero one behind them where I is odd, and `lists`: 1024 bytes, and what gemm_pairs needs. None may alias anything.
 */
export function listed_backward_kernel(
  dweight: usize,
  inp: usize,
  dout: usize,
  lists: usize,
  B: i32,
  I: i32,
  record: i32,
  dout_stride: i32,
  kind: i32,
  from: i32,
  to: i32,
): void {
  write_values(lists, kind);
  gemm_pairs<u8>(dweight, inp, lists, dout, lists + VALUES, B, I, record, dout_stride, from, to);
}
