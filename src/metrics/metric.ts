// What a metric is: a row of the table in index.ts.
import type { Tensor } from "../arena.js";
import type { Tape, TapePlace } from "../expressions/tape.js";
import type { Split, Step } from "../kernels.js";

/** What a model is trained for, as metrics see it. */
export interface Task {
  /** Integer labels, or a value per output. */
  readonly target: "labels" | "values";
  /** Values of one output. */
  readonly units: number;
  /** Each output says yes or no by itself. */
  readonly binary: boolean;
  /** What the loss takes are logits: a sigmoid's threshold is 0 there, not 0.5. */
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
  /** Needs the output itself; logits would give another value. */
  readonly output?: boolean;
  /** Operations of a metric that somebody defined; only for the units it was compiled for. */
  readonly tape?: Tape;
  row(config: Config, context: MetricContext): Step;
  /** What is reported, where that is not the mean of the row values. */
  whole?(config: Config, task: Task): Whole;
}

/** Where the targets of a row begin. */
export const placeOf = ({ order, stride }: RowTargets, row: number): number => (order ? order[row]! : row) * stride;
