// The loss of a model with several outputs.

import { at } from "../core/simd";

/**
 * total[r] = weight * loss[r] where `first`, else total[r] += weight * loss[r], rows from..to. Overwrites total, which must not
 * alias loss.
 */
export function sum_losses(total: usize, loss: usize, weight: f32, first: i32, from: i32, to: i32): void {
  for (let r = from; r < to; r++) {
    const before: f32 = first ? 0 : load<f32>(at(total, r));
    store<f32>(at(total, r), before + weight * load<f32>(at(loss, r)));
  }
}
