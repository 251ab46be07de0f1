// The states that go from step to step of a sequence: what they begin with, and their gradients.

import { at, lanes_below } from "./simd";

/** state = h0, then c0 S floats behind it, zeros where there is none; overwrites `size` floats. */
export function begin_sequence(state: usize, h0: usize, c0: usize, U: i32, S: i32, size: i32): void {
  memory.fill(state, 0, size << 2);
  if (h0) memory.copy(state, h0, U << 2);
  if (c0) memory.copy(at(state, S), c0, U << 2);
}

/** carry = zeros, 3 S floats; the last S of them are the next S behind them where `last_c` is 1. */
export function begin_gradient(carry: usize, last_c: i32, U: i32, S: i32): void {
  memory.fill(carry, 0, (3 * S) << 2);
  if (last_c) memory.copy(at(carry, 2 * S), at(carry, 3 * S), U << 2);
}

/** True where step k of a sequence does not count. */
export function skipped(mask: usize, index: i32): bool {
  return mask != 0 && load<f32>(at(mask, index)) == 0;
}

/** dh = dh + pass + dout, pass = 0. */
export function gather_gradient(dh: usize, pass: usize, dout: usize, U: i32): void {
  for (let u = 0; u < U; u += 4) {
    let d = f32x4.add(v128.load(at(dh, u)), v128.load(at(pass, u)));
    if (dout) d = f32x4.add(d, v128.and(v128.load(at(dout, u)), lanes_below(u, U)));
    v128.store(at(dh, u), d);
    v128.store(at(pass, u), f32x4.splat(0));
  }
}
