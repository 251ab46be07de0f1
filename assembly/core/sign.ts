/** size * sign(x): size with the sign of x, 0 where x is 0 (+0 and -0 alike). x that is not a number has a sign too. */
export function times_sign(size: v128, x: v128): v128 {
  return v128.and(v128.xor(v128.and(x, i32x4.splat(0x80000000)), size), f32x4.ne(x, f32x4.splat(0)));
}

/** What a hinge takes as its target: t, but -1 where t is 0. */
export function plus_or_minus(t: v128): v128 {
  return v128.bitselect(f32x4.splat(-1), t, f32x4.eq(t, f32x4.splat(0)));
}
