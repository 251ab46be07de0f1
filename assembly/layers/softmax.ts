// Rows of `steps` times `width` logits, without gaps. Padding of inp and dout may hold any finite value; that of what is written is
// zero.

import { clear_columns, row_max } from "../core/logits";
import { exp4, log4 } from "../core/math";
import { at, flush, lanes_below, load_lanes, store_first, sum_lanes } from "../core/simd";

/** out[i] = exp(row[i] - top). Returns the sum, in every lane. */
function exp_row(out: usize, row: usize, top: v128, width: i32): v128 {
  let sum = f32x4.splat(0);
  for (let i = 0; i < width; i += 4) {
    const power = v128.and(exp4(f32x4.sub(v128.load(at(row, i)), top)), lanes_below(i, width));
    store_first(at(out, i), power, width - i);
    sum = f32x4.add(sum, power);
  }
  return sum_lanes(sum);
}

/**
 * out = exp(inp - max) / Σ exp(inp - max) along each step, rows from..to; probabilities below 1e-30 become 0.
 * A step with NaN, with Infinity or of -Infinity alone is not a number. Overwrites out, which may alias inp.
 */
export function softmax_forward(out: usize, inp: usize, steps: i32, width: i32, stride: i32, from: i32, to: i32): void {
  for (let b = from; b < to; b++) {
    for (let t = 0; t < steps; t++) {
      const source = at(inp, b * stride + t * width);
      const target = at(out, b * stride + t * width);
      const sum = exp_row(target, source, row_max(source, width), width);
      for (let i = 0; i < width; i += 4) {
        store_first(at(target, i), flush(f32x4.div(v128.load(at(target, i)), sum)), width - i);
      }
    }
    clear_columns(at(out, b * stride), steps * width, stride);
  }
}

/** dinp = out * (dout - Σ dout * out) along each step, rows from..to. Overwrites dinp, which may alias dout. */
export function softmax_backward(
  dinp: usize,
  dout: usize,
  out: usize,
  steps: i32,
  width: i32,
  stride: i32,
  from: i32,
  to: i32,
): void {
  for (let b = from; b < to; b++) {
    for (let t = 0; t < steps; t++) {
      const gradient = at(dout, b * stride + t * width);
      const share = at(out, b * stride + t * width);
      const target = at(dinp, b * stride + t * width);
      let sum = f32x4.splat(0);
      for (let i = 0; i < width; i += 4) {
        const product = f32x4.mul(v128.load(at(gradient, i)), v128.load(at(share, i)));
        sum = f32x4.add(sum, v128.and(product, lanes_below(i, width)));
      }
      const dot = sum_lanes(sum);
      for (let i = 0; i < width; i += 4) {
        const rest = f32x4.mul(v128.load(at(share, i)), f32x4.sub(v128.load(at(gradient, i)), dot));
        store_first(at(target, i), rest, width - i);
      }
    }
    clear_columns(at(dinp, b * stride), steps * width, stride);
  }
}

/**
 * out = inp - max - log(Σ exp(inp - max)) along each step, rows from..to.
 * A step with NaN, with Infinity or of -Infinity alone is not a number. Overwrites out, which must alias nothing.
 */
export function log_softmax_forward(
  out: usize,
  inp: usize,
  steps: i32,
  width: i32,
  stride: i32,
  from: i32,
  to: i32,
): void {
  for (let b = from; b < to; b++) {
    for (let t = 0; t < steps; t++) {
      const source = at(inp, b * stride + t * width);
      const target = at(out, b * stride + t * width);
      const top = row_max(source, width);
      const log_sum = log4(exp_row(target, source, top, width));
      for (let i = 0; i < width; i += 4) {
        const share = f32x4.sub(f32x4.sub(v128.load(at(source, i)), top), log_sum);
        store_first(at(target, i), share, width - i);
      }
    }
    clear_columns(at(out, b * stride), steps * width, stride);
  }
}

/** dinp = dout - exp(out) * Σ dout along each step, rows from..to. Overwrites dinp, which may alias dout. */
export function log_softmax_backward(
  dinp: usize,
  dout: usize,
  out: usize,
  steps: i32,
  width: i32,
  stride: i32,
  from: i32,
  to: i32,
): void {
  for (let b = from; b < to; b++) {
    for (let t = 0; t < steps; t++) {
      const gradient = at(dout, b * stride + t * width);
      const share = at(out, b * stride + t * width);
      const target = at(dinp, b * stride + t * width);
      let sum = f32x4.splat(0);
      for (let i = 0; i < width; i += 4) sum = f32x4.add(sum, load_lanes(at(gradient, i), width - i));
      const total = sum_lanes(sum);
      for (let i = 0; i < width; i += 4) {
        const expected = f32x4.mul(flush(exp4(v128.load(at(share, i)))), total);
        store_first(at(target, i), f32x4.sub(v128.load(at(gradient, i)), expected), width - i);
      }
    }
    clear_columns(at(dinp, b * stride), steps * width, stride);
  }
}
