import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  dense,
  dropout,
  type EpochLog,
  earlyStopping,
  input,
  inverseTimeDecay,
  sequential,
  sgd,
} from "../../src/index.js";
import { close, labelsOf, rowsOf } from "./reference.js";

const test = suite("fit");

const rows = 50;
const x = rowsOf(rows, 5, 11);
const y = labelsOf(rows, 3, 11);
const xv = rowsOf(17, 5, 12);
const yv = labelsOf(17, 3, 12);

/** Three classes, with a penalty and, where asked for, dropout. */
const net = (options: object = {}, rate = 0) => {
  const model = sequential([
    input({ shape: [5] }),
    dense({ units: 8, activation: "relu", kernelRegularizer: { l2: 0.01 } }),
    dropout({ rate }),
    dense({ units: 3, activation: "softmax", biasRegularizer: { l1: 0.1 } }),
  ]);
  const optimizer = sgd({ learningRate: 0.1, momentum: 0.9 });
  model.compile({ optimizer, loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"], seed: 5, ...options });
  return model;
};
/** So small a rate that no weight changes. */
const still = { optimizer: sgd({ learningRate: 1e-30 }) };
const LOG = [
  "accuracy",
  "batchSize",
  "dataLoss",
  "epoch",
  "learningRate",
  "loss",
  "penalty",
  "samplesPerSecond",
  "seconds",
];
const keys = (log: object) => Object.keys(log).sort();

test("the history has what it should, and nothing else", async () => {
  await using model = net({ workers: 1, numerics: "strict" });
  const history = await model.fit(x, y, { epochs: 3, batchSize: 16 });
  assert.equal(keys(history), ["epochs", "fingerprint", "numerics", "seed", "steps", "stopped", "warnings", "workers"]);
  const { epochs, fingerprint, ...rest } = history;
  assert.equal(rest, { stopped: "completed", steps: 12, workers: 1, numerics: "strict", seed: 5, warnings: [] });
  assert.match(fingerprint, /^[0-9a-f]{16}$/);
  for (const [epoch, log] of epochs.entries()) {
    assert.equal(keys(log), LOG);
    assert.equal([log.epoch, log.batchSize, log.learningRate], [epoch, 16, 0.1]);
    assert.ok(Object.values(log).every((value) => Number.isFinite(value) && value >= 0));
    assert.ok(log.seconds > 0 && log.samplesPerSecond > 0);
    assert.is(log.loss, log.dataLoss + log.penalty);
  }
  const validated = await model.fit(x, y, {
    validationData: [xv, yv],
    callbacks: [earlyStopping({ monitor: "valAccuracy" })],
  });
  assert.equal(keys(validated.epochs[0]!), [...LOG, "generalizationGap", "valAccuracy", "valLoss"].sort());
  assert.is(validated.bestEpoch, 3);
});

test("losses and metrics of an epoch are means over its rows, a smaller last batch included", async () => {
  for (const batchSize of [16, 7, 50, 200]) {
    await using model = net(still);
    const want = await model.evaluate(x, y);
    const { epochs } = await model.fit(x, y, { batchSize, validationData: [xv, yv], shuffle: batchSize !== 7 });
    const { loss, dataLoss, penalty, accuracy, valLoss, valAccuracy } = epochs[0]!;
    close([loss, dataLoss, penalty, accuracy!], [want.loss!, want.dataLoss!, want.penalty!, want.accuracy!], 1e-7);
    const validation = await model.evaluate(xv, yv);
    assert.ok(validation.penalty! > 0.01, "the penalty is in valLoss, too");
    close([valLoss!, valAccuracy!], [validation.loss!, validation.accuracy!], 1e-12);
    assert.is(epochs[0]!.generalizationGap, valLoss! - loss);
  }
});

test("each fit has the validation data that it was given", async () => {
  await using model = net();
  for (const n of [17, 5, 17, 50]) {
    const validationData = [[...xv, ...x].slice(0, n), [...yv, ...y].slice(0, n)] as const;
    const { epochs } = await model.fit(x, y, { validationData });
    close([epochs[0]!.valLoss!], [(await model.evaluate(...validationData)).loss!], 1e-12, `${n} rows`);
  }
});

test("the penalty is the mean over the steps, before each update, weighted by rows", async () => {
  const [model, byHand] = [net(), net()];
  const { epochs } = await model.fit(x, y, { batchSize: 20, shuffle: false });
  let [dataLoss, penalty] = [0, 0];
  for (let start = 0; start < rows; start += 20) {
    const end = Math.min(rows, start + 20);
    const step = await byHand.trainOnBatch(x.slice(start, end), y.slice(start, end));
    assert.is(step.loss, step.dataLoss + step.penalty);
    dataLoss += (step.dataLoss * (end - start)) / rows;
    penalty += (step.penalty * (end - start)) / rows;
  }
  close([epochs[0]!.dataLoss, epochs[0]!.penalty], [dataLoss, penalty], 1e-12);
  for (const m of [model, byHand]) await m.dispose();
});

test("without shuffle, batches are rows in order: the bits of trainOnBatch, dropout and all", async () => {
  const [model, byHand, shuffled] = [net({}, 0.3), net({}, 0.3), net({}, 0.3)];
  const options = { epochs: 2, batchSize: 16 };
  await model.fit(x, y, { ...options, shuffle: false });
  for (let epoch = 0; epoch < 2; epoch++) {
    for (let start = 0; start < rows; start += 16) {
      await byHand.trainOnBatch(x.slice(start, start + 16), y.slice(start, start + 16));
    }
  }
  const weights = await model.getWeights();
  assert.equal(await byHand.getWeights(), weights);
  await shuffled.fit(x, y, options);
  assert.not.equal(await shuffled.getWeights(), weights);
  for (const m of [model, byHand, shuffled]) await m.dispose();
});

test("logs come in order, to onEpochEnd and to loops, whole, before the history", async () => {
  await using model = net();
  const seen: EpochLog[] = [];
  let done = false;
  const run = model.fit(x, y, {
    epochs: 6,
    onEpochEnd(log) {
      assert.not(done);
      seen.push(log);
    },
  });
  const loop = async () => {
    const logs: EpochLog[] = [];
    for await (const log of run) logs.push(log);
    return logs;
  };
  const [first, second, history] = await Promise.all([loop(), loop(), run.finally(() => (done = true))]);
  assert.equal(
    history.epochs.map(({ epoch }) => epoch),
    [0, 1, 2, 3, 4, 5],
  );
  for (const logs of [seen, first, second, await loop()]) assert.equal(logs, history.epochs);
});

test("leaving a loop stops the run; the history says so", async () => {
  await using model = net();
  const run = model.fit(x, y, { epochs: 100_000, batchSize: 1 });
  for await (const log of run) if (log.epoch === 1) break;
  const { stopped, epochs } = await run;
  assert.is(stopped, "aborted");
  assert.ok(epochs.length >= 2 && epochs.length < 100_000);
});

test("a callback that throws stops the run, which rejects with what it threw", async () => {
  await using model = net();
  const mine = new RangeError("mine");
  const throws = () => {
    throw mine;
  };
  const error = await model.fit(x, y, { epochs: 100_000, onEpochEnd: throws }).catch((caught: unknown) => caught);
  assert.is(error, mine);
  assert.is((await model.fit(x, y)).stopped, "completed");
});

test("a second fit goes on: weights, slots, epochs and the schedule's steps", async () => {
  const optimizer = sgd({ learningRate: inverseTimeDecay({ initial: 0.1, decay: 0.5 }), momentum: 0.9 });
  const [once, twice] = [net({ optimizer }), net({ optimizer })];
  const options = { batchSize: 25 };
  const whole = await once.fit(x, y, { ...options, epochs: 3 });
  const parts = [await twice.fit(x, y, { ...options, epochs: 2 }), await twice.fit(x, y, options)];
  assert.equal(
    parts[1]!.epochs.map(({ epoch }) => epoch),
    [2],
  );
  const [seconds, samplesPerSecond] = [0, 0];
  const plain = (logs: EpochLog[]) => logs.map((log) => ({ ...log, seconds, samplesPerSecond }));
  assert.equal(plain(parts.flatMap(({ epochs }) => epochs)), plain(whole.epochs));
  assert.is(parts[1]!.fingerprint, whole.fingerprint);
  // Two steps an epoch; a log has the rate of the epoch's last step.
  close(
    whole.epochs.map(({ learningRate }) => learningRate),
    [1, 3, 5].map((step) => 0.1 / (1 + 0.5 * step)),
    1e-12,
  );
  for (const m of [once, twice]) await m.dispose();
});

test("compile again sets the optimizer anew and keeps the weights", async () => {
  await using model = net();
  await model.fit(x, y, { epochs: 2 });
  const weights = await model.getWeights();
  model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", seed: 5 });
  assert.equal(await model.getWeights(), weights);
  await using other = net();
  other.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", seed: 5 });
  await other.setWeights(weights);
  const histories = [await model.fit(x, y), await other.fit(x, y)];
  assert.is(histories[0]!.fingerprint, histories[1]!.fingerprint);
  assert.equal(
    histories.map(({ epochs }) => epochs[0]!.epoch),
    [0, 0],
  );
  assert.is("accuracy" in histories[0]!.epochs[0]!, false);
});

test("defaults: one epoch, batches of 32, shuffled", async () => {
  const [model, explicit] = [net(), net()];
  const history = await model.fit(x, y);
  assert.equal([history.epochs.length, history.steps, history.epochs[0]!.batchSize], [1, 2, 32]);
  const same = await explicit.fit(x, y, { epochs: 1, batchSize: 32, shuffle: true });
  assert.is(history.fingerprint, same.fingerprint);
  for (const m of [model, explicit]) await m.dispose();
});

test.run();
