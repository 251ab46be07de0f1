// Functions that give optimizers as plain JSON. Each checks what it was given at once.

import { options } from "../check.js";
import { COMMON } from "../optimizers/common.js";
import { type AdaptiveDecay, checkDecay } from "../optimizers/decay.js";
import { type OptimizerSpec, optimizerSpec, optimizers } from "../optimizers/index.js";

type Options<T extends OptimizerSpec["type"]> = Omit<Extract<OptimizerSpec, { type: T }>, "type">;

const optimizer = (config: object, type: OptimizerSpec["type"]): OptimizerSpec =>
  optimizerSpec({ ...options(config, type, [...optimizers[type].options, ...COMMON]), type }, type);

/** Stochastic gradient descent; default rate 0.01, momentum 0. */
export const sgd = (config: Options<"sgd"> = {}) => optimizer(config, "sgd");

/** Adam; default rate 0.001, beta1 0.9, beta2 0.999, epsilon 1e-7; amsgrad: true keeps the largest second moment. */
export const adam = (config: Options<"adam"> = {}) => optimizer(config, "adam");

/** RMSprop; default rate 0.001, rho 0.9, momentum 0, epsilon 1e-7. */
export const rmsprop = (config: Options<"rmsprop"> = {}) => optimizer(config, "rmsprop");

/** Adam with decoupled weight decay; default weightDecay 0.004, the rest as for Adam. */
export const adamw = (config: Options<"adamw"> = {}) => optimizer(config, "adamw");

/** Adam with Nesterov's momentum; defaults as for Adam. */
export const nadam = (config: Options<"nadam"> = {}) => optimizer(config, "nadam");

/** Rectified Adam, which warms itself up; defaults as for Adam. */
export const radam = (config: Options<"radam"> = {}) => optimizer(config, "radam");

/** AdaMax, Adam by the largest gradient; defaults as for Adam. */
export const adamax = (config: Options<"adamax"> = {}) => optimizer(config, "adamax");

/** Adagrad; default rate 0.001, epsilon 1e-7, initialAccumulator 0.1. */
export const adagrad = (config: Options<"adagrad"> = {}) => optimizer(config, "adagrad");

/** Adadelta; default rate 0.001 (1 in its paper), rho 0.95, epsilon 1e-7. */
export const adadelta = (config: Options<"adadelta"> = {}) => optimizer(config, "adadelta");

/** Lion; default rate 0.001, beta1 0.9, beta2 0.99, weightDecay 0. */
export const lion = (config: Options<"lion"> = {}) => optimizer(config, "lion");

/** Limited-memory BFGS, for fits with batchSize "full"; default rate 1, memory 10. */
export const lbfgs = (config: Options<"lbfgs"> = {}) => optimizer(config, "lbfgs");

/**
 * A weight decay for any optimizer that follows the gradients: `s = momentum s + (1 - momentum) factor |g| / |w|` over all
 * weights w and the gradients g of their loss, and each update takes `rate * s * w` off.
 *
 * Units    factor > 0, such as 0.01; 0 <= momentum < 1, default 0.1
 * Errors   OptionError for a missing, unknown or wrong option
 * Source   Ghiasi, Shafahi & Ardekani 2023 (arXiv 2210.00094), algorithm 1
 */
export function adaptiveWeightDecay(config: { factor: number; momentum?: number }): AdaptiveDecay {
  const { factor, momentum = 0.1 } = options(config, "adaptiveWeightDecay", ["factor", "momentum"]) as typeof config;
  const spec = { type: "adaptive", factor, momentum } as const;
  checkDecay(spec, "adaptiveWeightDecay");
  return spec;
}
