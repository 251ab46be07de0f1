// Cross-entropies that leave what is right already alone. Source: Lin et al. 2017; defaults and names are Keras'.
import { boolean, number, show } from "../check.js";
import { OptionError } from "../errors.js";
import { reads, step, writes } from "../kernels.js";
import { checkSmoothing } from "./crossentropy.js";
import type { LossDefinition, Smoothing } from "./loss.js";

export interface Focal extends Smoothing {
  /** How fast the weight of an example falls as it gets right, >= 0; default 2, and 0 is the plain cross-entropy. */
  gamma?: number;
  /** One factor for all classes; default 0.25. Keras' list of them, one a class, is `fit({ classWeight })` here. */
  alpha?: number;
}
export interface BinaryFocal extends Focal {
  /** Weighs a yes by alpha and a no by 1 - alpha; default false, alpha then has no part. */
  applyClassBalancing?: boolean;
}

function checkFocal(config: Focal, who: string): void {
  checkSmoothing(config, who);
  number(config.gamma ?? 2, `${who}.gamma`, { min: 0 });
}

const focalOptions = ["fromLogits", "labelSmoothing", "gamma", "alpha"];
const scalarsOf = ({ labelSmoothing = 0, alpha = 0.25, gamma = 2 }: Focal) => [labelSmoothing, alpha, gamma] as const;
const categorical = {
  options: focalOptions,
  check(config: Focal, who: string) {
    checkFocal(config, who);
    const { alpha = 0.25 } = config as { alpha?: unknown };
    if (Array.isArray(alpha)) {
      const cure =
        'For a factor for each class take "sparseCategoricalFocalCrossentropy", alpha: 1 and fit({ classWeight }).';
      throw new OptionError(`${who}.alpha: expected a number > 0, got ${show(alpha)}. ${cure}`);
    }
    number(alpha, `${who}.alpha`, { above: 0 });
  },
  vector: true,
  fused: ["softmax", "logSoftmax"],
  oneUnit: 'Use "binaryFocalCrossentropy" with one sigmoid unit, or one unit per class.',
} as const;

/** `-alpha Σ target * (1 - p)^gamma * log p`, p = softmax(logits); targets are one-hot or soft, smoothed as in crossentropy. */
export const categoricalFocalCrossentropy: LossDefinition<Focal> = {
  ...categorical,
  target: "values",
  sibling: "sparseCategoricalFocalCrossentropy",
  forward: (config, { batch, loss, pred, target }) =>
    step(
      "categorical_focal_crossentropy_forward",
      batch,
      writes(loss),
      reads(pred),
      reads(target),
      ...scalarsOf(config),
      pred.width,
      pred.stride,
      target.stride,
    ),
  backward: (config, { batch, loss, dpred, pred, target, scale }) =>
    step(
      "categorical_focal_crossentropy_backward",
      batch,
      writes(loss),
      writes(dpred),
      reads(pred),
      reads(target),
      ...scalarsOf(config),
      scale,
      pred.width,
      pred.stride,
      target.stride,
    ),
};

/** `-alpha (1 - p)^gamma * log p` of the label's p = softmax(logits)[label]. */
export const sparseCategoricalFocalCrossentropy: LossDefinition<Focal> = {
  ...categorical,
  target: "labels",
  sibling: "categoricalFocalCrossentropy",
  forward: (config, { batch, loss, pred, target }) =>
    step(
      "sparse_categorical_focal_crossentropy_forward",
      batch,
      writes(loss),
      reads(pred),
      reads(target),
      ...scalarsOf(config),
      pred.width,
      pred.stride,
    ),
  backward: (config, { batch, loss, dpred, pred, target, scale }) =>
    step(
      "sparse_categorical_focal_crossentropy_backward",
      batch,
      writes(loss),
      writes(dpred),
      reads(pred),
      reads(target),
      ...scalarsOf(config),
      scale,
      pred.width,
      pred.stride,
    ),
};

/** Smoothing, the factors of a yes and of a no, gamma. */
const binaryScalarsOf = ({ labelSmoothing = 0, applyClassBalancing, alpha = 0.25, gamma = 2 }: BinaryFocal) =>
  [labelSmoothing, applyClassBalancing ? alpha : 1, applyClassBalancing ? 1 - alpha : 1, gamma] as const;

/**
 * `mean of -(t (1 - p)^gamma log p + (1 - t) p^gamma log(1 - p))` over an example's units, p = sigmoid(logits); for soft t the
 * power is of `t (1 - p) + (1 - t) p`. Smoothing s makes t `(1 - s) t + s / 2`.
 */
export const binaryFocalCrossentropy: LossDefinition<BinaryFocal> = {
  options: [...focalOptions, "applyClassBalancing"],
  check(config, who) {
    checkFocal(config, who);
    const { applyClassBalancing = false, alpha } = config;
    boolean(applyClassBalancing, `${who}.applyClassBalancing`);
    if (alpha === undefined) return;
    number(alpha, `${who}.alpha`, { min: 0, max: 1 });
    if (applyClassBalancing) return;
    throw new OptionError(
      `${who}.alpha: expected applyClassBalancing: true with it, got ${show(config.applyClassBalancing)}. Say so, or drop alpha.`,
    );
  },
  target: "values",
  fused: ["sigmoid"],
  forward: (config, { batch, loss, pred, target }) =>
    step(
      "binary_focal_crossentropy_forward",
      batch,
      writes(loss),
      reads(pred),
      reads(target),
      ...binaryScalarsOf(config),
      pred.width,
      pred.stride,
      target.stride,
    ),
  backward: (config, { batch, loss, dpred, pred, target, scale }) =>
    step(
      "binary_focal_crossentropy_backward",
      batch,
      writes(loss),
      writes(dpred),
      reads(pred),
      reads(target),
      ...binaryScalarsOf(config),
      scale,
      pred.width,
      pred.stride,
      target.stride,
    ),
};
