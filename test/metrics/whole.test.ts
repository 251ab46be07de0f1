// What metrics make of whole sets, from row values given by hand.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Confusion, metrics } from "../../src/metrics/index.js";
import type { MetricDefinition, RowTargets, Task } from "../../src/metrics/metric.js";
import { generator } from "../oracle.js";

const test = suite("metrics of whole sets");

const labels: Task = { target: "labels", units: 3, binary: false, logits: true };
const hot: Task = { ...labels, target: "values" };
const yesNo: Task = { target: "values", units: 1, binary: true, logits: true };

/** A metric of these row values and targets; with `cuts` the rows come in parts. */
function made(
  name: keyof typeof metrics,
  task: Task,
  values: readonly number[],
  targets: RowTargets | readonly number[],
  config: object = {},
  cuts: readonly number[] = [],
): number {
  const whole = (metrics[name] as MetricDefinition<object>).whole!(config, task);
  const given = Array.isArray(targets) ? { values: Float32Array.from(targets), stride: 1 } : (targets as RowTargets);
  const ends = [...cuts, values.length];
  // A first round that is forgotten must leave no trace.
  whole.add(Float32Array.from([1, 0]), 2, given);
  whole.clear();
  ends.forEach((end, i) => {
    const start = i ? ends[i - 1]! : 0;
    const order = Int32Array.from({ length: end - start }, (_, row) => given.order?.[start + row] ?? start + row);
    // Behind the rows lies what is left of others.
    whole.add(Float32Array.from([...values.slice(start, end), 2, 1, 0]), end - start, { ...given, order });
  });
  return whole.result();
}
const near = (got: number, want: number, tolerance = 1e-15) =>
  assert.ok(Math.abs(got - want) <= tolerance * Math.max(1, Math.abs(want)), `got ${got}, want ${want}`);

// true 0: 3 rows, said 0 0 1; true 1: 4 rows, said 1 1 2 0; true 2: 2 rows, said 2 1.
const truth = [0, 0, 0, 1, 1, 1, 1, 2, 2];
const said = [0, 0, 1, 1, 1, 2, 0, 2, 1];

test("precision, recall and f1 of a table of three classes", () => {
  const [p, r] = [
    [2 / 3, 2 / 4, 1 / 2],
    [2 / 3, 2 / 4, 1 / 2],
  ] as const;
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b) / values.length;
  near(made("precision", labels, said, truth), mean(p));
  near(made("recall", labels, said, truth), mean(r));
  near(made("f1", labels, said, truth), mean(p.map((value, i) => (2 * value * r[i]!) / (value + r[i]!))));
  // One row more makes precision and recall differ: class 2 said to be 0.
  const [more, other] = [
    [...said, 0],
    [...truth, 2],
  ];
  near(made("precision", labels, more, other), (2 / 4 + 2 / 4 + 1 / 2) / 3);
  near(made("recall", labels, more, other), (2 / 3 + 2 / 4 + 1 / 3) / 3);
  near(made("f1", labels, more, other), (4 / 7 + 4 / 8 + 2 / 5) / 3);
  for (const name of ["precision", "recall", "f1"] as const) {
    near(made(name, labels, more, other, { average: "micro" }), 5 / 10);
    near(made(name, labels, more, other, { average: "macro" }), made(name, labels, more, other));
  }
});

test("a class without rows, or that nobody names, counts as 0", () => {
  assert.is(made("precision", labels, [0, 0, 0], [0, 0, 1]), (2 / 3 + 0 + 0) / 3);
  assert.is(made("recall", labels, [0, 0, 0], [0, 0, 1]), (1 + 0 + 0) / 3);
  near(made("f1", labels, [0, 0, 0], [0, 0, 1]), 0.8 / 3);
  for (const name of ["precision", "recall", "f1"] as const) assert.is(made(name, yesNo, [0, 0], [0, 0]), 0);
});

test("with one output it is the class 1 that counts, unless an average is named", () => {
  const decided = [1, 1, 1, 0, 0, 0, 0, 1];
  const real = [1, 1, 0, 1, 0, 0, 0, 0];
  near(made("precision", yesNo, decided, real), 2 / 4);
  near(made("recall", yesNo, decided, real), 2 / 3);
  near(made("f1", yesNo, decided, real), 4 / 7);
  near(made("precision", yesNo, decided, real, { average: "macro" }), (2 / 4 + 3 / 4) / 2);
  near(made("recall", yesNo, decided, real, { average: "micro" }), 5 / 8);
  // Targets between 0 and 1 count by their side of a half, as in binaryAccuracy.
  near(made("recall", yesNo, [1, 0, 1], [0.51, 0.9, 0.5]), 1 / 2);
});

test("a row that is not a number is of its class and decides for none", () => {
  near(made("recall", labels, [0, -1, 1, 2], [0, 0, 1, 2]), (1 / 2 + 1 + 1) / 3);
  near(made("precision", labels, [0, -1, 1, 2], [0, 0, 1, 2]), 1);
  near(made("precision", labels, [0, -1, 1, 2], [0, 0, 1, 2], { average: "micro" }), 1);
});

test("targets by class, in padded rows and another order", () => {
  const order = Int32Array.from([8, 1, 2, 3, 4, 5, 6, 7, 0]);
  const rows = truth.map((label) => [0, 1, 2, 3].map((c) => (c === label ? 1 : c === 3 ? 9 : 0)));
  const targets = { values: Float32Array.from([...order].flatMap((row) => rows[row]!)), stride: 4, order };
  near(made("f1", hot, said, targets), made("f1", labels, said, truth));
  // Of equal targets the first.
  near(made("recall", { ...hot, units: 2 }, [0], { values: Float32Array.from([0.5, 0.5]), stride: 2 }), 1 / 2);
});

test("a table of pairs: rows are true classes, columns decided ones", () => {
  const table = new Confusion(labels);
  table.add(Float32Array.from([...said.slice(0, 5), 2, 2]), 5, { values: Int32Array.from(truth), stride: 1 });
  const rest = { values: Int32Array.from(truth.slice(5)), stride: 1 };
  table.add(Float32Array.from(said.slice(5)), 4, rest);
  table.add(Float32Array.from([-1]), 1, rest);
  assert.equal(table.result(), [
    [2, 1, 0],
    [1, 2, 1],
    [0, 1, 1],
  ]);
});

/** Every pair, by its definition. */
function byPairs(scores: readonly number[], real: readonly number[]): number {
  let [wins, pairs] = [0, 0];
  scores.forEach((high, i) => {
    scores.forEach((low, j) => {
      if (real[i] !== 1 || real[j] !== 0) return;
      pairs++;
      wins += high > low ? 1 : high === low ? 0.5 : 0;
    });
  });
  return wins / pairs;
}

test("the area under the curve is the share of pairs in the right order, ties by half", () => {
  // scikit-learn's own example.
  assert.is(made("auc", yesNo, [0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]), 0.75);
  assert.is(made("auc", yesNo, [1, 2, 3], [0, 0, 1]), 1);
  assert.is(made("auc", yesNo, [1, 2, 3], [1, 0, 0]), 0);
  assert.is(made("auc", yesNo, [5, 5, 5, 5], [0, 1, 1, 0]), 0.5);
  assert.is(made("auc", yesNo, [0, -0], [0, 1]), 0.5);
  const infinity = Number.POSITIVE_INFINITY;
  assert.is(made("auc", yesNo, [infinity, infinity, -infinity], [1, 0, 0]), 0.75);
  const random = generator(3);
  for (const levels of [2, 5, 40, 1e6]) {
    const scores = Array.from({ length: 300 }, () => Math.fround(Math.round(random() * levels) / 7));
    const real = scores.map((score) => (score / levels + random() / 4 > 0 ? 1 : 0));
    assert.is(made("auc", yesNo, scores, real), byPairs(scores, real));
    assert.is(made("auc", { ...labels, units: 2 }, scores, real, {}, [1, 17, 255]), byPairs(scores, real));
  }
});

test("the area of more rows than there was room for, and of none", () => {
  const n = 5000;
  const scores = Array.from({ length: n }, (_, i) => i);
  const real = scores.map((i) => (i % 5 === 0 ? 0 : 1));
  let wins = 0;
  for (let i = 0, below = 0; i < n; i++) {
    if (real[i]) wins += below;
    else below++;
  }
  assert.is(made("auc", yesNo, scores, real, {}, [1000, 3000]), wins / (1000 * 4000));
  assert.ok(Number.isNaN(made("auc", yesNo, [1, 2], [1, 1])));
  assert.ok(Number.isNaN(made("auc", yesNo, [1, Number.NaN, 3], [1, 0, 0])));
  assert.ok(Number.isNaN(made("auc", yesNo, [1, Number.NaN, 3], [0, 1, 0])));
});

test("the root of the mean", () => {
  near(made("rootMeanSquaredError", yesNo, [1, 4, 7, 4], [0, 0, 0, 0]), 2);
  near(made("rootMeanSquaredError", yesNo, [1, 4, 7, 4], [0, 0, 0, 0], {}, [1, 3]), 2);
});

test("r squared: scikit-learn's examples, constant targets, and targets far from 0", () => {
  const square = (outputs: number[], targets: number[]) => outputs.map((v, i) => (v - targets[i]!) ** 2);
  const y = [3, -0.5, 2, 7];
  near(made("rSquared", yesNo, square([2.5, 0, 2, 8], y), y), 0.9486081370449679);
  // Two outputs; multioutput "variance_weighted".
  const rows = [0.5, 1, -1, 1, 7, -6];
  const errors = [(0.25 + 1) / 2, (0 + 1) / 2, (1 + 1) / 2];
  const two = { ...yesNo, units: 2 };
  near(made("rSquared", two, errors, { values: Float32Array.from(rows), stride: 2 }), 0.9382566585956417);
  near(made("rSquared", yesNo, [1, 1, 4], [1, 2, 3]), 1 - 6 / 2);
  assert.is(made("rSquared", yesNo, [0, 0], [4, 4]), 1);
  assert.is(made("rSquared", yesNo, [0, 1], [4, 4]), 0);
  const far = Array.from({ length: 1000 }, (_, i) => 2 ** 22 + (i % 2));
  const half = far.map(() => 0.125);
  near(made("rSquared", yesNo, half, far), 1 - 0.125 / 0.25, 1e-9);
  assert.is(made("rSquared", yesNo, half, far, {}, [1, 400]), made("rSquared", yesNo, half, far));
});

test.run();
