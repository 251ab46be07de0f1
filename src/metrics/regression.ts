// Errors of values.
import { reads, step, writes } from "../kernels.js";
import { checkOneAxis, type MetricDefinition, placeOf, type RowTargets, type Whole } from "./metric.js";

const error = (kernel: "mean_squared_error" | "mean_absolute_error"): MetricDefinition<object> => ({
  options: [],
  target: "values",
  better: "min",
  output: true,
  row: (_, { batch, value, pred, target }) =>
    step(`${kernel}_forward`, batch, writes(value), reads(pred), reads(target), pred.width, pred.stride, target.stride),
});

/** `mean (output - target)²` over all rows and outputs. */
export const meanSquaredError = error("mean_squared_error");

/** `mean |output - target|` over all rows and outputs. */
export const meanAbsoluteError = error("mean_absolute_error");

/** The root of the mean of all rows. */
export class Root implements Whole {
  #sum = 0;
  #rows = 0;

  add(values: Float32Array, rows: number): void {
    for (let row = 0; row < rows; row++) this.#sum += values[row]!;
    this.#rows += rows;
  }

  result(): number {
    return Math.sqrt(this.#sum / this.#rows);
  }

  clear(): void {
    this.#sum = 0;
    this.#rows = 0;
  }
}

/** `sqrt(mean (output - target)²)` over all rows and outputs. */
export const rootMeanSquaredError: MetricDefinition<object> = { ...meanSquaredError, whole: () => new Root() };

/** Squared errors beside the squared distances of the targets from their mean; Welford's running means. */
export class Determination implements Whole {
  readonly #means: Float64Array;
  #rows = 0;
  #errors = 0;
  #distances = 0;

  constructor(units: number) {
    this.#means = new Float64Array(units);
  }

  add(values: Float32Array, rows: number, targets: RowTargets): void {
    const means = this.#means;
    for (let row = 0; row < rows; row++) {
      const start = placeOf(targets, row);
      this.#rows++;
      this.#errors += values[row]! * means.length;
      for (let unit = 0; unit < means.length; unit++) {
        const value = targets.values[start + unit]!;
        const distance = value - means[unit]!;
        means[unit]! += distance / this.#rows;
        this.#distances += distance * (value - means[unit]!);
      }
    }
  }

  result(): number {
    if (this.#distances === 0) return this.#errors === 0 ? 1 : 0;
    return 1 - this.#errors / this.#distances;
  }

  clear(): void {
    this.#means.fill(0);
    this.#rows = 0;
    this.#errors = 0;
    this.#distances = 0;
  }
}

/**
 * `1 - Σ (target - output)² / Σ (target - mean)²` over all rows and outputs, each output with the mean of its own targets; where
 * all targets are equal, 1 without errors and 0 with.
 * Source: scikit-learn's r2_score with multioutput "variance_weighted".
 */
export const rSquared: MetricDefinition<object> = {
  ...meanSquaredError,
  better: "max",
  fit: (_, task, who) => checkOneAxis(task, who),
  whole: (_, { units }) => new Determination(units),
};
