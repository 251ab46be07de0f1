// Rows of `width` logits. Padding of inp and dout may hold any finite value; padding of what is written is zero.

import { exp4, log4 } from "../core/math";
import { at, flush, lanes_below, max_lanes, sum_lanes } from "../core/simd";

/** The largest of the `width` floats at `row`, in every lane; not a number if any is. */
function max_row(row: usize, width: i32): v128 {
  let top = f32x4.splat(-Infinity);
  for (let i = 0; i < width; i += 4) {
    top = f32x4.max(top, v128.bitselect(v128.load(at(row, i)), f32x4.splat(-Infinity), lanes_below(i, width)));
  }
  return max_lanes(top);
}

/** out[i] = exp(row[i] - top), zero in padding. Returns the sum, in every lane. */
function exp_row(out: usize, row: usize, top: v128, width: i32, stride: i32): v128 {
  let sum = f32x4.splat(0);
  for (let i = 0; i < stride; i += 4) {
    const power = v128.and(exp4(f32x4.sub(v128.load(at(row, i)), top)), lanes_below(i, width));
    v128.store(at(out, i), power);
    sum = f32x4.add(sum, power);
  }
  return sum_lanes(sum);
}

/**
 * out = exp(inp - max) / Σ exp(inp - max) along each row, rows from..to; probabilities below 1e-30 become 0.
 * A row with NaN, with Infinity or of -Infinity alone is not a number. Overwrites out, which may alias inp.
 */
export function softmax_forward(out: usize, inp: usize, width: i32, stride: i32, from: i32, to: i32): void {
  for (let b = from; b < to; b++) {
    const source = at(inp, b * stride);
    const target = at(out, b * stride);
    const sum = exp_row(target, source, max_row(source, width), width, stride);
    for (let i = 0; i < stride; i += 4) {
      const share = flush(f32x4.div(v128.load(at(target, i)), sum));
      v128.store(at(target, i), v128.and(share, lanes_below(i, width)));
    }
  }
}

/** dinp = out * (dout - Σ dout * out), rows from..to. Overwrites dinp, which may alias dout. */
export function softmax_backward(
  dinp: usize,
  dout: usize,
  out: usize,
  width: i32,
  stride: i32,
  from: i32,
  to: i32,
): void {
  for (let b = from; b < to; b++) {
    const gradient = at(dout, b * stride);
    const share = at(out, b * stride);
    const target = at(dinp, b * stride);
    let sum = f32x4.splat(0);
    for (let i = 0; i < width; i += 4) {
      // No mask: out is zero in padding.
      sum = f32x4.add(sum, f32x4.mul(v128.load(at(gradient, i)), v128.load(at(share, i))));
    }
    const dot = sum_lanes(sum);
    for (let i = 0; i < stride; i += 4) {
      const rest = f32x4.mul(v128.load(at(share, i)), f32x4.sub(v128.load(at(gradient, i)), dot));
      v128.store(at(target, i), v128.and(rest, lanes_below(i, width)));
    }
  }
}

/**
 * out = inp - max - log(Σ exp(inp - max)) along each row, rows from..to.
 * A row with NaN, with Infinity or of -Infinity alone is not a number. Overwrites out, which must alias nothing.
 */
export function log_softmax_forward(out: usize, inp: usize, width: i32, stride: i32, from: i32, to: i32): void {
  for (let b = from; b < to; b++) {
    const source = at(inp, b * stride);
    const target = at(out, b * stride);
    const top = max_row(source, width);
    const log_sum = log4(exp_row(target, source, top, width, stride));
    for (let i = 0; i < stride; i += 4) {
      const share = f32x4.sub(f32x4.sub(v128.load(at(source, i)), top), log_sum);
      v128.store(at(target, i), v128.and(share, lanes_below(i, width)));
    }
  }
}

/** dinp = dout - exp(out) * Σ dout, rows from..to. Overwrites dinp, which may alias dout. */
export function log_softmax_backward(
  dinp: usize,
  dout: usize,
  out: usize,
  width: i32,
  stride: i32,
  from: i32,
  to: i32,
): void {
  for (let b = from; b < to; b++) {
    const gradient = at(dout, b * stride);
    const share = at(out, b * stride);
    const target = at(dinp, b * stride);
    let sum = f32x4.splat(0);
    for (let i = 0; i < width; i += 4) {
      sum = f32x4.add(sum, v128.and(v128.load(at(gradient, i)), lanes_below(i, width)));
    }
    const total = sum_lanes(sum);
    for (let i = 0; i < stride; i += 4) {
      const expected = f32x4.mul(flush(exp4(v128.load(at(share, i)))), total);
      v128.store(at(target, i), v128.and(f32x4.sub(v128.load(at(gradient, i)), expected), lanes_below(i, width)));
    }
  }
}
