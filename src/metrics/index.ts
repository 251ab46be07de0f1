// The table of metrics: name -> a step that writes one value a row. What is reported is their mean over all rows, or what a
// metric makes of the rows of the whole set.
import { lookup, options, pick, show } from "../check.js";
import { OptionError } from "../errors.js";
import { checkCustom, isCustom } from "../expressions/check.js";
import {
  binaryAccuracy,
  categoricalAccuracy,
  sparseCategoricalAccuracy,
  sparseTopKCategoricalAccuracy,
  topKCategoricalAccuracy,
} from "./accuracy.js";
import { f1, precision, recall } from "./classes.js";
import { type CustomMetric, customMetric } from "./custom.js";
import type { MetricDefinition, Task } from "./metric.js";
import { auc } from "./ranking.js";
import { meanAbsoluteError, meanSquaredError, rootMeanSquaredError, rSquared } from "./regression.js";

export { Confusion, confusedClasses, decision } from "./classes.js";

export const metrics = {
  sparseCategoricalAccuracy,
  categoricalAccuracy,
  binaryAccuracy,
  sparseTopKCategoricalAccuracy,
  topKCategoricalAccuracy,
  precision,
  recall,
  f1,
  auc,
  meanSquaredError,
  meanAbsoluteError,
  rootMeanSquaredError,
  rSquared,
};

type ConfigOf<D> = D extends MetricDefinition<infer C> ? C : never;
export type MetricName = keyof typeof metrics | "accuracy";
/** A metric as JSON: its name, `{ name, ...options }`, or what defineMetric gives. */
export type MetricSpec =
  | MetricName
  | { readonly name: "accuracy" }
  | CustomMetric
  | {
      [T in keyof typeof metrics]: { readonly name: T } & Readonly<ConfigOf<(typeof metrics)[T]>>;
    }[keyof typeof metrics];

/** A metric as a model uses it: the name in logs, its row of the table, and its options. */
export interface Metric {
  readonly name: string;
  readonly definition: MetricDefinition<object>;
  readonly config: object;
}

const table = metrics as Readonly<Record<string, MetricDefinition<object>>>;
const choosing: MetricDefinition<object> = { ...sparseCategoricalAccuracy };
const WHO = "compile: metrics";

/** A name or JSON -> checked JSON; the name alone where there is no option. */
export function metricSpec(value: unknown, who = WHO): MetricSpec {
  if (isCustom(value)) {
    checkCustom(value, who, [], { accuracy: 0, ...table });
    return value;
  }
  const { options: known, check } = pick({ accuracy: choosing, ...table }, value, "name", who);
  if (typeof value === "string") return value as MetricName;
  const given = value as { name: MetricName };
  options(given, given.name, ["name", ...known]);
  check?.(given, given.name);
  return Object.values(given).filter((option) => option !== undefined).length > 1 ? (given as MetricSpec) : given.name;
}

/** Checked metrics; "accuracy" becomes the one that fits targets and units. OptionError for others that do not fit. */
export function resolveMetrics(specs: readonly MetricSpec[], task: Task): Metric[] {
  const names = specs.map((spec) => (typeof spec === "string" ? spec : spec.name));
  if (new Set(names).size !== names.length) {
    throw new OptionError(`${WHO}: expected each name once, got ${show(names)}. Drop the second.`);
  }
  return specs.map((spec, i) => {
    const name = names[i]!;
    if (isCustom(spec)) return { name, definition: customMetric(spec, task), config: spec };
    const accuracy =
      task.target === "labels" ? "sparseCategoricalAccuracy" : task.binary ? "binaryAccuracy" : "categoricalAccuracy";
    const definition = lookup({ accuracy: table[accuracy]!, ...table }, name, WHO);
    if (definition.target && definition.target !== task.target) {
      const have = task.target === "labels" ? "integer labels" : "targets with a value per output";
      throw new OptionError(`${WHO}: expected one for ${have}, as the loss has them, got "${name}". Use "accuracy".`);
    }
    const config = typeof spec === "string" ? {} : spec;
    definition.fit?.(config, task, `${WHO}: ${name}`);
    return { name, definition, config };
  });
}

/** True for a key that is the name, or ends with it. */
const isBehind = (name: string, key: string) =>
  key === name || key.endsWith(`${name[0]!.toUpperCase()}${name.slice(1)}`);

/** Whether higher or lower values are better of a key of the logs; min for what is no metric. */
export function betterOf(key: string): "max" | "min" {
  if (key === "sparsity") return "max";
  // Keys are metrics, behind "val" and, for several outputs, behind an output's name.
  const known = Object.keys({ accuracy: 0, ...table }).filter((name) => isBehind(name, key));
  const name = known.sort((a, b) => b.length - a.length)[0];
  return name === undefined ? "min" : (table[name]?.better ?? "max");
}
