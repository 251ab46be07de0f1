import { boolean, number } from "../check.js";
import { type Step, step } from "../kernels.js";
import { checkRate } from "../schedules/index.js";
import type { OptimizerDefinition, UpdateContext, WithRate } from "./optimizer.js";

export interface RmspropConfig extends WithRate {
  rho: number;
  epsilon: number;
  momentum: number;
  centered: boolean;
}

/** A smaller bundle has the plain one alone. */
const checkKind = (_: Pick<RmspropConfig, "momentum" | "centered">): void => {};

function rmspropUpdate({ momentum, centered }: RmspropConfig, { split, weight, slot, common }: UpdateContext): Step {
  const square = slot("square");
  if (centered) {
    return step("rmsprop_centered_update", split, weight, square, slot("velocity"), slot("average"), ...common);
  }
  return momentum
    ? step("rmsprop_momentum_update", split, weight, square, slot("velocity"), ...common)
    : step("rmsprop_update", split, weight, square, ...common);
}

/**
 * RMSprop: `s = rho s + (1 - rho) g²; w -= rate * g / (sqrt(s) + epsilon)`; with momentum `v = momentum v + g / (sqrt(s) +
 * epsilon); w -= rate * v`; centered takes the squared running mean of g from s.
 *
 * Units    learningRate > 0 (a number or a schedule), 0 <= rho < 1, 0 <= momentum < 1, epsilon > 0 (less than 1e-15 counts as that)
 * Kernel   assembly/optimizers/rmsprop.ts
 * Source   Hinton, lecture 6e; Graves 2013 (centered); PyTorch's form (epsilon outside the root)
 */
export const rmsprop: OptimizerDefinition<RmspropConfig> = {
  options: ["learningRate", "rho", "epsilon", "momentum", "centered"],
  defaults: { learningRate: 0.001, rho: 0.9, epsilon: 1e-7, momentum: 0, centered: false },
  check({ learningRate, rho, epsilon, momentum, centered }, who) {
    checkRate(learningRate, `${who}.learningRate`);
    number(rho, `${who}.rho`, { min: 0, below: 1 });
    number(epsilon, `${who}.epsilon`, { above: 0 });
    number(momentum, `${who}.momentum`, { min: 0, below: 1 });
    boolean(centered, `${who}.centered`);
    checkKind({ momentum, centered });
  },
  slots: ({ momentum, centered }) => [
    "square",
    ...(momentum || centered ? ["velocity"] : []),
    ...(centered ? ["average"] : []),
  ],
  hyper: ({ rho, epsilon, momentum }, rate) => [rate, rho, 1 - rho, epsilon, momentum],
  update: rmspropUpdate,
};
