// Numbers that are not finite in a fit that goes on: without the update, or from the last good epoch at half the rate.

import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  adam,
  type CompileOptions,
  type DivergedError,
  dense,
  dropout,
  type FitInput,
  input,
  inverseTimeDecay,
  loadModel,
  type Model,
  sequential,
  sgd,
} from "../../src/index.js";
import { bitsOf, fractions } from "../fingerprints.js";
import { rejection, watched } from "../threads.js";

const test = suite("onNonFinite");

const ROWS = 40;
const next = fractions(9);
const x = Float32Array.from({ length: ROWS * 3 }, () => next() * 2 - 1);
const y = Float32Array.from({ length: ROWS }, (_, i) => x[3 * i]! - x[3 * i + 1]! / 2 + next() / 10);
/** Rows whose loss is infinite. */
const broken = y.map((value, row) => (row === 9 || row === 30 ? 1e30 : value));
const skip: FitInput = { epochs: 3, batchSize: 8, shuffle: false, onNonFinite: "skip" };
const back: FitInput = { epochs: 30, batchSize: 8, onNonFinite: "rollback" };

function net(optimizer: CompileOptions["optimizer"] = adam({ learningRate: 0.01 }), workers = 1): Model {
  const model = sequential([
    input({ shape: [3] }),
    dense({ units: 9, activation: "tanh", kernelRegularizer: { l2: 0.001 }, name: "hidden" }),
    dropout({ rate: 0.2 }),
    dense({ units: 1, name: "last" }),
  ]);
  model.compile({ optimizer, loss: "meanSquaredError", seed: 3, numerics: "strict", workers });
  return model;
}
/** One that diverges at any rate above some bound, and settles at any below. */
function line(learningRate: number, workers = 1): Model {
  const model = sequential([input({ shape: [3] }), dense({ units: 1 })]);
  model.compile({ optimizer: sgd({ learningRate }), loss: "meanSquaredError", seed: 3, numerics: "strict", workers });
  return model;
}
/** Without the rows of the batches `from` to `to`. */
const without = (values: Float32Array, width: number, batches: number[], size = 8) =>
  values.filter((_, i) => !batches.includes(Math.floor(i / width / size)));

for (const workers of [1, 2, 3, 4]) {
  test(`skip: the same bits as without the batch, whose loss is infinite; ${workers} workers`, async () => {
    await using model = net(undefined, workers);
    const history = await model.fit(x, broken, skip);
    await using twin = net();
    const rest = await twin.fit(without(x, 3, [1, 3]), without(broken, 1, [1, 3]), { ...skip, onNonFinite: "stop" });
    assert.is(await bitsOf(model), await bitsOf(twin));
    assert.is(history.skipped, 6);
    assert.is(history.steps, rest.steps);
    history.epochs.forEach(({ loss, dataLoss, penalty }, i) => {
      const { epochs } = rest;
      assert.equal([loss, dataLoss, penalty], [epochs[i]!.loss, epochs[i]!.dataLoss, epochs[i]!.penalty]);
    });
    assert.is(history.warnings.length, 1);
    assert.match(
      history.warnings[0]!,
      /^6 updates were left out .* the first in the loss \(its value\) in epoch 0, step 1\./,
    );
    assert.is(rest.skipped, undefined);
  });
}

for (const workers of [1, 3]) {
  test(`skip: weights that are not finite after an update are undone; ${workers} workers`, async () => {
    // The losses are finite, and so are the gradients; the product with the rate is not.
    const optimizer = sgd({ learningRate: 1e5, momentum: 0.9 });
    const sampleWeight = y.map((_, row) => (row === 9 || row === 39 ? 1e37 : 1e-7));
    await using model = net(optimizer, workers);
    const history = await model.fit(x, y, { ...skip, sampleWeight });
    await using twin = net(optimizer);
    const kept = without(sampleWeight, 1, [1, 4]);
    const rest = await twin.fit(without(x, 3, [1, 4]), without(y, 1, [1, 4]), { ...skip, sampleWeight: kept });
    assert.is(await bitsOf(model), await bitsOf(twin));
    assert.equal([history.skipped, history.steps], [6, rest.steps]);
    assert.match(history.warnings[0]!, /the first in (hidden|last) \(its weights\) in epoch 0, step 1\./);
    assert.equal([rest.skipped, rest.warnings], [0, []]);
    assert.is(history.epochs[0]!.penalty, rest.epochs[0]!.penalty);
  });

  test(`skip: of several batches of one update none counts; ${workers} workers`, async () => {
    const optimizer = adam({ learningRate: 0.01, gradientAccumulationSteps: 2 });
    await using model = net(optimizer, workers);
    // Updates of 8 rows in batches of 4: the first batch of the second, and the second of the fourth.
    const spoilt = y.map((value, row) => (row === 9 || row === 30 ? 1e30 : value));
    const history = await model.fit(x, spoilt, { ...skip, batchSize: 4 });
    await using twin = net(optimizer);
    await twin.fit(without(x, 3, [1, 3]), without(y, 1, [1, 3]), { ...skip, batchSize: 4 });
    assert.is(await bitsOf(model), await bitsOf(twin));
    assert.equal([history.skipped, history.steps], [6, 9]);
  });
}

for (const workers of [1, 2, 3, 4]) {
  test(`rollback: a rate that is too high ends up where it converges; ${workers} workers`, async () => {
    await using model = line(40, workers);
    const { epochs, rollbacks, warnings, steps } = await model.fit(x, y, back);
    assert.ok(rollbacks! >= 1 && rollbacks! <= 10, `${rollbacks}`);
    assert.equal(
      epochs.map(({ epoch }) => epoch),
      Array.from({ length: 30 }, (_, i) => i),
    );
    assert.is(steps, 150);
    const rates = epochs.map(({ learningRate }) => learningRate);
    assert.is(rates.at(-1), 40 / 2 ** rollbacks!);
    assert.ok(epochs.every(({ loss }) => Number.isFinite(loss)));
    assert.match(warnings[0]!, /^The fit went back \d times? for values that were not finite, the first in /);
    assert.match(warnings[0]!, new RegExp(`is now ${2 ** -rollbacks!} times what was compiled; compile a lower one`));
    assert.ok(epochs.at(-1)!.loss < epochs[0]!.loss, `${epochs.at(-1)!.loss}`);
    await using twin = line(40);
    await twin.fit(x, y, back);
    assert.is(await bitsOf(model), await bitsOf(twin));
  });
}

test("skip: maxSteps counts updates that were made", async () => {
  await using model = net();
  const { steps, stopped, skipped, epochs } = await model.fit(x, broken, { ...skip, epochs: 9, maxSteps: 7 });
  assert.equal([steps, stopped, skipped, epochs.length], [7, "completed", 4, 2]);
});

test("skip: an update that was the last allowed and is undone does not end the fit", async () => {
  const sampleWeight = y.map((_, row) => (row % 8 === 1 && row > 8 ? 1e37 : 1e-7));
  await using model = net(sgd({ learningRate: 1e5 }));
  const { steps, skipped, epochs } = await model.fit(x, y, { ...skip, sampleWeight, maxSteps: 2 });
  assert.equal([steps, skipped, epochs.length], [2, 4, 1]);
});

test("skip: an epoch without any update is a DivergedError, with the weights from before", async () => {
  for (const workers of [1, 2]) {
    await using model = net(undefined, workers);
    await model.fit(x, y, skip);
    const before = await bitsOf(model);
    const given = { ...skip, shuffle: true };
    const error = (await rejection(
      model.fit(
        x,
        y.map(() => 1e30),
        given,
      ),
    )) as DivergedError;
    assert.is(error.code, "E_DIVERGED");
    assert.equal([error.epoch, error.layer], [3, "the loss"]);
    assert.match(
      error.message,
      /Every update of the epoch was left out\. The weights are those of the last completed epoch/,
    );
    assert.is(await bitsOf(model), before);
    await model.fit(x, y, skip);
    assert.is.not(await bitsOf(model), before);
  }
});

test("rollback: an epoch that cannot be helped is a DivergedError, at the rate of before", async () => {
  // One batch an epoch, of rows in another order each time: a later epoch is the first to meet the last row, at any rate.
  const huge = y.with(-1, 1e30);
  const given: FitInput = { ...back, batchSize: 4, stepsPerEpoch: 1, epochs: 100 };
  const fingerprints: string[] = [];
  for (const workers of [1, 2]) {
    await using model = net(undefined, workers);
    const error = (await rejection(model.fit(x, huge, given))) as DivergedError;
    assert.is(error.code, "E_DIVERGED");
    assert.match(error.message, /The learning rate was halved 10 times in vain\. The weights are those/);
    assert.ok(error.epoch > 1, `in epoch ${error.epoch}`);
    // The halvings in vain are taken back, too.
    const { epochs } = await model.fit(x, y, back);
    assert.equal([epochs[0]!.epoch, epochs[0]!.learningRate], [error.epoch, 0.01]);
    fingerprints.push(await bitsOf(model));
  }
  assert.is(fingerprints[0], fingerprints[1]);
});

test("rollback: a first epoch that cannot be helped leaves everything as it was", async () => {
  for (const workers of [1, 2]) {
    await using model = net(undefined, workers);
    await using twin = net();
    for (const one of [model, twin]) await one.fit(x, y, back);
    assert.is((await rejection(model.fit(x, broken, back))).code, "E_DIVERGED");
    assert.is(await bitsOf(model), await bitsOf(twin));
    assert.is((await model.fit(x, y, back)).fingerprint, (await twin.fit(x, y, back)).fingerprint);
  }
});

test("rollback: from weights that are finite but beyond help back to where the loss was lowest; the history tells each epoch once", async () => {
  const seen: number[] = [];
  for (const workers of [1, 2]) {
    for (const rate of [20, 60]) {
      await using model = line(rate, workers);
      const told: number[] = [];
      const { epochs, steps } = await model.fit(x, y, {
        ...back,
        onEpochEnd: ({ epoch }) => told.push(epoch),
      });
      assert.equal(
        epochs.map(({ epoch }) => epoch),
        Array.from({ length: 30 }, (_, i) => i),
      );
      assert.ok(epochs.at(-1)!.loss < 0.02, `${epochs.at(-1)!.loss}`);
      assert.is(steps, 150);
      seen.push(told.length - 30);
    }
  }
  assert.ok(Math.max(...seen) > 0, `${seen}`);
});

test("rollback: the halved rate is kept by later fits, trainOnBatch and files; a new optimizer has its own", async () => {
  await using model = line(40);
  const { rollbacks } = await model.fit(x, y, back);
  const rate = 40 / 2 ** rollbacks!;
  await using loaded = await loadModel(await model.toBlob(), { workers: 1 });
  for (const one of [model, loaded]) assert.is((await one.fit(x, y, {})).epochs[0]!.learningRate, rate);
  const before = await model.getWeights();
  const { weights: gradients } = await model.gradients(x, y);
  await model.trainOnBatch(x, y);
  (await model.getWeights()).forEach(({ data }, i) => {
    data.forEach((value, j) => {
      const expected = before[i]!.data[j]! - rate * gradients[i]!.data[j]!;
      assert.ok(Math.abs(value - expected) <= 1e-4 * (1 + Math.abs(before[i]!.data[j]!)), `${value}, not ${expected}`);
    });
  });
  model.compile({ optimizer: sgd({ learningRate: 0.5 }), loss: "meanSquaredError" });
  assert.is((await model.fit(x, y, {})).epochs[0]!.learningRate, 0.5);
});

test("rollback: a first epoch that breaks several times", async () => {
  await using model = line(1e6);
  const { epochs, rollbacks } = await model.fit(x, y, { ...back, epochs: 1 });
  assert.ok(rollbacks! > 2, `${rollbacks}`);
  assert.is(epochs[0]!.learningRate, 1e6 / 2 ** rollbacks!);
});

test("rollback: a schedule is halved as a whole", async () => {
  await using model = line(1);
  const learningRate = inverseTimeDecay({ initial: 40, decay: 0.01 });
  model.compile({
    optimizer: sgd({ learningRate }),
    loss: "meanSquaredError",
    seed: 3,
    numerics: "strict",
    workers: 1,
  });
  const { epochs, rollbacks } = await model.fit(x, y, back);
  assert.is(epochs.at(-1)!.learningRate, 40 / (1 + 0.01 * 149) / 2 ** rollbacks!);
});

test("on plain memory the caller keeps what the fit went back to", () =>
  watched("a test", async (threads) => {
    await using model = line(40);
    const run = model.fit(x, y, { ...back, epochs: 1e6 });
    let rate = 0;
    const end = rejection(run);
    for await (const { epoch, learningRate } of run) {
      rate = learningRate;
      if (epoch === 20) break;
    }
    threads.at(-1)!.terminate();
    await end.catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.ok(rate < 40);
    // It may have come further since that epoch was told.
    const { learningRate } = (await model.fit(x, y, {})).epochs[0]!;
    assert.ok(learningRate <= rate && learningRate > 0, `${learningRate}, after ${rate}`);
  }));

test("stop is the default, and nothing changes for fits that are well", async () => {
  const plain: string[] = [];
  for (const onNonFinite of [undefined, "stop", "skip", "rollback"] as const) {
    await using model = net(undefined, 2);
    const history = await model.fit(x, y, { epochs: 3, batchSize: 8, ...(onNonFinite && { onNonFinite }) });
    plain.push(history.fingerprint);
    assert.equal(history.warnings, []);
    assert.equal(
      [history.skipped, history.rollbacks],
      [onNonFinite === "skip" ? 0 : undefined, onNonFinite === "rollback" ? 0 : undefined],
    );
    if (onNonFinite === undefined || onNonFinite === "stop") {
      assert.is((await rejection(model.fit(x, broken, onNonFinite ? { onNonFinite } : {}))).code, "E_DIVERGED");
    }
  }
  assert.is(new Set(plain).size, 1);
});

test.run();
