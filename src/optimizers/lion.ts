import { number } from "../check.js";
import { step } from "../kernels.js";
import { checkRate } from "../schedules/index.js";
import type { WeightDecay } from "./decay.js";
import type { OptimizerDefinition, WithRate } from "./optimizer.js";

export interface LionConfig extends WithRate {
  beta1: number;
  beta2: number;
  weightDecay: WeightDecay;
}

/**
 * Lion: `w -= rate * (sign(beta1 m + (1 - beta1) g) + weightDecay w); m = beta2 m + (1 - beta2) g`. Every step is as long as the
 * rate: take a tenth of Adam's. The decay is decoupled and for every weight, kernels and biases alike.
 *
 * Units    learningRate > 0 (a number or a schedule), 0 <= beta < 1, weightDecay >= 0 (a number or a schedule)
 * Kernel   assembly/optimizers/lion.ts
 * Source   Chen et al. 2023 (arXiv 2302.06675), algorithm 2
 */
export const lion: OptimizerDefinition<LionConfig> = {
  options: ["learningRate", "beta1", "beta2", "weightDecay"],
  defaults: { learningRate: 0.001, beta1: 0.9, beta2: 0.99, weightDecay: 0 },
  check({ learningRate, beta1, beta2 }, who) {
    checkRate(learningRate, `${who}.learningRate`);
    number(beta1, `${who}.beta1`, { min: 0, below: 1 });
    number(beta2, `${who}.beta2`, { min: 0, below: 1 });
  },
  slots: () => ["mean"],
  ownDecay: true,
  hyper: ({ beta1, beta2 }, rate, _, __, decay) => [rate, beta1, 1 - beta1, beta2, 1 - beta2, decay],
  update: (_, { split, weight, slot, common }) => step("lion_update", split, weight, slot("mean"), ...common),
};
