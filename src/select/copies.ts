// Copies of a model to try things on: each begins with the model's weights and an optimizer that has made no update.

import { integer, options } from "../check.js";
import { sequential } from "../factories/model.js";
import type { CompileOptions, FitInput } from "../model/options.js";
import type { Model } from "../model.js";
import { drawSeed } from "../random.js";
import type { Rate } from "../schedules/index.js";
import type { NamedTensor } from "../spec.js";
import { type Architecture, readCandidate } from "./candidate.js";

/** What trials may set of a fit; the rest is theirs. */
export type TrialFit = Pick<FitInput, "shuffle" | "sampleWeight" | "classWeight" | "sampler">;

export interface TrialOptions {
  /** What order, dropout and, for JSON, weights are drawn from; default that of compile, else drawn. */
  seed?: number;
  /** shuffle, sampleWeight, classWeight and sampler, as `fit` takes them. */
  fit?: TrialFit;
  /** For a model given as JSON; in place of a compiled model's own. */
  compile?: CompileOptions;
}

export const TRIAL = ["seed", "fit", "compile"];

/** What copies are made of. */
export interface Original {
  readonly spec: Parameters<typeof sequential>[0];
  readonly compile: Omit<CompileOptions, "optimizer"> & { readonly optimizer: { readonly learningRate: Rate } };
  /** None for JSON: weights then come from the seed. */
  readonly weights: NamedTensor[] | undefined;
  readonly fit: TrialFit;
  readonly seed: number;
}

/** Checks model and options, and reads the model's weights. */
export async function readOriginal(model: Architecture, given: TrialOptions, who: string): Promise<Original> {
  const { spec, compile } = readCandidate(model, given.compile, who);
  const { fit = {}, seed = compile.seed ?? drawSeed() } = given;
  options(fit, `${who}: fit`, ["shuffle", "sampleWeight", "classWeight", "sampler"]);
  integer(seed, `${who}: seed`, { min: 0 });
  const read = (model as Model).getWeights;
  const weights = typeof read === "function" ? await read.call(model) : undefined;
  return { spec, compile: compile as unknown as Original["compile"], weights, fit, seed };
}

/** Runs with a copy that learns at this rate, and disposes of it. */
export async function withCopy<T>(
  { spec, compile, weights, seed }: Original,
  learningRate: Rate,
  work: (copy: Model) => PromiseLike<T>,
): Promise<T> {
  const copy = sequential(spec);
  try {
    copy.compile({
      ...compile,
      optimizer: { ...compile.optimizer, learningRate } as CompileOptions["optimizer"],
      seed,
    });
    if (weights?.length) await copy.setWeights(weights);
    return await work(copy);
  } finally {
    await copy.dispose();
  }
}
