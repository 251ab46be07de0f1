// Metrics of the order in which a model puts rows.
import { OptionError } from "../errors.js";
import { reads, step, writes } from "../kernels.js";
import { classesOf, truthOf } from "./classes.js";
import type { MetricDefinition, RowTargets, Whole } from "./metric.js";

/** Scores of one class; room doubles when it is full and is kept. */
class Scores {
  #values = new Float32Array(1024);
  count = 0;

  push(score: number): void {
    if (this.count === this.#values.length) {
      const more = new Float32Array(2 * this.count);
      more.set(this.#values);
      this.#values = more;
    }
    this.#values[this.count++] = score;
  }

  /** Ascending; not numbers last. */
  sorted(): Float32Array {
    return this.#values.subarray(0, this.count).sort();
  }
}

/** The area under the ROC curve, by counting pairs. */
export class RankArea implements Whole {
  readonly #truth: ReturnType<typeof truthOf>;
  readonly #scores = [new Scores(), new Scores()] as const;

  constructor(truth: ReturnType<typeof truthOf>) {
    this.#truth = truth;
  }

  add(values: Float32Array, rows: number, targets: RowTargets): void {
    for (let row = 0; row < rows; row++) this.#scores[this.#truth(targets, row) as 0 | 1].push(values[row]!);
  }

  result(): number {
    const [low, high] = this.#scores.map((scores) => scores.sorted()) as [Float32Array, Float32Array];
    if (Number.isNaN(low.at(-1)) || Number.isNaN(high.at(-1))) return Number.NaN;
    let pairs = 0;
    let below = 0;
    let upTo = 0;
    for (const score of high) {
      while (below < low.length && low[below]! < score) below++;
      while (upTo < low.length && low[upTo]! <= score) upTo++;
      pairs += (below + upTo) / 2;
    }
    return pairs / (low.length * high.length);
  }

  clear(): void {
    for (const scores of this.#scores) scores.count = 0;
  }
}

/**
 * `(pairs in which the row of class 1 scores higher + ties / 2) / pairs`, over all pairs of a row of class 1 and one of class 0;
 * not a number where a class has no rows. Scores are logits where the loss takes logits.
 * Source: Mann & Whitney 1947; scikit-learn's roc_auc_score.
 */
export const auc: MetricDefinition<object> = {
  options: [],
  fit: (_, task, who) => {
    const classes = classesOf(task, who);
    if (classes === 2) return;
    throw new OptionError(`${who}: expected one output or two classes, got ${classes}. Use "accuracy" or "f1".`);
  },
  better: "max",
  row: (_, { batch, value, pred }) =>
    step("decision_score", batch, writes(value), reads(pred), pred.width, pred.stride),
  whole: (_, task) => new RankArea(truthOf(task)),
};
