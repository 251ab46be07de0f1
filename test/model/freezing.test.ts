import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  adam,
  type CompileOptions,
  dense,
  dropout,
  input,
  loadModel,
  type Model,
  type NamedTensor,
  sequential,
  sgd,
} from "../../src/index.js";
import { watched } from "../threads.js";
import { close, labelsOf, rowsOf } from "./reference.js";

const [ROWS, WIDTH, CLASSES] = [29, 6, 3];
const x = rowsOf(ROWS, WIDTH);
const y = labelsOf(ROWS, CLASSES);

const layers = (frozen: readonly number[] = []) => {
  const trainable = (i: number) => (frozen.includes(i) ? { trainable: false } : {});
  return [
    input({ shape: [WIDTH] }),
    dense({ units: 11, activation: "tanh", kernelRegularizer: { l2: 0.02 }, ...trainable(0) }),
    dropout({ rate: 0.2 }),
    dense({
      units: 9,
      activation: "relu",
      kernelRegularizer: { l1: 0.01, l2: 0.01 },
      biasRegularizer: { l1: 0.01, proximal: true },
      biasInitializer: "ones",
      kernelConstraint: "nonNegative",
      ...trainable(1),
    }),
    dense({ units: CLASSES, activation: "softmax", ...trainable(2) }),
  ];
};
const compiled = (frozen: readonly number[], more: Partial<CompileOptions> = {}): Model => {
  const model = sequential(layers(frozen));
  const loss = "sparseCategoricalCrossentropy";
  const optimizer = sgd({ learningRate: 0.1, momentum: 0.9 });
  model.compile({ optimizer, loss, seed: 4, numerics: "strict", workers: 1, ...more });
  return model;
};
const of = (weights: readonly NamedTensor[], ...names: number[]) =>
  weights.filter(({ name }) => names.some((i) => name.startsWith(`dense_${i}.`)));
/** All that a file keeps: weights, slots, counters. */
const stateOf = async (model: Model) => {
  const bytes = new Uint8Array(await (await model.toBlob()).arrayBuffer());
  const header = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  return bytes.subarray(8 + header);
};

const test = suite("frozen layers");

test("a frozen layer anywhere: the others train as beside a layer that is put back after each step", async () => {
  const optimizers = [sgd({ learningRate: 0.1, momentum: 0.9 }), adam({ clipValue: 0.05 })];
  for (const optimizer of optimizers) {
    for (const frozen of [[0], [1], [2], [0, 1], [1, 2]]) {
      await using model = compiled(frozen, { optimizer });
      await using free = compiled([], { optimizer });
      const still = of(await free.getWeights(), ...frozen);
      for (let step = 0; step < 3; step++) {
        assert.equal(await model.trainOnBatch(x, y), await free.trainOnBatch(x, y), `${frozen} in step ${step}`);
        await free.setWeights(still);
      }
      const weights = await model.getWeights();
      assert.equal(weights, await free.getWeights(), `${frozen}`);
      assert.equal(of(weights, ...frozen), still);
    }
  }
});

test("above frozen layers, data that is mostly zeros or not: as a model of the upper layers alone", async () => {
  for (const zeros of [false, true]) {
    const data = zeros ? x.map((row, r) => row.map((value, i) => ((r + i) % 4 ? 0 : value))) : x;
    await using model = sequential([
      input({ shape: [WIDTH] }),
      dense({ units: 7, activation: "tanh", trainable: false }),
      dense({ units: CLASSES, activation: "softmax" }),
    ]);
    await using lower = sequential([input({ shape: [WIDTH] }), dense({ units: 7, activation: "tanh" })]);
    await using upper = sequential([input({ shape: [7] }), dense({ units: CLASSES, activation: "softmax" })]);
    const training = { optimizer: adam(), loss: "sparseCategoricalCrossentropy", seed: 2 } as const;
    for (const each of [model, upper]) each.compile({ ...training, numerics: "strict" });
    lower.compile({ ...training, loss: "meanSquaredError", numerics: "strict" });
    const [kernel, bias, ...rest] = await model.getWeights();
    await lower.setWeights([kernel!, bias!]);
    await upper.setWeights(rest.map(({ shape, data }) => ({ shape, data })));
    const plain = { epochs: 3, batchSize: 8, shuffle: false };
    const { epochs } = await model.fit(data, y, plain);
    const features = await lower.predict(data);
    assert.equal(
      epochs.map(({ loss }) => loss),
      (await upper.fit(features, y, plain)).epochs.map(({ loss }) => loss),
    );
    const trained = await model.getWeights();
    assert.equal(trained.slice(0, 2), [kernel, bias]);
    assert.equal(
      trained.slice(2).map(({ data }) => data),
      (await upper.getWeights()).map(({ data }) => data),
    );
  }
});

for (const plain of [undefined, "a test"]) {
  test(`freeze and thaw between fits keep weights and optimizer, ${plain ? "plain" : "shared"} memory`, () =>
    watched(plain, async () => {
      const fit = { epochs: 2, batchSize: 8 };
      await using model = compiled([], { optimizer: adam() });
      await using other = compiled([], { optimizer: adam() });
      await model.fit(x, y, fit);
      await other.fit(x, y, fit);
      const before = await stateOf(model);
      model.freeze("dense_0", "dense_1");
      assert.equal(await stateOf(model), before);
      model.thaw("dense_1");
      model.thaw("dense_0");
      assert.equal(model.toJSON(), other.toJSON());
      assert.is((await model.fit(x, y, fit)).fingerprint, (await other.fit(x, y, fit)).fingerprint);
      assert.equal(await stateOf(model), await stateOf(other));
    }));
}

test("while frozen, neither weights nor slots change; the steps count", async () => {
  await using model = compiled([], { optimizer: adam() });
  await model.fit(x, y, { batchSize: 8 });
  const weights = await model.getWeights();
  model.freeze("dense_1");
  const { steps } = await model.fit(x, y, { batchSize: 8 });
  assert.is(steps, 4);
  const after = await model.getWeights();
  assert.equal(of(after, 1), of(weights, 1));
  assert.not.equal(of(after, 0, 2), of(weights, 0, 2));
  await using loaded = await loadModel(await model.toBlob());
  assert.equal(loaded.toJSON(), model.toJSON());
  assert.is(
    (await loaded.fit(x, y, { batchSize: 8 })).fingerprint,
    (await model.fit(x, y, { batchSize: 8 })).fingerprint,
  );
  assert.equal(await stateOf(loaded), await stateOf(model));
  assert.equal(of(await loaded.getWeights(), 1), of(weights, 1));
});

test("the penalty of frozen weights is reported, and trained by nobody", async () => {
  await using model = compiled([0, 1]);
  const { penalty } = await model.evaluate(x, y);
  assert.ok(penalty! > 0.1);
  const { epochs } = await model.fit(x, y, { epochs: 2, batchSize: 8 });
  for (const log of epochs) close([log.penalty], [penalty!], 1e-6);
});

test("gradients has them all; applyGradients leaves frozen weights alone", async () => {
  await using model = compiled([1], { optimizer: sgd({ learningRate: 0.1 }) });
  await using free = compiled([], { optimizer: sgd({ learningRate: 0.1 }) });
  const gradients = await model.gradients(x, y);
  assert.equal(gradients, await free.gradients(x, y));
  const before = await model.getWeights();
  for (const each of [model, free]) await each.applyGradients(gradients);
  const after = await model.getWeights();
  assert.equal(of(after, 1), of(before, 1));
  assert.equal(of(after, 0, 2), of(await free.getWeights(), 0, 2));
});

test("globalClipNorm takes the norm of what is trained", async () => {
  const optimizer = sgd({ learningRate: 1, globalClipNorm: 0.01 });
  await using model = compiled([0, 1], { optimizer });
  const before = await model.getWeights();
  const { weights } = await model.gradients(x, y);
  await model.trainOnBatch(x, y);
  const after = await model.getWeights();
  const top = of(weights, 2);
  const norm = Math.sqrt(top.flatMap(({ data }) => [...data]).reduce((sum, g) => sum + g * g, 0));
  assert.ok(norm > 0.01);
  of(before, 2).forEach(({ data }, t) => {
    const expected = Array.from(data, (w, i) => w - (top[t]!.data[i]! * 0.01) / norm);
    close(of(after, 2)[t]!.data, expected, 1e-6);
  });
});

test("several batches an update, and a full batch", async () => {
  const optimizer = sgd({ learningRate: 0.1, gradientAccumulationSteps: 3 });
  await using parts = compiled([1], { optimizer });
  await using whole = compiled([1], { optimizer: sgd({ learningRate: 0.1 }) });
  const model = async (each: Model, batchSize: number) => {
    const before = of(await each.getWeights(), 1);
    await each.fit(x.slice(0, 24), y.slice(0, 24), { batchSize, shuffle: false });
    const after = await each.getWeights();
    assert.equal(of(after, 1), before);
    return after.flatMap(({ data }) => [...data]);
  };
  // Dropout draws by batch, so that the two differ a little.
  close(await model(parts, 8), await model(whole, 24), 0.1);
});

test("JSON has it, and a summary tells it", async () => {
  await using model = compiled([]);
  const before = JSON.stringify(model);
  assert.not.match(model.summary(), /frozen/);
  model.freeze("dense_0", "dense_1");
  const total = 7 * 11 + 12 * 9 + 10 * 3;
  assert.match(
    model.summary(),
    new RegExp(`\nparameters: ${total} .*\ntrainable: 30, frozen: 185 \\(dense_0, dense_1\\)\n`),
  );
  assert.equal(model.toJSON(), sequential(layers([0, 1])).toJSON());
  const copy = sequential(JSON.parse(JSON.stringify(model)));
  assert.match(copy.summary(), /frozen: 185/);
  model.thaw("dense_1", "dense_0");
  assert.is(JSON.stringify(model), before);
});

test("a call that is under way while layers are frozen keeps the state, too", async () => {
  await using model = compiled([], { optimizer: adam() });
  await using other = compiled([], { optimizer: adam() });
  for (const each of [model, other]) await each.trainOnBatch(x, y);
  const waiting = model.predict(rowsOf(300, WIDTH), { batchSize: 300 });
  model.freeze("dense_1");
  await waiting;
  model.thaw("dense_1");
  for (const each of [model, other]) await each.trainOnBatch(x, y);
  assert.equal(await stateOf(model), await stateOf(other));
});

test.run();
