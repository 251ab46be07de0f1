// Metrics of the class that a row decides for: precision, recall, F1, and the table of all pairs.
import { lookup } from "../check.js";
import { OptionError } from "../errors.js";
import { reads, type Step, step, writes } from "../kernels.js";
import {
  checkOneAxis,
  type MetricContext,
  type MetricDefinition,
  placeOf,
  type RowTargets,
  type Task,
  type Whole,
} from "./metric.js";

/** The most classes that a table of pairs has room for. */
const MOST_CLASSES = 2048;

/** How many classes a task tells apart: 2 with one output; OptionError where outputs are no classes. */
export function classesOf(task: Task, who: string): number {
  const { target, units, binary } = task;
  checkOneAxis(task, who);
  if (target === "values" && units === 1) return 2;
  if (target === "labels" || !binary) return units;
  const expected = 'expected one output, or one per class as with "categoricalCrossentropy"';
  throw new OptionError(`${who}: ${expected}, got ${units} that each say yes or no. Use "binaryAccuracy".`);
}

/** The true class of a row: the label, whether its one value is above 0.5, or the first of its largest values. */
export function truthOf({ target, units }: Task): (targets: RowTargets, row: number) => number {
  if (target === "labels") return (targets, row) => targets.values[placeOf(targets, row)]!;
  if (units === 1) return (targets, row) => (targets.values[placeOf(targets, row)]! > 0.5 ? 1 : 0);
  return (targets, row) => {
    const { values } = targets;
    const start = placeOf(targets, row);
    let largest = start;
    for (let at = start + 1; at < start + units; at++) if (values[at]! > values[largest]!) largest = at;
    return largest - start;
  };
}

/** The class that each row decides for; -1 if an output is not a number. */
export const decision = ({
  batch,
  value,
  pred,
  task,
}: Pick<MetricContext, "batch" | "value" | "pred" | "task">): Step =>
  step("decided_class", batch, writes(value), reads(pred), task.logits ? 0 : 0.5, pred.width, pred.stride);

interface Counts {
  /** Rows of a class that were found, rows that were said to be of it, rows of it; by class. */
  readonly found: Float64Array;
  readonly said: Float64Array;
  readonly real: Float64Array;
}

/** Counts by class; `rate` makes a number of the counts of one class, or of their sums. */
export class Rates implements Whole {
  readonly #counts: Counts;
  readonly #truth: ReturnType<typeof truthOf>;
  readonly #rate: (found: number, said: number, real: number) => number;
  readonly #average: Average["average"];

  constructor(classes: number, truth: ReturnType<typeof truthOf>, rate: Rate, average: Average["average"]) {
    const zeros = () => new Float64Array(classes);
    this.#counts = { found: zeros(), said: zeros(), real: zeros() };
    this.#truth = truth;
    this.#rate = rate;
    this.#average = average;
  }

  add(values: Float32Array, rows: number, targets: RowTargets): void {
    const { found, said, real } = this.#counts;
    for (let row = 0; row < rows; row++) {
      const truth = this.#truth(targets, row);
      const decided = values[row]!;
      real[truth]!++;
      if (decided >= 0) said[decided]!++;
      if (decided === truth) found[truth]!++;
    }
  }

  result(): number {
    const { found, said, real } = this.#counts;
    if (this.#average === "micro") return this.#rate(total(found), total(said), total(real));
    if (this.#average === undefined) return this.#rate(found[1]!, said[1]!, real[1]!);
    return total(found.map((hits, i) => this.#rate(hits, said[i]!, real[i]!))) / found.length;
  }

  clear(): void {
    for (const counts of Object.values(this.#counts)) counts.fill(0);
  }
}

const total = (counts: Float64Array) => counts.reduce((sum, count) => sum + count, 0);

export interface Average {
  /**
   * `macro`: the mean over all classes; `micro`: of the counts of all classes together. Default macro; with one output the
   * value of the class 1 alone.
   */
  average?: "macro" | "micro";
}
type Rate = (found: number, said: number, real: number) => number;

const rates = (rate: Rate): MetricDefinition<Average> => ({
  options: ["average"],
  check: ({ average }, who) => {
    if (average !== undefined) lookup({ macro: 1, micro: 1 }, average, `${who}.average`);
  },
  fit: (_, task, who) => void classesOf(task, who),
  better: "max",
  row: (_, context) => decision(context),
  whole: ({ average }, task) => {
    const preset = task.target === "values" && task.units === 1 ? undefined : "macro";
    return new Rates(classesOf(task, "metrics"), truthOf(task), rate, average ?? preset);
  },
});

/** a / b, and 0 where both are. */
const share = (a: number, b: number) => (b === 0 ? 0 : a / b);

/** `true positives / rows said to be positive`, 0 if there are none. Source: scikit-learn's precision_score, zero_division 0. */
export const precision = rates((found, said) => share(found, said));

/** `true positives / positive rows`, 0 if there are none. Source: scikit-learn's recall_score, zero_division 0. */
export const recall = rates((found, _, real) => share(found, real));

/** `2 * precision * recall / (precision + recall)`, 0 if both are. Source: scikit-learn's f1_score, zero_division 0. */
export const f1 = rates((found, said, real) => share(2 * found, said + real));

/** How many rows of each class were taken for which: a row per true class, a column per decided one. */
export class Confusion {
  readonly #classes: number;
  readonly #counts: Float64Array;
  readonly #truth: ReturnType<typeof truthOf>;

  constructor(task: Task) {
    this.#classes = confusedClasses(task, "evaluate: confusionMatrix");
    this.#counts = new Float64Array(this.#classes * this.#classes);
    this.#truth = truthOf(task);
  }

  /** Rows that decided for no class, an output not being a number, are in no cell. */
  add(values: Float32Array, rows: number, targets: RowTargets): void {
    for (let row = 0; row < rows; row++) {
      const decided = values[row]!;
      if (decided >= 0) this.#counts[this.#truth(targets, row) * this.#classes + decided]!++;
    }
  }

  result(): number[][] {
    const n = this.#classes;
    return Array.from({ length: n }, (_, truth) => [...this.#counts.subarray(truth * n, (truth + 1) * n)]);
  }
}

/** The classes of a table of pairs; OptionError where there are none, or too many. */
export function confusedClasses(task: Task, who: string): number {
  const classes = classesOf(task, who);
  if (classes <= MOST_CLASSES) return classes;
  throw new OptionError(`${who}: expected at most ${MOST_CLASSES} classes, got ${classes}. Use predict().`);
}
