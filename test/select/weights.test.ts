import { suite } from "uvu";
import * as assert from "uvu/assert";
import { crossValidate, dense, input, select, sequential, sgd } from "../../src/index.js";
import { makeRows, WIDTH } from "../fingerprints.js";
import { eachRejects, withoutThreads } from "../wrong/wrong.js";

const test = suite("weights of rows in folds");

const ROWS = 31;
const { x, labels } = makeRows(ROWS);
const sampleWeight = Float64Array.from({ length: ROWS }, (_, row) => (row % 5) / 3);
const fit = { epochs: 2, batchSize: 8 };
const compile = {
  optimizer: sgd({ learningRate: 0.1 }),
  loss: "sparseCategoricalCrossentropy",
  metrics: ["accuracy"],
  numerics: "strict",
} as const;
const layers = [input({ shape: [WIDTH] }), dense({ units: 4, activation: "softmax" })] as const;
const model = () => {
  const made = sequential(layers);
  made.compile(compile);
  return made;
};

test("each fold has those of the rows it trains on", async () => {
  for (const weights of [sampleWeight, [...sampleWeight]]) {
    const { folds, seed } = await crossValidate(model(), x, labels, {
      folds: 3,
      fit: { ...fit, sampleWeight: weights },
    });
    for (const { testRows, history, metrics } of folds) {
      const rows = [...new Array(ROWS).keys()].filter((row) => !testRows.includes(row));
      const take = (some: readonly number[]) =>
        [some.map((row) => [...x.subarray(row * WIDTH, (row + 1) * WIDTH)]), some.map((row) => labels[row]!)] as const;
      await using alone = sequential(layers);
      alone.compile({ ...compile, seed: history.seed, workers: 1 });
      const own = rows.map((row) => sampleWeight[row]!);
      const expected = await alone.fit(...take(rows), { ...fit, sampleWeight: own });
      assert.is(history.fingerprint, expected.fingerprint);
      assert.equal(metrics, await alone.evaluate(...take(testRows)));
    }
    const plain = await crossValidate(model(), x, labels, { folds: 3, fit, seed });
    assert.not.equal(
      folds.map(({ history }) => history.fingerprint),
      plain.folds.map(({ history }) => history.fingerprint),
    );
  }
});

test("so has each candidate of a selection", async () => {
  const given = { folds: 3, seed: 5, fit: { ...fit, sampleWeight } };
  const { table } = await select([{ name: "one", model: model() }], x, labels, given);
  const { folds } = await crossValidate(model(), x, labels, given);
  assert.equal(table[0]!.folds[2]!.metrics, folds[2]!.metrics);
});

const wrong = (weights: unknown) => () =>
  crossValidate(model(), x, labels, { fit: { ...fit, sampleWeight: weights as number[] } });
test(
  "wrong weights are told by their place in all rows",
  withoutThreads(() =>
    eachRejects([
      [
        "few",
        wrong([1, 2]),
        "E_SHAPE",
        /^crossValidate: fit: sampleWeight: expected one for each of 31 rows, got 2\.$/,
      ],
      ["none", wrong("balanced"), "E_OPTION", /^crossValidate: fit: sampleWeight: expected an array of numbers/],
      [
        "negative",
        wrong(Array.from({ length: ROWS }, (_, row) => (row === 30 ? -1 : 1))),
        "E_DATA",
        /^crossValidate: fit: sampleWeight\[30\]: expected a number >= 0, got -1\.$/,
      ],
    ]),
  ),
);

test.run();
