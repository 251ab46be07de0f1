import { type AdamConfig, adam, adamHyper, adamUpdate } from "./adam.js";
import type { WeightDecay } from "./decay.js";
import type { OptimizerDefinition } from "./optimizer.js";

export interface AdamwConfig extends AdamConfig {
  weightDecay: WeightDecay;
}

/**
 * Adam with decoupled weight decay: `w *= 1 - rate * weightDecay` before Adam's step, for every weight: kernels and biases
 * alike, whatever their gradient. The decay follows the schedule of the rate, and is no part of the loss.
 *
 * Units    learningRate > 0 (a number or a schedule), 0 <= beta < 1, epsilon > 0 (less than 1e-15 counts as that), weightDecay >= 0 (a number or a schedule)
 * Kernel   assembly/optimizers/adamw.ts
 * Source   Loshchilov & Hutter 2019, algorithm 2, in PyTorch's form (the decay times the rate)
 */
export const adamw: OptimizerDefinition<AdamwConfig> = {
  options: [...adam.options, "weightDecay"],
  defaults: { ...adam.defaults, weightDecay: 0.004 },
  check: adam.check,
  slots: adam.slots,
  products: ({ beta1, beta2 }) => [beta1, beta2],
  ownDecay: true,
  hyper: (config, rate, products, _, decay) => [...adamHyper(config, rate, products), decay * (1 - products[0]!)],
  update: adamUpdate("adamw_update", "adamw_amsgrad_update"),
};
