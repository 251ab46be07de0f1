// Checks of what users pass to crossValidate and select; defaults are filled in here.

import { boolean, integer, lookup, show } from "../check.js";
import { DataError, OptionError } from "../errors.js";
import { features } from "../features.js";
import { readFunction, readSignal } from "../model/callbacks.js";
import type { Values } from "../model/data.js";
import type { CompileOptions, FitInput } from "../model/options.js";
import { type ModelInput, type ModelTarget, readPair } from "../model/ports.js";
import { rowWeights } from "../model/weights.js";
import { type Port, portName } from "../plan/program.js";
import { drawSeed } from "../random.js";
import type { Candidate } from "./candidate.js";
import { foldSeed, folds } from "./folds.js";
import type { Setup, Trial } from "./trials.js";

/** Options of each fold's fit. */
export type FoldFit = Omit<FitInput, "validationData" | "signal" | "transfer">;

export interface FoldedOptions {
  /** Parts that the rows are dealt into; each is tested on once. Default 5. */
  folds?: number;
  /** How often the rows are dealt anew. Default 1. */
  repeats?: number;
  /**
   * Every fold gets its share of each class: of those in y (labels, or one value per class), of the output named, or of these.
   * Default false.
   */
  stratified?: boolean | string | ArrayLike<number>;
  /** A group for each row; rows of one group are never on both sides. */
  groups?: ArrayLike<number | string>;
  /** What folds and models draw from; default that of compile, else drawn. */
  seed?: number;
  /** Epochs, batch size and the like, as `fit` takes them; `sampleWeight` for all rows. What is evaluated has no weights. */
  fit?: FoldFit;
  /** For a model given as JSON; in place of a compiled model's own. Seed and workers are each fold's own. */
  compile?: CompileOptions;
  /** x, or the inputs named, are scaled to mean 0 and deviation 1 by column, as the rows show that a fold trains on. Default false. */
  standardize?: boolean | readonly string[];
  /** Folds at a time, each on a worker of its own; "auto" takes features().workers. No number depends on it. */
  parallel?: number | "auto";
  /** Ends the run: it resolves with the folds that are complete. */
  signal?: AbortSignal;
}

export const KNOWN = [
  "folds",
  "repeats",
  "stratified",
  "groups",
  "seed",
  "fit",
  "compile",
  "standardize",
  "parallel",
  "signal",
  "onFold",
];

const MOST_PARALLEL = 64;
const CURE = "Give a class for each row.";
/** Options of fit that make no sense in a fold, and what to do instead. */
const REFUSED: Readonly<Record<string, string>> = {
  validationData: "Each fold has its own; use validationSplit.",
  signal: "Give it beside fit.",
  transfer: "Each fold has its own rows.",
};

/** A checked call: its data and its folds, the same ones for every candidate. */
export interface Request extends Setup {
  readonly seed: number;
  readonly trials: readonly Omit<Trial, "candidate">[];
  readonly parallel: number | undefined;
}

export function readRequest(
  first: Candidate,
  x: ModelInput,
  y: ModelTarget,
  given: FoldedOptions & { onFold?: unknown },
  who: string,
): Request {
  const { folds: count = 5, repeats = 1, stratified = false, groups, standardize = false, signal } = given;
  const { seed = first.compile.seed ?? drawSeed(), fit = {} } = given;
  readSignal(signal, who);
  readFunction(given.onFold, `${who}: onFold`);
  checkFit(fit, `${who}: fit`);
  const parallel = readParallel(given.parallel, who);
  const { inputs, outputs } = first.program;
  const scaled = readScaled(standardize, inputs, `${who}: standardize`);
  const data = readPair(first.program, x, y, who, { names: first.spec.labels, learns: true });
  const { rows } = data.x[0]!;
  const classes = readClasses(stratified, data.y, outputs, who);
  const options = {
    folds: count,
    repeats,
    seed,
    ...(classes ? { stratify: classes } : {}),
    ...(groups !== undefined ? { groups } : {}),
  };
  const trials = folds(rows, options, who).map((testRows, i) => {
    const [repeat, fold] = [Math.floor(i / count), i % count];
    return { repeat, fold, testRows, seed: foldSeed(seed, repeat, fold) };
  });
  const { sampleWeight } = fit;
  const weights = sampleWeight && { sampleWeight: rowWeights(sampleWeight, rows, `${who}: fit`) };
  return { ...data, fit: { ...fit, ...weights }, scaled, signal, seed, trials, parallel };
}

/** How many of so many trials run at a time. */
export const lanes = (parallel: number | undefined, trials: number): number =>
  Math.min(parallel ?? features().workers, trials);

function readParallel(parallel: unknown, who: string): number | undefined {
  if (parallel === undefined || parallel === "auto") return undefined;
  if (typeof parallel === "number") return integer(parallel, `${who}: parallel`, { min: 1, max: MOST_PARALLEL });
  throw new OptionError(`${who}: parallel: expected "auto" or a whole number, got ${show(parallel)}.`);
}

function checkFit(fit: unknown, who: string): void {
  if (fit === null || typeof fit !== "object" || Array.isArray(fit)) {
    throw new OptionError(`${who}: expected an object of options such as { epochs: 10 }, got ${show(fit)}.`);
  }
  for (const [key, cure] of Object.entries(REFUSED)) {
    if ((fit as Record<string, unknown>)[key] === undefined) continue;
    throw new OptionError(`${who}: ${key}: expected nothing, got a value. ${cure}`);
  }
}

/** The place of an input or output among several, by its name. */
const placeOf = (name: unknown, ports: readonly Port[], who: string): number =>
  lookup(Object.fromEntries(ports.map((port, k) => [port.name, k])), name, who);

/** Which inputs are standardized. */
function readScaled(given: unknown, inputs: readonly Port[], who: string): boolean[] {
  if (!Array.isArray(given)) return inputs.map(() => boolean(given, who));
  const chosen = Array.from(given, (name) => placeOf(name, inputs, who));
  return inputs.map((_, k) => chosen.includes(k));
}

function readClasses(
  stratified: unknown,
  y: readonly Values[],
  outputs: readonly Port[],
  who: string,
): ArrayLike<number> | undefined {
  if (stratified === false) return undefined;
  const where = `${who}: stratified`;
  const list = stratified as ArrayLike<number> | null;
  if (typeof list === "object" && typeof list?.length === "number") return list;
  // True is the only output.
  const k = stratified === true && outputs.length === 1 ? 0 : placeOf(stratified, outputs, where);
  if (outputs[k]!.shape.length === 1) return classesOf(y[k]!, who, portName("y", outputs, k));
  throw new OptionError(`${where}: expected an output (B, units), got one of several axes. ${CURE}`);
}

/** The class of each row: its label, or where the largest of its values is. */
function classesOf({ values, rows, width }: Values, who: string, what: string): number[] {
  return Array.from({ length: rows }, (_, row) => {
    const own = values.subarray(row * width, (row + 1) * width);
    if (width > 1) return own.indexOf(Math.max(...own));
    if (Number.isInteger(own[0])) return own[0]!;
    const got = `${own[0]} in row ${row}. ${CURE}`;
    throw new DataError(`${who}: stratified: expected whole numbers in ${what}, got ${got}`, { row });
  });
}
