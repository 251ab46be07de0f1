import { suite } from "uvu";
import * as assert from "uvu/assert";
import { dense, earlyStopping, type FitInput, input, sequential, sgd } from "../../src/index.js";
import { rowsOf } from "./reference.js";

const test = suite("validation and early stopping");

const still = sgd({ learningRate: 1e-30 });
const ROWS = 12;
/** Row r has the loss 4^r where the output is 0: the sum of losses tells which rows were in it. */
const powers = Float32Array.from({ length: ROWS }, (_, r) => 2 ** r);
const x = Float32Array.from({ length: ROWS }, (_, r) => r + 1);
const rowsIn = (sum: number) => {
  const digits = Math.round(sum).toString(4).padStart(ROWS, "0");
  assert.match(digits, /^[01]+$/);
  return [...digits].reverse().flatMap((digit, row) => (digit === "1" ? [row] : []));
};

/** The rows trained on and the rows held in one epoch. */
async function parts(seed: number, ...fits: FitInput[]) {
  await using model = sequential([input({ shape: [1] }), dense({ units: 1, kernelInitializer: "zeros" })]);
  model.compile({ optimizer: still, loss: "meanSquaredError", seed });
  const found = [];
  for (const options of fits) {
    const { epochs } = await model.fit(x, powers, options);
    for (const { dataLoss, valLoss } of epochs) {
      const held = Math.max(1, Math.floor(ROWS * options.validationSplit!));
      found.push([rowsIn(dataLoss * (ROWS - held)), rowsIn(valLoss! * held)]);
    }
  }
  return found;
}

test("validationSplit holds the same rows in every epoch and fit, and trains on the others alone", async () => {
  const found = await parts(
    7,
    { validationSplit: 0.25, epochs: 2, batchSize: 4 },
    { validationSplit: 0.25, batchSize: 5, shuffle: false },
  );
  const [train, held] = found[0]!;
  assert.is(held!.length, 3);
  assert.equal(
    [...train!, ...held!].sort((a, b) => a - b),
    [...x.keys()],
  );
  for (const part of found) assert.equal(part, [train, held]);
  assert.equal((await parts(7, { validationSplit: 0.25 }))[0], [train, held]);
  const others = await Promise.all([8, 9, 10].map((seed) => parts(seed, { validationSplit: 0.25 })));
  assert.ok(others.some(([part]) => `${part}` !== `${[train, held]}`));
  assert.is((await parts(7, { validationSplit: 0.01 }))[0]![1]!.length, 1);
  assert.is((await parts(7, { validationSplit: 0.99 }))[0]![0]!.length, 1);
});

test("with labels every class gives its share", async () => {
  const labels = Int32Array.from({ length: 60 }, (_, i) => (i < 30 ? 0 : i < 50 ? 1 : 2));
  const columns = Float32Array.from({ length: 60 * 2 }, (_, i) => Math.sin(i));
  for (const seed of [1, 2, 3]) {
    await using model = sequential([input({ shape: [2] }), dense({ units: 3, activation: "softmax" })]);
    model.compile({ optimizer: still, loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"], seed });
    const shares = [];
    for (const label of [0, 1, 2]) {
      // A model that always says `label`: its accuracy is the share of that class.
      const bias = [0, 1, 2].map((c) => (c === label ? 100 : 0));
      await model.setWeights([{ data: new Float32Array(6) }, { data: bias }]);
      const { epochs } = await model.fit(columns, labels, { validationSplit: 0.2 });
      shares.push(Math.round(12 * epochs[0]!.valAccuracy!), Math.round(48 * epochs[0]!.accuracy!));
    }
    assert.equal(shares, [6, 24, 4, 16, 2, 8]);
  }
});

/** A line y = w x through noise, trained with a rate at which the loss goes down, and up again after `compile`. */
const xs = rowsOf(32, 1, 5).flat();
const line = async () => {
  const model = sequential([input({ shape: [1] }), dense({ units: 1, useBias: false, kernelInitializer: "zeros" })]);
  model.compile({ optimizer: sgd({ learningRate: 0.3, momentum: 0.95 }), loss: "meanSquaredError", seed: 3 });
  return model;
};
const ys = xs.map((v) => 2 * v);
const kernelOf = async (model: Awaited<ReturnType<typeof line>>) => (await model.getWeights())[0]!.data[0]!;

test("restoreBestWeights leaves the weights of the best epoch; without it those of the last", async () => {
  const options = { epochs: 200, batchSize: 32, validationData: [xs, ys] as const };
  for (const restoreBestWeights of [true, false]) {
    await using model = await line();
    const callbacks = [earlyStopping({ patience: 3, restoreBestWeights })];
    const history = await model.fit(xs, ys, { ...options, callbacks });
    assert.is(history.stopped, "earlyStopping");
    const losses = history.epochs.map(({ valLoss }) => valLoss!);
    const best = losses.indexOf(Math.min(...losses));
    assert.is(losses.length, best + 4);
    assert.is(history.bestEpoch, restoreBestWeights ? best : undefined);

    await using again = await line();
    const kernels = [];
    for (let epoch = 0; epoch < losses.length; epoch++) {
      await again.fit(xs, ys, { ...options, epochs: 1 });
      kernels.push(await kernelOf(again));
    }
    assert.is(await kernelOf(model), kernels.at(restoreBestWeights ? best : -1));
    assert.not.equal(kernels[best], kernels.at(-1));
  }
});

test("the best weights stay when the epochs run out, and a later fit goes on from them", async () => {
  await using model = await line();
  const callbacks = [earlyStopping({ monitor: "loss", patience: 50 })];
  const history = await model.fit(xs, ys, { epochs: 12, batchSize: 32, callbacks });
  assert.is(history.stopped, "completed");
  const losses = history.epochs.map(({ loss }) => loss);
  assert.is(history.bestEpoch, losses.indexOf(Math.min(...losses)));
  assert.ok(history.bestEpoch! < 11);
  const next = await model.fit(xs, ys, { batchSize: 32 });
  assert.is(next.epochs[0]!.epoch, 12);
});

test.run();
