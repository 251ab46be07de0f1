// What is tried: an architecture and how it is compiled, taken from a model or from JSON.

import { show } from "../check.js";
import { OptionError } from "../errors.js";
import { sequential } from "../factories/model.js";
import type { MetricSpec } from "../metrics/index.js";
import type { CompileOptions } from "../model/options.js";
import type { Model } from "../model.js";
import { isInput } from "../plan/graph.js";
import { compileProgram } from "../plan/program.js";
import type { ModelSpec } from "../spec.js";

/** A model, of which weights and workers are left alone, or its JSON. */
export type Architecture = Model | Parameters<typeof sequential>[0];

export interface Candidate {
  readonly spec: ModelSpec;
  readonly compile: CompileOptions;
  /** Values of an example. */
  readonly width: number;
  /** Its outputs are vectors: they have one axis. */
  readonly vectors: boolean;
  /** What an evaluation gives. */
  readonly metrics: readonly string[];
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
  if (spec.layers.filter(isInput).length > 1 || Array.isArray(options.loss)) {
    const cure = "Train and compare such models one by one.";
    throw new OptionError(`${who}: expected a model of one input and one output, got several. ${cure}`);
  }
  if (options.loss === undefined) {
    throw new OptionError(`${who}: expected a model with a loss, got none. Name one in compile({ loss }).`);
  }
  return {
    spec,
    compile: options,
    width: spec.layers[0].shape.reduce((size, extent) => size * extent, 1),
    vectors: compileProgram(spec, undefined, 0).outputs[0]!.shape.length === 1,
    metrics: ["loss", "dataLoss", "penalty", ...((options.metrics ?? []) as readonly MetricSpec[]).map(nameOf)],
  };
}

const nameOf = (metric: MetricSpec): string => (typeof metric === "string" ? metric : metric.name);
