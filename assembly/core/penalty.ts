// The penalty l1*Σ|w| + l2*Σw² of weights w. Padded weights are zero and add nothing.

import { times_sign } from "./sign";
import { madd, sum_lanes } from "./simd";

/** The penalty's gradient l1*sign(w) + 2*l2*w, where `twice_l2` is 2*l2. */
export function penalty_slope(w: v128, l1: v128, twice_l2: v128): v128 {
  return madd(twice_l2, w, times_sign(l1, w));
}

/** The penalty of a unit from its four partial sums of |w| and of w². */
export function penalty_sum(absolutes: v128, squares: v128, l1: f32, l2: f32): f32 {
  return l1 * f32x4.extract_lane(sum_lanes(absolutes), 0) + l2 * f32x4.extract_lane(sum_lanes(squares), 0);
}
