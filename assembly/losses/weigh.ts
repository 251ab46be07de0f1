// Weights of the rows of a batch, behind any loss.

import { at, flush } from "../core/simd";

/**
 * loss[r] *= weight[r];  dpred (B,stride) *= weight[r], rows from..to. Nothing may alias.
 */
export function weigh_rows(loss: usize, dpred: usize, weight: usize, stride: i32, from: i32, to: i32): void {
  for (let r = from; r < to; r++) {
    const w = load<f32>(at(weight, r));
    store<f32>(at(loss, r), load<f32>(at(loss, r)) * w);
    const factor = f32x4.splat(w);
    const row = at(dpred, r * stride);
    for (let c = 0; c < stride; c += 4) {
      v128.store(at(row, c), flush(f32x4.mul(v128.load(at(row, c)), factor)));
    }
  }
}
