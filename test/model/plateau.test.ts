// A learning rate that goes by results: what a fit shows it, and where its state goes.

import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  type DivergedError,
  dense,
  earlyStopping,
  type FitInput,
  input,
  loadModel,
  type Model,
  reduceOnPlateau,
  sequential,
  sgd,
  warmup,
} from "../../src/index.js";
import type { Rate } from "../../src/schedules/index.js";
import { observe, start } from "../../src/schedules/plateau.js";
import { bitsOf, fractions } from "../fingerprints.js";
import { rejection } from "../threads.js";
import { anyhow, eachRejects } from "../wrong/wrong.js";

const test = suite("reduceOnPlateau in a fit");

const ROWS = 40;
const next = fractions(5);
const x = Float32Array.from({ length: ROWS * 3 }, () => next() * 2 - 1);
// Mostly noise, so that the validation loss stops falling soon.
const y = Float32Array.from({ length: ROWS }, (_, i) => x[3 * i]! + next() * 4 - 2);
const plateau = reduceOnPlateau({ initial: 0.2, factor: 0.5, patience: 1, cooldown: 1, minDelta: 0.01 });
const options: FitInput = { batchSize: 8, validationSplit: 0.25 };

function net(learningRate: Rate = plateau, workers = 1, momentum = 0.5): Model {
  const model = sequential([input({ shape: [3] }), dense({ units: 9, activation: "tanh" }), dense({ units: 1 })]);
  const optimizer = sgd({ learningRate, momentum });
  model.compile({ optimizer, loss: "meanSquaredError", metrics: ["rSquared"], seed: 3, numerics: "strict", workers });
  return model;
}

async function rates(model: Model, more: FitInput): Promise<number[]> {
  const { epochs } = await model.fit(x, y, { ...options, ...more });
  return epochs.map(({ learningRate }) => learningRate);
}

test("each epoch's log is looked at, and the next epoch has the rate that follows", async () => {
  await using model = net();
  const { epochs } = await model.fit(x, y, { ...options, epochs: 16 });
  let state = start(plateau);
  for (const { epoch, learningRate, valLoss } of epochs) {
    assert.is(learningRate, state.rate, `epoch ${epoch}`);
    state = observe(plateau, state, valLoss!);
  }
  assert.ok(state.rate < 0.2 * 0.5 ** 2, `it fell, to ${state.rate}`);
});

test("the same bits for any number of workers, in one fit or in several, over a file, with other batches between", async () => {
  await using whole = net();
  const all = await rates(whole, { epochs: 12 });
  assert.ok(new Set(all).size > 2);
  const bits = await bitsOf(whole);
  for (const workers of [1, 2, 3, 4]) {
    await using model = net(plateau, workers);
    const parts = [...(await rates(model, { epochs: 5 }))];
    // A larger batch makes the memory anew.
    await model.evaluate(x, y, { batchSize: 30 });
    parts.push(...(await rates(model, { epochs: 4 })));
    await using loaded = await loadModel(await model.toBlob(), { workers });
    assert.equal([...parts, ...(await rates(loaded, { epochs: 3 }))], all, `${workers} workers`);
    assert.is(await bitsOf(loaded), bits, `${workers} workers`);
  }
});

test("a new optimizer starts at its own first rate", async () => {
  await using model = net();
  assert.ok((await rates(model, { epochs: 12 })).at(-1)! < 0.2);
  model.compile({ optimizer: sgd({ learningRate: { ...plateau, initial: 0.1 } }), loss: "meanSquaredError", seed: 3 });
  assert.is((await rates(model, { epochs: 1 }))[0], 0.1);
});

test("epochs without a value are not looked at", async () => {
  await using model = net({ type: "reduceOnPlateau", initial: 0.01, minDelta: 100, patience: 0, factor: 0.5 });
  const falling = await rates(model, { epochs: 9, validationFreq: 3 });
  // The first value is the best so far; the next, three epochs later, is no better by 100.
  assert.equal(falling, [0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.005, 0.005, 0.005]);
});

const patient = { patience: 0, factor: 0.8, minDelta: 0 };
test("what is better of a metric is what its definition says, as for earlyStopping", async () => {
  const spec = reduceOnPlateau({ initial: 0.05, monitor: "rSquared", patience: 0, factor: 0.8, minDelta: 0 });
  await using model = net({ type: "reduceOnPlateau", initial: 0.05, monitor: "rSquared", ...patient });
  const { epochs } = await model.fit(x, y, { ...options, epochs: 8 });
  let state = start(spec);
  for (const { learningRate, rSquared } of epochs) {
    assert.is(learningRate, state.rate);
    state = observe({ ...spec, mode: "max" }, state, rSquared!);
  }
  assert.is(earlyStopping({ monitor: "rSquared" }).mode, "max");
});

test("behind a warmup: epochs that end in it are not looked at, the rate falls after it", async () => {
  const schedule = { type: "reduceOnPlateau", initial: 0.01, minDelta: 100, patience: 0, factor: 0.5 } as const;
  await using model = net(warmup({ steps: 8, schedule }));
  // 30 rows in batches of 8: 4 updates an epoch. The third epoch gives the best, the fourth is no better by 100.
  assert.equal(await rates(model, { epochs: 6 }), [0.01 * (3 / 8), 0.01 * (7 / 8), 0.01, 0.01, 0.005, 0.0025]);
});

for (const workers of [1, 2]) {
  test(`after an epoch that diverged its state is that of the last completed one (${workers})`, async () => {
    const falling = { ...plateau, minDelta: 100, patience: 0, cooldown: 0 };
    await using model = net(falling, workers);
    await using twin = net(falling);
    // One batch an epoch, of rows in another order each time: some epoch is the first to meet the last row.
    const huge = y.with(-1, 1e30);
    const given: FitInput = { batchSize: 4, stepsPerEpoch: 1, validationData: [x, y], epochs: 100 };
    const { code, epoch } = (await rejection(model.fit(x, huge, given))) as DivergedError;
    assert.is(code, "E_DIVERGED");
    assert.ok(epoch > 2, `in epoch ${epoch}`);
    await twin.fit(x, huge, { ...given, epochs: epoch });
    const [first, second] = [await rates(model, { epochs: 2 }), await rates(twin, { epochs: 2 })];
    assert.equal(first, second);
    assert.is(first[0], 0.2 * 0.5 ** (epoch - 1));
    assert.is(await bitsOf(model), await bitsOf(twin));
  });
}

test("trainOnBatch takes the rate that the fits before it have come to, and changes nothing about it", async () => {
  await using model = net({ ...plateau, minDelta: 100, patience: 0, cooldown: 0 }, 1, 0);
  await rates(model, { epochs: 3 });
  const before = await model.getWeights();
  const { weights: gradients } = await model.gradients(x, y);
  await model.trainOnBatch(x, y);
  const after = await model.getWeights();
  // 0.2, halved after the second and after the third epoch.
  after.forEach(({ data }, i) => {
    data.forEach((value, j) => {
      const expected = before[i]!.data[j]! - 0.05 * gradients[i]!.data[j]!;
      assert.ok(Math.abs(value - expected) < 1e-6, `${value}, expected ${expected}`);
    });
  });
  assert.is((await rates(model, { epochs: 1 }))[0], 0.05);
});

test("a monitor that the logs do not have", () => {
  const fit = (learningRate: object, given: object) => async () => {
    await using model = net(learningRate as Rate);
    await model.fit(x, y, given);
  };
  const typo = anyhow.warmup!({ steps: 3, schedule: { ...plateau, monitor: "valLos" } });
  return eachRejects([
    [
      "no validation",
      fit(plateau, {}),
      "E_OPTION",
      /^reduceOnPlateau\.monitor: .*need validationSplit or validationData/,
    ],
    [
      "a typo, in a warmup",
      fit(typo, options),
      "E_OPTION",
      /^reduceOnPlateau\.monitor: unknown name "valLos"\. Did you/,
    ],
  ]);
});

test.run();
