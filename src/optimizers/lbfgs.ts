import { integer } from "../check.js";
import { step } from "../kernels.js";
import { checkRate } from "../schedules/index.js";
import type { OptimizerDefinition, WithRate } from "./optimizer.js";

export interface LbfgsConfig extends WithRate {
  memory: number;
}

const MOST_PAIRS = 50;

/**
 * Limited-memory BFGS for data that is taken whole: `w -= rate * H g`, H being the inverse Hessian as the last `memory` moves s
 * and changes y of the gradient show it (two loops, H0 = s·y / y·y; pairs with s·y <= 1e-10 are left out). The first step is
 * `w -= rate * min(1, 1 / Σ|g|) * g`. There is no line search: lower the rate where losses rise.
 *
 * Units    learningRate > 0 (a number or a schedule), 1 <= memory <= 50
 * Errors   OptionError in a fit whose epochs are not one update each
 * Kernel   assembly/optimizers/lbfgs.ts, then assembly/optimizers/sgd.ts
 * Source   Liu & Nocedal 1989, as torch.optim.LBFGS with one iteration a step; sums as in Chen et al. 2014
 */
export const lbfgs: OptimizerDefinition<LbfgsConfig> = {
  options: ["learningRate", "memory"],
  defaults: { learningRate: 1, memory: 10 },
  check({ learningRate, memory }, who) {
    checkRate(learningRate, `${who}.learningRate`);
    integer(memory, `${who}.memory`, { min: 1, max: MOST_PAIRS });
  },
  // One pair more than it remembers: the one to come.
  slots: ({ memory }) =>
    ["s", "y"].flatMap((name) => Array.from({ length: memory + 1 }, (_, place) => `${name}${place}`)),
  counters: ["trained", "pairs", "spare"],
  pairs: ({ memory }) => memory,
  hyper: (_, rate) => [rate],
  update: (_, { split, weight, common }) => step("sgd_update", split, weight, ...common),
};
