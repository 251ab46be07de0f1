import { suite } from "uvu";
import * as assert from "uvu/assert";
import { adam, dense, dropout, input, loadModel, type Model, sequential } from "../../src/index.js";
import { eachRejects } from "../wrong/wrong.js";
import { labelsOf, rowsOf } from "./reference.js";

const x = rowsOf(30, 4);
const y = labelsOf(30, 3);
const texts = y.map((label) => ["ash", "beech", "oak"][label]!);
const net = () =>
  sequential([
    input({ shape: [4] }),
    dense({ units: 8, activation: "tanh" }),
    dropout({ rate: 0.2 }),
    dense({ units: 3, activation: "softmax" }),
  ]);
const compiled = () => {
  const model = net();
  const loss = "sparseCategoricalCrossentropy";
  model.compile({ optimizer: adam(), loss, metrics: ["accuracy"], seed: 6, workers: 1, numerics: "strict" });
  return model;
};
const fit = (model: Model) => model.fit(x, texts, { epochs: 2, batchSize: 8 });

const test = suite("clone");

test("the same weights, labels, training and frozen layers, in a model of its own", async () => {
  const model = compiled();
  await fit(model);
  model.freeze("dense_0");
  await using copy = await model.clone();
  const before = await model.getWeights();
  assert.equal(await copy.getWeights(), before);
  assert.equal(copy.toJSON(), model.toJSON());
  assert.equal(copy.labels, ["ash", "beech", "oak"]);
  assert.equal(copy.compileOptions, model.compileOptions);
  assert.equal(await copy.evaluate(x, texts), await model.evaluate(x, texts));
  copy.thaw("dense_0");
  await fit(copy);
  assert.equal(await model.getWeights(), before);
  assert.match(model.summary(), /frozen: 40/);
  await model.dispose();
  assert.is((await copy.predict(x)).shape[0], 30);
});

test("its optimizer starts anew, as after a compile with the same options", async () => {
  await using model = compiled();
  await fit(model);
  await using copy = await model.clone();
  model.compile(model.compileOptions!);
  const [first, second] = [await fit(copy), await fit(model)];
  assert.is(first.fingerprint, second.fingerprint);
  assert.is(first.seed, 6);
  assert.equal([first.epochs[0]!.epoch, first.workers, first.numerics], [0, 1, "strict"]);
});

test("without the weights: those that the model itself began with", async () => {
  await using model = compiled();
  const initial = await model.getWeights();
  await fit(model);
  await using copy = await model.clone({ weights: false });
  assert.equal(await copy.getWeights(), initial);
  await using another = await model.clone({ weights: false });
  another.compile({ ...another.compileOptions!, seed: 7 });
  assert.not.equal(await another.getWeights(), initial);
});

test("of a model that is not compiled, one with a drawn seed, and one from a file", async () => {
  await using plain = net();
  await using copy = await plain.clone();
  assert.equal(await copy.getWeights(), await plain.getWeights());
  assert.is(copy.compileOptions, undefined);
  await using drawn = net();
  drawn.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", numerics: "strict" });
  await using twin = await drawn.clone();
  assert.is((await fit(twin)).fingerprint, (await fit(drawn)).fingerprint);
  await using loaded = await loadModel(await drawn.toBlob(), { workers: 1 });
  await using third = await loaded.clone();
  assert.equal(await third.getWeights(), await drawn.getWeights());
  assert.is((await fit(third)).seed, (await fit(drawn)).seed);
});

test("during a fit, and saved before it is used", async () => {
  await using model = compiled();
  const run = model.fit(x, y, { epochs: 1e6, batchSize: 4 });
  await using copy = await model.clone();
  run.stop();
  await run;
  await using saved = await loadModel(await copy.toBlob());
  assert.equal(await saved.getWeights(), await copy.getWeights());
});

test("wrong options", async () => {
  await using model = compiled() as Model & { clone(given: unknown): Promise<Model> };
  await eachRejects([
    ["weights", () => model.clone({ weights: 1 }), "E_OPTION", /^clone: weights: expected true or false, got 1\.$/],
    ["unknown", () => model.clone({ weight: true }), "E_OPTION", /^clone: unknown option "weight"\. Did you mean/],
    ["null", () => model.clone(null), "E_OPTION", /^clone: expected an object of options \(weights\), got null/],
  ]);
});

test.run();
