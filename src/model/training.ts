// What compile is given for the outputs of a model -> checked JSON, lists in the order of the outputs where there are several.

import { number, options, show } from "../check.js";
import { OptionError } from "../errors.js";
import { type LossName, type LossSpec, lossSpec } from "../losses/index.js";
import { type MetricSpec, metricSpec } from "../metrics/index.js";
import type { TrainingSpec } from "../spec.js";
import { type ForEach, onlyOf } from "./ports.js";

type OneLoss = LossSpec | LossName;
type Metrics = readonly MetricSpec[];
type Outcomes = Omit<TrainingSpec, "optimizer">;

export interface OutcomeOptions {
  /**
   * A name, or `{ name, ...options }`; for several outputs one for all, or one for each: an array, or an object by their names.
   * A model without a loss can predict and go backward from gradients of your own.
   */
  loss?: OneLoss | ForEach<OneLoss>;
  /** Of several outputs: what each loss counts in their sum; default 1. */
  lossWeights?: ForEach<number>;
  /** Names, or `{ name, ...options }`; for several outputs a list for each. */
  metrics?: Metrics | readonly Metrics[] | { readonly [output: string]: Metrics };
}

/** Loss, weights and metrics of a model whose outputs have these names; one output has what is given for it. */
export function readOutcomes(given: OutcomeOptions, outputs: readonly string[]): Outcomes {
  const { loss, lossWeights, metrics = [] } = given;
  if (outputs.length === 1) {
    if (lossWeights !== undefined) {
      const cure = "Leave it out, or give the model several outputs.";
      throw new OptionError(`compile: lossWeights: expected none for one output, got ${show(lossWeights)}. ${cure}`);
    }
    const only = (value: unknown) => onlyOf(value, outputs[0]!);
    const named = typeof (loss as { name?: unknown } | undefined)?.name === "string" ? loss : only(loss);
    return {
      loss: loss === undefined ? null : lossSpec(named),
      metrics: readMetrics(only(metrics), "compile: metrics"),
    };
  }
  if (loss !== undefined) return readSeveral(loss, lossWeights, metrics, outputs);
  if (lossWeights === undefined && !(metrics as Metrics).length) return { loss: null, metrics: [] };
  throw new OptionError("compile: loss: expected one to go with lossWeights and metrics, got none. Name one.");
}

/** The same of several outputs. */
function readSeveral(
  loss: NonNullable<OutcomeOptions["loss"]>,
  lossWeights: OutcomeOptions["lossWeights"],
  metrics: NonNullable<OutcomeOptions["metrics"]>,
  outputs: readonly string[],
): Outcomes {
  // An output may be called `name`, too.
  const each = outputs.every((name) => Object.hasOwn(Object(loss), name));
  const one = typeof loss === "string" || (!each && typeof (loss as { name?: unknown }).name === "string");
  const losses = one ? outputs.map(() => loss) : forEach(loss, outputs, "compile: loss");
  const weights = lossWeights === undefined ? [] : forEach(lossWeights, outputs, "compile: lossWeights", 1);
  const none = Array.isArray(metrics) && !metrics.length;
  const lists = none ? outputs.map(() => []) : forEach(metrics, outputs, "compile: metrics", []);
  return {
    loss: losses.map((value, k) => lossSpec(value, `compile: loss.${outputs[k]}`)),
    ...(weights.length
      ? { lossWeights: weights.map((value, k) => number(value, `compile: lossWeights.${outputs[k]}`, { min: 0 })) }
      : {}),
    metrics: lists.map((list, k) => readMetrics(list, `compile: metrics.${outputs[k]}`)),
  };
}

function readMetrics(given: unknown, who: string): MetricSpec[] {
  if (!Array.isArray(given))
    throw new OptionError(`${who}: expected an array such as ["accuracy"], got ${show(given)}.`);
  return Array.from(given, (metric) => metricSpec(metric));
}

/** One for each output; what an object leaves out is `rest`, or missed. */
function forEach(given: unknown, outputs: readonly string[], who: string, rest?: unknown): unknown[] {
  if (Array.isArray(given)) {
    if (given.length === outputs.length) return given;
    throw new OptionError(`${who}: expected one for each of ${outputs.join(", ")}, got ${given.length}.`);
  }
  const named = options(given, who, outputs);
  return outputs.map((name) => {
    const value = Object.hasOwn(named, name) ? named[name] : rest;
    if (value !== undefined) return value;
    throw new OptionError(`${who}: expected one for each of ${outputs.join(", ")}, got none for ${name}.`);
  });
}
