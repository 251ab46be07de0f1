import { boolean, number } from "../check.js";
import { reads, step, writes } from "../kernels.js";
import type { Logits, LossDefinition, Smoothing } from "./loss.js";

function checkLogits({ fromLogits = false }: Logits, who: string): void {
  boolean(fromLogits, `${who}.fromLogits`);
}

export function checkSmoothing(config: Smoothing, who: string): void {
  checkLogits(config, who);
  number(config.labelSmoothing ?? 0, `${who}.labelSmoothing`, { min: 0, below: 1 });
}

/** What is a distribution over classes needs two of them. */
const classes = {
  vector: true,
  fused: ["softmax", "logSoftmax"],
  oneUnit: 'Use "binaryCrossentropy" with one sigmoid unit, or one unit per class.',
} as const;

/**
 * `-log softmax(logits)[label]`, with smoothing s `-Σ ((1 - s) * onehot + s / C) * log softmax(logits)`.
 * Source: Szegedy et al. 2016 (smoothing); PyTorch's cross_entropy.
 */
export const sparseCategoricalCrossentropy: LossDefinition<Smoothing> = {
  options: ["fromLogits", "labelSmoothing"],
  check: checkSmoothing,
  target: "labels",
  sibling: "categoricalCrossentropy",
  ...classes,
  forward: ({ labelSmoothing = 0 }, { batch, loss, pred, target }) =>
    step(
      "sparse_categorical_crossentropy_forward",
      batch,
      writes(loss),
      reads(pred),
      reads(target),
      labelSmoothing,
      pred.width,
      pred.stride,
    ),
  backward: ({ labelSmoothing = 0 }, { batch, loss, dpred, pred, target, scale }) =>
    step(
      "sparse_categorical_crossentropy_backward",
      batch,
      writes(loss),
      writes(dpred),
      reads(pred),
      reads(target),
      labelSmoothing,
      scale,
      pred.width,
      pred.stride,
    ),
};

const smoothed = (
  kernel: "categorical_crossentropy" | "binary_crossentropy",
): Omit<LossDefinition<Smoothing>, "fused"> => ({
  options: ["fromLogits", "labelSmoothing"],
  check: checkSmoothing,
  target: "values",
  forward: ({ labelSmoothing = 0 }, { batch, loss, pred, target }) =>
    step(
      `${kernel}_forward`,
      batch,
      writes(loss),
      reads(pred),
      reads(target),
      labelSmoothing,
      pred.width,
      pred.stride,
      target.stride,
    ),
  backward: ({ labelSmoothing = 0 }, { batch, loss, dpred, pred, target, scale }) =>
    step(
      `${kernel}_backward`,
      batch,
      writes(loss),
      writes(dpred),
      reads(pred),
      reads(target),
      labelSmoothing,
      scale,
      pred.width,
      pred.stride,
      target.stride,
    ),
});

/** `-Σ target * log softmax(logits)`; targets are one-hot or soft. */
export const categoricalCrossentropy: LossDefinition<Smoothing> = {
  ...smoothed("categorical_crossentropy"),
  ...classes,
  sibling: "sparseCategoricalCrossentropy",
};

/** `mean of -(t log sigmoid(x) + (1 - t) log(1 - sigmoid(x)))` over an example's units; smoothing s makes t `(1 - s) t + s / 2`. */
export const binaryCrossentropy: LossDefinition<Smoothing> = { ...smoothed("binary_crossentropy"), fused: ["sigmoid"] };

/** `Σ target * (log target - log softmax(logits))`. Source: Kullback & Leibler 1951. */
export const kullbackLeiblerDivergence: LossDefinition<Logits> = {
  options: ["fromLogits"],
  check: checkLogits,
  target: "values",
  sibling: "sparseCategoricalCrossentropy",
  ...classes,
  forward: (_, { batch, loss, pred, target }) =>
    step(
      "kullback_leibler_forward",
      batch,
      writes(loss),
      reads(pred),
      reads(target),
      pred.width,
      pred.stride,
      target.stride,
    ),
  backward: (_, { batch, loss, dpred, pred, target, scale }) =>
    step(
      "kullback_leibler_backward",
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
};
