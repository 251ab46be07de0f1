import { number } from "../check.js";
import { step } from "../kernels.js";
import { checkRate } from "../schedules/index.js";
import type { OptimizerDefinition, WithRate } from "./optimizer.js";

export interface AdadeltaConfig extends WithRate {
  rho: number;
  epsilon: number;
}

/**
 * Adadelta: `s = rho s + (1 - rho) g²; d = g * sqrt(c + epsilon) / sqrt(s + epsilon); c = rho c + (1 - rho) d²; w -= rate * d`.
 * Zeiler's method has a learning rate of 1; the default is 0.001, as in Keras.
 *
 * Units    learningRate > 0 (a number or a schedule), 0 <= rho < 1, epsilon > 0 (less than 1e-15 counts as that)
 * Kernel   assembly/optimizers/adadelta.ts
 * Source   Zeiler 2012, algorithm 1
 */
export const adadelta: OptimizerDefinition<AdadeltaConfig> = {
  options: ["learningRate", "rho", "epsilon"],
  defaults: { learningRate: 0.001, rho: 0.95, epsilon: 1e-7 },
  check({ learningRate, rho, epsilon }, who) {
    checkRate(learningRate, `${who}.learningRate`);
    number(rho, `${who}.rho`, { min: 0, below: 1 });
    number(epsilon, `${who}.epsilon`, { above: 0 });
  },
  slots: () => ["square", "change"],
  hyper: ({ rho, epsilon }, rate) => [rate, rho, 1 - rho, epsilon],
  update: (_, { split, weight, slot, common }) =>
    step("adadelta_update", split, weight, slot("square"), slot("change"), ...common),
};
