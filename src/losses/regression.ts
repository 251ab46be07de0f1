import { number } from "../check.js";
import { reads, step, writes } from "../kernels.js";
import type { LossDefinition } from "./loss.js";

const elementwise = (kernel: "mean_squared_error" | "mean_absolute_error"): LossDefinition<object> => ({
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
export const meanSquaredError = elementwise("mean_squared_error");

/** `mean |pred - target|` over an example's values; the gradient at 0 is 0. */
export const meanAbsoluteError = elementwise("mean_absolute_error");

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
