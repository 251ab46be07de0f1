// Functions that give optimizers as plain JSON. Each checks what it was given at once.

import { options } from "../check.js";
import { COMMON } from "../optimizers/common.js";
import { type OptimizerSpec, optimizerSpec, optimizers } from "../optimizers/index.js";

type Options<T extends OptimizerSpec["type"]> = Omit<Extract<OptimizerSpec, { type: T }>, "type">;

const optimizer = (config: object, type: OptimizerSpec["type"]): OptimizerSpec =>
  optimizerSpec({ ...options(config, type, [...optimizers[type].options, ...COMMON]), type }, type);

/** Stochastic gradient descent; default rate 0.01, momentum 0. */
export const sgd = (config: Options<"sgd"> = {}) => optimizer(config, "sgd");

/** Adam; default rate 0.001, beta1 0.9, beta2 0.999, epsilon 1e-7. */
export const adam = (config: Options<"adam"> = {}) => optimizer(config, "adam");

/** RMSprop; default rate 0.001, rho 0.9, momentum 0, epsilon 1e-7. */
export const rmsprop = (config: Options<"rmsprop"> = {}) => optimizer(config, "rmsprop");
