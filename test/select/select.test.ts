import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  crossValidate,
  DivergedError,
  dense,
  input,
  type Selection,
  type SelectOptions,
  select,
  sequential,
  sgd,
} from "../../src/index.js";
import { choose } from "../../src/select/choose.js";
import { makeRows, WIDTH } from "../fingerprints.js";
import { rejection } from "../threads.js";

const test = suite("selection");

const { x, labels, values } = makeRows(40);
const first = input({ shape: [WIDTH] });
const classes = [first, dense({ units: 4, activation: "softmax" })];
const compileWith = (learningRate: number) => ({
  optimizer: sgd({ learningRate }),
  loss: "sparseCategoricalCrossentropy" as const,
  metrics: ["accuracy"] as const,
  numerics: "strict" as const,
});
const rates = (...list: number[]) => ({
  values: list,
  build: (rate: number) => ({ model: classes, compile: compileWith(rate) }),
});
const options = { folds: 2, seed: 5, fit: { epochs: 3, batchSize: 8 } };
const numbers = <V>({ table }: Selection<V>) => table.map(({ value, mean, deviation }) => ({ value, mean, deviation }));

test("a row for each value, with what crossValidate gives; the best has the lowest loss", async () => {
  const list = [0.001, 0.2, 0.01];
  const { best, table, monitor, mode, stopped, seed } = await select(rates(...list), x, labels, options);
  assert.equal([monitor, mode, stopped, seed], ["loss", "min", "completed", 5]);
  assert.equal(
    table.map(({ value }) => value),
    list,
  );
  for (const { value, mean, deviation, folds } of table) {
    const alone = await crossValidate(classes, x, labels, { ...options, compile: compileWith(value) });
    assert.equal([mean, deviation], [alone.mean, alone.deviation]);
    assert.is(folds.length, 2);
  }
  assert.is(best, table[1]);
});

test("candidates see the same folds with the same seeds", async () => {
  const { table } = await select(rates(0.1, 0.2), x, labels, { ...options, repeats: 2 });
  const [a, b] = table.map(({ folds }) => folds.map(({ testRows, history }) => [testRows, history.seed]));
  assert.is(a!.length, 4);
  assert.equal(a, b);
});

test("named candidates; models compiled already; compile for all", async () => {
  const wanted = await select(rates(0.001, 0.2), x, labels, options);
  const model = sequential(classes);
  model.compile(compileWith(0.001));
  const named = [
    { name: "slow", model },
    { name: "quick", model: sequential(classes).toJSON(), compile: compileWith(0.2) },
  ];
  const found = await select(named, x, labels, options);
  assert.equal(
    numbers(found),
    numbers(wanted).map((row, i) => ({ ...row, value: ["slow", "quick"][i] })),
  );
  assert.is(found.best!.value, "quick");
  const bare = [{ name: "quick", model: classes }];
  const common = await select(bare, x, labels, { ...options, compile: compileWith(0.2) });
  assert.equal(numbers(common), numbers(found).slice(1));
});

test("accuracies are better when they are higher, unless said otherwise", async () => {
  const accuracy = { ...options, monitor: "accuracy", fit: { epochs: 10 } };
  const high = await select(rates(1e-6, 0.2), x, labels, accuracy);
  assert.is(high.mode, "max");
  assert.is(high.best!.value, 0.2);
  assert.is((await select(rates(1e-6, 0.2), x, labels, { ...accuracy, mode: "min" })).best!.value, 1e-6);
});

/** A row of four folds, made up. */
const made = (value: string, loss: number, deviation: number) => ({
  value,
  mean: { loss },
  deviation: { loss: deviation },
  folds: new Array(4).fill(undefined),
});

test("the simplest is within one standard error of the best, counted from the end that is said to be simple", () => {
  // The best deviates by 0.5: with four folds the bound is 1 + 0.25. The deviations of others do not count.
  const table = [made("a", 1.3, 9), made("b", 1.25, 9), made("best", 1, 0.5), made("c", 1.2, 0), made("d", 1.26, 9)];
  const names = (rows: typeof table, mode: "min" | "max", end: "first" | "last") => {
    const { best, simplest } = choose(rows, "loss", mode, end);
    return [best?.value, simplest?.value];
  };
  assert.equal(names(table, "min", "first"), ["best", "b"]);
  assert.equal(names(table, "min", "last"), ["best", "c"]);
  const turned = table.map((row) => ({ ...row, mean: { loss: 3 - row.mean.loss } }));
  assert.equal(names(turned, "max", "first"), ["best", "b"]);
  assert.equal(names(turned, "max", "last"), ["best", "c"]);
  assert.equal(names(turned, "min", "first"), ["a", "a"]);
});

test("of equal rows the first one is the best; one that is not finite never is", () => {
  const table = [made("a", Number.NaN, 1), made("b", 2, 0), made("c", 2, 0), made("d", Number.POSITIVE_INFINITY, 1)];
  assert.is(choose(table, "loss", "min", "last").best, table[1]);
  assert.is(choose(table, "loss", "min", "last").simplest, table[2]);
  assert.is(choose(table, "loss", "max", "first").best, table[1]);
  assert.equal(choose(table.slice(0, 1), "loss", "min", "first"), { best: undefined, simplest: undefined });
});

test("no number depends on how many folds run at a time", async () => {
  const told: [number, number][] = [];
  const onFold: SelectOptions<number>["onFold"] = ({ fold }, value) => told.push([value, fold]);
  const wanted = numbers(await select(rates(0.1, 0.2), x, labels, { ...options, parallel: 1, onFold }));
  assert.equal(
    told,
    [0.1, 0.2].flatMap((value) => [0, 1].map((fold) => [value, fold])),
  );
  assert.equal(numbers(await select(rates(0.1, 0.2), x, labels, { ...options, parallel: 3 })), wanted);
});

test("a candidate that diverges is out of the choice; if all do, that is the error", async () => {
  const build = (rate: number) => ({
    model: [first, dense({ units: 2 })],
    compile: { optimizer: sgd({ learningRate: rate }), loss: "meanSquaredError" as const },
  });
  const fit = { epochs: 30, batchSize: 8 };
  for (const parallel of [1, 3]) {
    const more = { ...options, fit, parallel };
    const { best, simplest, table, stopped } = await select({ values: [1e20, 0.001, 1e25], build }, x, values, more);
    assert.is(stopped, "completed");
    assert.is(best, table[1]);
    assert.is(simplest, table[1]);
    assert.equal(
      table.map(({ error, folds }) => [error instanceof DivergedError, folds.length]),
      [
        [true, 0],
        [false, 2],
        [true, 0],
      ],
    );
    const error = await rejection(select({ values: [1e20, 1e25], build }, x, values, more));
    assert.instance(error, DivergedError);
    // The same one whatever ran at the same time.
    const alone = table[0]!.error!;
    assert.equal([error.message, alone.epoch, alone.step], [alone.message, 0, alone.step]);
  }
});

test("an abort leaves the candidates that are complete", async () => {
  const controller = new AbortController();
  const onFold = (_: unknown, value: number) => {
    if (value === 0.1) controller.abort();
  };
  const more = { ...options, parallel: 1, signal: controller.signal, onFold };
  const { best, table, stopped } = await select(rates(0.2, 0.1, 0.3), x, labels, more);
  assert.is(stopped, "aborted");
  assert.equal(
    table.map(({ value }) => value),
    [0.2],
  );
  assert.is(best, table[0]);
  const none = await select(rates(0.2), x, labels, { ...options, signal: AbortSignal.abort() });
  assert.equal([none.best, none.simplest, none.table, none.stopped], [undefined, undefined, [], "aborted"]);
});

test.run();
