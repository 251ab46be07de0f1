// Each of C channels brought to mean 0 and variance 1 over rows and pixels of (B, pixels, C). Channels need not be whole vectors.

import { at, lanes_below, load_lanes, madd, store_first } from "../core/simd";
import { scale_at } from "./group_normalization";

/** Σ inp over rows and pixels at the 4 channels from `inp` on, summed row by row. */
function channel_sum(inp: usize, B: i32, pixels: i32, C: i32, stride: i32): v128 {
  let sum = f32x4.splat(0);
  for (let b = 0; b < B; b++) {
    let row = f32x4.splat(0);
    for (let i = b * stride, end = i + pixels * C; i < end; i += C) row = f32x4.add(row, v128.load(at(inp, i)));
    sum = f32x4.add(sum, row);
  }
  return sum;
}

/**
 * mean (C) = Σ inp / count and variance (C) = Σ (inp - mean)² / count over rows and pixels, count = B*pixels, groups of 8 channels
 * from..to, summed row by row: about a first mean, which rounding leaves beside the true one where inp is far from 0, and what
 * is left of it, drift = Σ (inp - first) / count, is made good in both. Overwrites mean and variance, zero in padding, which must
 * alias nothing.
 */
export function channel_moments(
  mean: usize,
  variance: usize,
  inp: usize,
  B: i32,
  pixels: i32,
  C: i32,
  stride: i32,
  from: i32,
  to: i32,
): void {
  const count = f32x4.splat(<f32>(B * pixels));
  const zero = f32x4.splat(0);
  for (let c = from << 3; c < to << 3; c += 4) {
    const channels = lanes_below(c, C);
    const source = at(inp, c);
    const first = f32x4.div(channel_sum(source, B, pixels, C, stride), count);
    let drift = zero;
    let squares = zero;
    for (let b = 0; b < B; b++) {
      let row_drift = zero;
      let row_squares = zero;
      for (let i = b * stride, end = i + pixels * C; i < end; i += C) {
        const x = f32x4.sub(v128.load(at(source, i)), first);
        row_drift = f32x4.add(row_drift, x);
        row_squares = madd(x, x, row_squares);
      }
      drift = f32x4.add(drift, row_drift);
      squares = f32x4.add(squares, row_squares);
    }
    drift = f32x4.div(drift, count);
    const spread = f32x4.sub(f32x4.div(squares, count), f32x4.mul(drift, drift));
    v128.store(at(mean, c), v128.and(f32x4.add(first, drift), channels));
    v128.store(at(variance, c), v128.and(f32x4.pmax(spread, zero), channels));
  }
}

/** 1 / sqrt(variance + epsilon). */
function factor_of(variance: v128, epsilon: f32): v128 {
  return f32x4.div(f32x4.splat(1), f32x4.sqrt(f32x4.add(variance, f32x4.splat(epsilon))));
}

/**
 * normal = (inp - mean) / sqrt(variance + epsilon);  out = normal*gamma + beta, rows from..to, with one value a channel of mean,
 * variance, gamma and beta; the latter may be 0: 1 and 0 then. Overwrites out and normal, which must alias nothing.
 */
export function batch_normalization_forward(
  out: usize,
  normal: usize,
  inp: usize,
  mean: usize,
  variance: usize,
  gamma: usize,
  beta: usize,
  epsilon: f32,
  pixels: i32,
  C: i32,
  stride: i32,
  from: i32,
  to: i32,
): void {
  for (let b = from; b < to; b++) {
    for (let c = 0; c < C; c += 4) {
      const left = C - c;
      const centre = v128.load(at(mean, c));
      const factor = factor_of(v128.load(at(variance, c)), epsilon);
      const scale = scale_at(gamma, c, left);
      const shift = beta ? v128.load(at(beta, c)) : f32x4.splat(0);
      for (let i = b * stride + c, end = i + pixels * C; i < end; i += C) {
        const x = f32x4.mul(f32x4.sub(v128.load(at(inp, i)), centre), factor);
        store_first(at(normal, i), x, left);
        store_first(at(out, i), madd(x, scale, shift), left);
      }
    }
  }
}

/**
 * dinp = gamma / sqrt(variance + epsilon) * (dout - dbeta*share - normal*dgamma*share), rows from..to, with one value a channel of
 * variance, gamma, dgamma and dbeta. gamma may be 0: 1 then; dgamma and dbeta may be: statistics that are no function of inp.
 * Overwrites dinp, which must alias nothing.
 */
export function batch_normalization_backward(
  dinp: usize,
  dout: usize,
  normal: usize,
  variance: usize,
  gamma: usize,
  dgamma: usize,
  dbeta: usize,
  epsilon: f32,
  share: f32,
  pixels: i32,
  C: i32,
  stride: i32,
  from: i32,
  to: i32,
): void {
  for (let b = from; b < to; b++) {
    for (let c = 0; c < C; c += 4) {
      const left = C - c;
      const factor = f32x4.mul(factor_of(v128.load(at(variance, c)), epsilon), scale_at(gamma, c, left));
      const slope = dgamma ? f32x4.mul(v128.load(at(dgamma, c)), f32x4.splat(share)) : f32x4.splat(0);
      const mean = dbeta ? f32x4.mul(v128.load(at(dbeta, c)), f32x4.splat(share)) : f32x4.splat(0);
      for (let i = b * stride + c, end = i + pixels * C; i < end; i += C) {
        const rest = f32x4.sub(v128.load(at(dout, i)), mean);
        const x = f32x4.mul(load_lanes(at(normal, i), left), slope);
        store_first(at(dinp, i), f32x4.mul(f32x4.sub(rest, x), factor), left);
      }
    }
  }
}
