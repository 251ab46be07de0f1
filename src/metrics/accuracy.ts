// Shares of rows that are right.
import { integer } from "../check.js";
import { OptionError } from "../errors.js";
import { reads, step, writes } from "../kernels.js";
import type { MetricDefinition } from "./metric.js";

/** Share of rows, or of their steps, whose largest output is at the label; the first one where several are equal. */
export const sparseCategoricalAccuracy: MetricDefinition<object> = {
  options: [],
  vector: true,
  target: "labels",
  better: "max",
  row: (_, { batch, value, pred, target }) =>
    step("sparse_categorical_accuracy", batch, writes(value), reads(pred), reads(target), pred.width, pred.stride),
};

/** Share of rows whose largest output is where the largest target is. */
export const categoricalAccuracy: MetricDefinition<object> = {
  options: [],
  vector: true,
  target: "values",
  better: "max",
  row: (_, { batch, value, pred, target }) =>
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
};

/** Share of values on the right side of 0.5. */
export const binaryAccuracy: MetricDefinition<object> = {
  options: [],
  target: "values",
  better: "max",
  row: (_, { batch, value, pred, target, task }) =>
    step(
      "binary_accuracy",
      batch,
      writes(value),
      reads(pred),
      reads(target),
      task.logits ? 0 : 0.5,
      pred.width,
      pred.stride,
      target.stride,
    ),
};

export interface TopKConfig {
  /** How many of the largest outputs count; default 5. */
  k?: number;
}

const topK = { options: ["k"], better: "max", vector: true } as const;
const checkK = ({ k = 5 }: TopKConfig, who: string) => void integer(k, `${who}.k`, { min: 1 });

/** OptionError where every row would be a hit. */
function fitK({ k = 5 }: TopKConfig, { units }: { units: number }, who: string): void {
  if (k < units) return;
  throw new OptionError(`${who}.k: expected fewer than the ${units} outputs, got ${k}. Give a smaller k.`);
}

/** Share of rows whose label is among the k largest outputs; of equal ones the first come first. */
export const sparseTopKCategoricalAccuracy: MetricDefinition<TopKConfig> = {
  ...topK,
  check: checkK,
  fit: fitK,
  target: "labels",
  row: ({ k = 5 }, { batch, value, pred, target }) =>
    step("sparse_top_k_accuracy", batch, writes(value), reads(pred), reads(target), k, pred.width, pred.stride),
};

/** The same for targets with a value per class: the label is where the largest target is. */
export const topKCategoricalAccuracy: MetricDefinition<TopKConfig> = {
  ...topK,
  check: checkK,
  fit: fitK,
  target: "values",
  row: ({ k = 5 }, { batch, value, pred, target }) =>
    step("top_k_accuracy", batch, writes(value), reads(pred), reads(target), k, pred.width, pred.stride, target.stride),
};
