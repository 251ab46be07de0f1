// Checks of what users pass to compile and fit; defaults are filled in here.

import { boolean, hint, integer, lookup, number, options, pick, show } from "../check.js";
import type { FitOptions } from "../engine/fit.js";
import { MemoryLimitError, OptionError } from "../errors.js";
import { type LossName, type LossSpec, lossSpec } from "../losses/index.js";
import { betterOf, type MetricSpec, metricSpec } from "../metrics/index.js";
import { type OptimizerName, type OptimizerSpec, optimizerSpec } from "../optimizers/index.js";
import type { Program } from "../plan/program.js";
import type { EarlyStoppingSpec, EpochLog, Numerics, Progress, TrainingSpec } from "../spec.js";
import { type DataInput, readInputs, readTargets, sameRows, type Targets, type Values } from "./data.js";

export interface CompileOptions {
  /** A name, or what sgd(), adam(), rmsprop() give. */
  optimizer: OptimizerSpec | OptimizerName;
  /** A name, or `{ name, ...options }`. A model without a loss can predict and go backward from gradients of your own. */
  loss?: LossSpec | LossName;
  /** Names, or `{ name, ...options }`. */
  metrics?: readonly MetricSpec[];
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
  readonly training: TrainingSpec;
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
export function outOfMemory(bytes: number, limit: number): MemoryLimitError {
  const raise = bytes > MOST_BYTES ? "" : ", or raise memoryLimit in compile()";
  const cure = `Take fewer units, a smaller batchSize, fewer rows or Uint8Array data${raise}.`;
  const text = `memoryLimit: expected a model and data within ${limit} bytes, got ${bytes} bytes. ${cure}`;
  return new MemoryLimitError(text, { bytes, limit });
}

export function readCompile(given: CompileOptions): Settings {
  const known = ["optimizer", "loss", "metrics", "seed", "workers", "numerics", "memoryLimit", "workerUrl"];
  options(given, "compile", known);
  const { seed, workers = "auto", numerics, memoryLimit = DEFAULT_LIMIT, workerUrl } = given;
  if (workers !== "auto" && !(Number.isInteger(workers) && workers >= 1 && workers <= MOST_WORKERS)) {
    const expected = `expected "auto" or a whole number >= 1 and <= ${MOST_WORKERS}`;
    throw new OptionError(`compile: workers: ${expected}, got ${show(workers)}.`);
  }
  if (seed !== undefined) integer(seed, "compile: seed", { min: 0 });
  if (numerics !== undefined) lookup({ strict: 1, fast: 1 }, numerics, "compile: numerics");
  number(memoryLimit, "compile: memoryLimit", { above: 0 });
  if (workerUrl !== undefined && typeof workerUrl !== "string" && !(workerUrl instanceof URL)) {
    throw new OptionError(`compile: workerUrl: expected a text or a URL, got ${show(workerUrl)}.`);
  }
  const { metrics = [] } = given;
  if (!Array.isArray(metrics)) {
    throw new OptionError(`compile: metrics: expected an array such as ["accuracy"], got ${show(metrics)}.`);
  }
  const training = {
    optimizer: optimizerSpec(given.optimizer),
    loss: given.loss === undefined ? null : lossSpec(given.loss),
    metrics: Array.from(metrics, metricSpec),
  };
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

export interface EarlyStoppingOptions {
  /** A key of the epoch logs; default valLoss. */
  monitor?: string;
  /** What counts as better; default 0. */
  minDelta?: number;
  /** Epochs without improvement before the stop; default 0: the first one. */
  patience?: number;
  /** Default max for metrics of which more is better (accuracies, precision, recall, f1, auc, rSquared), min for the rest. */
  mode?: "min" | "max" | "auto";
  /** Default true. */
  restoreBestWeights?: boolean;
}

/** Checks an earlyStopping; what is left out gets its default. */
export function readEarlyStopping(given: EarlyStoppingOptions): EarlyStoppingSpec {
  const who = "earlyStopping";
  options(given, who, ["monitor", "minDelta", "patience", "mode", "restoreBestWeights"]);
  const { monitor = "valLoss", minDelta = 0, patience = 0, mode = "auto", restoreBestWeights = true } = given;
  if (typeof monitor !== "string") {
    throw new OptionError(`${who}.monitor: expected a key of the logs such as "valLoss", got ${show(monitor)}.`);
  }
  number(minDelta, `${who}.minDelta`, { min: 0 });
  integer(patience, `${who}.patience`, { min: 0 });
  boolean(restoreBestWeights, `${who}.restoreBestWeights`);
  lookup({ min: 1, max: 1, auto: 1 }, mode, `${who}.mode`);
  const chosen = mode === "auto" ? betterOf(monitor) : mode;
  return { type: who, monitor, minDelta, patience, mode: chosen, restoreBestWeights };
}

export interface FitInput {
  /** Default 1. */
  epochs?: number;
  /** Rows a batch; default 32. The last batch of an epoch may be smaller. */
  batchSize?: number;
  /** Another order in each epoch, drawn from the seed; default true. */
  shuffle?: boolean;
  /** A share of the rows set apart, drawn from the seed, stratified for integer labels. */
  validationSplit?: number;
  validationData?: readonly [x: DataInput, y: DataInput];
  /** What earlyStopping() gives. */
  callbacks?: readonly EarlyStoppingSpec[];
  /** Called on this thread, once per epoch, in order. */
  onEpochEnd?: (log: EpochLog) => void;
  /** Called on this thread, at most 25 times a second. */
  onProgress?: (progress: Progress) => void;
  signal?: AbortSignal;
  /** The most updates, over all epochs. */
  maxSteps?: number;
  /** Seconds. */
  maxTime?: number;
  /** Times every step of the plan; the history has a table of them. Costs some speed. */
  profile?: boolean;
  /** The arrays may be taken over, which saves a copy; they are empty afterwards. */
  transfer?: boolean;
}

/** A fit whose data and options have passed every check that needs no worker. */
export interface FitRequest {
  readonly options: FitOptions;
  readonly x: Values;
  readonly y: Targets;
  readonly validation: { readonly x: Values; readonly y: Targets } | undefined;
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
  "onEpochEnd",
  "onProgress",
  "signal",
  "maxSteps",
  "maxTime",
  "profile",
  "transfer",
];

export function readFit(program: Program, x: DataInput, y: DataInput, given: FitInput): FitRequest {
  options(given, "fit", KNOWN);
  const {
    epochs = 1,
    batchSize = DEFAULT_BATCH,
    shuffle = true,
    validationSplit = 0,
    transfer = false,
    profile = false,
  } = given;
  integer(epochs, "fit: epochs", { min: 1 });
  integer(batchSize, "fit: batchSize", { min: 1 });
  boolean(shuffle, "fit: shuffle");
  boolean(transfer, "fit: transfer");
  boolean(profile, "fit: profile");
  number(validationSplit, "fit: validationSplit", { min: 0, below: 1 });
  if (given.maxSteps !== undefined) integer(given.maxSteps, "fit: maxSteps", { min: 1 });
  if (given.maxTime !== undefined) number(given.maxTime, "fit: maxTime", { above: 0 });
  for (const name of ["onEpochEnd", "onProgress"] as const) {
    if (given[name] !== undefined && typeof given[name] !== "function") {
      throw new OptionError(`fit: ${name}: expected a function, got ${show(given[name])}.`);
    }
  }
  readSignal(given.signal);
  const data = readPair(program, x, y, "fit");
  if (validationSplit > 0 && data.x.rows < 2) {
    throw new OptionError("fit: validationSplit: expected at least 2 rows to split, got 1. Give more rows.");
  }
  const validation = given.validationData === undefined ? undefined : readValidation(program, given);
  if (validation && validationSplit > 0) {
    throw new OptionError("fit: validationSplit: expected it or validationData, got both. Drop one of the two.");
  }
  const earlyStopping = readCallbacks(given.callbacks, logKeys(program, !!validation || validationSplit > 0));
  const { maxSteps = null, maxTime = null } = given;
  const arrays = [data, ...(validation ? [validation] : [])].flatMap(({ x, y }) => [x.values.buffer, y.values.buffer]);
  return {
    options: {
      epochs,
      batchSize: Math.min(batchSize, data.x.rows),
      shuffle,
      maxSteps,
      maxTime,
      earlyStopping,
      profile,
    },
    ...data,
    validation,
    validationSplit,
    // A buffer that serves twice, as in an autoencoder, can be given away only once: it is copied.
    transfer: transfer && new Set(arrays).size === arrays.length,
  };
}

/** Inputs and targets of the same rows. */
export function readPair(program: Program, x: DataInput, y: DataInput, who: string): { x: Values; y: Targets } {
  const { loss } = program.training!;
  if (!loss) throw new OptionError(`${who}: expected a model with a loss, got none. Name one in compile({ loss }).`);
  const inputs = readInputs(x, program.inputShape, who);
  sameRows(inputs, y, who);
  const width = program.outputShape.reduce((size, extent) => size * extent, 1);
  return { x: inputs, y: readTargets(y, loss, width, inputs.rows, who) };
}

function readValidation(program: Program, { validationData }: FitInput) {
  if (!Array.isArray(validationData) || validationData.length !== 2) {
    throw new OptionError(`fit: validationData: expected [x, y], got ${show(validationData)}.`);
  }
  return readPair(program, validationData[0], validationData[1], "fit: validationData");
}

/** Keys of an epoch's log that can be monitored. */
function logKeys(program: Program, validated: boolean): string[] {
  const names = ["loss", ...program.training!.metrics.map(({ name }) => name)];
  const validation = names.map((name) => `val${name[0]!.toUpperCase()}${name.slice(1)}`);
  return ["dataLoss", "penalty", ...names, ...(validated ? validation : [])];
}

function readCallbacks(callbacks: FitInput["callbacks"], keys: string[]): EarlyStoppingSpec | null {
  if (callbacks === undefined) return null;
  if (!Array.isArray(callbacks)) throw new OptionError(`fit: callbacks: expected an array, got ${show(callbacks)}.`);
  if (callbacks.length === 0) return null;
  if (callbacks.length > 1) {
    throw new OptionError(`fit: callbacks: expected one earlyStopping(), got ${callbacks.length}. Drop the others.`);
  }
  const [first] = callbacks;
  pick({ earlyStopping: 1 }, first, "type", "fit: callbacks");
  const { type: _, ...given } = typeof first === "string" ? {} : (first as EarlyStoppingSpec);
  const spec = readEarlyStopping(given);
  if (!keys.includes(spec.monitor)) {
    const missing = /^val/.test(spec.monitor) && !keys.includes("valLoss");
    const cure = missing ? " Validation values need validationSplit or validationData." : "";
    throw new OptionError(`earlyStopping.monitor: unknown name ${hint(spec.monitor, keys)}${cure}`);
  }
  return spec;
}

function readSignal(signal: unknown): void {
  if (signal === undefined || typeof (signal as AbortSignal | null)?.addEventListener === "function") return;
  const cure = signal instanceof AbortController ? " Pass its signal: controller.signal." : "";
  throw new OptionError(`fit: signal: expected an AbortSignal, got ${show(signal)}.${cure}`);
}
