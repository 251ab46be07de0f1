// Penalties on what a layer gives out: l1*Σ|x| + l2*Σx² of each row's values. What lies behind them is no part of it: a sigmoid makes
// halves of the zeros there.

import { penalty_sum } from "../core/penalty";
import { times_sign } from "../core/sign";
import { at, lanes_below, madd } from "../core/simd";

/**
 * out = inp, `stride` floats a row;  penalty[r] = l1*Σ|inp| + l2*Σinp² over the first `width` of row r, rows from..to. Overwrites out,
 * which may alias inp, and penalty.
 */
export function activity_forward(
  penalty: usize,
  out: usize,
  inp: usize,
  l1: f32,
  l2: f32,
  width: i32,
  stride: i32,
  from: i32,
  to: i32,
): void {
  for (let r = from; r < to; r++) {
    let absolutes = f32x4.splat(0);
    let squares = f32x4.splat(0);
    for (let i = 0; i < stride; i += 4) {
      const all = v128.load(at(inp, r * stride + i));
      v128.store(at(out, r * stride + i), all);
      const x = v128.and(all, lanes_below(i, width));
      absolutes = f32x4.add(absolutes, f32x4.abs(x));
      squares = madd(x, x, squares);
    }
    store<f32>(at(penalty, r), penalty_sum(absolutes, squares, l1, l2));
  }
}

/**
 * dinp = dout + l1*sign(inp) + 2*l2*inp with sign(0) = 0 in the first `width` of each row's `stride` floats, dinp = dout in the others, rows
 * from..to. Overwrites dinp, which may alias dout.
 */
export function activity_backward(
  dinp: usize,
  dout: usize,
  inp: usize,
  l1: f32,
  l2: f32,
  width: i32,
  stride: i32,
  from: i32,
  to: i32,
): void {
  const lasso = f32x4.splat(l1);
  const twice_l2 = f32x4.splat(l2 + l2);
  for (let r = from; r < to; r++) {
    for (let i = 0; i < stride; i += 4) {
      const place = r * stride + i;
      const x = v128.and(v128.load(at(inp, place)), lanes_below(i, width));
      const slope = f32x4.add(v128.load(at(dout, place)), times_sign(lasso, x));
      v128.store(at(dinp, place), madd(twice_l2, x, slope));
    }
  }
}
