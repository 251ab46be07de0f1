// What the golden tests share: the form of the files in golden/, their random numbers, and how close is close.
import * as assert from "uvu/assert";
import { adadelta, adagrad, adam, adamax, adamw, lion, nadam, radam, rmsprop, sgd } from "../src/index.js";
import type { OptimizerSpec } from "../src/optimizers/index.js";

export interface Tensor {
  shape: number[];
  data: number[];
}

/** Both kinds of arithmetic; "fast" is "strict" where the engine has no relaxed SIMD. */
export const NUMERICS = ["strict", "fast"] as const;

/** Fails unless there are as many values as wanted and |got - want| <= tolerance * max(floor, |want|) for each. */
export function close(
  got: ArrayLike<number>,
  want: ArrayLike<number>,
  tolerance: number,
  what: string,
  floor = 1,
): void {
  assert.is(got.length, want.length, `${what}: ${got.length} values, want ${want.length}`);
  for (let i = 0; i < want.length; i++) {
    const error = Math.abs(got[i]! - want[i]!) / Math.max(floor, Math.abs(want[i]!));
    assert.ok(error <= tolerance, `${what}[${i}] is ${got[i]}, want ${want[i]}, off by ${error} > ${tolerance}`);
  }
}

/** The generator of the trainings; see golden/README.md. */
export function generator(seed: number): () => number {
  let s = seed >>> 0;
  return () => {
    s = (Math.imul(1664525, s) + 1013904223) >>> 0;
    return s / 4294967296 - 0.5;
  };
}

/** A kernel of the trainings, [inputs, outputs] in row-major order. */
export function kernelFrom(next: () => number, inputs: number, outputs: number): number[] {
  const limit = Math.sqrt(6 / (inputs + outputs));
  return Array.from({ length: inputs * outputs }, () => 2 * next() * limit);
}

/** PyTorch's options of an optimizer. */
export interface TorchOptions {
  lr: number;
  momentum?: number;
  nesterov?: boolean;
  betas?: number[];
  alpha?: number;
  rho?: number;
  eps?: number;
  centered?: boolean;
  amsgrad?: boolean;
  initial_accumulator_value?: number;
  weight_decay: number;
}

const adamOf = ({ lr, betas, eps }: TorchOptions) => ({
  learningRate: lr,
  beta1: betas?.[0],
  beta2: betas?.[1],
  epsilon: eps,
});

/** PyTorch's options -> an optimizer in our words, by the first word of a case's name. */
const families: Record<string, (options: TorchOptions) => OptimizerSpec> = {
  sgd: ({ lr, momentum, nesterov }) => sgd({ learningRate: lr, momentum, nesterov }),
  adam: (options) => adam(adamOf(options)),
  amsgrad: (options) => adam({ ...adamOf(options), amsgrad: options.amsgrad }),
  adamw: (options) => adamw({ ...adamOf(options), weightDecay: options.weight_decay }),
  nadam: (options) => nadam(adamOf(options)),
  radam: (options) => radam(adamOf(options)),
  adamax: (options) => adamax(adamOf(options)),
  rmsprop: ({ lr, alpha, eps, momentum, centered }) =>
    rmsprop({ learningRate: lr, rho: alpha, epsilon: eps, momentum, centered }),
  adagrad: ({ lr, eps, initial_accumulator_value: initialAccumulator }) =>
    adagrad({ learningRate: lr, epsilon: eps, initialAccumulator }),
  adadelta: ({ lr, rho, eps }) => adadelta({ learningRate: lr, rho, epsilon: eps }),
  lion: ({ lr, betas, weight_decay: weightDecay }) =>
    lion({ learningRate: lr, beta1: betas?.[0], beta2: betas?.[1], weightDecay }),
};

/** The optimizer of a case, such as "sgd nesterov", in our words. */
export function optimizerOf(name: string, options: TorchOptions): OptimizerSpec {
  const family = families[name.split(" ")[0]!];
  if (!family) throw new Error(`no optimizer for ${name}`);
  return family(options);
}

/** The l2 that a case's weight decay is, where it is no option of the optimizer. */
export const penaltyOf = (name: string, options: TorchOptions): number =>
  "weightDecay" in optimizerOf(name, options) ? 0 : options.weight_decay / 2;
