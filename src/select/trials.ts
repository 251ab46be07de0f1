// Trials: one model trained on the rows of a fold and tested on the others. Several at a time, each on a worker of its own.

import { takeRows } from "../data/split.js";
import { DataError } from "../errors.js";
import { sequential } from "../factories/model.js";
import type { Values } from "../model/data.js";
import type { FitInput } from "../model/options.js";
import type { ModelInput } from "../model/ports.js";
import type { Model } from "../model.js";
import type { History } from "../spec.js";
import type { Candidate } from "./candidate.js";
import { standardize } from "./standardize.js";

export interface Trial {
  readonly candidate: Candidate;
  readonly repeat: number;
  readonly fold: number;
  readonly testRows: Int32Array;
  readonly seed: number;
}

/** What one fold gave. */
export interface FoldResult {
  repeat: number;
  fold: number;
  /** Of the fit; `history.seed` is the fold's own seed. */
  history: History;
  /** What `evaluate` gives for the rows that were not trained on: loss, dataLoss, penalty and the metrics. */
  metrics: Record<string, number>;
  /** Ascending. */
  testRows: number[];
}

/** What all trials have in common. */
export interface Setup {
  /** By input. */
  readonly x: readonly Values[];
  /** By output. */
  readonly y: readonly Values[];
  readonly fit: FitInput;
  /** By input: whether it is standardized. */
  readonly scaled: readonly boolean[];
  readonly signal: AbortSignal | undefined;
}

export interface Watch {
  /** A trial is complete; in the order in which they end. */
  done(result: FoldResult, index: number): void;
  /** True if the other trials go on all the same. */
  failed?(error: unknown, index: number): boolean;
  /** False if a trial need not start any more. */
  wanted?(index: number): boolean;
}

/**
 * Runs trials, `lanes` at a time, in order of their start; results in the same order, undefined for those that did not come to
 * their end. After a failure, and after what `done` throws, it rejects once every model is disposed of.
 */
export async function runTrials(
  trials: readonly Trial[],
  setup: Setup,
  lanes: number,
  { done, failed = () => false, wanted = () => true }: Watch,
): Promise<(FoldResult | undefined)[]> {
  const results = new Array<FoldResult | undefined>(trials.length).fill(undefined);
  const living = new Set<Model>();
  let failure: { readonly error: unknown } | undefined;
  let next = 0;
  const stopped = () => failure !== undefined || setup.signal?.aborted === true;
  const lane = async () => {
    while (next < trials.length && !stopped()) {
      const index = next++;
      if (!wanted(index)) continue;
      try {
        const result = await runTrial(trials[index]!, setup, living);
        if (!result || failure) continue;
        results[index] = result;
        done(result, index);
      } catch (error) {
        // What ends once another has failed ends because of that.
        if (failure || failed(error, index)) continue;
        failure = { error };
        await Promise.all([...living].map((model) => model.dispose()));
      }
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  if (failure) throw (failure as { readonly error: unknown }).error;
  return results;
}

/** Undefined if the signal ended it. */
async function runTrial(
  { candidate, repeat, fold, testRows, seed }: Trial,
  setup: Setup,
  living: Set<Model>,
): Promise<FoldResult | undefined> {
  const { x, y, scaled, fit, signal } = setup;
  const trainRows = others(testRows, x[0]!.rows);
  const take = ({ values, width }: Values, rows: Int32Array) => takeRows(values, rows, width);
  const parts = x.map((data, k) =>
    scaled[k] ? standardize(data, trainRows, testRows) : ([take(data, trainRows), take(data, testRows)] as const),
  );
  const targets = (rows: Int32Array) => oneOrAll(y.map((data) => take(data, rows)));
  const model = sequential(candidate.spec);
  living.add(model);
  try {
    model.compile({ ...candidate.compile, seed, workers: 1 });
    const all = fit.sampleWeight;
    const weights = all && { sampleWeight: takeRows(all, trainRows, 1) };
    const run = model.fit(oneOrAll(parts.map(([train]) => train)), targets(trainRows), {
      ...fit,
      ...weights,
      ...(signal ? { signal } : {}),
    });
    const history = await located(run, trainRows);
    if (history.stopped === "aborted") return undefined;
    const metrics = await located(model.evaluate(oneOrAll(parts.map(([, test]) => test)), targets(testRows)), testRows);
    return { repeat, fold, history, metrics, testRows: Array.from(testRows) };
  } finally {
    living.delete(model);
    await model.dispose();
  }
}

/** Data of a single input or output, or of each of several. */
const oneOrAll = (data: readonly Values["values"][]): ModelInput => (data.length > 1 ? data : data[0]!);

/** 0..rows-1 without those of an ascending list. */
function others(without: Int32Array, rows: number): Int32Array {
  const rest = new Int32Array(rows - without.length);
  let [next, passed] = [0, 0];
  for (let row = 0; row < rows; row++) {
    if (without[passed] === row) passed++;
    else rest[next++] = row;
  }
  return rest;
}

/** A fault in some of the rows, told by where it is in all of them. */
async function located<T>(work: PromiseLike<T>, rows: Int32Array): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof DataError) || error.row === undefined) throw error;
    const [row, column] = [rows[error.row]!, error.column];
    const text = error.message.replace(new RegExp(`\\brow ${error.row}\\b`), `row ${row}`);
    throw new DataError(text, column === undefined ? { row } : { row, column });
  }
}
