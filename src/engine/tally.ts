// Metrics of a set of rows that comes in parts; the lead's side.

import type { Tensor } from "../arena.js";
import { Confusion } from "../metrics/index.js";
import type { RowTargets, Whole } from "../metrics/metric.js";
import type { Program } from "../plan/program.js";
import { type Source, targetWidths } from "../plan/source.js";
import type { RunMemory } from "./memory.js";

/** Means of row values, or what a metric makes of all rows: float64, in a fixed order. */
export class Tally {
  readonly #names: readonly string[];
  readonly #sums: Float64Array;
  readonly #wholes: readonly (Whole | undefined)[];
  readonly #outcomes: readonly number[];
  #rows = 0;

  constructor({ training }: Program) {
    const { metrics, outcomes } = training!;
    this.#names = metrics.map(({ name }) => name);
    this.#sums = new Float64Array(metrics.length);
    this.#outcomes = metrics.map(({ outcome }) => outcome);
    this.#wholes = metrics.map(({ definition, config, outcome }) =>
      definition?.whole?.(config, outcomes[outcome]!.task),
    );
  }

  clear(): void {
    this.#rows = 0;
    this.#sums.fill(0);
    for (const whole of this.#wholes) whole?.clear();
  }

  /** Takes in the first `rows` row values of each metric, and the targets of each output. */
  add(run: RunMemory, values: readonly Tensor[], rows: number, targets: readonly RowTargets[]): void {
    this.#rows += rows;
    values.forEach((tensor, i) => {
      const whole = this.#wholes[i];
      if (whole) whole.add(run.float(tensor), rows, targets[this.#outcomes[i]!]!);
      else this.#sums[i]! += run.sum(tensor, rows);
    });
  }

  /** Values by name. */
  result(): Record<string, number> {
    const values = this.#wholes.map((whole, i) => (whole ? whole.result() : this.#sums[i]! / this.#rows));
    return Object.fromEntries(this.#names.map((name, i) => [name, values[i]!]));
  }
}

const hasLabels = ({ program }: RunMemory, k: number) => program.training!.outcomes[k]!.target === "labels";
const valuesOf = (run: RunMemory, tensor: Tensor, k: number) =>
  hasLabels(run, k) ? run.int(tensor) : run.float(tensor);

/** The targets of the batch in memory, by output. */
export const batchTargets = (run: RunMemory): RowTargets[] =>
  run.layout.targets.map((target, k) => ({
    values: valuesOf(run, target, k),
    stride: hasLabels(run, k) ? 1 : target.stride,
  }));

/** The targets of a source's rows, in their order. */
export function sourceTargets(run: RunMemory, { y, order }: Source): RowTargets[] {
  const widths = targetWidths(run.program);
  return y.map((tensor, k) => ({ values: valuesOf(run, tensor, k), stride: widths[k]!, order: run.int(order) }));
}

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
    this.#confusion = confusion ? new Confusion(program.training!.outcomes[0]!.task) : undefined;
  }

  /** Takes in the results of a window. */
  add(run: RunMemory, source: Source, rows: number): void {
    const targets = sourceTargets(run, source);
    this.#metrics.add(run, run.layout.results.slice(1), rows, targets);
    this.#confusion?.add(run.float(run.layout.predictions[0]!), rows, targets[0]!);
  }

  result(): EvaluationResult {
    return { metrics: this.#metrics.result(), confusion: this.#confusion?.result() };
  }
}
