// Nets of the documents, trained to what is known of their problem.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { adam, type CompileOptions, dense, type FitInput, input, sequential, sgd } from "../src/index.js";
import { close } from "./golden.js";
import { generator } from "./oracle.js";

const test = suite("nets of the documents");

// 128-64-1 on two classes, one row in twenty of class 1.

const WIDTH = 128;
/** The sum of twelve uniform numbers in [-1, 1), of deviation 2. */
const bell = (next: () => number) => Array.from({ length: 12 }, next).reduce((sum, value) => sum + value);

/** Rows of noise; those of class 1 are moved by 0.6 along 16 of the 128 features. */
function twoClasses(rows: number, seed: number) {
  const next = generator(seed);
  const y = Array.from({ length: rows }, (_, row) => Number(row % 20 === 0));
  const x = y.map((label) => Array.from({ length: WIDTH }, (_, i) => bell(next) / 2 + (label && i < 16 ? 0.6 : 0)));
  return { x, y };
}
const seen = twoClasses(1000, 1);
const unseen = twoClasses(1000, 2);

async function classify(options: FitInput) {
  await using model = sequential([
    input({ shape: [WIDTH] }),
    dense({ units: 64, activation: "relu", kernelRegularizer: { l2: 0.01 } }),
    dense({ units: 1, activation: "sigmoid", kernelRegularizer: { l2: 0.01 } }),
  ]);
  const metrics = ["accuracy", "recall", "auc"] as const;
  const optimizer = adam({ learningRate: 0.001 });
  model.compile({ optimizer, loss: "binaryCrossentropy", metrics, seed: 1, numerics: "strict" });
  await model.fit(seen.x, seen.y, { epochs: 20, ...options });
  return (await model.evaluate(unseen.x, unseen.y)) as Record<(typeof metrics)[number], number>;
}

test("128-64-1 on rare rows: class weights find more of them, and put rows in as good an order", async () => {
  const plain = await classify({});
  const weighed = await classify({ classWeight: "balanced" });
  assert.ok(plain.accuracy > 0.9, `${plain.accuracy}`);
  assert.ok(weighed.recall > plain.recall + 0.2, `recall ${weighed.recall}, without weights ${plain.recall}`);
  for (const { auc } of [plain, weighed]) assert.ok(auc > 0.88, `AUC ${auc}`);
});

// 10-1 with L2: ridge regression, whose minimum is known.

const ROWS = 60;
const FEATURES = 10;
const L2 = 0.05;

/** Rows of ten features and a target each. */
function linearData() {
  const next = generator(3);
  const x = Array.from({ length: ROWS }, () => Array.from({ length: FEATURES }, () => Math.fround(2 * next() + 0.5)));
  const y = x.map((row) => [Math.fround(row.reduce((sum, value, i) => sum + value * (i - 4), 1) + next())]);
  return { x, y };
}

/** Gauss' elimination with the largest pivot. */
function solve(matrix: number[][], right: number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i]!]);
  for (let column = 0; column < rows.length; column++) {
    const size = (row: number) => Math.abs(rows[row]![column]!);
    let pivot = column;
    for (let row = column; row < rows.length; row++) if (size(row) > size(pivot)) pivot = row;
    [rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!];
    const top = rows[column]!;
    for (const row of rows) {
      if (row === top) continue;
      const factor = row[column]! / top[column]!;
      row.forEach((value, i) => {
        row[i] = value - factor * top[i]!;
      });
    }
  }
  return rows.map((row, i) => row.at(-1)! / row[i]!);
}

/** The minimum of `mean (x · w + b - y)² + l2 Σ w²`: `(Xᵀ X / n + l2 I) w = Xᵀ y / n` for centred columns, b unpenalized. */
function ridge(x: number[][], y: number[][]): { kernel: number[]; bias: number; loss: number } {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const centres = Array.from({ length: FEATURES }, (_, i) => mean(x.map((row) => row[i]!)));
  const middle = mean(y.map(([value]) => value!));
  const along = (f: (row: number[], target: number) => number) => mean(x.map((row, r) => f(row, y[r]![0]! - middle)));
  const from = (row: number[], i: number) => row[i]! - centres[i]!;
  const matrix = centres.map((_, i) =>
    centres.map((_, j) => along((row) => from(row, i) * from(row, j)) + (i === j ? L2 : 0)),
  );
  const kernel = solve(
    matrix,
    centres.map((_, i) => along((row, target) => from(row, i) * target)),
  );
  const bias = middle - centres.reduce((sum, centre, i) => sum + centre * kernel[i]!, 0);
  const data = mean(
    x.map((row, r) => (row.reduce((sum, value, i) => sum + value * kernel[i]!, bias) - y[r]![0]!) ** 2),
  );
  return { kernel, bias, loss: data + L2 * kernel.reduce((sum, w) => sum + w * w, 0) };
}

const trainers: Record<string, [optimizer: CompileOptions["optimizer"], epochs: number]> = {
  "SGD with momentum": [sgd({ learningRate: 0.1, momentum: 0.9 }), 300],
  Adam: [adam({ learningRate: 0.1 }), 600],
};

for (const [name, [optimizer, epochs]] of Object.entries(trainers)) {
  test(`10-1 with L2 ends at the minimum of ridge regression (${name})`, async () => {
    const { x, y } = linearData();
    const { kernel, bias, loss } = ridge(x, y);
    await using model = sequential([input({ shape: [FEATURES] }), dense({ units: 1, kernelRegularizer: { l2: L2 } })]);
    model.compile({ optimizer, loss: "meanSquaredError", seed: 1, numerics: "strict" });
    await model.fit(x, y, { epochs, batchSize: "full" });
    const weights = await model.getWeights();
    close(weights[0]!.data, kernel, 1e-4, "kernel");
    close(weights[1]!.data, [bias], 1e-4, "bias");
    close([(await model.evaluate(x, y)).loss!], [loss], 1e-6, "loss", 0);
    // And at that minimum nothing pulls.
    await model.setWeights([{ data: kernel }, { data: [bias] }]);
    for (const { data, name } of (await model.gradients(x, y)).weights)
      close(
        data,
        data.map(() => 0),
        1e-5,
        name,
      );
  });
}

test.run();
