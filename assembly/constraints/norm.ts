// Weights scaled so that norms lie in low..high: low = 0 bounds them, low = high = 1 fixes them. A group whose norm lies within
// the bounds keeps its bits, and so does one of zeros. Sums of squares are float64: no weight overflows, and both builds agree.
// Padding is zero and stays zero. A norm that is not a number leaves its group as it is; the update has marked it by then.

import { at, TINY } from "../core/simd";

/** clamp(√squares, low, high) / √squares in two lanes, 1 for a norm within the bounds, near zero or not a number. */
function factor(squares: v128, low: v128, high: v128): v128 {
  const norm = f64x2.sqrt(squares);
  const wanted = f64x2.pmax(f64x2.pmin(norm, high), low);
  const outside = v128.and(f64x2.ne(wanted, norm), f64x2.ge(norm, f64x2.splat(TINY)));
  return v128.bitselect(f64x2.div(wanted, norm), f64x2.splat(1), outside);
}

/** total + x² for the first two lanes of x. */
function add_squares(total: v128, x: v128): v128 {
  const wide = f64x2.promote_low_f32x4(x);
  return f64x2.add(total, f64x2.mul(wide, wide));
}

/** The last two lanes of x in front. */
function upper(x: v128): v128 {
  return i64x2.shuffle(x, x, 1, 0);
}

/** Four factors of two lanes each -> one vector of float32. */
function join(first: v128, second: v128): v128 {
  return i64x2.shuffle(f32x4.demote_f64x2_zero(first), f32x4.demote_f64x2_zero(second), 0, 2);
}

/**
 * Each column's weights *= clamp(norm, low, high) / norm, the norm being √Σw² of the column, panels from..to of `rows` x 8
 * floats. Overwrites weight.
 */
export function norm_columns(weight: usize, rows: i32, low: f32, high: f32, from: i32, to: i32): void {
  const lowest = f64x2.splat(low);
  const highest = f64x2.splat(high);
  for (let panel = from; panel < to; panel++) {
    const start = at(weight, panel * rows * 8);
    const end = at(start, rows * 8);
    let s0 = f64x2.splat(0);
    let s1 = f64x2.splat(0);
    let s2 = f64x2.splat(0);
    let s3 = f64x2.splat(0);
    for (let row = start; row < end; row += 32) {
      const left = v128.load(row);
      const right = v128.load(row, 16);
      s0 = add_squares(s0, left);
      s1 = add_squares(s1, upper(left));
      s2 = add_squares(s2, right);
      s3 = add_squares(s3, upper(right));
    }
    const left = join(factor(s0, lowest, highest), factor(s1, lowest, highest));
    const right = join(factor(s2, lowest, highest), factor(s3, lowest, highest));
    for (let row = start; row < end; row += 32) {
      v128.store(row, f32x4.mul(v128.load(row), left));
      v128.store(row, f32x4.mul(v128.load(row, 16), right), 16);
    }
  }
}

/**
 * Each row's weights *= clamp(norm, low, high) / norm, the norm being √Σw² of the row, rows from..to. Row r has `chunks` times 8
 * floats, `pitch` floats apart, from float 8r on. Overwrites weight.
 */
export function norm_rows(weight: usize, chunks: i32, pitch: i32, low: f32, high: f32, from: i32, to: i32): void {
  const step = (<usize>pitch) << 2;
  for (let r = from; r < to; r++) {
    const start = at(weight, r * 8);
    let sum = f64x2.splat(0);
    let chunk = start;
    for (let i = 0; i < chunks; i++) {
      const left = v128.load(chunk);
      const right = v128.load(chunk, 16);
      sum = add_squares(add_squares(sum, left), upper(left));
      sum = add_squares(add_squares(sum, right), upper(right));
      chunk += step;
    }
    const squares = f64x2.add(sum, upper(sum));
    const wide = factor(squares, f64x2.splat(low), f64x2.splat(high));
    const scale = join(wide, wide);
    chunk = start;
    for (let i = 0; i < chunks; i++) {
      v128.store(chunk, f32x4.mul(v128.load(chunk), scale));
      v128.store(chunk, f32x4.mul(v128.load(chunk, 16), scale), 16);
      chunk += step;
    }
  }
}
