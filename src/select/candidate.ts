// What is tried: an architecture and how it is compiled, taken from a model or from JSON.

import { show } from "../check.js";
import { OptionError } from "../errors.js";
import { sequential } from "../factories/model.js";
import type { CompileOptions } from "../model/options.js";
import type { Model } from "../model.js";
import { compileProgram, type Program } from "../plan/program.js";
import type { ModelSpec, TrainingSpec } from "../spec.js";

/** A model, of which weights and workers are left alone, or its JSON. */
export type Architecture = Model | Parameters<typeof sequential>[0];

export interface Candidate {
  readonly spec: ModelSpec;
  readonly compile: CompileOptions;
  readonly program: Program;
}

/** Checks both by making a model, of which no worker is started. */
export function readCandidate(model: unknown, compile: unknown, who: string): Candidate {
  const json = typeof (model as Model | undefined)?.toJSON === "function" ? (model as Model).toJSON() : model;
  const made = sequential(json as ModelSpec);
  const given = compile ?? (model as Model).compileOptions;
  if (given === undefined) {
    const cure = "Call compile({ optimizer, loss }) first, or give its options as compile.";
    throw new OptionError(`${who}: expected a compiled model or the option compile, got ${show(given)}. ${cure}`);
  }
  made.compile(given as CompileOptions);
  const spec = made.toJSON();
  const options = made.compileOptions!;
  if (options.loss === undefined) {
    throw new OptionError(`${who}: expected a model with a loss, got none. Name one in compile({ loss }).`);
  }
  return { spec, compile: options, program: compileProgram(spec, options as TrainingSpec, 0) };
}
