import { boolean, number } from "../check.js";
import { type Step, step } from "../kernels.js";
import { checkRate } from "../schedules/index.js";
import type { OptimizerDefinition, UpdateContext, WithRate } from "./optimizer.js";

/** What every member of the Adam family has. */
export interface MomentsConfig extends WithRate {
  beta1: number;
  beta2: number;
  epsilon: number;
}

export interface AdamConfig extends MomentsConfig {
  amsgrad: boolean;
}

/** The options of the family, their defaults and their checks. */
export const moments = {
  options: ["learningRate", "beta1", "beta2", "epsilon"],
  defaults: { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
  check({ learningRate, beta1, beta2, epsilon }: MomentsConfig, who: string): void {
    checkRate(learningRate, `${who}.learningRate`);
    number(beta1, `${who}.beta1`, { min: 0, below: 1 });
    number(beta2, `${who}.beta2`, { min: 0, below: 1 });
    number(epsilon, `${who}.epsilon`, { above: 0 });
  },
};

/** The numbers of one step of Adam. */
export const adamHyper = (
  { beta1, beta2, epsilon }: MomentsConfig,
  rate: number,
  products: Float64Array,
): readonly number[] => [
  rate / (1 - products[0]!),
  1 / Math.sqrt(1 - products[1]!),
  beta1,
  1 - beta1,
  beta2,
  1 - beta2,
  epsilon,
];

/** OptionError unless it is said or not. */
const checkLargest = ({ amsgrad }: AdamConfig, who: string) => void boolean(amsgrad, `${who}.amsgrad`);

/** A step of one kernel, or of that which also keeps the largest variance. */
export const adamUpdate =
  (plain: "adam_update" | "adamw_update", withLargest: "adam_amsgrad_update" | "adamw_amsgrad_update") =>
  ({ amsgrad }: AdamConfig, { split, weight, slot, common }: UpdateContext): Step => {
    const moments = [weight, slot("mean"), slot("variance")] as const;
    return amsgrad
      ? step(withLargest, split, ...moments, slot("largest"), ...common)
      : step(plain, split, ...moments, ...common);
  };

/**
 * Adam: `m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g²; w -= rate / (1 - beta1^t) * m / (sqrt(v / (1 - beta2^t)) + epsilon)`;
 * with amsgrad the largest v so far stands in place of v under the root.
 *
 * Units    learningRate > 0 (a number or a schedule), 0 <= beta < 1, epsilon > 0 (less than 1e-15 counts as that)
 * Kernel   assembly/optimizers/adam.ts
 * Source   Kingma & Ba 2015, algorithm 1; Reddi, Kale & Kumar 2018 (amsgrad, in PyTorch's form: the largest v is the uncorrected one)
 */
export const adam: OptimizerDefinition<AdamConfig> = {
  options: [...moments.options, "amsgrad"],
  defaults: { ...moments.defaults, amsgrad: false },
  check(config, who) {
    moments.check(config, who);
    checkLargest(config, who);
  },
  slots: ({ amsgrad }) => ["mean", "variance", ...(amsgrad ? ["largest"] : [])],
  products: ({ beta1, beta2 }) => [beta1, beta2],
  hyper: adamHyper,
  update: adamUpdate("adam_update", "adam_amsgrad_update"),
};
