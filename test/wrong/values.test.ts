import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DataError, dense, input, sequential } from "../../src/index.js";
import { eachRejects, rejection, type Wrong } from "./wrong.js";

const test = suite("wrong values");

const model = (units: number, activation: string, loss: string) => {
  const made = sequential([input({ shape: [3] }), dense({ units, activation })]);
  made.compile({ optimizer: "adam", loss: loss as "meanSquaredError", seed: 1, workers: 1 });
  return made;
};

const ROWS = 5;
const x = () => Float32Array.from({ length: ROWS * 3 }, (_, i) => Math.sin(i));
const y = () => [0, 1, 2, 1, 0];
const withX = (index: number, value: number) => x().fill(value, index, index + 1);
const withY = (index: number, value: number) => y().fill(value, index, index + 1);

test("inputs and targets are looked at before step 1, in every call", async () => {
  const labels = model(3, "softmax", "sparseCategoricalCrossentropy");
  const numbers = model(1, "linear", "meanSquaredError");
  const hot = model(3, "softmax", "categoricalCrossentropy");
  const binary = model(1, "sigmoid", "binaryCrossentropy");
  const models = [labels, numbers, hot, binary];
  const before = await Promise.all(models.map((m) => m.getWeights()));

  const everywhere = (what: string, a: Float32Array, b: number[], text: string): Wrong[] => {
    const says = (who: string) => new RegExp(`^${who}: expected ${text}`);
    return [
      [`${what}, fit`, () => labels.fit(a, b, { epochs: 2, batchSize: 2 }), "E_DATA", says("fit")],
      [`${what}, last batch of a split`, () => labels.fit(a, b, { validationSplit: 0.4 }), "E_DATA", says("fit")],
      [
        `${what}, validationData`,
        () => labels.fit(x(), y(), { validationData: [a, b] }),
        "E_DATA",
        says("fit: validationData"),
      ],
      [`${what}, evaluate`, () => labels.evaluate(a, b), "E_DATA", says("evaluate")],
      [`${what}, trainOnBatch`, () => labels.trainOnBatch(a, b), "E_DATA", says("trainOnBatch")],
      [`${what}, gradients`, () => labels.gradients(a, b), "E_DATA", says("gradients")],
    ];
  };
  const inX = "finite numbers in x, got";
  const inY = "labels as whole numbers from 0 to 2, got";
  const drop = "Drop the row or fill the value in\\.$";
  const renumber = "Number the classes from 0, or give the last layer more units\\.$";
  const one = new Float32Array(ROWS);
  await eachRejects([
    ...everywhere("NaN", withX(0, Number.NaN), y(), `${inX} NaN in row 0, column 0\\. ${drop}`),
    ...everywhere("Infinity", withX(14, 1 / 0), y(), `${inX} Infinity in row 4, column 2\\. ${drop}`),
    ...everywhere("-Infinity", withX(7, -1 / 0), y(), `${inX} -Infinity in row 2, column 1\\. ${drop}`),
    ...everywhere("negative", x(), withY(0, -1), `${inY} -1 in row 0\\. ${renumber}`),
    ...everywhere("too large", x(), withY(4, 3), `${inY} 3 in row 4\\. ${renumber}`),
    ...everywhere("fraction", x(), withY(2, 0.5), `${inY} 0\\.5 in row 2\\. ${renumber}`),
    ...everywhere("NaN label", x(), withY(3, Number.NaN), `${inY} NaN in row 3`),
    ["int32 labels", () => labels.fit(x(), Int32Array.from(withY(1, 2 ** 30))), "E_DATA", /got 1073741824 in row 1/],
    ["uint8 labels", () => labels.fit(x(), Uint8Array.from(withY(1, 255))), "E_DATA", /got 255 in row 1/],
    [
      "predict",
      () => labels.predict(withX(5, Number.NaN)),
      "E_DATA",
      /^predict: expected finite numbers in x, got NaN in row 1, column 2/,
    ],
    [
      "predict before compile",
      () => sequential([input({ shape: [3] })]).predict(withX(5, Number.NaN)),
      "E_DATA",
      /^predict: .* row 1/,
    ],
    [
      "backward's x",
      () => labels.backward(withX(5, Number.NaN), x()),
      "E_DATA",
      /^backward: expected finite numbers in x/,
    ],
    [
      "outputGradient",
      () => labels.backward(x(), withX(14, 1 / 0)),
      "E_DATA",
      /^backward: expected finite numbers in outputGradient, got Infinity in row 4, column 2/,
    ],
    [
      "NaN in a regression",
      () => numbers.fit(x(), one.with(3, Number.NaN)),
      "E_DATA",
      /^fit: expected finite numbers in y, got NaN in row 3, column 0/,
    ],
    ["too large for float32", () => numbers.fit(x(), [0, 1e39, 0, 0, 0]), "E_DATA", /got Infinity in row 1/],
    [
      "a negative probability",
      () => hot.fit(x(), withX(4, -0.1).map(Math.abs).with(4, -0.1)),
      "E_DATA",
      /^fit: expected targets from 0 to 1 in y, got -0\.1\d* in row 1, column 1\. Write 0 for no and 1 for yes/,
    ],
    [
      "-1 and 1 for binary",
      () => binary.fit(x(), [1, -1, 1, 1, -1]),
      "E_DATA",
      /^fit: expected targets from 0 to 1 in y, got -1 in row 1, column 0/,
    ],
  ]);

  assert.equal(await Promise.all(models.map((m) => m.getWeights())), before);
  for (const m of models) await m.dispose();
});

test("the error crosses from the worker with class, code and fields", async () => {
  const labels = model(3, "softmax", "sparseCategoricalCrossentropy");
  const error = (await rejection(() => labels.fit(withX(7, Number.NaN), y()), "fit")) as DataError;
  assert.instance(error, DataError);
  assert.equal({ ...error }, { name: "DataError", code: "E_DATA", row: 2, column: 1 });
  const label = (await rejection(() => labels.evaluate(x(), withY(3, 7)), "evaluate")) as DataError;
  assert.equal({ ...label }, { name: "DataError", code: "E_DATA", row: 3 });
  await labels.dispose();
});

test("after it the model trains as if nothing had been", async () => {
  const fits = [false, true].map(async (wrong) => {
    const labels = model(3, "softmax", "sparseCategoricalCrossentropy");
    if (wrong) {
      await rejection(() => labels.fit(withX(7, Number.NaN), y()), "fit");
      await rejection(() => labels.trainOnBatch(x(), withY(3, 7)), "trainOnBatch");
    }
    const first = await labels.fit(x(), y(), { epochs: 2, batchSize: 2 });
    if (wrong) await rejection(() => labels.fit(x(), withY(3, 7), { epochs: 2 }), "fit");
    const second = await labels.fit(x(), y(), { epochs: 1, batchSize: 2 });
    await labels.dispose();
    return [first.fingerprint, second.fingerprint, second.epochs[0]!.epoch];
  });
  const [right, wrong] = await Promise.all(fits);
  assert.equal(wrong, right);
});

test("a row far behind the first window is named by its number", async () => {
  const numbers = model(1, "linear", "meanSquaredError");
  const rows = 300_000;
  const data = new Float32Array(rows * 3);
  data[3 * 250_001 + 2] = Number.NaN;
  const row = { row: 250_001, column: 2 };
  for (const call of [() => numbers.predict(data), () => numbers.evaluate(data, new Float32Array(rows))]) {
    const error = (await rejection(call, "a late row")) as DataError;
    assert.equal({ row: error.row, column: error.column }, row);
  }
  await numbers.dispose();
});

test.run();
