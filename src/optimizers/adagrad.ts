import { number } from "../check.js";
import { step } from "../kernels.js";
import { checkRate } from "../schedules/index.js";
import type { OptimizerDefinition, WithRate } from "./optimizer.js";

export interface AdagradConfig extends WithRate {
  epsilon: number;
  initialAccumulator: number;
}

/**
 * Adagrad: `s += g²; w -= rate * g / (sqrt(s) + epsilon)`, s starts at initialAccumulator.
 *
 * Units    learningRate > 0 (a number or a schedule), epsilon > 0 (less than 1e-15 counts as that), initialAccumulator >= 0
 * Kernel   assembly/optimizers/adagrad.ts; the slot holds s - initialAccumulator, which starts at 0
 * Source   Duchi, Hazan & Singer 2011
 */
export const adagrad: OptimizerDefinition<AdagradConfig> = {
  options: ["learningRate", "epsilon", "initialAccumulator"],
  defaults: { learningRate: 0.001, epsilon: 1e-7, initialAccumulator: 0.1 },
  check({ learningRate, epsilon, initialAccumulator }, who) {
    checkRate(learningRate, `${who}.learningRate`);
    number(epsilon, `${who}.epsilon`, { above: 0 });
    number(initialAccumulator, `${who}.initialAccumulator`, { min: 0 });
  },
  slots: () => ["squares"],
  hyper: ({ epsilon, initialAccumulator }, rate) => [rate, epsilon, initialAccumulator],
  update: (_, { split, weight, slot, common }) => step("adagrad_update", split, weight, slot("squares"), ...common),
};
