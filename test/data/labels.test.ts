import { suite } from "uvu";
import * as assert from "uvu/assert";
import { decodeLabels, dense, encodeLabels, input, sequential, sgd, toCategorical } from "../../src/index.js";

const test = suite("labels");

test("toCategorical: one 1 a row", () => {
  assert.equal(toCategorical([0, 2, 1]), { data: Float32Array.of(1, 0, 0, 0, 0, 1, 0, 1, 0), shape: [3, 3] });
  assert.equal(toCategorical(Uint8Array.of(1), 4), { data: Float32Array.of(0, 1, 0, 0), shape: [1, 4] });
});

test("encodeLabels and decodeLabels are each other's reverse, names sorted", () => {
  const texts = ["pear", "apple", "Zebra", "apple", ""];
  const { labels, names } = encodeLabels(texts);
  assert.equal(names, ["", "Zebra", "apple", "pear"]);
  assert.equal(labels, Int32Array.of(3, 2, 1, 2, 0));
  assert.equal(decodeLabels(labels, names), texts);
  assert.equal(decodeLabels([...labels], names), texts);
});

test("decodeLabels: the first of the largest values of a row, or the side of 0.5", () => {
  const names = ["a", "b", "c"];
  const data = Float32Array.of(0, 0.5, 0.5, -3, -2, -1, 1, 1, 1);
  assert.equal(decodeLabels({ data, shape: [3, 3] }, names), ["b", "c", "a"]);
  const binary = { data: Float32Array.of(0.4, 0.5, 0.9), shape: [3, 1] };
  assert.equal(decodeLabels(binary, ["no", "yes"]), ["no", "yes", "yes"]);
});

const texts = Array.from({ length: 30 }, (_, row) => ["cat", "dog", "ant"][row % 3]!);
const numbers = texts.map((text) => ["ant", "cat", "dog"].indexOf(text));
const x = Float32Array.from(texts, (text) => text.charCodeAt(0) - 98);
const make = () => {
  const model = sequential([input({ shape: [1] }), dense({ units: 3, activation: "softmax" })]);
  const optimizer = sgd({ learningRate: 0.5 });
  model.compile({ optimizer, loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"], seed: 3, workers: 1 });
  return model;
};

test("a model trained on texts is the one trained on their numbers", async () => {
  await using model = make();
  await using plain = make();
  assert.is(model.labels, undefined);
  const options = { epochs: 20, batchSize: 8, validationSplit: 0.2 };
  const [a, b] = [await model.fit(x, texts, options), await plain.fit(x, Int32Array.from(numbers), options)];
  assert.is(a.fingerprint, b.fingerprint);
  assert.is(a.epochs[0]!.valLoss, b.epochs[0]!.valLoss);
  assert.equal(model.labels, ["ant", "cat", "dog"]);
  assert.is(plain.labels, undefined);
  assert.equal(await model.evaluate(x, texts), await plain.evaluate(x, numbers));
  assert.equal(await model.trainOnBatch(x, texts), await plain.trainOnBatch(x, numbers));
  assert.equal((await model.gradients(x, texts)).loss, (await plain.gradients(x, numbers)).loss);
  const predicted = decodeLabels(await model.predict(x), model.labels);
  assert.equal(predicted.slice(0, 3), texts.slice(0, 3));
});

test("later calls use the names of the first, whichever of them they have", async () => {
  await using model = make();
  await model.trainOnBatch(x, texts);
  assert.equal(model.labels, ["ant", "cat", "dog"]);
  await model.fit(x.subarray(0, 2), ["dog", "dog"], { validationData: [x.subarray(0, 1), ["cat"]] });
  assert.equal(model.labels, ["ant", "cat", "dog"]);
  const only = await model.evaluate(Float32Array.of(1), ["dog"]);
  assert.equal(only, await model.evaluate(Float32Array.of(1), [2]));
});

test("names can be given, are a copy, and go with the JSON", async () => {
  await using model = make();
  model.labels = ["x", "cat", "dog"];
  model.labels!.push("none");
  assert.equal(model.labels, ["x", "cat", "dog"]);
  await model.fit(x.subarray(0, 2), ["cat", "dog"]);
  const json = JSON.parse(JSON.stringify(model));
  assert.equal(json.labels, ["x", "cat", "dog"]);
  assert.equal(sequential(json).labels, ["x", "cat", "dog"]);
  model.labels = undefined;
  assert.not("labels" in model.toJSON());
});

test("a call that is refused teaches no names", async () => {
  await using model = make();
  const refused = [
    model.fit(x, texts, { epochs: 0 }),
    model.fit(x, texts, { validationData: [x, ["bird"]] }),
    model.trainOnBatch(x.subarray(1), texts),
  ];
  for (const call of refused)
    await Promise.resolve(call).then(
      () => assert.unreachable(),
      () => {},
    );
  assert.is(model.labels, undefined);
});

test.run();
