import { suite } from "uvu";
import * as assert from "uvu/assert";
import { dense, flatten, input, sequential } from "../../src/index.js";
import {
  argmax,
  close,
  crossentropy,
  each,
  l1,
  l2,
  labelsOf,
  dense as layer,
  mean,
  relu,
  rowsOf,
  sigmoid,
  softmax,
  squares,
} from "./reference.js";

const test = suite("evaluate");

const rows = 53;
const x = rowsOf(rows, 6, 3);
const labels = labelsOf(rows, 4, 3);
const hot = labels.map((label) => [0, 1, 2, 3].map((c) => (c === label ? 1 : 0)));

test("loss and accuracy of labels, with the penalties", async () => {
  await using model = sequential([
    input({ shape: [6] }),
    dense({ units: 7, activation: "relu", kernelRegularizer: { l1: 0.01, l2: 0.02 }, biasRegularizer: { l2: 0.5 } }),
    dense({ units: 4, activation: "softmax", kernelRegularizer: { l2: 0.003 }, biasInitializer: "ones" }),
  ]);
  model.compile({ optimizer: "sgd", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"], workers: 2 });
  const [k0, b0, k1, b1] = await model.getWeights();
  await model.setWeights([{ name: "dense_0.bias", data: [...b0!.data].map((_, i) => i / 10 - 0.3) }]);
  const [, bias] = await model.getWeights();
  const p = softmax(layer(relu(layer(x, k0!, bias!)), k1!, b1!));
  const dataLoss = mean(crossentropy(p, labels));
  const penalty = 0.01 * l1(k0!) + 0.02 * l2(k0!) + 0.5 * l2(bias!) + 0.003 * l2(k1!);
  const accuracy = mean(p.map((row, r) => (argmax(row) === labels[r] ? 1 : 0)));
  assert.ok(penalty > 0.1 && accuracy > 0 && accuracy < 1);
  for (const batchSize of [undefined, 1, 7, 53, 500]) {
    const got = await model.evaluate(x, labels, batchSize === undefined ? {} : { batchSize });
    assert.equal(Object.keys(got), ["loss", "dataLoss", "penalty", "accuracy"]);
    close([got.loss!, got.dataLoss!, got.penalty!], [dataLoss + penalty, dataLoss, penalty]);
    assert.is(got.loss, got.dataLoss! + got.penalty!);
    assert.is(got.accuracy, accuracy);
  }
  const kinds = [Int32Array.from(labels), Uint8Array.from(labels), Float32Array.from(labels), labels.map((l) => [l])];
  const first = await model.evaluate(x, labels);
  for (const kind of kinds) assert.equal(await model.evaluate(x, kind), first);
});

test("one-hot rows: accuracy and the squared error of the probabilities beside a fused softmax", async () => {
  await using model = sequential([input({ shape: [6] }), dense({ units: 4, activation: "softmax" })]);
  const metrics = ["accuracy", "meanSquaredError", "meanAbsoluteError"] as const;
  model.compile({ optimizer: "sgd", loss: "categoricalCrossentropy", metrics });
  const [kernel, bias] = await model.getWeights();
  const p = softmax(layer(x, kernel!, bias!));
  const got = await model.evaluate(x, hot);
  assert.equal(Object.keys(got), ["loss", "dataLoss", "penalty", ...metrics]);
  close([got.loss!, got.meanSquaredError!], [mean(crossentropy(p, labels)), mean(squares(p, hot))]);
  close([got.meanAbsoluteError!], [mean(p.map((row, r) => mean(row.map((v, c) => Math.abs(v - hot[r]![c]!)))))]);
  assert.is(got.accuracy, mean(p.map((row, r) => (argmax(row) === labels[r] ? 1 : 0))));
  assert.equal([got.penalty, got.loss], [0, got.dataLoss]);
  const flat = await model.evaluate(Float32Array.from(x.flat()), Float32Array.from(hot.flat()));
  assert.equal(flat, got);
});

test("yes and no: accuracy with a sigmoid and from logits", async () => {
  const yes = labels.map((label) => label % 2);
  const results = [];
  for (const [activation, loss] of [
    ["sigmoid", { name: "binaryCrossentropy" }],
    ["linear", { name: "binaryCrossentropy", fromLogits: true }],
  ] as const) {
    await using model = sequential([input({ shape: [6] }), dense({ units: 1, activation })]);
    model.compile({ optimizer: "sgd", loss, metrics: ["accuracy", "binaryAccuracy"] });
    await model.setWeights([{ data: [0.2, -0.4, 0.1, 0.05, 0.6, -0.2] }, { data: [0.1] }]);
    const [kernel, bias] = await model.getWeights();
    const p = sigmoid(layer(x, kernel!, bias!)).flat();
    const got = await model.evaluate(x, yes);
    close([got.loss!], [mean(p.map((v, r) => -Math.log(yes[r] ? v : 1 - v)))]);
    assert.is(got.accuracy, mean(p.map((v, r) => (v > 0.5 === (yes[r] === 1) ? 1 : 0))));
    assert.is(got.binaryAccuracy, got.accuracy);
    results.push(got);
    close((await model.predict(x)).data, activation === "sigmoid" ? p : layer(x, kernel!, bias!).flat(), 1e-5);
  }
  assert.equal(results[0], results[1]);
});

test("logits of several classes", async () => {
  await using model = sequential([input({ shape: [6] }), dense({ units: 4 })]);
  const loss = { name: "sparseCategoricalCrossentropy", fromLogits: true } as const;
  model.compile({ optimizer: "sgd", loss, metrics: ["accuracy", "sparseCategoricalAccuracy"] });
  const [kernel, bias] = await model.getWeights();
  const logits = layer(x, kernel!, bias!);
  const got = await model.evaluate(x, labels);
  close([got.loss!], [mean(crossentropy(softmax(logits), labels))]);
  assert.is(got.sparseCategoricalAccuracy, mean(logits.map((row, r) => (argmax(row) === labels[r] ? 1 : 0))));
  close((await model.predict(x)).data, logits.flat());
});

test("regression, with outputs that are flat or rows", async () => {
  await using model = sequential([input({ shape: [6] }), dense({ units: 2, activation: "tanh" })]);
  model.compile({ optimizer: "sgd", loss: "meanSquaredError", metrics: ["meanSquaredError"] });
  const y = rowsOf(rows, 2, 9);
  const [kernel, bias] = await model.getWeights();
  const want = mean(squares(each(layer(x, kernel!, bias!), Math.tanh), y));
  for (const form of [y, y.flat(), Float64Array.from(y.flat()), { data: y.flat(), shape: [rows, 2] }]) {
    const got = await model.evaluate(x, form);
    close([got.loss!, got.meanSquaredError!], [want, want]);
  }
});

test("more rows than one window holds weigh the same", async () => {
  await using model = sequential([input({ shape: [20] }), dense({ units: 3, activation: "softmax" })]);
  model.compile({ optimizer: "sgd", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
  const many = 100_000;
  const data = Uint8Array.from({ length: many * 20 }, (_, i) => ((i * 31 + (i >> 9)) % 7) % 3);
  const targets = Uint8Array.from({ length: many }, (_, i) => (i < 60_000 ? 0 : i % 3));
  const whole = await model.evaluate(data, targets);
  const cuts = [0, 10, 55_555, 99_999, many];
  let [loss, accuracy] = [0, 0];
  for (const [i, from] of cuts.slice(0, -1).entries()) {
    const to = cuts[i + 1]!;
    const part = await model.evaluate(data.subarray(from * 20, to * 20), targets.subarray(from, to));
    loss += part.loss! * (to - from);
    accuracy += part.accuracy! * (to - from);
  }
  close([whole.loss!, whole.accuracy!], [loss / many, accuracy / many], 1e-12);
});

test("a single input or output may go by its name, in data, losses and metrics", async () => {
  await using model = sequential([input({ shape: [6], name: "table" }), dense({ units: 4, name: "size" })]);
  const [loss, metrics] = [{ name: "huber", delta: 2 } as const, ["rSquared"] as const];
  model.compile({ optimizer: "sgd", loss, metrics, seed: 4 });
  const found = await model.evaluate(x, hot);
  model.compile({ optimizer: "sgd", loss: { size: loss }, metrics: { size: metrics }, seed: 4 });
  assert.equal(await model.evaluate({ table: x }, { size: hot }), found);
  assert.equal(await model.evaluate({ data: x.flat(), shape: [rows, 6] }, { size: hot.flat() }), found);
});

test("an image is one, also where the input is called as a part of it is", async () => {
  for (const name of ["data", "width"]) {
    await using model = sequential([input({ shape: [2, 2, 1], name }), flatten()]);
    const image = { data: new Uint8ClampedArray(16).fill(10), width: 2, height: 2 };
    const { shape, data } = await model.predict(image);
    assert.equal(
      [shape, [...data]],
      [
        [1, 4],
        [10, 10, 10, 10],
      ],
    );
  }
});

test("arrays in arrays, as deep as examples and their targets are", async () => {
  await using model = sequential([input({ shape: [2, 3] }), dense({ units: 2 })]);
  model.compile({ optimizer: "sgd", loss: "meanSquaredError", seed: 4 });
  const deep = x.map((row) => [row.slice(0, 3), row.slice(3)]);
  const targets = hot.map((row) => [row.slice(0, 2), row.slice(2)]);
  const found = await model.evaluate(deep, targets);
  assert.equal(
    await model.evaluate({ data: x.flat(), shape: [rows, 2, 3] }, { data: hot.flat(), shape: [rows, 2, 2] }),
    found,
  );
  const typed = deep.map((steps) => steps.map((step) => Float32Array.from(step)));
  assert.equal(await model.evaluate(typed as never, targets), found);
});

test.run();
