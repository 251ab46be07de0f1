// Checks of what users pass to a fit from a stream.

import { integer, options, show } from "../check.js";
import type { FitOptions } from "../engine/options.js";
import { OptionError } from "../errors.js";
import { sizeOf } from "../layers/layer.js";
import type { Program } from "../plan/program.js";
import { targetWidths } from "../plan/source.js";
import { batchRows } from "./batchsizes.js";
import { checkMonitor, readCallbacks } from "./callbacks.js";
import { ChunkReader, type ChunkSource } from "./chunks.js";
import type { FeedSizes } from "./feed.js";
import type { Naming } from "./naming.js";
import { DEFAULT_BATCH, type FitInput, type FitRequest, logKeys, readRun, readValidation } from "./options.js";
import { checkStateful } from "./stateful.js";
import type { ClassWeight } from "./weights.js";

type ArraysAlone =
  | "batchSize"
  | "shuffle"
  | "validationSplit"
  | "sampleWeight"
  | "classWeight"
  | "sampler"
  | "transfer";

/** Options of a fit from a stream: those of any fit, but for what needs all rows at once. */
export interface StreamInput extends Omit<FitInput, ArraysAlone> {
  /** Rows a batch, however many a chunk has; default 32. */
  batchSize?: number;
  /** false, the default: rows as they come. "window": windowRows rows at a time in another order, drawn from the seed. */
  shuffle?: false | "window";
  /** Rows of each of the two windows in memory; rounded up to whole updates. Default: as many as have 8 MB. */
  windowRows?: number;
  /** A weight for each class of integer labels, by label. */
  classWeight?: Exclude<ClassWeight, "balanced">;
}

/** A fit from a stream whose options have passed every check. */
export interface StreamRequest {
  readonly options: FitOptions;
  readonly reader: ChunkReader;
  readonly sizes: FeedSizes;
  readonly validation: FitRequest["validation"];
  /** Epochs that run if none is cut off. */
  readonly epochs: number;
}

const WINDOW_BYTES = 8e6;
const KNOWN = [
  ...["epochs", "batchSize", "shuffle", "windowRows", "validationData", "callbacks", "classWeight"],
  ...["onEpochEnd", "onBatchEnd", "onProgress", "signal", "initialEpoch", "validationFreq", "stepsPerEpoch"],
  ...["maxSteps", "maxTime", "mixup", "onNonFinite", "profile"],
];
/** What a fit of arrays takes and a stream cannot have, and what to do instead. */
const INSTEAD: Readonly<Record<string, string>> = {
  validationSplit: "Pass validationData: [x, y].",
  sampleWeight: "Give it with its rows: { x, y, sampleWeight }.",
  sampler: "Have the source give its rows evenly, or pass classWeight.",
  transfer: "Leave it out: each chunk is copied once.",
};

export function readStream(program: Program, source: ChunkSource, given: StreamInput, naming: Naming): StreamRequest {
  options(given, "fit", [...KNOWN, ...Object.keys(INSTEAD)]);
  for (const [name, cure] of Object.entries(INSTEAD)) {
    const value = (given as Record<string, unknown>)[name];
    if (value !== undefined)
      throw new OptionError(`fit: ${name}: expected none for a stream, got ${show(value)}. ${cure}`);
  }
  const { batchSize = DEFAULT_BATCH, shuffle = false, classWeight, windowRows } = given;
  if (typeof batchSize !== "number") {
    const cure = "Give the rows of a batch.";
    throw new OptionError(`fit: batchSize: expected a whole number for a stream, got ${show(batchSize)}. ${cure}`);
  }
  integer(batchSize, "fit: batchSize", { min: 1 });
  if (shuffle !== false && shuffle !== "window") {
    const cure = 'A stream is shuffled a window at a time: "window".';
    throw new OptionError(`fit: shuffle: expected false or "window" for a stream, got ${show(shuffle)}. ${cure}`);
  }
  if ((classWeight as unknown) === "balanced") {
    const cure = "Give the weights, such as { 0: 1, 1: 10 }.";
    throw new OptionError(`fit: classWeight: expected weights by label for a stream, got "balanced". ${cure}`);
  }
  if (given.onNonFinite === "rollback") {
    const cure = "A stream cannot go back: take skip.";
    throw new OptionError(`fit: onNonFinite: expected "stop" or "skip" for a stream, got "rollback". ${cure}`);
  }
  if (windowRows !== undefined) integer(windowRows, "fit: windowRows", { min: 1 });
  const run = readRun(given, program);
  const { initialEpoch, stepsPerEpoch } = run;
  const epochs = run.epochs - (initialEpoch ?? 0);
  if (typeof source !== "function" && epochs > 1 && stepsPerEpoch === null) {
    const cure = "Pass a function that returns a new one for each epoch, or stepsPerEpoch.";
    throw new OptionError(
      `fit: epochs: expected 1 for an iterable, of which there is one pass, got ${epochs}. ${cure}`,
    );
  }
  const validation = given.validationData === undefined ? undefined : readValidation(program, given, naming);
  const keys = logKeys(program, validation !== undefined);
  const earlyStopping = readCallbacks(given.callbacks, keys);
  if (program.training!.plateau) checkMonitor(program.training!.plateau.config, keys);
  const rows = batchRows(program, batchSize, Number.POSITIVE_INFINITY, []);
  checkStateful(program, { ...given, shuffle }, batchSize, { validation });
  const update = rows.updateRows;
  const window = Math.ceil((windowRows ?? rowsInBytes(program, WINDOW_BYTES)) / update) * update;
  return {
    options: { ...run, ...rows, shuffle: shuffle === "window", windowRows: window, balanced: false, earlyStopping },
    reader: new ChunkReader(source, program, naming, classWeight),
    sizes: { window, update, epoch: (stepsPerEpoch ?? Number.POSITIVE_INFINITY) * update, whole: shuffle === "window" },
    validation,
    epochs,
  };
}

/** Bytes count as floats, so that windows do not depend on how values are kept. */
function rowsInBytes(program: Program, bytes: number): number {
  const widths = [...program.inputs.map(({ shape }) => sizeOf(shape)), ...targetWidths(program)];
  return Math.max(1, Math.floor(bytes / (4 * widths.reduce((sum, width) => sum + width, 0))));
}
