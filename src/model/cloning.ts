// A model of its own from another one's parts.

import { boolean, options } from "../check.js";
import type { Saved } from "../io/model.js";
import type { Program } from "../plan/program.js";
import type { ModelSpec, NamedTensor } from "../spec.js";
import { readCompile, type Settings } from "./options.js";

export interface CloneOptions {
  /** Copy the weights; default true. False: they are drawn anew, from the same seed. */
  weights?: boolean;
}

export function readClone(given: CloneOptions): boolean {
  options(given, "clone", ["weights"]);
  return given.weights === undefined ? true : boolean(given.weights, "clone: weights");
}

/** What a model starts from: architecture, training, seed and weights, if any; the optimizer starts anew. */
export function partsOf(
  spec: ModelSpec,
  { seed }: Program,
  settings: Settings | undefined,
  weights: readonly NamedTensor[],
): Saved {
  const tensors = weights.map(({ data }) => new Float32Array(data));
  const uncompiled = () => ({ ...readCompile({ optimizer: "sgd" }), training: undefined });
  return { spec, settings: settings ?? uncompiled(), seed, state: { tensors } };
}
