import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type BatchLog, dense, earlyStopping, input, sequential, sgd } from "../../src/index.js";

const ROWS = 20;
const x = Float32Array.from({ length: ROWS * 3 }, (_, i) => Math.sin(i));
const y = Float32Array.from({ length: ROWS }, (_, i) => Math.cos(i));

function net(workers = 1) {
  const model = sequential([input({ shape: [3] }), dense({ units: 4, activation: "tanh" }), dense({ units: 1 })]);
  const optimizer = sgd({ learningRate: 0.05 });
  model.compile({ optimizer, loss: "meanSquaredError", seed: 3, numerics: "strict", workers });
  return model;
}

const test = suite("control of a fit");

for (const workers of [1, 2]) {
  test(`onBatchEnd tells every update in order, before its epoch's end (${workers})`, async () => {
    await using model = net(workers);
    const told: (BatchLog | number)[] = [];
    const { epochs } = await model.fit(x, y, {
      epochs: 3,
      batchSize: 8,
      onBatchEnd: (log) => told.push(log),
      onEpochEnd: ({ epoch }) => told.push(epoch),
    });
    const batches = told.filter((entry) => typeof entry !== "number");
    assert.equal(
      batches.map(({ epoch, batch, learningRate }) => [epoch, batch, learningRate]),
      [0, 1, 2].flatMap((epoch) => [0, 1, 2].map((batch) => [epoch, batch, 0.05])),
    );
    assert.ok(told.indexOf(0) > told.indexOf(batches[2]!));
    const mean = (batches[0]!.dataLoss * 8 + batches[1]!.dataLoss * 8 + batches[2]!.dataLoss * 4) / ROWS;
    assert.ok(Math.abs(mean - epochs[0]!.dataLoss) < 1e-12, `${mean} is the mean of the epoch's rows`);
  });
}

test("a callback of a batch that throws stops the run and rejects it", async () => {
  await using model = net();
  const onBatchEnd = () => {
    throw new Error("no more");
  };
  await model.fit(x, y, { epochs: 1000, onBatchEnd }).then(
    () => assert.unreachable(),
    (error) => assert.is((error as Error).message, "no more"),
  );
});

test("initialEpoch is the first epoch's number, epochs the one behind the last", async () => {
  await using model = net();
  const numbers = async (options: object) => (await model.fit(x, y, options)).epochs.map(({ epoch }) => epoch);
  assert.equal(await numbers({ epochs: 5, initialEpoch: 2 }), [2, 3, 4]);
  assert.equal(await numbers({ epochs: 2 }), [5, 6]);
  assert.equal(await numbers({ epochs: 1, initialEpoch: 0 }), [0]);
});

test("validationFreq: values, and early stopping by them, only after every so many epochs", async () => {
  await using model = net();
  const { epochs, stopped } = await model.fit(x, y, {
    epochs: 7,
    validationFreq: 3,
    validationData: [x, y],
    callbacks: [earlyStopping({ monitor: "valLoss", minDelta: 100 })],
  });
  const validated = epochs.filter(({ valLoss }) => valLoss !== undefined).map(({ epoch }) => epoch);
  assert.equal(validated, [2, 5]);
  assert.equal([epochs.length, stopped], [6, "earlyStopping"]);
  assert.ok(
    epochs.every(({ valLoss, generalizationGap }) => (valLoss === undefined) === (generalizationGap === undefined)),
  );
});

test("stepsPerEpoch ends epochs early; losses are means over their rows", async () => {
  await using model = net();
  await using other = net();
  const short = await model.fit(x, y, { epochs: 2, batchSize: 6, stepsPerEpoch: 2, shuffle: false });
  const rows = [x.slice(0, 36), y.slice(0, 12)] as const;
  const same = await other.fit(...rows, { epochs: 2, batchSize: 6, shuffle: false });
  assert.is(short.steps, 4);
  assert.is(short.fingerprint, same.fingerprint);
  assert.equal(
    short.epochs.map(({ loss }) => loss),
    same.epochs.map(({ loss }) => loss),
  );
  const all = await model.fit(x, y, { batchSize: 6, stepsPerEpoch: 100 });
  assert.is(all.steps, 4);
});

test("what the losses say is in the history", async () => {
  await using model = net();
  const { hint } = await model.fit(x, y, { epochs: 6, batchSize: 2, validationData: [x, y] });
  assert.match(hint ?? "", /^Underfitting: /);
});

test("wrong numbers are refused before anything starts", async () => {
  await using model = net();
  const refused = (options: object, pattern: RegExp) =>
    model.fit(x, y, options).then(
      () => assert.unreachable(),
      (error) => assert.match((error as Error).message, pattern),
    );
  await refused({ epochs: 2, initialEpoch: 2 }, /fit: initialEpoch: expected a whole number >= 0 and <= 1, got 2/);
  await refused({ validationFreq: 0 }, /fit: validationFreq: expected a whole number >= 1/);
  await refused({ stepsPerEpoch: 0.5 }, /fit: stepsPerEpoch: expected a whole number >= 1/);
  await refused({ onBatchEnd: 1 }, /fit: onBatchEnd: expected a function, got 1/);
});

test.run();
