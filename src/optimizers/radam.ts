import { step } from "../kernels.js";
import { type MomentsConfig, moments } from "./adam.js";
import type { OptimizerDefinition } from "./optimizer.js";

/**
 * Rectified Adam: m and v as in Adam, `R = 2 / (1 - beta2) - 1`, `r = R - 2 t beta2^t / (1 - beta2^t)`; where `r > 5`
 * `w -= rate / (1 - beta1^t) * sqrt((r-4)(r-2)R / ((R-4)(R-2)r)) * m / ((sqrt(v) + epsilon) / sqrt(1 - beta2^t))`,
 * and `w -= rate / (1 - beta1^t) * m` before that.
 *
 * Units    learningRate > 0 (a number or a schedule), 0 <= beta < 1, epsilon > 0 (less than 1e-15 counts as that)
 * Kernel   assembly/optimizers/adam.ts, with a divisor of 0 sqrt(v) + 1 in the first steps
 * Source   Liu et al. 2020, algorithm 2, in PyTorch's form (the bound 5; epsilon is corrected too)
 */
export const radam: OptimizerDefinition<MomentsConfig> = {
  ...moments,
  slots: () => ["mean", "variance"],
  products: ({ beta1, beta2 }) => [beta1, beta2],
  hyper({ beta1, beta2, epsilon }, rate, products, t) {
    const rest = 1 - products[1]!;
    const most = 2 / (1 - beta2) - 1;
    const length = most - (2 * t * products[1]!) / rest;
    const rectified = length > 5;
    const rectifier = ((length - 4) * (length - 2) * most) / ((most - 4) * (most - 2) * length);
    return [
      (rate / (1 - products[0]!)) * (rectified ? Math.sqrt(rectifier * rest) : 1),
      rectified ? 1 : 0,
      beta1,
      1 - beta1,
      beta2,
      1 - beta2,
      rectified ? epsilon : 1,
    ];
  },
  update: (_, { split, weight, slot, common }) =>
    step("adam_update", split, weight, slot("mean"), slot("variance"), ...common),
};
