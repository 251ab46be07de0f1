// Helpers on four lanes. Sizes are in floats unless a name ends in `bytes`.

/** a * b + c; one rounding in the fast build, two in the strict build. */
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/** Address of element `index` of the 4-byte array at `base`. */
export function at(base: usize, index: i32): usize {
  return base + ((<usize>index) << 2);
}

/** The next multiple of 8: a row's length in memory. */
export function round8(n: i32): i32 {
  return (n + 7) & ~7;
}

/** Magnitudes below this count as 0: next come subnormal numbers. */
export const TINY: f32 = 1e-30;

/** x where |x| >= limit or x is not a number, else 0. `magnitude` are all bits but the sign, by which numbers compare as integers do. */
export function flush_below(x: v128, limit: v128, magnitude: v128): v128 {
  return v128.andnot(x, i32x4.gt_s(limit, v128.and(x, magnitude)));
}

/** x where |x| >= 1e-30 or x is not a number, else 0: subnormal operands are 60-120 times slower and WASM cannot flush them. */
export function flush(x: v128): v128 {
  return v128.andnot(x, f32x4.lt(f32x4.abs(x), f32x4.splat(TINY)));
}

/** All ones in the lanes whose index + `column` is below `width`. */
export function lanes_below(column: i32, width: i32): v128 {
  return i32x4.lt_s(i32x4.add(i32x4(0, 1, 2, 3), i32x4.splat(column)), i32x4.splat(width));
}

/** (x0 + x1) + (x2 + x3), in every lane. */
export function sum_lanes(x: v128): v128 {
  const pairs = f32x4.add(x, i32x4.shuffle(x, x, 1, 0, 3, 2));
  return f32x4.add(pairs, i32x4.shuffle(pairs, pairs, 2, 3, 0, 1));
}

/**
 * The larger of both, not a number where either is, a where they are equal. On x64 V8 makes eight instructions of f32x4.max, and one
 * of pmax, in which what is not a number stays where it comes first.
 */
export function max4(a: v128, b: v128): v128 {
  return v128.or(f32x4.ne(b, b), f32x4.pmax(a, b));
}

/** The largest of the four lanes, in every lane; not a number if any lane is. */
export function max_lanes(x: v128): v128 {
  const pairs = max4(x, i32x4.shuffle(x, x, 1, 0, 3, 2));
  return max4(pairs, i32x4.shuffle(pairs, pairs, 2, 3, 0, 1));
}

/** The first four of the 8 floats at `bias`, or zeros. A bias of -0 counts as 0, so that products of zero change no bit. */
export function start_low(bias: usize): v128 {
  return bias ? f32x4.add(v128.load(bias), f32x4.splat(0)) : f32x4.splat(0);
}

/** The last four. */
export function start_high(bias: usize): v128 {
  return bias ? f32x4.add(v128.load(bias, 16), f32x4.splat(0)) : f32x4.splat(0);
}

/** 8 floats to `c`. */
export function store_row(c: usize, low: v128, high: v128): void {
  v128.store(c, low);
  v128.store(c, high, 16);
}

/** The first n lanes of x to `target`, n > 0; all where n >= 4. */
export function store_first(target: usize, x: v128, n: i32): void {
  if (n >= 4) {
    v128.store(target, x);
    return;
  }
  v128.store_lane<f32>(target, x, 0);
  if (n > 1) v128.store_lane<f32>(target, x, 1, 4);
  if (n > 2) v128.store_lane<f32>(target, x, 2, 8);
}

/** The first n of 8 floats to `target`, n > 0; all where n >= 8. */
export function store_first8(target: usize, low: v128, high: v128, n: i32): void {
  store_first(target, low, n);
  if (n > 4) store_first(target + 16, high, n - 4);
}

/** Zeros for any n >= 0. Where all sums of a tile start as one constant, V8 12 makes them half as fast: this is none, as far as it can see. */
export function unknown_zero(n: i32): v128 {
  return f32x4.splat(<f32>(n >> 31));
}

/** Four values from `source` on: those beyond the first `left` are zero. */
export function load_lanes(source: usize, left: i32): v128 {
  return v128.and(v128.load(source), lanes_below(0, left));
}
