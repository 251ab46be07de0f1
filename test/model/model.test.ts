import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  type CompileOptions,
  dense,
  dropout,
  features,
  flatten,
  input,
  type Model,
  rescaling,
  sequential,
} from "../../src/index.js";
import { close, labelsOf, mean, rowsOf } from "./reference.js";

const test = suite("model");

const x = rowsOf(40, 6, 31);
const y = labelsOf(40, 3, 31);
const loss = "sparseCategoricalCrossentropy";
const net = (options: Partial<CompileOptions> = {}, rate = 0.5) => {
  const model = sequential([
    input({ shape: [6] }),
    dense({ units: 8, activation: "relu", useBias: false }),
    dropout({ rate }),
    dense({ units: 3, activation: "softmax", name: "top" }),
  ]);
  model.compile({ optimizer: "adam", loss, ...options });
  return model;
};
const fingerprintOf = async (model: Model) => {
  const { fingerprint, seed } = await model.fit(x, y, { epochs: 2, batchSize: 8 });
  await model.dispose();
  return { fingerprint, seed };
};

test("the same seed, the same bits; another seed, others", async () => {
  const first = await fingerprintOf(net({ seed: 7 }));
  assert.is(first.seed, 7);
  assert.equal(await fingerprintOf(net({ seed: 7 })), first);
  const seeds = [0, 8, 2 ** 32 + 7, 2 ** 53 - 1];
  const others = await Promise.all(seeds.map((seed) => fingerprintOf(net({ seed }))));
  assert.is(new Set([first, ...others].map(({ fingerprint }) => fingerprint)).size, 5);
});

test("a seed that was not given is drawn, reported, and gives the run again", async () => {
  const [first, second] = [await fingerprintOf(net()), await fingerprintOf(net())];
  assert.not.equal(first, second);
  assert.equal(await fingerprintOf(net({ seed: first.seed })), first);
});

test("seeds make initial weights: each layer its own, within Glorot's limits", async () => {
  const wide = sequential([input({ shape: [50] }), dense({ units: 50 }), dense({ units: 50 })]);
  wide.compile({ optimizer: "sgd", seed: 3 });
  const [a, biasA, b] = (await wide.getWeights()).map(({ data }) => [...data]);
  assert.ok(biasA!.every((value) => value === 0));
  const limit = Math.sqrt(6 / 100);
  for (const kernel of [a!, b!]) {
    assert.ok(kernel.every((value) => Math.abs(value) <= limit));
    // 2500 values, uniform: their mean and their variance within six standard deviations.
    assert.ok(Math.abs(mean(kernel)) < (6 * limit) / Math.sqrt(3 * 2500));
    assert.ok(Math.abs(mean(kernel.map((v) => v * v)) - limit ** 2 / 3) < 0.12 * limit ** 2 * (1 / 3));
  }
  assert.ok(a!.filter((value, i) => value === b![i]).length < 5);
  await wide.dispose();
});

test("dropout works in training alone, and a rate of 0 nowhere", async () => {
  await using model = net({ seed: 1 });
  assert.equal(await model.predict(x), await model.predict(x));
  const evaluated = await model.evaluate(x, y);
  const trained = await model.trainOnBatch(x, y);
  assert.ok(Math.abs(trained.loss - evaluated.loss!) > 1e-4, "half the values are gone");
  await using without = net({ seed: 1 }, 0);
  const same = await without.evaluate(x, y);
  close([same.loss!], [evaluated.loss!], 0);
  close([(await without.trainOnBatch(x, y)).loss], [same.loss!], 1e-6);
});

test("weights come in layer order, kernel before bias, as copies", async () => {
  await using model = net();
  const weights = await model.getWeights();
  assert.equal(
    weights.map(({ name, shape, data }) => [name, shape, data.length]),
    [
      ["dense_0.kernel", [6, 8], 48],
      ["top.kernel", [8, 3], 24],
      ["top.bias", [3], 3],
    ],
  );
  const before = await model.predict(x);
  for (const { data } of weights) data.fill(0);
  assert.equal(await model.predict(x), before);
});

test("weights set before compile stay through it and through calls that need more memory", async () => {
  const model = net();
  await model.setWeights([{ name: "top.bias", data: [1, 2, 3] }]);
  const weights = await model.getWeights();
  model.compile({ optimizer: "adam", loss });
  assert.equal(await model.getWeights(), weights);
  await model.predict(rowsOf(3000, 6), { batchSize: 3000 });
  await model.gradients(rowsOf(500, 6), labelsOf(500, 3));
  assert.equal(await model.getWeights(), weights);
  await model.dispose();
});

const detached = (array: ArrayBufferView) => array.byteLength === 0;

test("the caller's arrays stay the caller's, unless transfer is said", async () => {
  const make = () => ({ x: Float32Array.from(x.flat()), y: Int32Array.from(y) });
  const fits = [];
  for (const transfer of [false, true]) {
    await using model = net({ seed: 2 });
    const [train, validation] = [make(), make()];
    const history = await model.fit(train.x, train.y, {
      validationData: [validation.x, validation.y],
      transfer,
    });
    fits.push([history.fingerprint, history.epochs[0]!.valLoss]);
    const arrays = [train.x, train.y, validation.x, validation.y];
    assert.equal(
      arrays.map(detached),
      arrays.map(() => transfer),
    );
    if (!transfer) assert.equal([train, validation], [make(), make()]);
  }
  assert.equal(fits[1], fits[0]);
});

test("an array that serves twice, or is a part of another, is not given away", async () => {
  const bits = [];
  for (const transfer of [false, true]) {
    const model = sequential([input({ shape: [6] }), dense({ units: 6 })]);
    model.compile({ optimizer: "sgd", loss: "meanSquaredError", seed: 4 });
    const both = Float32Array.from(x.flat());
    const { fingerprint, epochs } = await model.fit(both, both, { transfer });
    const padded = new Float32Array(242).fill(1);
    const [part, target] = [padded.subarray(1, 241), Float32Array.from(x.flat())];
    const second = await model.fit(part, target, { transfer, epochs: 2 });
    const third = await model.fit(both, padded.slice(1, 241), { transfer, validationData: [both, part] });
    bits.push([fingerprint, epochs[0]!.loss, second.fingerprint, third.fingerprint, third.epochs[0]!.valLoss]);
    assert.equal([both, padded].map(detached), [false, false]);
    await model.dispose();
  }
  assert.equal(bits[1], bits[0]);
});

test("a model is data: changes to what it was made from, or gives, change nothing", async () => {
  const layer = { type: "dense" as const, units: 3, kernelRegularizer: { l2: 0.5 }, activation: "softmax" };
  const layers = [input({ shape: [6] }), layer];
  const model = sequential(layers);
  const optimizer = { type: "sgd" as const, learningRate: 0.1 };
  const metrics: ["accuracy"] = ["accuracy"];
  const smooth = { name: loss, labelSmoothing: 0.1 } as const;
  model.compile({ optimizer, loss: smooth, metrics, seed: 1 });
  const copy = sequential(JSON.parse(JSON.stringify(model)));
  copy.compile({ optimizer: { ...optimizer }, loss: { ...smooth }, metrics: ["accuracy"], seed: 1 });
  Object.assign(smooth, { labelSmoothing: 0.5 });
  Object.assign(layer, { units: 5, kernelRegularizer: { l2: "no" } });
  Object.assign(optimizer, { learningRate: Number.NaN });
  metrics.pop();
  (model.toJSON().layers as unknown as unknown[]).pop();
  layers.pop();
  assert.equal(await fingerprintOf(model), await fingerprintOf(copy));
});

test("a summary has every layer, its shape, its parameters and the totals", async () => {
  const model = sequential([
    input({ shape: [4, 5] }),
    rescaling({ scale: 2 }),
    flatten(),
    dense({ units: 64, activation: "relu", name: "hidden" }),
    dense({ units: 10, useBias: false }),
  ]);
  const lines = model.summary().split("\n");
  assert.equal(
    lines.map((line) => line.trim().split(/ {2,}/)),
    [
      ["layer", "output", "parameters", "multiply-adds"],
      ["input", "(B, 4, 5)", "0", "0"],
      ["rescaling_0", "(B, 4, 5)", "0", "0"],
      ["flatten_0", "(B, 20)", "0", "0"],
      ["hidden", "(B, 64)", "1344", "1280"],
      ["hidden.activation", "(B, 64)", "0", "0"],
      ["dense_1", "(B, 10)", "640", "640"],
      ["parameters: 1984 (7936 bytes)"],
      ["multiply-adds per example: 1920"],
    ],
  );
  await model.predict(new Float32Array(20));
  assert.match(model.summary(), /\nmemory of the last run: \d+ bytes$/);
  await model.dispose();
});

test("a summary says how many workers train, and why", async () => {
  const model = sequential([input({ shape: [4] }), dense({ units: 3 })]);
  const compile = (workers: number | "auto") =>
    model.compile({ optimizer: "sgd", loss: "meanSquaredError", workers, seed: 1 });
  compile("auto");
  assert.match(model.summary(), /\nworkers for batches of 32: 1, chosen by the cost of a step$/);
  await model.fit(new Float32Array(40), new Float32Array(30), { batchSize: 5 });
  assert.match(model.summary(), /\nworkers for batches of 5: 1, chosen by the cost of a step\nmemory/);
  await model.dispose();
  const asked = sequential([input({ shape: [4] }), dense({ units: 3 })]);
  asked.compile({ optimizer: "sgd", workers: 2 });
  const workers = features().threads ? 2 : 1;
  assert.match(asked.summary(), new RegExp(`\nworkers for batches of 32: ${workers}, as asked for$`));
});

test.run();
