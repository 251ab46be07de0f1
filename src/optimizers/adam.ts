import { number } from "../check.js";
import { step } from "../kernels.js";
import { checkRate } from "../schedules/index.js";
import type { OptimizerDefinition, WithRate } from "./optimizer.js";

export interface AdamConfig extends WithRate {
  beta1: number;
  beta2: number;
  epsilon: number;
}

/**
 * Adam: `m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g²; w -= rate / (1 - beta1^t) * m / (sqrt(v / (1 - beta2^t)) + epsilon)`.
 *
 * Units    learningRate > 0 (a number or a schedule), 0 <= beta < 1, epsilon > 0
 * Kernel   assembly/optimizers/adam.ts
 * Source   Kingma & Ba 2015, algorithm 1
 */
export const adam: OptimizerDefinition<AdamConfig> = {
  options: ["learningRate", "beta1", "beta2", "epsilon"],
  defaults: { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
  check({ learningRate, beta1, beta2, epsilon }, who) {
    checkRate(learningRate, `${who}.learningRate`);
    number(beta1, `${who}.beta1`, { min: 0, below: 1 });
    number(beta2, `${who}.beta2`, { min: 0, below: 1 });
    number(epsilon, `${who}.epsilon`, { above: 0 });
  },
  slots: () => ["mean", "variance"],
  products: ({ beta1, beta2 }) => [beta1, beta2],
  hyper: ({ beta1, beta2, epsilon }, rate, products) => [
    rate / (1 - products[0]!),
    1 / Math.sqrt(1 - products[1]!),
    beta1,
    1 - beta1,
    beta2,
    1 - beta2,
    epsilon,
  ],
  update: (_, { split, weight, gradient, slot, penalty, flag, hyper, l1, l2, unit }) =>
    step("adam_update", split, weight, slot("mean"), slot("variance"), gradient, penalty, flag, hyper, l1, l2, unit),
};
