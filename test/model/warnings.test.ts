import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type DataInput, dense, type FitInput, input, sequential, type TargetInput } from "../../src/index.js";

const test = suite("warnings");

const model = sequential([input({ shape: [1] }), dense({ units: 4, activation: "softmax" })]);
model.compile({ optimizer: "sgd", loss: "sparseCategoricalCrossentropy", workers: 1 });
const warnings = async (y: TargetInput, options: FitInput = { shuffle: false }) =>
  (await model.fit(new Float32Array((y as ArrayLike<unknown>).length) as DataInput, y, options)).warnings;

const rows = (n: number, label: (row: number) => number) => Int32Array.from({ length: n }, (_, row) => label(row));
const sorted = rows(24, (row) => Math.floor(row / 6));

test("rows that lie class by class and are not shuffled", async () => {
  const [text, ...more] = await warnings(sorted);
  assert.equal(more, []);
  assert.match(
    text!,
    /^The rows are sorted by label \(4 classes.* shuffle is false.* Leave shuffle at its default, true/,
  );
  const others: TargetInput[] = [
    Array.from(sorted).reverse(),
    rows(24, (row) => [2, 0, 3][Math.floor(row / 8)]!),
    Array.from(sorted, (label) => ["ant", "bee", "cat", "dog"][label]!),
  ];
  for (const y of others) assert.is((await warnings(y)).length, 1);
  assert.is((await warnings(sorted.slice(), { shuffle: false, transfer: true })).length, 1);
});

test("nothing else is warned of", async () => {
  assert.equal(await warnings(sorted, {}), []);
  assert.equal(await warnings(sorted, { validationSplit: 0.25 }), []);
  assert.equal(await warnings(rows(19, (row) => Math.floor(row / 5))), []);
  assert.equal(await warnings(rows(24, (row) => Math.floor(row / 12))), [], "two classes");
  assert.equal(await warnings(rows(24, (row) => row % 4)), []);
  assert.equal(await warnings(rows(24, (row) => (row === 23 ? 0 : Math.floor(row / 6)))), [], "a class comes back");
  await using values = sequential([input({ shape: [1] }), dense({ units: 1 })]);
  values.compile({ optimizer: "sgd", loss: "meanSquaredError", workers: 1 });
  const y = Float32Array.from(sorted);
  assert.equal((await values.fit(new Float32Array(24), y, { shuffle: false })).warnings, []);
});

test.after(() => model.dispose());
test.run();
