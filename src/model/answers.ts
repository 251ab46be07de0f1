// What evaluate, predict and gradients take besides data, and what they answer.

import { boolean, integer, options } from "../check.js";
import { MemoryLimitError } from "../errors.js";
import { confusedClasses } from "../metrics/index.js";
import type { Program } from "../plan/program.js";
import type { NamedTensor } from "../spec.js";

/** Rows a batch in evaluate and predict, unless the call or an earlier fit says more. */
const BATCH = 64;

export interface Prediction {
  data: Float32Array;
  shape: number[];
}
export interface Gradients {
  loss: number;
  weights: NamedTensor[];
  input: Prediction;
}
export interface EvaluateOptions {
  /** Rows computed at a time; default 64, or what an earlier fit says. */
  batchSize?: number;
  /** Also count which classes were taken for which. */
  confusionMatrix?: boolean;
}
/** Rows are true classes, columns decided ones. */
export interface ConfusionMatrix {
  data: number[][];
}
export interface GradientOptions {
  /** Layers behave as in training (dropout); default true. */
  training?: boolean;
}

export function readBatch(given: { batchSize?: number }, who: string, others: readonly string[] = []): number {
  options(given, who, ["batchSize", ...others]);
  return given.batchSize === undefined ? BATCH : integer(given.batchSize, `${who}: batchSize`, { min: 1 });
}

export function readEvaluate({ training }: Program, given: EvaluateOptions) {
  const batch = readBatch(given, "evaluate", ["confusionMatrix"]);
  const { confusionMatrix = false } = given;
  const confusion = boolean(confusionMatrix, "evaluate: confusionMatrix");
  if (confusion && training?.task) confusedClasses(training.task, "evaluate: confusionMatrix");
  return { batch, confusion };
}

export function readGradientOptions(given: GradientOptions, who: string): boolean {
  options(given, who, ["training"]);
  return given.training === undefined ? true : boolean(given.training, `${who}: training`);
}

/** Room for outputs, made when the model is known to fit. */
export function allocate(values: number): Float32Array {
  try {
    return new Float32Array(values);
  } catch {
    const bytes = 4 * values;
    const cure = "Predict fewer rows at a time.";
    throw new MemoryLimitError(`predict: expected room for ${bytes} bytes of outputs, got none. ${cure}`, { bytes });
  }
}
