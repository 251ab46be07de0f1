// Checks of what users pass to compile and fit; defaults are filled in here.

import { boolean, integer, lookup, number, options, show } from "../check.js";
import type { FitOptions } from "../engine/options.js";
import { MemoryLimitError, OptionError } from "../errors.js";
import { smaller } from "../memory.js";
import { type OptimizerName, type OptimizerSpec, optimizerSpec } from "../optimizers/index.js";
import type { Layout } from "../plan/layout.js";
import type { Program } from "../plan/program.js";
import { bytesOfInputs } from "../plan/source.js";
import type { BatchLog, EarlyStoppingSpec, EpochLog, Numerics, Progress, TrainingSpec } from "../spec.js";
import { type BatchSize, batchRows, readBatchSize } from "./batchsizes.js";
import { checkMonitor, readCallbacks, readFunction, readOnNonFinite, readSignal } from "./callbacks.js";
import { checkMixup } from "./mixing.js";
import type { Naming } from "./naming.js";
import { type ModelInput, type ModelTarget, type Pair, readPair } from "./ports.js";
import { checkStateful } from "./stateful.js";
import { type OutcomeOptions, readOutcomes } from "./training.js";
import { type ClassWeight, readSampler, readWeights } from "./weights.js";

export interface CompileOptions extends OutcomeOptions {
  /** A name, or what sgd(), adam() and the like give. */
  optimizer: OptimizerSpec | OptimizerName;
  /** The one source of everything random: a whole number >= 0; drawn if left out. */
  seed?: number;
  /** Threads that take part in every batch; "auto" lets the plan's cost estimate choose. */
  workers?: number | "auto";
  numerics?: Numerics;
  /** Bytes. */
  memoryLimit?: number;
  /** Where build/worker.js is served, for pages whose Content-Security-Policy forbids Blob workers. */
  workerUrl?: string | URL;
}

/** What compile fixed besides the model's own training. */
export interface Settings {
  readonly training: TrainingSpec | undefined;
  readonly seed: number | undefined;
  readonly workers: number | "auto";
  readonly numerics: Numerics | undefined;
  readonly memoryLimit: number;
  readonly workerUrl: string | URL | undefined;
}

const MOST_WORKERS = 64;
/** Rows a batch of a fit that names no batchSize. */
export const DEFAULT_BATCH = 32;
export const DEFAULT_LIMIT = 2147483648;
/** One page less than 4 GiB: what a 32-bit memory can hold. */
const MOST_BYTES = 4294901760;

/** The error of a run that needs more bytes than it may have. */
export function outOfMemory({ bytes, train }: Layout, limit: number): MemoryLimitError {
  const raise = bytes > MOST_BYTES ? "" : ", or raise memoryLimit in compile()";
  const cure = `${smaller(bytes, bytesOfInputs(train))}${raise}.`;
  const text = `memoryLimit: expected a model and data within ${limit} bytes, got ${bytes} bytes. ${cure}`;
  return new MemoryLimitError(text, { bytes, limit });
}

const COMPILE = [
  ...["optimizer", "loss", "lossWeights", "metrics"],
  ...["seed", "workers", "numerics", "memoryLimit", "workerUrl"],
];

/** Checked options of compile for a model whose outputs have these names; without names there is no loss. */
export function readCompile(given: CompileOptions, outputs: readonly string[] = [], who = "compile"): Settings {
  options(given, who, COMPILE);
  const { seed, workers = "auto", numerics, memoryLimit = DEFAULT_LIMIT, workerUrl } = given;
  if (workers !== "auto" && !(Number.isInteger(workers) && workers >= 1 && workers <= MOST_WORKERS)) {
    const expected = `expected "auto" or a whole number >= 1 and <= ${MOST_WORKERS}`;
    throw new OptionError(`${who}: workers: ${expected}, got ${show(workers)}.`);
  }
  if (seed !== undefined) integer(seed, `${who}: seed`, { min: 0 });
  if (numerics !== undefined) lookup({ strict: 1, fast: 1 }, numerics, `${who}: numerics`);
  number(memoryLimit, `${who}: memoryLimit`, { above: 0 });
  if (workerUrl !== undefined && typeof workerUrl !== "string" && !(workerUrl instanceof URL)) {
    throw new OptionError(`${who}: workerUrl: expected a text or a URL, got ${show(workerUrl)}.`);
  }
  const training = { optimizer: optimizerSpec(given.optimizer), ...readOutcomes(given, outputs) };
  return {
    // A copy that nobody else can change, and that can be sent.
    training: JSON.parse(JSON.stringify(training)),
    seed,
    workers,
    numerics,
    memoryLimit: Math.min(memoryLimit, MOST_BYTES),
    workerUrl,
  };
}

export interface FitInput {
  /** Default 1. */
  epochs?: number;
  /**
   * Rows a batch; default 32. The last batch of an epoch may be smaller. "full": all rows, above 1,024 in parts. A schedule
   * such as exponentialBatchSize() gives chooses for each epoch.
   */
  batchSize?: BatchSize;
  /** Another order in each epoch, drawn from the seed; default true. */
  shuffle?: boolean;
  /** A share of the rows set apart, drawn from the seed, stratified for integer labels, one a row. */
  validationSplit?: number;
  validationData?: readonly [x: ModelInput, y: ModelTarget];
  /** What earlyStopping() gives. */
  callbacks?: readonly EarlyStoppingSpec[];
  /** A weight >= 0 for each row: its loss and its gradients are multiplied by it. Validation takes no weights. */
  sampleWeight?: ArrayLike<number>;
  /** A weight for each class of integer labels, or of targets 0 and 1; "balanced": rows / (classes * rows of the class). */
  classWeight?: ClassWeight;
  /** "balanced": each epoch draws rows so that every class comes equally often, rows of small classes repeatedly. */
  sampler?: "balanced";
  /**
   * Each row of a batch is mixed with another one, x with x and loss with loss, by a share drawn for the batch from
   * Beta(mixup, mixup): 0.1 to 0.4 are usual; default 0, no mixing. Metrics go by the target with the larger share. Not for numbers
   * that an embedding takes.
   */
  mixup?: number;
  /** Called on this thread, once per epoch, in order. */
  onEpochEnd?: (log: EpochLog) => void;
  /** Called on this thread for every update, in order, in bundles of at most 25 a second. */
  onBatchEnd?: (log: BatchLog) => void;
  /** Called on this thread, at most 25 times a second. */
  onProgress?: (progress: Progress) => void;
  signal?: AbortSignal;
  /** The number of the first epoch; `epochs` is then the number behind the last one. Default: epochs go on over all fits. */
  initialEpoch?: number;
  /** Validates after every so many epochs; default 1. */
  validationFreq?: number;
  /** Updates an epoch, where that is fewer than the rows give: each epoch takes the first rows of its order. */
  stepsPerEpoch?: number;
  /** The most updates, over all epochs. */
  maxSteps?: number;
  /** Seconds. */
  maxTime?: number;
  /**
   * What a loss or weight that is not finite leads to; default "stop": DivergedError. "skip": the update is left out; weights, slots
   * and step stay as they were. "rollback": on from where the epoch with the lowest loss began, at half the learning rate, ten times
   * at most without getting further; epochs are then told again.
   */
  onNonFinite?: "stop" | "skip" | "rollback";
  /** Times every step of the plan; the history has a table of them. Costs some speed. */
  profile?: boolean;
  /** The arrays may be taken over, which saves a copy; they are empty afterwards. */
  transfer?: boolean;
}

/** A fit whose data and options have passed every check that needs no worker. */
export interface FitRequest extends Pair {
  readonly options: FitOptions;
  /** Weights of the rows in the loss. */
  readonly weights: Float32Array | undefined;
  readonly validation: Pair | undefined;
  readonly validationSplit: number;
  readonly transfer: boolean;
}

const KNOWN = [
  "epochs",
  "batchSize",
  "shuffle",
  "validationSplit",
  "validationData",
  "callbacks",
  "sampleWeight",
  "classWeight",
  "sampler",
  "mixup",
  "onEpochEnd",
  "onBatchEnd",
  "onProgress",
  "initialEpoch",
  "validationFreq",
  "stepsPerEpoch",
  "signal",
  "maxSteps",
  "maxTime",
  "onNonFinite",
  "profile",
  "transfer",
];

const checkProfile = (profile: boolean) => boolean(profile, "fit: profile");

/** The options of every fit that are no data, checked, defaults filled in. */
export function readRun(given: Omit<FitInput, "shuffle">, program: Program) {
  const { epochs = 1, profile = false, mixup = 0 } = given;
  integer(epochs, "fit: epochs", { min: 1 });
  checkProfile(profile);
  checkMixup(mixup, program);
  const { initialEpoch = null, validationFreq = 1, stepsPerEpoch = null, maxSteps = null, maxTime = null } = given;
  integer(validationFreq, "fit: validationFreq", { min: 1 });
  if (initialEpoch !== null) integer(initialEpoch, "fit: initialEpoch", { min: 0, max: epochs - 1 });
  if (stepsPerEpoch !== null) integer(stepsPerEpoch, "fit: stepsPerEpoch", { min: 1 });
  if (given.maxSteps !== undefined) integer(maxSteps, "fit: maxSteps", { min: 1 });
  if (given.maxTime !== undefined) number(maxTime, "fit: maxTime", { above: 0 });
  for (const name of ["onEpochEnd", "onBatchEnd", "onProgress"] as const) readFunction(given[name], `fit: ${name}`);
  readSignal(given.signal, "fit");
  const onNonFinite = readOnNonFinite(given.onNonFinite);
  return {
    epochs,
    initialEpoch,
    validationFreq,
    stepsPerEpoch,
    batchLogs: given.onBatchEnd !== undefined,
    maxSteps,
    maxTime,
    mixup,
    onNonFinite,
    profile,
  };
}

export function readFit(program: Program, x: ModelInput, y: ModelTarget, given: FitInput, naming: Naming): FitRequest {
  options(given, "fit", KNOWN);
  const { batchSize = DEFAULT_BATCH, shuffle = true, validationSplit = 0, transfer = false } = given;
  const run = readRun(given, program);
  const size = readBatchSize(batchSize, "fit: batchSize");
  boolean(shuffle, "fit: shuffle");
  boolean(transfer, "fit: transfer");
  number(validationSplit, "fit: validationSplit", { min: 0, below: 1 });
  const data = readPair(program, x, y, "fit", naming);
  const { rows } = data.x[0]!;
  if (validationSplit > 0 && rows < 2) {
    throw new OptionError("fit: validationSplit: expected at least 2 rows to split, got 1. Give more rows.");
  }
  const validation = given.validationData === undefined ? undefined : readValidation(program, given, naming);
  if (validation && validationSplit > 0) {
    throw new OptionError("fit: validationSplit: expected it or validationData, got both. Drop one of the two.");
  }
  const keys = logKeys(program, !!validation || validationSplit > 0);
  const earlyStopping = readCallbacks(given.callbacks, keys);
  if (program.training!.plateau) checkMonitor(program.training!.plateau.config, keys);
  const sizes = batchRows(program, size, rows, keys);
  checkStateful(program, { ...given, shuffle, batchSize }, sizes.batchSize, { data, validation });
  const arrays = [data, ...(validation ? [validation] : [])].flatMap(({ x, y }) =>
    [...x, ...y].map(({ values }) => values.buffer),
  );
  return {
    options: {
      ...run,
      ...sizes,
      shuffle,
      windowRows: null,
      balanced: readSampler(given, data.y),
      earlyStopping,
    },
    ...data,
    weights: readWeights(given, data.y),
    validation,
    validationSplit,
    // A buffer that serves twice, as in an autoencoder, can be given away only once: it is copied.
    transfer: transfer && new Set(arrays).size === arrays.length,
  };
}

export function readValidation(program: Program, { validationData }: Pick<FitInput, "validationData">, naming: Naming) {
  if (!Array.isArray(validationData) || validationData.length !== 2) {
    throw new OptionError(`fit: validationData: expected [x, y], got ${show(validationData)}.`);
  }
  return readPair(program, validationData[0], validationData[1], "fit: validationData", naming);
}

/** Keys of an epoch's log that can be monitored. */
export function logKeys(program: Program, validated: boolean): string[] {
  const names = ["loss", ...program.training!.metrics.map(({ name }) => name)];
  const sparse = program.parameters.some(({ proximal }) => proximal) ? ["sparsity"] : [];
  const validation = names.map((name) => `val${name[0]!.toUpperCase()}${name.slice(1)}`).concat("generalizationGap");
  return ["dataLoss", "penalty", ...names, ...sparse, ...(validated ? validation : [])];
}
