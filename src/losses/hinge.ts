import type { LossDefinition } from "./loss.js";
import { plain } from "./regression.js";

/** `mean max(1 - target * pred, 0)` over an example's units; targets are -1 (or 0) and 1, the gradient at the kink is 0. */
export const hinge: LossDefinition<object> = { ...plain("hinge"), signs: true };

/** `mean max(1 - target * pred, 0)²` over an example's units; targets are -1 (or 0) and 1. */
export const squaredHinge: LossDefinition<object> = { ...plain("squared_hinge"), signs: true };

/**
 * `max(1 + max((1 - target) * pred) - Σ target * pred, 0)`; targets are one-hot. The gradient of the max goes to the first of
 * several that are equal. Source: Keras.
 */
export const categoricalHinge: LossDefinition<object> = {
  ...plain("categorical_hinge"),
  vector: true,
  oneUnit: 'Use "hinge" with one unit, or one unit per class.',
};
