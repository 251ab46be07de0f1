// Elementary functions on four lanes, in f32 and without branches: both sides of a case are computed and one is taken.
// A lane that is not a number stays so. An error is the distance to the exact value in ULP of float32, the worst over the
// range it names: every float32 value was tried, and every 61st where the function is nearly linear or constant.

import { madd } from "./simd";

/** round(x / log 2) in the low bits of the result, as an integer on top of 1.5 * 2^23. */
function exp_shift(x: v128): v128 {
  return madd(x, f32x4.splat(Mathf.LOG2E), f32x4.splat(12582912));
}

/** exp(r) - 1 where r = x - log 2 * n, |r| <= 0.35 and n is what `shift` holds. Cephes' expf. */
function exp_rest(x: v128, shift: v128): v128 {
  const n = f32x4.sub(shift, f32x4.splat(12582912));
  // log 2 = 0.693359375 - 2.1219444e-4: the first part has few bits, so its product with n is exact.
  let r = madd(n, f32x4.splat(-0.693359375), x);
  r = madd(n, f32x4.splat(2.1219444e-4), r);
  let p = f32x4.splat(1.98756915e-4);
  p = madd(p, r, f32x4.splat(1.3981999507e-3));
  p = madd(p, r, f32x4.splat(8.3334519073e-3));
  p = madd(p, r, f32x4.splat(4.1665795894e-2));
  p = madd(p, r, f32x4.splat(1.6666665459e-1));
  p = madd(p, r, f32x4.splat(5.0000001201e-1));
  return madd(p, f32x4.mul(r, r), r);
}

/**
 * exp(x); x below -87.33 counts as -87.33, so that no result is subnormal, and above 88.7228 the result is Infinity.
 * Error over -87.33..88.7228: strict 1.00, fast 1.02 ULP.
 */
export function exp4(x: v128): v128 {
  const low = f32x4.pmax(x, f32x4.splat(-87.33));
  const shift = exp_shift(low);
  const mantissa = f32x4.add(exp_rest(low, shift), f32x4.splat(1));
  // Times 2^n: the shift moves n to the exponent's place.
  const power = i32x4.add(mantissa, i32x4.shl(shift, 23));
  return v128.bitselect(power, f32x4.add(x, f32x4.splat(Infinity)), f32x4.le(x, f32x4.splat(88.72283)));
}

/**
 * exp(x) - 1 for x <= 0, to the last bits also where x is tiny; x below -87.33 counts as -87.33.
 * Error over -87..0: strict 0.95, fast 0.87 ULP.
 */
export function expm1_4(x: v128): v128 {
  const low = f32x4.pmax(x, f32x4.splat(-87.33));
  const shift = exp_shift(low);
  const power = i32x4.add(i32x4.shl(shift, 23), f32x4.splat(1));
  return madd(power, exp_rest(low, shift), f32x4.sub(power, f32x4.splat(1)));
}

/** e with 2/3 * 2^e <= x < 4/3 * 2^e, in the place of the exponent. */
function exponent(x: v128): v128 {
  return v128.and(i32x4.sub(x, f32x4.splat(0.666666667)), i32x4.splat(0xff800000));
}

/** log(1 + m) + log 2 * e for |m| <= 1/3. The polynomial is Norbert Juffa's. */
function log_reduced(m: v128, e: v128): v128 {
  const s = f32x4.mul(m, m);
  let odd = f32x4.splat(0.140869141);
  odd = madd(odd, s, f32x4.splat(0.139814854));
  odd = madd(odd, s, f32x4.splat(0.200120345));
  let r = f32x4.splat(-0.130310059);
  r = madd(r, s, f32x4.splat(-0.121483512));
  r = madd(r, s, f32x4.splat(-0.166846126));
  r = madd(r, s, f32x4.splat(-0.2499962));
  r = madd(odd, m, r);
  r = madd(r, m, f32x4.splat(0.333331972));
  r = madd(r, m, f32x4.splat(-0.5));
  r = madd(r, s, m);
  return madd(e, f32x4.splat(Mathf.LN2), r);
}

/**
 * log(x); log(0) = -Infinity and log of a negative number is not a number.
 * Error over all positive numbers: strict 1.08, fast 0.86 ULP.
 */
export function log4(x: v128): v128 {
  // Subnormal numbers are scaled by 2^23.
  const tiny = f32x4.lt(x, f32x4.splat(1.17549435e-38));
  const scaled = v128.bitselect(f32x4.mul(x, f32x4.splat(8388608)), x, tiny);
  const e = exponent(scaled);
  const m = f32x4.sub(i32x4.sub(scaled, e), f32x4.splat(1));
  const power = f32x4.sub(f32x4.convert_i32x4_s(i32x4.shr_s(e, 23)), v128.and(f32x4.splat(23), tiny));
  // All ones are not a number; Infinity and what is not a number stay as they are.
  const outside = v128.or(x, f32x4.lt(x, f32x4.splat(0)));
  const special = v128.bitselect(f32x4.splat(-Infinity), outside, f32x4.eq(x, f32x4.splat(0)));
  const inside = v128.and(f32x4.gt(x, f32x4.splat(0)), f32x4.lt(x, f32x4.splat(Infinity)));
  return v128.bitselect(log_reduced(m, power), special, inside);
}

/**
 * log(1 + x) for x >= 0, to the last bits also where x is tiny.
 * Error over all x >= 0: strict 1.65, fast 1.51 ULP.
 */
export function log1p4(x: v128): v128 {
  const e = exponent(f32x4.add(x, f32x4.splat(1)));
  // m = (1 + x) / 2^e - 1, from x itself, since 1 + x has lost its low bits. 4 / 2^e is never subnormal.
  const scale = f32x4.mul(i32x4.sub(f32x4.splat(4), e), f32x4.splat(0.25));
  const m = f32x4.add(f32x4.mul(x, scale), f32x4.sub(scale, f32x4.splat(1)));
  const power = f32x4.convert_i32x4_s(i32x4.shr_s(e, 23));
  return v128.bitselect(log_reduced(m, power), x, f32x4.lt(x, f32x4.splat(Infinity)));
}

/** |x| with the sign of `sign`. */
function copysign(x: v128, sign: v128): v128 {
  return v128.bitselect(x, sign, i32x4.splat(0x7fffffff));
}

/**
 * tanh(x): Cephes' polynomial below 0.625, then 1 - 2 / (exp(2|x|) + 1).
 * Error over all numbers: strict and fast 1.34 ULP.
 */
export function tanh4(x: v128): v128 {
  const a = f32x4.abs(x);
  const s = f32x4.mul(x, x);
  let p = f32x4.splat(-5.70498872745e-3);
  p = madd(p, s, f32x4.splat(2.06390887954e-2));
  p = madd(p, s, f32x4.splat(-5.37397155531e-2));
  p = madd(p, s, f32x4.splat(1.33314422036e-1));
  p = madd(p, s, f32x4.splat(-3.33332819422e-1));
  const small = madd(f32x4.mul(p, s), x, x);
  const power = f32x4.add(exp4(f32x4.add(a, a)), f32x4.splat(1));
  const large = f32x4.sub(f32x4.splat(1), f32x4.div(f32x4.splat(2), power));
  return copysign(v128.bitselect(small, large, f32x4.lt(a, f32x4.splat(0.625))), x);
}

/**
 * erf(x): a polynomial below 0.927734375, then 1 - exp(polynomial). Both polynomials are Norbert Juffa's.
 * Error over all numbers: strict 1.19, fast 1.03 ULP.
 */
export function erf4(x: v128): v128 {
  const a = f32x4.abs(x);
  const s = f32x4.mul(x, x);
  let p = f32x4.splat(-5.96761703e-4);
  p = madd(p, s, f32x4.splat(4.99119423e-3));
  p = madd(p, s, f32x4.splat(-2.67681349e-2));
  p = madd(p, s, f32x4.splat(1.12819925e-1));
  p = madd(p, s, f32x4.splat(-3.76125336e-1));
  p = madd(p, s, f32x4.splat(1.28379166e-1));
  const small = madd(p, x, x);
  let q = madd(f32x4.splat(-1.7285347e-5), a, f32x4.splat(3.83197126e-4));
  q = madd(q, s, madd(f32x4.splat(-3.88396438e-3), a, f32x4.splat(2.42546219e-2)));
  q = madd(q, a, f32x4.splat(-1.06777877e-1));
  q = madd(q, a, f32x4.splat(-6.34846687e-1));
  q = madd(q, a, f32x4.splat(-1.28717512e-1));
  q = madd(q, a, f32x4.neg(a));
  const large = f32x4.sub(f32x4.splat(1), exp4(q));
  return copysign(v128.bitselect(small, large, f32x4.lt(a, f32x4.splat(0.927734375))), x);
}

/**
 * 1 / (1 + exp(-x)), from exp(-|x|), which cannot overflow; never below exp(-87.33).
 * Error over x >= -87.33: strict and fast 2.41 ULP.
 */
export function sigmoid4(x: v128): v128 {
  const one = f32x4.splat(1);
  const power = exp4(f32x4.neg(f32x4.abs(x)));
  const top = v128.bitselect(power, one, f32x4.lt(x, f32x4.splat(0)));
  return f32x4.div(top, f32x4.add(one, power));
}

/**
 * cos(πx) for |x| <= 1/4; other angles are quarter turns of these. The polynomial is Norbert Juffa's.
 * Error over -1/4..1/4: strict 1.14, fast 0.88 ULP.
 */
export function cos_pi4(x: v128): v128 {
  const s = f32x4.mul(x, x);
  let p = f32x4.splat(0.23138427734375);
  p = madd(p, s, f32x4.splat(-1.33502197265625));
  p = madd(p, s, f32x4.splat(4.058703899383545));
  p = madd(p, s, f32x4.splat(-4.934802055358887));
  return madd(p, s, f32x4.splat(1));
}

/**
 * sin(πx) for |x| <= 1/4. The polynomial is Norbert Juffa's.
 * Error over -1/4..1/4: strict 1.96, fast 0.99 ULP.
 */
export function sin_pi4(x: v128): v128 {
  const s = f32x4.mul(x, x);
  let p = f32x4.splat(-0.595703125);
  p = madd(p, s, f32x4.splat(2.5503995418548584));
  p = madd(p, s, f32x4.splat(-5.167724132537842));
  return madd(x, f32x4.splat(Mathf.PI), f32x4.mul(f32x4.mul(p, s), x));
}
