// What the golden tests share: the form of the files in golden/, their random numbers, and how close is close.
import * as assert from "uvu/assert";
import { adam, rmsprop, sgd } from "../src/index.js";

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
  eps?: number;
  centered?: boolean;
  weight_decay: number;
}

/** The optimizer of a case, such as "sgd nesterov", in our words. */
export function optimizerOf(name: string, { lr: learningRate, eps: epsilon, ...options }: TorchOptions) {
  const { momentum, nesterov, betas, alpha: rho, centered } = options;
  const [family] = name.split(" ");
  if (family === "sgd") return sgd({ learningRate, momentum, nesterov });
  if (family === "adam") return adam({ learningRate, beta1: betas?.[0], beta2: betas?.[1], epsilon });
  if (family === "rmsprop") return rmsprop({ learningRate, rho, epsilon, momentum, centered });
  throw new Error(`no optimizer for ${name}`);
}
