// Accuracy per row. A value that is not a number is never a hit of the categorical accuracies.

import { row_argmax } from "../core/logits";
import { at, lanes_below } from "../core/simd";

/**
 * hit[r] = 1 if the first column of the largest pred[r] is label[r], else 0, rows from..to; label is i32.
 * Overwrites hit, which must alias nothing.
 */
export function sparse_categorical_accuracy(
  hit: usize,
  pred: usize,
  label: usize,
  width: i32,
  stride: i32,
  from: i32,
  to: i32,
): void {
  for (let row = from; row < to; row++) {
    const found = row_argmax(at(pred, row * stride), width);
    store<f32>(at(hit, row), <f32>(found == load<i32>(at(label, row))));
  }
}

/**
 * hit[r] = 1 if the first columns of the largest pred[r] and of the largest target[r] are the same, else 0, rows from..to.
 * Overwrites hit, which must alias nothing.
 */
export function categorical_accuracy(
  hit: usize,
  pred: usize,
  target: usize,
  width: i32,
  pred_stride: i32,
  target_stride: i32,
  from: i32,
  to: i32,
): void {
  for (let row = from; row < to; row++) {
    const found = row_argmax(at(pred, row * pred_stride), width);
    const wanted = row_argmax(at(target, row * target_stride), width);
    store<f32>(at(hit, row), <f32>(found >= 0 && found == wanted));
  }
}

/**
 * hit[r] = the part of row r's columns where (pred > threshold) == (target > 0.5), rows from..to.
 * Overwrites hit, which must alias nothing.
 */
export function binary_accuracy(
  hit: usize,
  pred: usize,
  target: usize,
  threshold: f32,
  width: i32,
  pred_stride: i32,
  target_stride: i32,
  from: i32,
  to: i32,
): void {
  const limit = f32x4.splat(threshold);
  for (let row = from; row < to; row++) {
    const pred_row = at(pred, row * pred_stride);
    const target_row = at(target, row * target_stride);
    let hits = 0;
    for (let c = 0; c < width; c += 4) {
      const said = f32x4.gt(v128.load(at(pred_row, c)), limit);
      const wanted = f32x4.gt(v128.load(at(target_row, c)), f32x4.splat(0.5));
      hits += popcnt(i32x4.bitmask(v128.andnot(lanes_below(c, width), v128.xor(said, wanted))));
    }
    store<f32>(at(hit, row), <f32>hits / <f32>width);
  }
}
