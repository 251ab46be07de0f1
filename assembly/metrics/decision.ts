// What a row of outputs decides: a class, and how surely the second of two.

import { row_argmax } from "../core/logits";
import { at } from "../core/simd";

/**
 * found[r] = the first column of the largest pred[r]; of one column 1 if pred[r] > threshold, else 0; -1 if a value is not a
 * number. Rows from..to. Overwrites found, which must alias nothing.
 */
export function decided_class(
  found: usize,
  pred: usize,
  threshold: f32,
  width: i32,
  stride: i32,
  from: i32,
  to: i32,
): void {
  for (let row = from; row < to; row++) {
    const pred_row = at(pred, row * stride);
    let column = row_argmax(pred_row, width);
    if (width == 1 && column == 0) column = <i32>(load<f32>(pred_row) > threshold);
    store<f32>(at(found, row), <f32>column);
  }
}

/**
 * score[r] = pred[r][1] - pred[r][0] of two columns, pred[r] of one, rows from..to.
 * Overwrites score, which must alias nothing.
 */
export function decision_score(score: usize, pred: usize, width: i32, stride: i32, from: i32, to: i32): void {
  for (let row = from; row < to; row++) {
    const pred_row = at(pred, row * stride);
    const first = load<f32>(pred_row);
    store<f32>(at(score, row), width > 1 ? load<f32>(pred_row, 4) - first : first);
  }
}
