// Penalties on what a layer gives out: l1*Σ|x| + l2*Σx² of each row's values. Padded values are zero and add nothing.

import { penalty_sum } from "../core/penalty";
import { times_sign } from "../core/sign";
import { at, madd } from "../core/simd";

/** out = inp;  penalty[r] = l1*Σ|inp| + l2*Σinp² over row r, rows from..to. Overwrites out, which may alias inp, and penalty. */
export function activity_forward(
  penalty: usize,
  out: usize,
  inp: usize,
  l1: f32,
  l2: f32,
  stride: i32,
  from: i32,
  to: i32,
): void {
  for (let r = from; r < to; r++) {
    let absolutes = f32x4.splat(0);
    let squares = f32x4.splat(0);
    for (let i = r * stride; i < (r + 1) * stride; i += 4) {
      const x = v128.load(at(inp, i));
      absolutes = f32x4.add(absolutes, f32x4.abs(x));
      squares = madd(x, x, squares);
      v128.store(at(out, i), x);
    }
    store<f32>(at(penalty, r), penalty_sum(absolutes, squares, l1, l2));
  }
}

/** dinp = dout + l1*sign(inp) + 2*l2*inp with sign(0) = 0, rows from..to. Overwrites dinp, which may alias dout. */
export function activity_backward(
  dinp: usize,
  dout: usize,
  inp: usize,
  l1: f32,
  l2: f32,
  stride: i32,
  from: i32,
  to: i32,
): void {
  const lasso = f32x4.splat(l1);
  const twice_l2 = f32x4.splat(l2 + l2);
  for (let i = from * stride; i < to * stride; i += 4) {
    const x = v128.load(at(inp, i));
    const slope = f32x4.add(v128.load(at(dout, i)), times_sign(lasso, x));
    v128.store(at(dinp, i), madd(twice_l2, x, slope));
  }
}
