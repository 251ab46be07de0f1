import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  dense,
  dropout,
  exponentialBatchSize,
  type FitInput,
  input,
  loadModel,
  plateauBatchSize,
  randomBatchSize,
  sequential,
  sgd,
} from "../../src/index.js";
import { makeRows, WIDTH } from "../fingerprints.js";

const test = suite("batch sizes of a fit");

const { x, labels } = makeRows(50);
function net(options: object = {}, workers = 1) {
  const model = sequential([
    input({ shape: [WIDTH] }),
    dense({ units: 6, activation: "tanh" }),
    dropout({ rate: 0.2 }),
    dense({ units: 4, activation: "softmax" }),
  ]);
  const optimizer = sgd({ learningRate: 0.1, momentum: 0.5, ...options });
  const loss = "sparseCategoricalCrossentropy";
  model.compile({ optimizer, loss, metrics: ["accuracy"], seed: 3, numerics: "strict", workers });
  return model;
}
const sizesOf = ({ epochs }: { epochs: { batchSize: number }[] }) => epochs.map(({ batchSize }) => batchSize);

test("each epoch trains as a fit with its size would", async () => {
  await using model = net();
  const batchSize = exponentialBatchSize({ initial: 6, every: 2, maximum: 20 });
  const updates: number[] = [];
  const given = { epochs: 6, batchSize, onBatchEnd: ({ epoch }: { epoch: number }) => updates.push(epoch) };
  const scheduled = await model.fit(x, labels, given);
  assert.equal(sizesOf(scheduled), [6, 6, 12, 12, 20, 20]);
  assert.is(scheduled.steps, 2 * (9 + 5 + 3));
  assert.equal(
    [0, 2, 4].map((epoch) => updates.filter((each) => each === epoch).length),
    [9, 5, 3],
  );
  await using twin = net();
  const logs = [];
  for (const size of [6, 12, 20]) logs.push(...(await twin.fit(x, labels, { epochs: 2, batchSize: size })).epochs);
  assert.equal(await twin.getWeights(), await model.getWeights());
  const losses = (epochs: { loss: number; accuracy?: number }[]) =>
    epochs.map(({ loss, accuracy }) => [loss, accuracy]);
  assert.equal(losses(scheduled.epochs), losses(logs));
});

test("bits do not depend on workers; accumulation multiplies; steps an epoch are of the epoch's size", async () => {
  const batchSize = randomBatchSize({ minimum: 2, maximum: 9 });
  const given = { epochs: 8, batchSize };
  await using one = net();
  await using two = net({}, 2);
  const [a, b] = [await one.fit(x, labels, given), await two.fit(x, labels, given)];
  assert.equal([b.fingerprint, sizesOf(b)], [a.fingerprint, sizesOf(a)]);
  assert.ok(new Set(sizesOf(a)).size > 3, `${sizesOf(a)}`);
  assert.is(
    a.steps,
    sizesOf(a).reduce((sum, size) => sum + Math.ceil(50 / size), 0),
  );

  await using accumulating = net({ gradientAccumulationSteps: 3 });
  const c = await accumulating.fit(x, labels, { ...given, stepsPerEpoch: 1 });
  assert.equal(
    sizesOf(c),
    sizesOf(a).map((size) => 3 * size),
  );
  assert.is(c.steps, 8);
  await using plain = net({ gradientAccumulationSteps: 3 });
  const first = { batchSize: sizesOf(a)[0]!, stepsPerEpoch: 1 };
  const { epochs } = await plain.fit(x, labels, first);
  assert.is(epochs[0]!.loss, c.epochs[0]!.loss);
});

test("a plateau lets the size grow, and later fits go on from there until compile", async () => {
  await using model = net({ learningRate: 1e-9 });
  const batchSize = plateauBatchSize({ initial: 4, patience: 0, minDelta: 10, monitor: "loss", maximum: 32 });
  assert.equal(sizesOf(await model.fit(x, labels, { epochs: 3, batchSize })), [4, 4, 8]);
  assert.equal(sizesOf(await model.fit(x, labels, { epochs: 2, batchSize: 7 })), [7, 7]);
  // The same schedule, its options in another order.
  const same = JSON.parse(JSON.stringify(Object.fromEntries(Object.entries(batchSize).reverse())));
  assert.equal(sizesOf(await model.fit(x, labels, { epochs: 3, batchSize: same })), [16, 32, 32]);
  assert.equal(sizesOf(await model.fit(x, labels, { batchSize: { ...batchSize, maximum: 40 } })), [4]);
  model.compile(model.compileOptions!);
  assert.equal(sizesOf(await model.fit(x, labels, { batchSize })), [4]);
});

test("validation is what a plateau looks at by default; the most rows are those there are", async () => {
  await using model = net({ learningRate: 1e-9 });
  const batchSize = plateauBatchSize({ initial: 20, patience: 0, minDelta: 10, maximum: 4096 });
  const history = await model.fit(x, labels, { epochs: 5, batchSize, validationSplit: 0.2 });
  assert.equal(sizesOf(history), [20, 20, 40, 40, 40]);
});

test("epochs are counted over all fits, also of a loaded model; plans that were given up are made anew", async () => {
  await using model = net();
  const batchSize = exponentialBatchSize({ initial: 2, maximum: 32 });
  await model.fit(x, labels, { epochs: 2, batchSize });
  await using loaded = await loadModel(await model.toBlob());
  assert.equal(sizesOf(await loaded.fit(x, labels, { epochs: 2, batchSize })), [8, 16]);
  const many: FitInput = { epochs: 60, batchSize: randomBatchSize({ maximum: 50 }) };
  const again = async () => {
    await using fresh = net();
    return (await fresh.fit(x, labels, many)).fingerprint;
  };
  assert.is(await again(), await again());
});

test.run();
