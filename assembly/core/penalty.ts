// The penalty l1*Σ|w| + l2*Σw² of weights w. Padded weights are zero and add nothing.

import { sum_lanes } from "./simd";

/** The penalty of a unit from its four partial sums of |w| and of w². */
export function penalty_sum(absolutes: v128, squares: v128, l1: f32, l2: f32): f32 {
  return l1 * f32x4.extract_lane(sum_lanes(absolutes), 0) + l2 * f32x4.extract_lane(sum_lanes(squares), 0);
}
