import { suite } from "uvu";
import * as assert from "uvu/assert";
import { batchNormalization, dense, input, loadModel, sequential, sgd } from "../../src/index.js";
import { close, generator } from "../golden.js";

const test = suite("batch normalization in a model");

const next = generator(3);
const x = { shape: [12, 4], data: Array.from({ length: 48 }, (_, i) => 6 * next() + (i % 4)) };
const y = { shape: [12, 2], data: Array.from({ length: 24 }, () => next()) };
const mean = [0, 1, 2, 3].map((c) => x.data.reduce((sum, value, i) => sum + (i % 4 === c ? value / 12 : 0), 0));
const variance = mean.map((m, c) => x.data.reduce((sum, v, i) => sum + (i % 4 === c ? (v - m) ** 2 / 12 : 0), 0));

function build(options: Parameters<typeof batchNormalization>[0] = {}, optimizer = sgd({ learningRate: 0.01 })) {
  const model = sequential([input({ shape: [4] }), batchNormalization(options), dense({ units: 2 })]);
  model.compile({ optimizer, loss: "meanSquaredError", numerics: "strict", workers: 2, seed: 1 });
  return model;
}
const named = async (model: ReturnType<typeof build>, part: string) =>
  (await model.getWeights()).find(({ name }) => name.endsWith(part))!.data;

test("weights in Keras' order", async () => {
  await using model = build();
  const names = (await model.getWeights()).map(({ name }) => name.replace("batchNormalization_0.", ""));
  assert.equal(names, ["gamma", "beta", "movingMean", "movingVariance", "dense_0.kernel", "dense_0.bias"]);
});

test("a batch of training moves the statistics, by momentum; also without gamma and beta", async () => {
  for (const options of [{}, { center: false, scale: false }]) {
    await using model = build({ momentum: 0.75, ...options });
    await model.trainOnBatch(x, y);
    close(
      await named(model, "movingMean"),
      mean.map((m) => 0.25 * m),
      1e-6,
      "mean",
    );
    close(
      await named(model, "movingVariance"),
      variance.map((v) => 0.75 + 0.25 * v),
      1e-6,
      "variance",
    );
  }
});

test("in use it takes the moving statistics", async () => {
  await using model = sequential([input({ shape: [4] }), batchNormalization({ epsilon: 0.5 })]);
  model.compile({ optimizer: "sgd" });
  const row = (data: number[]) => ({ shape: [4], data });
  await model.setWeights([row([1, 2, 3, 4]), row([0, 1, 0, 1]), row([0, 1, 2, 3]), row([1, 2, 3, 4])]);
  const { data } = await model.predict({ shape: [1, 4], data: [5, 5, 5, 5] });
  const want = [0, 1, 2, 3].map((c) => ((c + 1) * (5 - c)) / Math.sqrt(c + 1.5) + (c % 2));
  close(data, want, 1e-6, "output");
});

test("gradients, evaluate and predict leave the statistics", async () => {
  await using model = build();
  const before = await model.getWeights();
  await model.gradients(x, y, { training: true });
  await model.evaluate(x, y);
  await model.predict(x);
  assert.equal(await model.getWeights(), before);
});

test("frozen, it is used as it is: nothing moves, and what is below learns through it", async () => {
  await using model = sequential([
    ...[input({ shape: [4] }), dense({ units: 4 }), batchNormalization({ trainable: false, name: "still" })],
    dense({ units: 2 }),
  ]);
  model.compile({ optimizer: "sgd", loss: "meanSquaredError", numerics: "strict", workers: 2, seed: 1 });
  const before = await model.getWeights();
  const { loss } = await model.evaluate(x, y);
  const step = await model.trainOnBatch(x, y);
  close([step.loss!], [loss!], 1e-6, "the loss of training is that of use");
  const after = await model.getWeights();
  for (const [i, { name, data }] of after.entries())
    assert.is(String(data) === String(before[i]!.data), name.startsWith("still"), name);
});

test("an update that is taken back takes the statistics back", async () => {
  await using model = build({}, sgd({ learningRate: 3e38 }));
  const before = await model.getWeights();
  const rows = { shape: y.shape, data: y.data.map((value) => 1e18 * value) };
  await model.fit(x, rows, { epochs: 1, batchSize: 12, onNonFinite: "skip" }).catch(() => undefined);
  assert.equal(await model.getWeights(), before);
});

test("a file has the statistics", async () => {
  await using model = build();
  await model.fit(x, y, { epochs: 3, batchSize: 5 });
  await using loaded = await loadModel(await model.toBlob());
  assert.equal(await loaded.getWeights(), await model.getWeights());
  assert.equal(await loaded.predict(x), await model.predict(x));
});

test("a run of several batches an update is the same for any team", async () => {
  let first: unknown;
  for (const workers of [1, 3]) {
    await using model = build();
    const optimizer = sgd({ gradientAccumulationSteps: 2 });
    model.compile({ optimizer, loss: "meanSquaredError", numerics: "strict", workers, seed: 1 });
    await model.fit(x, y, { epochs: 2, batchSize: 3 });
    const weights = await model.getWeights();
    first ??= weights;
    assert.equal(weights, first);
  }
});

test.run();
