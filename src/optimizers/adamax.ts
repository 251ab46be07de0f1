import { step } from "../kernels.js";
import { type MomentsConfig, moments } from "./adam.js";
import type { OptimizerDefinition } from "./optimizer.js";

/**
 * AdaMax: `m = beta1 m + (1 - beta1) g; u = max(beta2 u, |g| + epsilon); w -= rate / (1 - beta1^t) * m / u`.
 *
 * Units    learningRate > 0 (a number or a schedule), 0 <= beta < 1, epsilon > 0 (less than 1e-15 counts as that)
 * Kernel   assembly/optimizers/adamax.ts
 * Source   Kingma & Ba 2015, algorithm 2, in PyTorch's form (epsilon within the maximum)
 */
export const adamax: OptimizerDefinition<MomentsConfig> = {
  ...moments,
  slots: () => ["mean", "largest"],
  products: ({ beta1 }) => [beta1],
  hyper: ({ beta1, beta2, epsilon }, rate, products) => [rate / (1 - products[0]!), beta2, beta1, 1 - beta1, epsilon],
  update: (_, { split, weight, slot, common }) =>
    step("adamax_update", split, weight, slot("mean"), slot("largest"), ...common),
};
