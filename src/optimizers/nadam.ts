import { step } from "../kernels.js";
import { type MomentsConfig, moments } from "./adam.js";
import type { OptimizerDefinition } from "./optimizer.js";

/** 0.96^0.004, so that 0.96^(0.004 t) is a running product; written out, as engines differ in powers. */
const WARMTH = 0.9998367253526753;

/** mu of the step for which the running product of WARMTH is `warmth`. */
const momentum = (beta1: number, warmth: number) => beta1 * (1 - 0.5 * warmth);

/**
 * Nadam: Adam with Nesterov's momentum, `mu_t = beta1 (1 - 0.96^(0.004 t) / 2)`, `M_t = mu_1 ... mu_t`, m and v as in Adam;
 * `w -= rate * ((1 - mu_t) / (1 - M_t) g + mu_{t+1} / (1 - M_t mu_t mu_{t+1}) m) / (sqrt(v / (1 - beta2^t)) + epsilon)`.
 *
 * Units    learningRate > 0 (a number or a schedule), 0 <= beta < 1, epsilon > 0 (less than 1e-15 counts as that)
 * Kernel   assembly/optimizers/nadam.ts
 * Source   Dozat 2016, as PyTorch 1.13 (a preview) reads it, whose numbers the tests hold. Others read it otherwise: mu_t once in
 *          the last product, `1 - M_{t+1}`, in Dozat's text and in PyTorch from 2.0 on, which moves the golden
 *          weights by less than 2 % of the rate; mu_t for beta1 in m, too, in Dozat's text; 0.96^t for 0.96^(0.004 t) in Keras
 */
export const nadam: OptimizerDefinition<MomentsConfig> = {
  ...moments,
  slots: () => ["mean", "variance"],
  products: ({ beta1, beta2 }) => [WARMTH, beta2, (before) => momentum(beta1, before[0]! * WARMTH)],
  hyper({ beta1, beta2, epsilon }, rate, products) {
    const [warmth, power, product] = products as unknown as [number, number, number];
    const mu = momentum(beta1, warmth);
    const next = momentum(beta1, warmth * WARMTH);
    return [
      rate,
      1 / Math.sqrt(1 - power),
      beta1,
      1 - beta1,
      beta2,
      1 - beta2,
      epsilon,
      (1 - mu) / (1 - product),
      next / (1 - product * mu * next),
    ];
  },
  update: (_, { split, weight, slot, common }) =>
    step("nadam_update", split, weight, slot("mean"), slot("variance"), ...common),
};
