import { boolean, number } from "../check.js";
import { step } from "../kernels.js";
import { checkRate } from "../schedules/index.js";
import type { OptimizerDefinition, WithRate } from "./optimizer.js";

export interface SgdConfig extends WithRate {
  momentum: number;
  nesterov: boolean;
}

/**
 * Stochastic gradient descent: `v = momentum * v + g; w -= rate * v`, with nesterov `w -= rate * (g + momentum * v)`.
 *
 * Units    learningRate > 0 (a number or a schedule), 0 <= momentum < 1
 * Kernel   assembly/optimizers/sgd.ts
 * Source   Sutskever et al. 2013, in PyTorch's form (rate outside the velocity)
 */
export const sgd: OptimizerDefinition<SgdConfig> = {
  options: ["learningRate", "momentum", "nesterov"],
  defaults: { learningRate: 0.01, momentum: 0, nesterov: false },
  check({ learningRate, momentum, nesterov }, who) {
    checkRate(learningRate, `${who}.learningRate`);
    number(momentum, `${who}.momentum`, { min: 0, below: 1 });
    boolean(nesterov, `${who}.nesterov`);
  },
  slots: ({ momentum }) => (momentum ? ["velocity"] : []),
  hyper: ({ momentum, nesterov }, rate) => [rate, momentum, nesterov ? 1 : 0],
  update({ momentum }, { split, weight, slot, common }) {
    if (!momentum) return step("sgd_update", split, weight, ...common);
    const velocity = slot("velocity");
    return step("sgd_momentum_update", split, weight, velocity, ...common);
  },
};
