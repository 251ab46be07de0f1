// The gradient of a dense layer's kernel where neighbours among the inputs are zero together: two columns of the input at a time, by a list
// of the rows that have something in one of them.

import { Places, TABLE, write_places } from "./nonzero_places";
import { at, madd, round8, store_row, unknown_zero } from "./simd";

/** Columns whose lists are made at a time. */
const GROUP: i32 = 256;
/** Panels that a list is multiplied with at once, for which there are registers. */
const MOST: i32 = ASC_FEATURE_RELAXED_SIMD ? 3 : 2;

/**
 * dweight (I,O) = inpᵀ (I,B) · dout (B,O), blocks of 64 floats from..to of the panels. B <= 65535. Overwrites the rows below I of these
 * blocks, a zero one behind them where I is odd, and `lists`: a table, 256 numbers, as many for each 32 rows, and B + 8 16-bit ones for
 * each of 128 lists. None may alias anything.
 */
export function gemm_pairs(
  dweight: usize,
  inp: usize,
  dout: usize,
  lists: usize,
  B: i32,
  I: i32,
  inp_stride: i32,
  dout_stride: i32,
  from: i32,
  to: i32,
): void {
  const blocks = round8(I) >> 3;
  const panel_bytes = <usize>(blocks << 8);
  const spans = lists + TABLE;
  const masks = at(spans, GROUP);
  // Where all blocks are in one panel, they are not in all columns.
  const start = (from / blocks) * blocks;
  const is_one = to <= start + blocks;
  const highest = is_one ? min((to - start) << 3, I) : I;
  const zero = f32x4.splat(0);
  write_places(lists);
  for (let i = is_one ? (from - start) << 3 : 0; i < highest; i += GROUP) {
    const columns = min(GROUP, highest - i);
    list_pairs(spans, masks, at(inp, i), B, columns, inp_stride, lists);
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
      for (let k = first; k < last; k += 2) {
        const span = at(spans, k - i);
        const d = at(dout, panel << 3);
        const next = <usize>load<u32>(span);
        const end = <usize>load<u32>(span, 4);
        const a = at(inp, k);
        if (panels == 3) pair_by_three(c, c_step, a, d, inp_stride, dout_stride, next, end);
        else pair_of_list(c, c_step, a, d, d_step, inp_stride, dout_stride, next, end);
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

/** Where the list of each two columns of inp (B, columns) begins and ends, to two numbers at `spans`; the lists lie behind the masks. */
function list_pairs(spans: usize, masks: usize, inp: usize, B: i32, columns: i32, inp_stride: i32, table: usize): void {
  write_masks(masks, inp, B, columns, inp_stride);
  let list = at(masks, ((B + 31) >> 5) * GROUP);
  for (let i = 0; i < columns; i += 2) {
    let next = list;
    for (let b = 0; b < B; b += 32) {
      const mask = at(masks, (b >> 5) * GROUP + i);
      let rows = load<u32>(mask);
      if (i + 1 < columns) rows |= load<u32>(mask, 4);
      for (let first = b; first < b + 32; first += 8) {
        next = Places.append(next, rows & 255, i16x8.splat(<i16>first), table);
        rows >>= 8;
      }
    }
    store<u32>(at(spans, i), <u32>list);
    store<u32>(at(spans, i), <u32>next, 4);
    list += (<usize>(B + 8)) << 1;
  }
}

/** Bit b & 31 of masks[b >> 5][i] (i32) = whether inp (B, columns) is not zero at b, i, for columns up to a multiple of 4. */
function write_masks(masks: usize, inp: usize, B: i32, columns: i32, inp_stride: i32): void {
  const zero = i32x4.splat(0);
  for (let b = 0; b < B; b += 4) {
    const mask = at(masks, (b >> 5) * GROUP);
    const row0 = at(inp, b * inp_stride);
    const row1 = b + 1 < B ? at(row0, inp_stride) : row0;
    const row2 = b + 2 < B ? at(row1, inp_stride) : row0;
    const row3 = b + 3 < B ? at(row2, inp_stride) : row0;
    const bit0 = i32x4.splat(1 << (b & 31));
    const bit1 = b + 1 < B ? i32x4.shl(bit0, 1) : zero;
    const bit2 = b + 2 < B ? i32x4.shl(bit0, 2) : zero;
    const bit3 = b + 3 < B ? i32x4.shl(bit0, 3) : zero;
    const kept = i32x4.splat((b & 31) == 0 ? 0 : -1);
    for (let i = 0; i < columns; i += 4) {
      const low = v128.or(live4(at(row0, i), bit0), live4(at(row1, i), bit1));
      const high = v128.or(live4(at(row2, i), bit2), live4(at(row3, i), bit3));
      const old = v128.and(v128.load(at(mask, i)), kept);
      v128.store(at(mask, i), v128.or(old, v128.or(low, high)));
    }
  }
}

function live4(row: usize, bit: v128): v128 {
  return v128.and(f32x4.ne(v128.load(row), f32x4.splat(0)), bit);
}

/**
 * c (2,16) = Σ a[b] (2) · d[b] (16), over the rows b that a list from `next` to `end` names: two columns of inp by two panels, which are
 * c_step bytes apart in c and d_step in d, or 0 for one panel alone. Overwrites c, which must alias nothing.
 */
function pair_of_list(
  c: usize,
  c_step: usize,
  a: usize,
  d: usize,
  d_step: usize,
  inp_stride: i32,
  dout_stride: i32,
  next: usize,
  end: usize,
): void {
  const a_row = (<usize>inp_stride) << 2;
  const d_row = (<usize>dout_stride) << 2;
  const e = d + d_step;
  const zero = unknown_zero(<i32>(end - next));
  let c00 = zero;
  let c01 = zero;
  let c02 = zero;
  let c03 = zero;
  let c10 = zero;
  let c11 = zero;
  let c12 = zero;
  let c13 = zero;
  for (; next < end; next += 2) {
    const b = <usize>load<u16>(next);
    const place = b * d_row;
    const d0 = v128.load(d + place);
    const d1 = v128.load(d + place, 16);
    const d2 = v128.load(e + place);
    const d3 = v128.load(e + place, 16);
    const row = a + b * a_row;
    const x0 = v128.load32_splat(row);
    c00 = madd(x0, d0, c00);
    c01 = madd(x0, d1, c01);
    c02 = madd(x0, d2, c02);
    c03 = madd(x0, d3, c03);
    const x1 = v128.load32_splat(row, 4);
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
function pair_by_three(
  c: usize,
  c_step: usize,
  a: usize,
  d: usize,
  inp_stride: i32,
  dout_stride: i32,
  next: usize,
  end: usize,
): void {
  const a_row = (<usize>inp_stride) << 2;
  const d_row = (<usize>dout_stride) << 2;
  const zero = unknown_zero(<i32>(end - next));
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
  for (; next < end; next += 2) {
    const b = <usize>load<u16>(next);
    const row = a + b * a_row;
    const x0 = v128.load32_splat(row);
    const x1 = v128.load32_splat(row, 4);
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
