// The table of metrics: name -> a step that writes one value a row; what is reported is their mean over all rows.
import type { Tensor } from "../arena.js";
import { lookup, show } from "../check.js";
import { OptionError } from "../errors.js";
import { reads, type Split, type Step, step, writes } from "../kernels.js";

interface MetricContext {
  readonly batch: Split;
  readonly value: Tensor;
  readonly pred: Tensor;
  readonly target: Tensor;
  /** pred holds logits: a sigmoid's threshold is 0 there, not 0.5. */
  readonly logits: boolean;
}

interface MetricDefinition {
  readonly target: "labels" | "values";
  /** Needs the output itself; logits would give another value. */
  readonly output?: boolean;
  row(context: MetricContext): Step;
}

const error = (kernel: "mean_squared_error" | "mean_absolute_error"): MetricDefinition => ({
  target: "values",
  output: true,
  row: ({ batch, value, pred, target }) =>
    step(`${kernel}_forward`, batch, writes(value), reads(pred), reads(target), pred.width, pred.stride, target.stride),
});

export const metrics = {
  /** Share of rows whose largest output is at the label; the first one where several are equal. */
  sparseCategoricalAccuracy: {
    target: "labels",
    row: ({ batch, value, pred, target }) =>
      step("sparse_categorical_accuracy", batch, writes(value), reads(pred), reads(target), pred.width, pred.stride),
  },
  /** Share of rows whose largest output is where the largest target is. */
  categoricalAccuracy: {
    target: "values",
    row: ({ batch, value, pred, target }) =>
      step(
        "categorical_accuracy",
        batch,
        writes(value),
        reads(pred),
        reads(target),
        pred.width,
        pred.stride,
        target.stride,
      ),
  },
  /** Share of values on the right side of 0.5. */
  binaryAccuracy: {
    target: "values",
    row: ({ batch, value, pred, target, logits }) =>
      step(
        "binary_accuracy",
        batch,
        writes(value),
        reads(pred),
        reads(target),
        logits ? 0 : 0.5,
        pred.width,
        pred.stride,
        target.stride,
      ),
  },
  meanSquaredError: error("mean_squared_error"),
  meanAbsoluteError: error("mean_absolute_error"),
} satisfies Record<string, MetricDefinition>;

export type MetricName = keyof typeof metrics | "accuracy";

/** A metric as a model uses it: the name in logs, and its row of the table. */
export interface Metric {
  readonly name: string;
  readonly definition: MetricDefinition;
}

/** Checked metrics; "accuracy" becomes the one that fits targets and units. OptionError for others that do not fit. */
export function resolveMetrics(names: unknown, target: "labels" | "values", binary: boolean): Metric[] {
  if (names === undefined) return [];
  if (!Array.isArray(names)) throw new OptionError(`compile: metrics: expected an array of names, got ${show(names)}.`);
  if (new Set(names).size !== names.length) {
    throw new OptionError(`compile: metrics: expected each name once, got ${show(names)}. Drop the second.`);
  }
  return Array.from(names, (name: unknown) => {
    const accuracy =
      target === "labels" ? "sparseCategoricalAccuracy" : binary ? "binaryAccuracy" : "categoricalAccuracy";
    const known: Record<string, MetricDefinition> = { accuracy: metrics[accuracy], ...metrics };
    const definition = lookup(known, name, "compile: metrics");
    if (definition.target !== target) {
      const have = target === "labels" ? "integer labels" : "targets with a value per output";
      throw new OptionError(
        `compile: metrics: expected one for ${have}, as the loss has them, got "${name}". Use "accuracy".`,
      );
    }
    return { name: name as string, definition };
  });
}
