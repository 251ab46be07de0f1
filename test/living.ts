// A model to live with, and what tests of its life need.

import type { Test } from "uvu";
import * as assert from "uvu/assert";
import { dense, dropout, type FitInput, input, type Model, sequential, sgd, WorkerError } from "../src/index.js";
import { makeRows, ROWS, WIDTH } from "./fingerprints.js";
import { rejection, watched, within } from "./threads.js";

export const { x, labels } = makeRows(ROWS);
export const LIMIT = 10_000;

export function make(
  options: { workers?: number; learningRate?: number; seed?: number; numerics?: "strict" | "fast" } = {},
) {
  const { workers = 2, learningRate = 0.05, seed = 3, numerics = "strict" } = options;
  const model = sequential([
    input({ shape: [WIDTH] }),
    dense({ units: 16, activation: "relu", name: "hidden" }),
    dropout({ rate: 0.2 }),
    dense({ units: 16, activation: "softmax", name: "last" }),
  ]);
  const optimizer = sgd({ learningRate, momentum: 0.9 });
  model.compile({ optimizer, loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"], seed, workers, numerics });
  return model;
}

export const fit = (model: Model, more: FitInput = {}) => model.fit(x, labels, { epochs: 3, batchSize: 7, ...more });
export const endless = (model: Model, more: FitInput = {}) => fit(model, { epochs: 1e6, ...more });

export async function code(work: PromiseLike<unknown>): Promise<string | undefined> {
  const error = await within(LIMIT, rejection(work), "a call");
  assert.instance(error, WorkerError, String(error));
  return error.code;
}

/** Every test on shared and on plain memory. */
export function both(test: Test, name: string, run: (workers: number) => Promise<void>): void {
  test(`${name}: two workers`, () => watched(undefined, () => run(2)));
  test(`${name}: plain memory`, () => watched("a test", () => run(1)));
}

/** Waits until a fit has come so far. */
export async function reach(run: AsyncIterable<{ epoch: number }>, wanted: number): Promise<void> {
  const logs = run[Symbol.asyncIterator]();
  for (;;) {
    const { value, done } = await logs.next();
    assert.is.not(done, true, "the fit ended early");
    if (value.epoch >= wanted) return;
  }
}
