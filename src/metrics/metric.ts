// What a metric is: a row of the table in index.ts.
import type { Tensor } from "../arena.js";
import { OptionError } from "../errors.js";
import type { Tape, TapePlace } from "../expressions/tape.js";
import type { Split, Step } from "../kernels.js";

/** What a model is trained for, as metrics see it. */
export interface Task {
  /** Integer labels, or a value per output. */
  readonly target: "labels" | "values";
  /** Values of the last axis of an output, and how many such vectors an example has where it has several axes. */
  readonly units: number;
  readonly steps?: number | undefined;
  /** Each output says yes or no by itself. */
  readonly binary: boolean;
  /** What the loss takes are logits, or say yes by their sign as these do: a sigmoid's threshold is 0 there, not 0.5. */
  readonly logits: boolean;
}

export interface MetricContext {
  readonly batch: Split;
  /** One value a row. */
  readonly value: Tensor;
  /** What the loss takes, or the output itself where the metric needs that. */
  readonly pred: Tensor;
  readonly target: Tensor;
  readonly task: Task;
  /** Where the definition's tape lies. */
  readonly place?: TapePlace | undefined;
}

/** Targets of rows: row r begins at `(order ? order[r] : r) * stride`. */
export interface RowTargets {
  readonly values: Int32Array | Float32Array;
  readonly stride: number;
  readonly order?: Int32Array;
}

/** Makes one number of the row values of a whole set, which come in parts. In float64, in the order of rows. */
export interface Whole {
  /** Takes in the first `rows` of these row values. */
  add(values: Float32Array, rows: number, targets: RowTargets): void;
  result(): number;
  /** Forgets all rows. */
  clear(): void;
}

export interface MetricDefinition<Config> {
  readonly options: readonly string[];
  check?(config: Config, who: string): void;
  /** OptionError where it does not go with a task that has the right kind of targets. */
  fit?(config: Config, task: Task, who: string): void;
  /** The targets it is for; any if left out. */
  readonly target?: "labels" | "values";
  /** Which values are better. */
  readonly better: "max" | "min";
  /** Takes the last axis as one vector: see losses. */
  readonly vector?: true;
  /** Needs the output itself; logits would give another value. */
  readonly output?: boolean;
  /** Operations of a metric that somebody defined; only for the units it was compiled for. */
  readonly tape?: Tape;
  row(config: Config, context: MetricContext): Step;
  /** What is reported, where that is not the mean of the row values. */
  whole?(config: Config, task: Task): Whole;
}

/** OptionError where an example has several axes, for what makes one number of a whole set of rows. */
export function checkOneAxis({ steps }: Task, who: string): void {
  if (steps === undefined) return;
  const cure = 'Take "accuracy", or work it out from predict().';
  throw new OptionError(`${who}: expected an output (B, units), got one of several axes. ${cure}`);
}

/** Where the targets of a row begin. */
export const placeOf = ({ order, stride }: RowTargets, row: number): number => (order ? order[row]! : row) * stride;
