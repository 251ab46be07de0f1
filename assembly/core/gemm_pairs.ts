// The gradient of a dense layer's kernel where neighbours among the inputs are zero together: two columns of the input at a time, by
// the rows that have something in one of them. V is what the input lies as: f32, or u8 for bytes that stand for what a table says.

import { Values } from "./byte_values";
import { Places, TABLE, write_places } from "./nonzero_places";
import { at, madd, round8, store_row, unknown_zero } from "./simd";

/** Columns whose rows are looked up at a time. */
const GROUP: i32 = 256;
/** Panels that are multiplied at once, for which there are registers. */
const MOST: i32 = ASC_FEATURE_RELAXED_SIMD ? 3 : 2;
/** Rows of which a set says which, 32 bits; a list of more. */
const FEW: i32 = 32;

/**
 * dweight (I,O) = inpᵀ (I,B) · dout (B,O), blocks of 64 floats from..to of the panels, rows of inp `inp_row` bytes apart. B <= 65535.
 * `values` is the table where V is u8. Overwrites the rows below I of these blocks, a zero one behind them where I is odd, and `lists`: a
 * table, 256 numbers, 128 bytes for each 8 rows, and B + 8 16-bit numbers for each of 128 lists. None may alias anything.
 */
export function gemm_pairs<V>(
  dweight: usize,
  inp: usize,
  values: usize,
  dout: usize,
  lists: usize,
  B: i32,
  I: i32,
  inp_row: usize,
  dout_stride: i32,
  from: i32,
  to: i32,
): void {
  const blocks = round8(I) >> 3;
  const panel_bytes = <usize>(blocks << 8);
  const d_row = (<usize>dout_stride) << 2;
  const spans = lists + TABLE;
  const masks = at(spans, GROUP);
  // Where all blocks are in one panel, they are not in all columns.
  const start = (from / blocks) * blocks;
  const is_one = to <= start + blocks;
  const highest = is_one ? min((to - start) << 3, I) : I;
  const zero = f32x4.splat(0);
  if (B > FEW) write_places(lists);
  for (let i = is_one ? (from - start) << 3 : 0; i < highest; i += GROUP) {
    const columns = min(GROUP, highest - i);
    write_masks<V>(masks, inp + <usize>i * sizeof<V>(), B, columns, inp_row);
    if (B > FEW) list_pairs(spans, masks, B, columns, lists);
    else join_masks(spans, masks, B, columns);
    for (let panel = from / blocks; panel * blocks < to; ) {
      const begin = panel * blocks;
      const first = max(i, (from - begin) << 3);
      const last = min(i + columns, (to - begin) << 3);
      // Two or three panels at a time where all of them are wholly in the range; of four, twice two.
      const whole = from > begin ? 1 : max((to - begin) / blocks, 1);
      const panels = whole == 4 ? 2 : min(whole, MOST);
      const c_step: usize = panels > 1 ? panel_bytes : 0;
      const d_step: usize = panels > 1 ? 32 : 0;
      let c = dweight + <usize>panel * panel_bytes + ((<usize>first) << 5);
      const d = at(dout, panel << 3);
      for (let k = first; k < last; k += 2) {
        const span = at(spans, k - i);
        const next = <usize>load<u32>(span);
        const end = <usize>load<u32>(span, 4);
        const a = inp + <usize>k * sizeof<V>();
        if (panels == 3) {
          if (B > FEW) pair_by_three<V, u16>(c, c_step, a, values, d, inp_row, d_row, next, end);
          else pair_by_three<V, u32>(c, c_step, a, values, d, inp_row, d_row, next, 0);
        } else if (B > FEW) pair_of_rows<V, u16>(c, c_step, a, values, d, d_step, inp_row, d_row, next, end);
        else pair_of_rows<V, u32>(c, c_step, a, values, d, d_step, inp_row, d_row, next, 0);
        // What lies behind the last column is no value.
        if (k + 1 == I) {
          store_row(c + 32, zero, zero);
          store_row(c + 32 + c_step, zero, zero);
          if (panels == 3) store_row(c + 32 + 2 * c_step, zero, zero);
        }
        c += 64;
      }
      panel += panels;
    }
  }
}

/**
 * Bit b & 7 of masks[b >> 3][pair], 128 bytes each = whether one of two columns is not zero in row b, for columns up to a multiple of 16.
 * What lies behind the last column may count with it: its row then adds zeros.
 */
function write_masks<V>(masks: usize, inp: usize, B: i32, columns: i32, inp_row: usize): void {
  for (let b = 0; b < B; b += 8) {
    // Of rows that there are not, what the last one has, which does not count.
    const last = inp + <usize>(B - 1) * inp_row;
    const row0 = inp + <usize>b * inp_row;
    const row1 = min(row0 + inp_row, last);
    const row2 = min(row1 + inp_row, last);
    const row3 = min(row2 + inp_row, last);
    const row4 = min(row3 + inp_row, last);
    const row5 = min(row4 + inp_row, last);
    const row6 = min(row5 + inp_row, last);
    const row7 = min(row6 + inp_row, last);
    const known = (1 << min(8, B - b)) - 1;
    const rows = i16x8.splat(<i16>known);
    for (let i = 0; i < columns; i += 16) {
      const x = <usize>i * sizeof<V>();
      const low = v128.or(Pairs.bits<V>(row0 + x, 1), Pairs.bits<V>(row1 + x, 2));
      const next = v128.or(Pairs.bits<V>(row2 + x, 4), Pairs.bits<V>(row3 + x, 8));
      const high = v128.or(Pairs.bits<V>(row4 + x, 16), Pairs.bits<V>(row5 + x, 32));
      const highest = v128.or(Pairs.bits<V>(row6 + x, 64), Pairs.bits<V>(row7 + x, -128));
      let set = v128.or(v128.or(low, next), v128.or(high, highest));
      set = v128.and(v128.or(set, i16x8.shr_u(set, 8)), rows);
      v128.store64_lane(masks + (b << 4) + (i >> 1), i8x16.narrow_i16x8_u(set, set), 0);
    }
  }
}

/** Where the list of each two columns begins and ends, to two numbers at `spans`; the lists lie behind the masks. */
function list_pairs(spans: usize, masks: usize, B: i32, columns: i32, table: usize): void {
  let list = masks + (((B + 7) >> 3) << 7);
  for (let i = 0; i < columns; i += 2) {
    let next = list;
    for (let b = 0; b < B; b += 8) {
      next = Places.append(next, load<u8>(masks + (b << 4) + (i >> 1)), i16x8.splat(<i16>b), table);
    }
    store<u32>(at(spans, i), <u32>list);
    store<u32>(at(spans, i), <u32>next, 4);
    list += (<usize>(B + 8)) << 1;
  }
}

/** The set of the rows of each two columns, to the first of two numbers at `spans`. */
function join_masks(spans: usize, masks: usize, B: i32, columns: i32): void {
  for (let i = 0; i < columns; i += 2) {
    let rows: u32 = 0;
    for (let b = 0; b < B; b += 8) rows |= (<u32>load<u8>(masks + (b << 4) + (i >> 1))) << b;
    store<u32>(at(spans, i), rows);
  }
}

// biome-ignore lint/complexity/noStaticOnlyClass: only a method can be marked as inlined, and calls that take vectors are slow
abstract class Pairs {
  /** `bit` in bytes whose value of the 16 at `place` is not zero. */
  @inline
  static bits<V>(place: usize, bit: i8): v128 {
    const zero = f32x4.splat(0);
    if (sizeof<V>() == 1) return v128.andnot(i8x16.splat(bit), i8x16.eq(v128.load(place), zero));
    const low = i16x8.narrow_i32x4_s(f32x4.ne(v128.load(place), zero), f32x4.ne(v128.load(place, 16), zero));
    const high = i16x8.narrow_i32x4_s(f32x4.ne(v128.load(place, 32), zero), f32x4.ne(v128.load(place, 48), zero));
    return v128.and(i8x16.splat(bit), i8x16.narrow_i16x8_s(low, high));
  }

  /** True while there is a row: R is u16 for a list from `next` to `end`, u32 for the set `next`. */
  @inline
  static has<R>(next: usize, end: usize): bool {
    return sizeof<R>() == 2 ? next < end : next != 0;
  }

  /** The first one. */
  @inline
  static row<R>(next: usize): usize {
    return sizeof<R>() == 2 ? <usize>load<u16>(next) : <usize>ctz<u32>(<u32>next);
  }

  /** The list, or set, without it. */
  @inline
  static after<R>(next: usize): usize {
    return sizeof<R>() == 2 ? next + 2 : next & (next - 1);
  }
}

/**
 * c (2,16) = Σ a[b] (2) · d[b] (16), over the rows b that `next` and `end` say: two columns of inp by two panels, which are c_step bytes
 * apart in c and d_step in d, or 0 for one panel alone. Overwrites c, which must alias nothing.
 */
function pair_of_rows<V, R>(
  c: usize,
  c_step: usize,
  a: usize,
  values: usize,
  d: usize,
  d_step: usize,
  a_row: usize,
  d_row: usize,
  next: usize,
  end: usize,
): void {
  const e = d + d_step;
  const zero = unknown_zero(<i32>(next >> 1));
  let c00 = zero;
  let c01 = zero;
  let c02 = zero;
  let c03 = zero;
  let c10 = zero;
  let c11 = zero;
  let c12 = zero;
  let c13 = zero;
  for (; Pairs.has<R>(next, end); next = Pairs.after<R>(next)) {
    const b = Pairs.row<R>(next);
    const place = b * d_row;
    const d0 = v128.load(d + place);
    const d1 = v128.load(d + place, 16);
    const d2 = v128.load(e + place);
    const d3 = v128.load(e + place, 16);
    const row = a + b * a_row;
    const x0 = Values.load<V>(row, values);
    c00 = madd(x0, d0, c00);
    c01 = madd(x0, d1, c01);
    c02 = madd(x0, d2, c02);
    c03 = madd(x0, d3, c03);
    const x1 = Values.load<V>(row + sizeof<V>(), values);
    c10 = madd(x1, d0, c10);
    c11 = madd(x1, d1, c11);
    c12 = madd(x1, d2, c12);
    c13 = madd(x1, d3, c13);
  }
  store_row(c, c00, c01);
  store_row(c + 32, c10, c11);
  store_row((c += c_step), c02, c03);
  store_row(c + 32, c12, c13);
}

/** The same by three panels that lie side by side in d. */
function pair_by_three<V, R>(
  c: usize,
  c_step: usize,
  a: usize,
  values: usize,
  d: usize,
  a_row: usize,
  d_row: usize,
  next: usize,
  end: usize,
): void {
  const zero = unknown_zero(<i32>(next >> 1));
  let c00 = zero;
  let c01 = zero;
  let c02 = zero;
  let c03 = zero;
  let c04 = zero;
  let c05 = zero;
  let c10 = zero;
  let c11 = zero;
  let c12 = zero;
  let c13 = zero;
  let c14 = zero;
  let c15 = zero;
  for (; Pairs.has<R>(next, end); next = Pairs.after<R>(next)) {
    const b = Pairs.row<R>(next);
    const row = a + b * a_row;
    const x0 = Values.load<V>(row, values);
    const x1 = Values.load<V>(row + sizeof<V>(), values);
    const p = d + b * d_row;
    let y = v128.load(p);
    c00 = madd(x0, y, c00);
    c10 = madd(x1, y, c10);
    y = v128.load(p, 16);
    c01 = madd(x0, y, c01);
    c11 = madd(x1, y, c11);
    y = v128.load(p, 32);
    c02 = madd(x0, y, c02);
    c12 = madd(x1, y, c12);
    y = v128.load(p, 48);
    c03 = madd(x0, y, c03);
    c13 = madd(x1, y, c13);
    y = v128.load(p, 64);
    c04 = madd(x0, y, c04);
    c14 = madd(x1, y, c14);
    y = v128.load(p, 80);
    c05 = madd(x0, y, c05);
    c15 = madd(x1, y, c15);
  }
  store_row(c, c00, c01);
  store_row(c + 32, c10, c11);
  store_row((c += c_step), c02, c03);
  store_row(c + 32, c12, c13);
  store_row((c += c_step), c04, c05);
  store_row(c + 32, c14, c15);
}
