// What products by lists cost, against dense ones.

/** Cycles that dense products take for a value and a panel of 8 units, forward and for a kernel's gradient. */
export const FORWARD: f32 = 1.1;
export const KERNEL: f32 = ASC_FEATURE_RELAXED_SIMD ? 1.2 : 1.6;
/** Cycles that a list's take for a value and four panels, and one, that it takes to look at a value, and to be ready for that. */
const FOUR: f32 = ASC_FEATURE_RELAXED_SIMD ? 6.1 : 7.6;
const ONE: f32 = 4.4;
const LOOK: f32 = 0.8;
const READY: f32 = 1000;
/** Two columns at a time take three quarters of the time of lists for what is in one of them, where that is not too much. */
export const TOGETHER: f32 = 1.34;
export const APART: f32 = 0.6;

/** True if lists of this share of so many values take less time for so many panels than dense products. */
export function are_lists_worth(share: f32, values: i32, panels: i32, dense: f32): bool {
  const listed = FOUR * <f32>(panels >> 2) + ONE * <f32>(panels & 3);
  return share * listed + LOOK + READY / <f32>values <= dense * <f32>panels;
}
