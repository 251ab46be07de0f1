// How well does this kind of model do on rows that it has not seen? Each fifth of the rows is tested on once.
import { readFile } from "node:fs/promises";
import { adam, crossValidate, dense, input, sequential } from "whetstone";

const file = new URL("../../test/data/boston.json", import.meta.url);
const { rows } = JSON.parse(await readFile(file, "utf8"));
const x = rows.map((row) => row.slice(0, 13));
const y = rows.map((row) => row[13]);

const model = sequential([input({ shape: [13] }), dense({ units: 10, activation: "relu" }), dense({ units: 1 })]);
model.compile({ optimizer: adam({ learningRate: 0.02 }), loss: "meanSquaredError", metrics: ["rSquared"] });
const { mean, deviation, folds } = await crossValidate(model, x, y, {
  folds: 5,
  seed: 1,
  standardize: true, // by what each fold trains on: nothing of the tested rows leaks in
  fit: { epochs: 40 },
});
await model.dispose();
console.log(
  `R squared of ${folds.length} folds: ${mean.rSquared.toFixed(3)}, deviation ${deviation.rSquared.toFixed(3)}`,
);
if (!(mean.rSquared > 0.7)) throw new Error("expected house prices to be learned");
