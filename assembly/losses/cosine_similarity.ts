// The cosine between prediction x = pred and target t, as a loss: -1 where they point the same way. A row shorter than 1e-7
// has no direction: its cosine and its gradient are 0.

import { clear_columns } from "../core/logits";
import { at, flush, lanes_below, madd, sum_lanes } from "../core/simd";

/** loss[r] = -(x·t) / (|x| |t|), rows from..to. Overwrites loss, which must alias nothing. */
export function cosine_similarity_forward(
  loss: usize,
  pred: usize,
  target: usize,
  width: i32,
  pred_stride: i32,
  target_stride: i32,
  from: i32,
  to: i32,
): void {
  cosine_similarity(loss, 0, pred, target, 0, width, pred_stride, target_stride, from, to);
}

/**
 * loss as forward;  dpred (B,pred_stride) = scale * (-loss[r] * x/|x| - t/|t|) / |x|, 0 in padding, rows from..to.
 * Overwrites loss and dpred, which must alias nothing.
 */
export function cosine_similarity_backward(
  loss: usize,
  dpred: usize,
  pred: usize,
  target: usize,
  scale: f32,
  width: i32,
  pred_stride: i32,
  target_stride: i32,
  from: i32,
  to: i32,
): void {
  cosine_similarity(loss, dpred, pred, target, scale, width, pred_stride, target_stride, from, to);
}

/** Both kernels; without a gradient where `dpred` is 0. */
function cosine_similarity(
  loss: usize,
  dpred: usize,
  pred: usize,
  target: usize,
  scale: f32,
  width: i32,
  pred_stride: i32,
  target_stride: i32,
  from: i32,
  to: i32,
): void {
  for (let row = from; row < to; row++) {
    const pred_row = at(pred, row * pred_stride);
    const target_row = at(target, row * target_stride);
    let products = f32x4.splat(0);
    let pred_squares = f32x4.splat(0);
    let target_squares = f32x4.splat(0);
    for (let c = 0; c < width; c += 4) {
      const inside = lanes_below(c, width);
      const x = v128.and(v128.load(at(pred_row, c)), inside);
      const t = v128.and(v128.load(at(target_row, c)), inside);
      products = madd(x, t, products);
      pred_squares = madd(x, x, pred_squares);
      target_squares = madd(t, t, target_squares);
    }
    const pred_share = inverse_length(sum_lanes(pred_squares));
    const target_share = inverse_length(sum_lanes(target_squares));
    const cosine = f32x4.mul(f32x4.mul(sum_lanes(products), pred_share), target_share);
    store<f32>(at(loss, row), -f32x4.extract_lane(cosine, 0));
    if (dpred) {
      const dpred_row = at(dpred, row * pred_stride);
      const factor = f32x4.mul(f32x4.splat(scale), pred_share);
      const pred_factor = f32x4.mul(cosine, pred_share);
      let c = 0;
      for (; c < width; c += 4) {
        const wanted = f32x4.mul(v128.load(at(target_row, c)), target_share);
        const difference = f32x4.sub(f32x4.mul(v128.load(at(pred_row, c)), pred_factor), wanted);
        v128.store(at(dpred_row, c), flush(v128.and(f32x4.mul(factor, difference), lanes_below(c, width))));
      }
      clear_columns(dpred_row, c, pred_stride);
    }
  }
}

/** 1 / sqrt(squares), 0 where the root is below 1e-7. */
function inverse_length(squares: v128): v128 {
  const length = f32x4.sqrt(squares);
  return v128.andnot(f32x4.div(f32x4.splat(1), length), f32x4.lt(length, f32x4.splat(1e-7)));
}
