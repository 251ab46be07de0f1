// A fit from the caller's side: memory, data, the run itself, and what comes back of it.

import type { FitOutcome } from "../engine/engine.js";
import type { Program } from "../plan/program.js";
import { type DataSize, heldRows } from "../plan/request.js";
import type { BatchLog, EpochLog, History, Progress } from "../spec.js";
import { keepGrowth } from "./batchsizes.js";
import type { Calls } from "./calls.js";
import { estimateWorkers } from "./estimate.js";
import { hintOf } from "./hint.js";
import type { FitInput, FitRequest } from "./options.js";
import type { Pair } from "./ports.js";
import type { Session } from "./session.js";
import type { Upload } from "./upload.js";
import { warningsOf } from "./warnings.js";
import { looks, typesOf } from "./windows.js";

/** How a fit comes by its rows: it makes memory, trains, and tells how it ended. */
export interface Course {
  /** For the history, in plain words. */
  readonly warnings: readonly string[];
  /** `fail` stops the run, and has it reject with an error once it has ended. */
  run(fail: (error: unknown) => void): Promise<FitOutcome>;
}

/** Runs a checked fit to its end. Callbacks run here, on the caller's thread; one that throws stops the run and rejects it. */
export async function runFit(
  program: Program,
  session: Session,
  calls: Calls,
  course: Course,
  { signal, onEpochEnd, onBatchEnd, onProgress }: Pick<FitInput, "signal" | "onEpochEnd" | "onBatchEnd" | "onProgress">,
  onLog: (log: EpochLog) => void,
): Promise<History> {
  const abort = () => calls.stop();
  if (signal?.aborted) abort();
  signal?.addEventListener("abort", abort);
  const epochs: EpochLog[] = [];
  let thrown: { error: unknown } | undefined;
  const fail = (error: unknown) => {
    thrown ??= { error };
    abort();
  };
  const guarded = <A>(callback: ((value: A) => void) | undefined, value: A) => {
    try {
      callback?.(value);
    } catch (error) {
      fail(error);
    }
  };
  session.onNote = (message) => {
    for (const batch of "batches" in message ? (message.batches as BatchLog[]) : []) guarded(onBatchEnd, batch);
    for (const log of "logs" in message ? (message.logs as EpochLog[]) : []) {
      // A fit that went back tells of an epoch again.
      while (epochs.length && epochs.at(-1)!.epoch >= log.epoch) epochs.pop();
      epochs.push(log);
      onLog(log);
      guarded(onEpochEnd, log);
    }
    if ("progress" in message) guarded(onProgress, message.progress as Progress);
  };
  try {
    const outcome = await course.run(fail);
    const { fingerprint, state } = await session.lead(({ jobs }) => jobs.finish());
    session.keep(state);
    if (thrown) throw thrown.error;
    const { stopped = "completed", steps = 0, bestEpoch, profile, warning, skipped, rollbacks } = outcome;
    const best = bestEpoch === undefined ? {} : { bestEpoch };
    const hint = hintOf(epochs);
    const { numerics } = session;
    const { workers } = session.facts;
    return {
      epochs,
      ...(hint === undefined ? {} : { hint }),
      stopped,
      steps,
      ...best,
      workers,
      numerics,
      seed: program.seed,
      fingerprint,
      warnings: warning === undefined ? [...course.warnings] : [...course.warnings, warning],
      ...(skipped === undefined ? {} : { skipped }),
      ...(rollbacks === undefined ? {} : { rollbacks }),
      ...(profile ? { profile } : {}),
    };
  } finally {
    signal?.removeEventListener("abort", abort);
    session.onNote = () => {};
  }
}

/** A fit of arrays, all rows in memory. */
export function arrayCourse(program: Program, session: Session, calls: Calls, request: FitRequest): Course {
  return {
    // Before the data may be given away.
    warnings: warningsOf(request),
    async run() {
      await prepare(program, session, request);
      calls.ask();
      const outcome = await untilEnded(session, calls, request);
      keepGrowth(program, request.options, outcome.growth);
      return outcome;
    },
  };
}

export const dataSize = ({ x, weights }: Upload): DataSize => ({
  rows: x[0]!.rows,
  types: typesOf(x),
  weighted: weights !== undefined,
});

/** Memory for the run, the data in it, and its values checked. */
async function prepare(program: Program, session: Session, request: FitRequest): Promise<void> {
  const { options, x, y, weights, validation, validationSplit, transfer } = request;
  const size = dataSize({ x, weights });
  const workers = session.teamSize(() => estimateWorkers(program, options.batchSize));
  const need = {
    workers,
    batch: options.batchSize,
    train: options.mixup ? { ...size, mixed: true } : size,
    validation: validation ? dataSize(validation) : null,
    held: validationSplit > 0 ? heldRows(size.rows, validationSplit) : 0,
    accumulates: options.updateRows > options.batchSize,
    best: options.earlyStopping?.restoreBestWeights ?? false,
    undo: options.onNonFinite !== "stop",
  };
  await session.ensure(session.widen(need));
  await fillSource(session, "train", { x, y, weights }, "fit", transfer);
  if (validation) await fillSource(session, "validation", validation, "fit: validationData", transfer);
}

/** Rows into a source, and their values checked. */
export async function fillSource(
  session: Session,
  source: "train" | "validation",
  data: Pair & Upload,
  who: string,
  transfer = false,
): Promise<void> {
  await session.upload(session.layout[source]!, data, transfer);
  await session.check({ ...looks(data), source, rows: data.x[0]!.rows, firstRow: 0, who });
}

/** Starts the run; whenever it parks, serves the calls that wait, holds while paused, and goes on. */
async function untilEnded(session: Session, calls: Calls, { options }: FitRequest): Promise<FitOutcome> {
  let outcome = await session.all(({ jobs }) => jobs.fit(options));
  while (outcome.status === "parked") {
    await calls.serveParked();
    outcome = await session.all(({ jobs }) => jobs.resume());
  }
  return outcome;
}
