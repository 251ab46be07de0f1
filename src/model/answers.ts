// What evaluate, predict and gradients take besides data, and what they answer.

import { boolean, integer, options } from "../check.js";
import { MemoryLimitError } from "../errors.js";
import type { NamedTensor } from "../spec.js";

/** Rows a batch in evaluate and predict, unless the call or an earlier fit says more. */
const BATCH = 64;

/** Values in rows. */
export interface ShapedData {
  data: Float32Array;
  /** Rows first. */
  shape: number[];
}
/** Outputs of a model; of several the first, and all by their names. */
export interface Prediction extends ShapedData {
  outputs?: Record<string, ShapedData>;
}
export interface Gradients {
  loss: number;
  weights: NamedTensor[];
  /** By the input; of several by the first. */
  input: ShapedData;
  /** By each of several inputs. */
  inputs?: Record<string, ShapedData>;
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

export function readEvaluate(given: EvaluateOptions) {
  const batch = readBatch(given, "evaluate", ["confusionMatrix"]);
  const { confusionMatrix = false } = given;
  return { batch, confusion: boolean(confusionMatrix, "evaluate: confusionMatrix") };
}

export function readGradientOptions(given: GradientOptions, who: string): boolean {
  options(given, who, ["training"]);
  return given.training === undefined ? true : boolean(given.training, `${who}: training`);
}

/** Values of the first port, and, where there are several, those of all by name. */
export function perPort(ports: readonly { readonly name: string }[], valuesOf: (k: number) => ShapedData): Prediction {
  if (ports.length === 1) return valuesOf(0);
  const all = ports.map(({ name }, k) => [name, valuesOf(k)] as const);
  return { ...all[0]![1], outputs: Object.fromEntries(all) };
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
