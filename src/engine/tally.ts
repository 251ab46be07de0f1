// Metrics of a set of rows that comes in parts; the lead's side.

import type { Tensor } from "../arena.js";
import { Confusion } from "../metrics/index.js";
import type { RowTargets, Whole } from "../metrics/metric.js";
import { type Source, targetWidth } from "../plan/layout.js";
import type { Program } from "../plan/program.js";
import { type RunMemory, sum } from "./memory.js";

/** Means of row values, or what a metric makes of all rows: float64, in the order of rows. */
export class Tally {
  readonly #names: readonly string[];
  readonly #sums: Float64Array;
  readonly #wholes: readonly (Whole | undefined)[];
  #rows = 0;

  constructor({ training }: Program) {
    const { metrics, task } = training!;
    this.#names = metrics.map(({ name }) => name);
    this.#sums = new Float64Array(metrics.length);
    this.#wholes = metrics.map(({ definition, config }) => definition.whole?.(config, task!));
  }

  clear(): void {
    this.#rows = 0;
    this.#sums.fill(0);
    for (const whole of this.#wholes) whole?.clear();
  }

  /** Takes in the first `rows` row values of each metric. */
  add(run: RunMemory, values: readonly Tensor[], rows: number, targets: RowTargets): void {
    this.#rows += rows;
    values.forEach((tensor, i) => {
      const whole = this.#wholes[i];
      if (whole) whole.add(run.float(tensor), rows, targets);
      else this.#sums[i]! += sum(run.float(tensor), rows);
    });
  }

  /** Values by name. */
  result(): Record<string, number> {
    const values = this.#wholes.map((whole, i) => (whole ? whole.result() : this.#sums[i]! / this.#rows));
    return Object.fromEntries(this.#names.map((name, i) => [name, values[i]!]));
  }
}

const valuesOf = (run: RunMemory, tensor: Tensor) =>
  run.program.training?.loss?.target === "labels" ? run.int(tensor) : run.float(tensor);

/** The targets of the batch in memory. */
export function batchTargets(run: RunMemory): RowTargets {
  const { target } = run.layout;
  const labels = run.program.training!.loss!.target === "labels";
  return { values: valuesOf(run, target), stride: labels ? 1 : target.stride };
}

/** The targets of a source's rows, in their order. */
export const sourceTargets = (run: RunMemory, { y, order }: Source): RowTargets => ({
  values: valuesOf(run, y),
  stride: targetWidth(run.program),
  order: run.int(order),
});

export interface EvaluationResult {
  readonly metrics: Record<string, number>;
  /** Rows by true class and, in these, by decided class. */
  readonly confusion: number[][] | undefined;
}

/** Metrics, and where asked for the table of classes, of rows that come in windows. */
export class Evaluation {
  readonly #metrics: Tally;
  readonly #confusion: Confusion | undefined;

  constructor(program: Program, confusion: boolean) {
    this.#metrics = new Tally(program);
    this.#confusion = confusion ? new Confusion(program.training!.task!) : undefined;
  }

  /** Takes in the results of a window. */
  add(run: RunMemory, source: Source, rows: number): void {
    const targets = sourceTargets(run, source);
    this.#metrics.add(run, run.layout.results.slice(1), rows, targets);
    this.#confusion?.add(run.float(run.layout.predictions), rows, targets);
  }

  result(): EvaluationResult {
    return { metrics: this.#metrics.result(), confusion: this.#confusion?.result() };
  }
}
