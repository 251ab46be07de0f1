import { number } from "../check.js";
import { reads, step, writes } from "../kernels.js";
import type { LossDefinition } from "./loss.js";

type Plain =
  | "mean_squared_error"
  | "mean_absolute_error"
  | "mean_squared_logarithmic_error"
  | "mean_absolute_percentage_error"
  | "log_cosh"
  | "poisson"
  | "cosine_similarity"
  | "hinge"
  | "squared_hinge"
  | "categorical_hinge";

/** A loss of the output itself that has no options. */
export const plain = (kernel: Plain): LossDefinition<object> => ({
  options: [],
  check: () => {},
  target: "values",
  forward: (_, { batch, loss, pred, target }) =>
    step(`${kernel}_forward`, batch, writes(loss), reads(pred), reads(target), pred.width, pred.stride, target.stride),
  backward: (_, { batch, loss, dpred, pred, target, scale }) =>
    step(
      `${kernel}_backward`,
      batch,
      writes(loss),
      writes(dpred),
      reads(pred),
      reads(target),
      scale,
      pred.width,
      pred.stride,
      target.stride,
    ),
});

/** `mean (pred - target)²` over an example's values. */
export const meanSquaredError = plain("mean_squared_error");

/** `mean |pred - target|` over an example's values; the gradient at 0 is 0. */
export const meanAbsoluteError = plain("mean_absolute_error");

/**
 * `mean (log(1 + pred) - log(1 + target))²` over an example's values, both at least 1e-7; the gradient below is 0.
 * Source: Keras.
 */
export const meanSquaredLogarithmicError = plain("mean_squared_logarithmic_error");

/** `mean 100 |pred - target| / max(|target|, 1e-7)` over an example's values; the gradient at 0 is 0. Source: Keras. */
export const meanAbsolutePercentageError = plain("mean_absolute_percentage_error");

/** `mean log cosh(pred - target)` over an example's values: a square near 0, a line far from it. */
export const logCosh = plain("log_cosh");

/** `mean (pred - target * log(pred + 1e-7))` over an example's values, for counts; outputs must not be negative. Source: Keras. */
export const poisson: LossDefinition<object> = {
  ...plain("poisson"),
  after: ["softplus", "relu", "sigmoid", "softmax"],
};

/** `-Σ pred * target / (|pred| |target|)`; what is shorter than 1e-7 counts as 0, and so does its gradient. Source: Keras. */
export const cosineSimilarity: LossDefinition<object> = {
  ...plain("cosine_similarity"),
  vector: true,
  oneUnit: 'A single number has no direction. Use "meanSquaredError", or give the last layer more units.',
};

export interface HuberConfig {
  /** Where the square turns into a line; default 1. */
  delta?: number;
}

/** `mean (|e| <= delta ? e² / 2 : delta * (|e| - delta / 2))`, e = pred - target. Source: Huber 1964. */
export const huber: LossDefinition<HuberConfig> = {
  options: ["delta"],
  check: ({ delta = 1 }, who) => void number(delta, `${who}.delta`, { above: 0 }),
  target: "values",
  forward: ({ delta = 1 }, { batch, loss, pred, target }) =>
    step(
      "huber_forward",
      batch,
      writes(loss),
      reads(pred),
      reads(target),
      delta,
      pred.width,
      pred.stride,
      target.stride,
    ),
  backward: ({ delta = 1 }, { batch, loss, dpred, pred, target, scale }) =>
    step(
      "huber_backward",
      batch,
      writes(loss),
      writes(dpred),
      reads(pred),
      reads(target),
      scale,
      delta,
      pred.width,
      pred.stride,
      target.stride,
    ),
};
