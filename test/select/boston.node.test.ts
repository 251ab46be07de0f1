import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { adam, crossValidate, dense, input, sequential } from "../../src/index.js";

const test = suite("cross-validation of house prices");

const { rows } = JSON.parse(readFileSync(join(process.cwd(), "test/data/boston.json"), "utf8")) as { rows: number[][] };
const x = rows.map((row) => row.slice(0, 13));
const y = rows.map((row) => row[13]!);

test("a small net predicts them to 4000 dollars, in 5 folds", async () => {
  const model = sequential([input({ shape: [13] }), dense({ units: 10, activation: "relu" }), dense({ units: 1 })]);
  const optimizer = adam({ learningRate: 0.01 });
  const compile = { optimizer, loss: "meanSquaredError", metrics: ["meanAbsoluteError"], numerics: "strict" } as const;
  const fit = { epochs: 150, batchSize: 32 };
  const { folds } = await crossValidate(model, x, y, { compile, fit, seed: 1, standardize: true });
  const errors = folds.map(({ metrics }) => Math.sqrt(metrics.loss!));
  assert.ok(errors.reduce((sum, error) => sum + error, 0) / 5 <= 4);
});

test.run();
