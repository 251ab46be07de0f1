// Between rows of several steps and rows of one step each: (B, steps*width) and (B*steps, width). What goes over the last axis
// sees the latter, padded as any batch. Ranges count rows of the batch, not steps.

import { clear_columns } from "../core/logits";
import { at, flush, load_lanes, store_first } from "../core/simd";

/**
 * out (B*steps, out_stride) = inp (B, steps*width), step after step, 0 in padding, rows from..to. out_stride is at least the next
 * multiple of 8. Reads up to 12 bytes behind inp. Overwrites out, which must not alias inp.
 */
export function split_steps(
  out: usize,
  inp: usize,
  steps: i32,
  width: i32,
  out_stride: i32,
  inp_stride: i32,
  from: i32,
  to: i32,
): void {
  for (let b = from; b < to; b++) {
    for (let t = 0; t < steps; t++) {
      const source = at(inp, b * inp_stride + t * width);
      const target = at(out, (b * steps + t) * out_stride);
      let c = 0;
      for (; c < width; c += 4) v128.store(at(target, c), load_lanes(at(source, c), width - c));
      clear_columns(target, c, out_stride);
    }
  }
}

/**
 * out (B, out_stride) = inp (B*steps, width), step after step, times weight (B*steps) unless that is 0, 0 in padding, rows
 * from..to. A step of weight 0 gives 0, whatever it holds. Overwrites out, which must not alias inp.
 */
export function join_steps(
  out: usize,
  inp: usize,
  weight: usize,
  steps: i32,
  width: i32,
  out_stride: i32,
  inp_stride: i32,
  from: i32,
  to: i32,
): void {
  for (let b = from; b < to; b++) {
    const row = at(out, b * out_stride);
    for (let t = 0; t < steps; t++) {
      const step = b * steps + t;
      const source = at(inp, step * inp_stride);
      const target = at(row, t * width);
      const factor = f32x4.splat(weight ? load<f32>(at(weight, step)) : 1);
      const counts = f32x4.ne(factor, f32x4.splat(0));
      for (let c = 0; c < width; c += 4) {
        const product = flush(f32x4.mul(v128.load(at(source, c)), factor));
        store_first(at(target, c), v128.and(product, counts), width - c);
      }
    }
    clear_columns(row, steps * width, out_stride);
  }
}

/**
 * share (B*steps) = mask / Σ mask over a row's steps, 0 where no step of the row counts, rows from..to; mask is (B, mask_stride) of 0
 * and 1. Overwrites share, which must not alias mask.
 */
export function share_steps(share: usize, mask: usize, steps: i32, mask_stride: i32, from: i32, to: i32): void {
  for (let b = from; b < to; b++) {
    const row = at(mask, b * mask_stride);
    let count: f32 = 0;
    for (let t = 0; t < steps; t++) count += load<f32>(at(row, t));
    for (let t = 0; t < steps; t++) store<f32>(at(share, b * steps + t), load<f32>(at(row, t)) / max<f32>(count, 1));
  }
}

/**
 * out[b] = Σ_t weight[b*steps+t] * inp[b*steps+t], or the mean of the steps where `weight` is 0, rows from..to; summed in float64. A
 * step of weight 0 gives 0, whatever it holds. Overwrites out, which must not alias inp.
 */
export function mean_steps(out: usize, inp: usize, weight: usize, steps: i32, from: i32, to: i32): void {
  for (let b = from; b < to; b++) {
    let sum: f64 = 0;
    for (let t = 0; t < steps; t++) {
      const step = b * steps + t;
      const factor: f32 = weight ? load<f32>(at(weight, step)) : 1;
      if (factor != 0) sum += <f64>factor * <f64>load<f32>(at(inp, step));
    }
    store<f32>(at(out, b), <f32>(weight ? sum : sum / steps));
  }
}
