// The table of batch-size schedules: pure functions of the epoch, of the seed, or of what results have made of the size.
import { integer, lookup, number, options, pick, show } from "../check.js";
import { OptionError } from "../errors.js";
import { power } from "../mathematics.js";
import { uniforms } from "../random.js";
import { observe, type PlateauState, start } from "./plateau.js";

/** A stream of random numbers that belongs to the host. */
const STREAM = 11;

export interface ExponentialBatchSize {
  /** Rows of a batch in epoch 0. */
  initial: number;
  /** What the size is multiplied by, above 1; default 2. */
  factor?: number;
  /** Epochs from one growth to the next; default 1. */
  every?: number;
  /** The most rows; memory is planned for them. */
  maximum: number;
}

export interface RandomBatchSize {
  /** The fewest rows; default 1. */
  minimum?: number;
  /** The most rows; memory is planned for them. */
  maximum: number;
}

export interface PlateauBatchSize {
  /** Rows of a batch before the first growth. */
  initial: number;
  /** What the size is multiplied by, above 1; default 2. */
  factor?: number;
  /** Epochs without improvement that are let pass; the next one lets the size grow. Default 10. */
  patience?: number;
  /** A key of the epoch logs; default valLoss. */
  monitor?: string;
  /** What counts as better; default 0.0001. */
  minDelta?: number;
  /** Default max for metrics of which more is better, min for the rest. */
  mode?: "min" | "max" | "auto";
  /** The most rows; memory is planned for them. */
  maximum: number;
}

/** What a size may depend on. */
export interface Moment {
  /** Counted over all fits of a model. */
  readonly epoch: number;
  readonly seed: number;
  /** What results have made of the size, before the first one its start. */
  readonly growth: PlateauState;
}

interface BatchSizeDefinition<Config> {
  readonly options: readonly string[];
  check(config: Config, who: string): void;
  /** What is left out. */
  readonly defaults: Readonly<Partial<Config>>;
  /** Rows, a whole number in 1..maximum. */
  size(config: Required<Config>, moment: Moment): number;
}

const grown = (size: number, maximum: number): number => Math.min(maximum, Math.floor(size + 0.5));

function checkGrowth({ initial, factor, maximum }: Omit<ExponentialBatchSize, "every">, who: string): void {
  integer(maximum, `${who}.maximum`, { min: 1 });
  integer(initial, `${who}.initial`, { min: 1, max: maximum });
  if (factor !== undefined) number(factor, `${who}.factor`, { above: 1 });
}

/** `min(maximum, round(initial * factor^floor(epoch / every)))`. */
const exponentialBatchSize: BatchSizeDefinition<ExponentialBatchSize> = {
  options: ["initial", "factor", "every", "maximum"],
  check(config, who) {
    checkGrowth(config, who);
    if (config.every !== undefined) integer(config.every, `${who}.every`, { min: 1 });
  },
  defaults: { factor: 2, every: 1 },
  size: ({ initial, factor, every, maximum }, { epoch }) =>
    grown(initial * power(factor, Math.floor(epoch / every)), maximum),
};

/** A whole number of minimum..maximum for each epoch, all equally likely. */
const randomBatchSize: BatchSizeDefinition<RandomBatchSize> = {
  options: ["minimum", "maximum"],
  check({ minimum, maximum }, who) {
    integer(maximum, `${who}.maximum`, { min: 1 });
    if (minimum !== undefined) integer(minimum, `${who}.minimum`, { min: 1, max: maximum });
  },
  defaults: { minimum: 1 },
  size({ minimum, maximum }, { epoch, seed }) {
    let size = minimum;
    uniforms(seed, STREAM, epoch, 1, (u) => {
      size += Math.floor(u * (maximum - minimum + 1));
    });
    return size;
  },
};

/** `min(maximum, round(initial * factor^n))`, n the plateaus so far. */
const plateauBatchSize: BatchSizeDefinition<PlateauBatchSize> = {
  options: ["initial", "factor", "patience", "monitor", "minDelta", "mode", "maximum"],
  check(config, who) {
    checkGrowth(config, who);
    const { patience, monitor, minDelta, mode } = config;
    if (patience !== undefined) integer(patience, `${who}.patience`, { min: 0 });
    if (minDelta !== undefined) number(minDelta, `${who}.minDelta`, { min: 0 });
    if (mode !== undefined) lookup({ min: 1, max: 1, auto: 1 }, mode, `${who}.mode`);
    if (monitor !== undefined && typeof monitor !== "string") {
      throw new OptionError(`${who}.monitor: expected a key of the logs such as "valLoss", got ${show(monitor)}.`);
    }
  },
  defaults: { factor: 2, patience: 10, monitor: "valLoss", minDelta: 0.0001, mode: "auto" },
  size: ({ initial, maximum }, { growth }) => grown(initial / growth.rate, maximum),
};

const table = { exponentialBatchSize, randomBatchSize, plateauBatchSize };

type ConfigOf<D> = D extends BatchSizeDefinition<infer C> ? C : never;
export type BatchSizeType = keyof typeof table;
export type BatchSizeOptions<T extends BatchSizeType> = ConfigOf<(typeof table)[T]>;
/** A batch-size schedule as plain JSON. */
export type BatchSizeSpec = {
  [T in BatchSizeType]: { readonly type: T } & Readonly<Required<BatchSizeOptions<T>>>;
}[BatchSizeType];

/** Options of a schedule, besides its type. */
export const batchSizeKeys = (type: BatchSizeType): readonly string[] => table[type].options;

/** Checks a batch-size schedule; what is left out gets its default. `betterOf` says of which logs more is better. */
export function batchSizeSpec(given: unknown, who: string, betterOf: (key: string) => "min" | "max"): BatchSizeSpec {
  const row = pick(table, given, "type", who) as unknown as BatchSizeDefinition<object>;
  const config = given as { type: BatchSizeType };
  options(config, config.type, ["type", ...row.options]);
  row.check(config, config.type);
  const set = Object.entries(config).filter(([, value]) => value !== undefined);
  const spec = { ...row.defaults, ...Object.fromEntries(set) } as unknown as BatchSizeSpec;
  return spec.type === "plateauBatchSize" && spec.mode === "auto" ? { ...spec, mode: betterOf(spec.monitor) } : spec;
}

/** Rows of a batch at a moment. */
export const batchSizeAt = (spec: BatchSizeSpec, moment: Moment): number =>
  (table[spec.type] as unknown as BatchSizeDefinition<object>).size(spec, moment);

/** Before the first result. */
export const startGrowth = (): PlateauState => start({ initial: 1 });

/** After one more epoch: on a plateau of a learning rate the rate falls, here what divides the size does. */
export function observeGrowth(spec: BatchSizeSpec, growth: PlateauState, log: Readonly<Record<string, number>>) {
  if (spec.type !== "plateauBatchSize") return growth;
  const { initial, factor, maximum, patience, minDelta, monitor } = spec;
  const value = log[monitor];
  if (value === undefined) return growth;
  const falls = { initial: 1, factor: 1 / factor, minimum: initial / maximum, cooldown: 0 };
  const mode = spec.mode as "min" | "max";
  return observe({ type: "reduceOnPlateau", ...falls, patience, minDelta, mode, monitor }, growth, value);
}
