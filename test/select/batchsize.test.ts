import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type BatchSizeRow, dense, findBatchSize, input, sequential, sgd, stepDecay, warmup } from "../../src/index.js";
import { chooseBatchSize, scaledRate, summarize } from "../../src/select/batchchoice.js";
import type { EpochLog } from "../../src/spec.js";
import { makeRows, WIDTH } from "../fingerprints.js";

const test = suite("batch-size finder");

const row = (batchSize: number, samplesPerSecond: number, secondsToTarget: number | null, loss: number | null = 0.5) =>
  ({ batchSize, samplesPerSecond, secondsToTarget, epochs: 3, loss }) satisfies BatchSizeRow;

test("the most samples a second among the sizes that are about as quick as the quickest", () => {
  const table = [row(8, 100, 4), row(16, 180, 2.1), row(32, 300, 2), row(64, 400, 2.19), row(128, 900, 2.3)];
  assert.equal(chooseBatchSize(table, 0.5), {
    suggestion: 64,
    reason:
      "64 rows a batch reached the loss 0.500 in 2.2 seconds, at 400 samples a second. 128 rows gave 900 samples a second, but took 2.3 seconds.",
  });
  const last = [...table.slice(0, 4), row(128, 900, 2.2)];
  assert.equal(chooseBatchSize(last, 0.5), {
    suggestion: 128,
    reason:
      "128 rows a batch reached the loss 0.500 in 2.2 seconds, at 900 samples a second: no other size was faster.",
  });
  const missed = chooseBatchSize([row(8, 100, 4), row(16, 200, null, 0.6)], 0.5);
  assert.is(missed.suggestion, 8);
  assert.match(missed.reason, /16 rows gave 200 samples a second, but did not reach it\.$/);
});

test("where no size reached the target, the least loss", () => {
  const { suggestion, reason } = chooseBatchSize(
    [row(8, 1, null, 0.9), row(16, 2, null, 0.7), row(32, 3, null, null)],
    0.5,
  );
  assert.is(suggestion, 16);
  assert.is(reason, "No size reached the loss 0.500; 16 rows a batch came nearest, 0.700. Take more epochs.");
});

test("a row counts the seconds of training alone, and a target by the last epoch", () => {
  const logs = [
    { samplesPerSecond: 100, valLoss: 2, seconds: 50 },
    { samplesPerSecond: 50, valLoss: 1 },
  ] as unknown as EpochLog[];
  const wanted = { batchSize: 8, samplesPerSecond: 400 / 6, secondsToTarget: 6, epochs: 2, loss: 1 };
  assert.equal(summarize(8, logs, 200, 1, false), wanted);
  assert.equal(summarize(8, logs, 200, 0.9, false), { ...wanted, secondsToTarget: null });
  assert.equal(summarize(8, logs, 200, 1, true), { ...wanted, secondsToTarget: null, loss: null });
  const none = { batchSize: 8, samplesPerSecond: null, secondsToTarget: null, epochs: 0, loss: null };
  assert.equal(summarize(8, [], 200, 1, true), none);
});

test("rates of schedules are scaled, their steps are not", () => {
  assert.is(scaledRate(0.5, 4), 2);
  const schedule = stepDecay({ initial: 0.25, stepSize: 3, gamma: 0.5 });
  assert.equal(
    scaledRate(warmup({ steps: 2, from: 0.5, schedule }), 2),
    warmup({ steps: 2, from: 1, schedule: { ...schedule, initial: 0.5 } }),
  );
});

function net(learningRate = 0.05) {
  const model = sequential([input({ shape: [WIDTH] }), dense({ units: 4, activation: "softmax" })]);
  const optimizer = sgd({ learningRate });
  model.compile({ optimizer, loss: "sparseCategoricalCrossentropy", seed: 3, numerics: "strict", workers: 1 });
  return model;
}
const { x, labels } = makeRows(160);

test("a run: the base sets the target, all sizes are tried, the model stays as it is", async () => {
  await using model = net();
  const before = await model.getWeights();
  const told: number[] = [];
  const onCandidate = ({ batchSize }: BatchSizeRow) => told.push(batchSize);
  const result = await findBatchSize(model, x, labels, { epochs: 3, base: 16, onCandidate });
  assert.equal(told, [16, 8]);
  assert.equal(
    result.table.map(({ batchSize }) => batchSize),
    [8, 16],
  );
  assert.equal(await model.getWeights(), before);
  assert.equal(JSON.parse(JSON.stringify(result)), result);
  const base = result.table[1]!;
  assert.equal([base.epochs, base.loss, result.base, result.seed], [3, result.target, 16, 3]);
  assert.ok(base.secondsToTarget! > 0 && base.samplesPerSecond! > 0);
  assert.ok(told.includes(result.suggestion) && result.reason.includes("rows a batch"));
  await using twin = net();
  await twin.fit(x, labels, { epochs: 3, batchSize: 16 });
  assert.is((await twin.evaluate(x, labels)).loss, result.target);
});

test("the rate is scaled from the base; a size that diverges is told and not taken", async () => {
  const { values } = makeRows(160);
  await using model = sequential([input({ shape: [WIDTH] }), dense({ units: 2 })]);
  const compile = { loss: "meanSquaredError", seed: 3, numerics: "strict", workers: 1 } as const;
  model.compile({ ...compile, optimizer: sgd({ learningRate: 0.1 }) });
  const given = { epochs: 2, candidates: [2, 80], base: 2, target: 1e-9, scaling: "linear" } as const;
  const validationData = [x, values] as const;
  const { table, suggestion } = await findBatchSize(model, x, values, { ...given, validationData });
  assert.is(suggestion, 2);
  const [small, large] = table.map(({ loss }) => loss);
  assert.ok(small! > 0 && (large === null || large! > 1000), JSON.stringify(table));
  const { table: unscaled } = await findBatchSize(model, x, values, { ...given, scaling: "none" });
  assert.ok(unscaled[1]!.loss !== null && unscaled[1]!.loss < 10, JSON.stringify(unscaled));
});

test.run();
