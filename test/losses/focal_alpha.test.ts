import { suite } from "uvu";
import * as assert from "uvu/assert";
import { dense, input, sequential } from "../../src/index.js";
import { labelsOf, rowsOf } from "../model/reference.js";

const test = suite("a factor for each class of a focal loss");

const [ROWS, WIDTH, CLASSES] = [24, 3, 3];
const x = rowsOf(ROWS, WIDTH);
const y = labelsOf(ROWS, CLASSES);
const alpha = [0.25, 0.5, 1];

test("Keras' list of alphas is classWeight", async () => {
  await using model = sequential([input({ shape: [WIDTH] }), dense({ units: CLASSES, activation: "softmax" })]);
  const loss = { name: "sparseCategoricalFocalCrossentropy", alpha: 1, gamma: 2 } as const;
  model.compile({ optimizer: "sgd", loss, seed: 1, numerics: "strict" });
  const { data } = await model.predict(x);
  const factors = y.map((label, row) => {
    const p = data[row * CLASSES + label]!;
    return -alpha[label]! * (1 - p) ** 2 * Math.log(p);
  });
  const { epochs } = await model.fit(x, y, { batchSize: "full", classWeight: alpha });
  const want = factors.reduce((sum, value) => sum + value, 0) / ROWS;
  assert.ok(Math.abs(epochs[0]!.loss - want) < 1e-6, `${epochs[0]!.loss}, want ${want}`);
});

test("a list as alpha is refused, and the text says so", () => {
  const model = sequential([input({ shape: [WIDTH] }), dense({ units: CLASSES, activation: "softmax" })]);
  for (const name of ["sparseCategoricalFocalCrossentropy", "categoricalFocalCrossentropy"] as const) {
    assert.throws(
      () => model.compile({ optimizer: "sgd", loss: { name, alpha: alpha as never } }),
      /FocalCrossentropy\.alpha: expected a number > 0, got .* and fit\(\{ classWeight \}\)\.$/,
    );
  }
});

test.run();
