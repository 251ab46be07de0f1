// Models of layers on each step.
import { adam, input, type Model, sequential, timeDistributed } from "../../src/index.js";
import { generator } from "../oracle.js";

export type Layer = Parameters<typeof timeDistributed>[0];

/** Rows of a batch, and steps of an example. */
export const [B, STEPS] = [5, 3];
const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
export const random = (shape: readonly number[], seed = 1) => {
  const next = generator(seed);
  return { data: Float32Array.from({ length: sizeOf(shape) }, () => next()), shape: [...shape] };
};
export function make(shape: readonly number[], layers: readonly Layer[], workers = 2, loss = false): Model {
  const model = sequential([input({ shape: [...shape] }), ...layers]);
  const optimizer = adam({ learningRate: 0.02 });
  model.compile({ optimizer, ...(loss ? { loss: "meanSquaredError" } : {}), seed: 3, workers, numerics: "strict" });
  return model;
}
export const onSteps = (layers: readonly Layer[]) => layers.map((layer) => timeDistributed(layer));
