import { suite } from "uvu";
import * as assert from "uvu/assert";
import { adam, dense, dropout, input, type Model, rmsprop, sequential, sgd } from "../../src/index.js";
import { close, labelsOf, mean, rowsOf, squares } from "./reference.js";

const test = suite("gradients");

const x = rowsOf(14, 5, 21);
const labels = labelsOf(14, 3, 21);
const y = rowsOf(14, 2, 22);

const classifier = (optimizer: ReturnType<typeof sgd>, rate = 0.4) => {
  const model = sequential([
    input({ shape: [5] }),
    dense({ units: 9, activation: "tanh", kernelRegularizer: { l1: 0.01, l2: 0.02 } }),
    dropout({ rate }),
    dense({ units: 3, activation: "softmax", biasRegularizer: { l2: 0.3 }, biasInitializer: "ones" }),
  ]);
  model.compile({ optimizer, loss: "sparseCategoricalCrossentropy", seed: 9 });
  return model;
};
const regression = (loss?: "meanSquaredError") => {
  const model = sequential([
    input({ shape: [5] }),
    dense({ units: 4, activation: "sigmoid" }),
    dense({ units: 2, kernelRegularizer: { l2: 0.1 } }),
  ]);
  model.compile({ optimizer: sgd({ learningRate: 0.1 }), seed: 9, ...(loss ? { loss } : {}) });
  return model;
};

test("gradients and applyGradients are trainOnBatch, bit for bit, penalties and dropout included", async () => {
  for (const optimizer of [sgd({ momentum: 0.9, learningRate: 0.1 }), adam(), rmsprop({ centered: true })]) {
    const [whole, parts] = [classifier(optimizer), classifier(optimizer)];
    for (let step = 0; step < 4; step++) {
      const { loss } = await whole.trainOnBatch(x, labels);
      const gradients = await parts.gradients(x, labels);
      close([gradients.loss], [loss], 1e-6);
      await parts.applyGradients(step % 2 ? gradients : gradients.weights);
    }
    assert.equal(await parts.getWeights(), await whole.getWeights(), optimizer.type);
    for (const model of [whole, parts]) await model.dispose();
  }
});

test("nothing is updated by asking", async () => {
  await using model = classifier(sgd());
  const before = await model.getWeights();
  const first = await model.gradients(x, labels);
  assert.equal(await model.gradients(x, labels), first);
  assert.equal(await model.getWeights(), before);
  assert.equal(
    first.weights.map(({ name, shape, data }) => [name, shape, data.length]),
    before.map(({ name, shape, data }) => [name, shape, data.length]),
  );
  assert.equal([first.input.shape, first.input.data.length], [[14, 5], 70]);
});

/** Central differences of the loss that evaluate gives, for some weights and for no dropout. */
test("they are the slope of what evaluate gives", async () => {
  await using model = classifier(sgd());
  const { loss, weights } = await model.gradients(x, labels, { training: false });
  close([loss], [(await model.evaluate(x, labels)).loss!], 1e-6);
  const values = await model.getWeights();
  const h = 2 ** -6;
  for (const [t, i] of [
    [0, 3],
    [0, 44],
    [1, 0],
    [2, 7],
    [3, 2],
  ] as const) {
    const at = async (shift: number) => {
      const data = [...values[t]!.data];
      data[i]! += shift;
      await model.setWeights([{ name: values[t]!.name, data }]);
      const result = (await model.evaluate(x, labels)).loss!;
      await model.setWeights([values[t]!]);
      return result;
    };
    const slope = ((await at(h)) - (await at(-h))) / (2 * h);
    close([weights[t]!.data[i]!], [slope], 1e-3, `${values[t]!.name}[${i}]`);
  }
});

test("training or not is the difference dropout makes", async () => {
  await using model = classifier(sgd());
  const [on, off] = [await model.gradients(x, labels), await model.gradients(x, labels, { training: false })];
  assert.equal(await model.gradients(x, labels, { training: true }), on);
  assert.not.equal(on.weights, off.weights);
  await using plain = classifier(sgd(), 0);
  await plain.setWeights(await model.getWeights());
  const same = await plain.gradients(x, labels);
  assert.equal([same.loss, same.weights], [off.loss, off.weights]);
});

test("backward with the gradient of a loss of one's own is what the built-in loss gives", async () => {
  const [model, own] = [regression("meanSquaredError"), regression()];
  for (let step = 0; step < 3; step++) {
    const { data } = await own.predict(x);
    const p = Array.from({ length: 14 }, (_, r) => [...data.subarray(2 * r, 2 * r + 2)]);
    const outputGradient = p.map((row, r) => row.map((v, c) => (2 * (v - y[r]![c]!)) / 2 / 14));
    const want = await model.gradients(x, y);
    const got = await own.backward(x, outputGradient);
    assert.equal(Object.keys(got), ["weights", "input"]);
    got.weights.forEach(({ name, data }, i) => {
      assert.is(name, want.weights[i]!.name);
      close(data, want.weights[i]!.data, 1e-6, name);
    });
    close(got.input.data, want.input.data, 1e-6);
    const { penalty } = await model.evaluate(x, y);
    close([want.loss], [mean(squares(p, y)) + penalty!], 1e-6);
    await own.applyGradients(got);
    await model.applyGradients(want);
  }
  for (const m of [model, own]) await m.dispose();
});

test("backward takes a gradient by the output where targets are labels, however many rows", async () => {
  const model: Model = classifier(sgd(), 0);
  const rows = 30_000;
  const many = rowsOf(rows, 5, 4);
  const ones = many.map(() => [1, 0, -1]);
  const whole = await model.backward(many, ones);
  const part = await model.backward(many.slice(0, 7), ones.slice(0, 7));
  close(whole.input.data.subarray(0, 35), part.input.data, 1e-6);
  const shapes = whole.weights.map(({ name, shape }) => [name, shape]);
  assert.equal(
    shapes,
    (await model.getWeights()).map(({ name, shape }) => [name, shape]),
  );
  await model.dispose();
});

test.run();
