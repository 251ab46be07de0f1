import { suite } from "uvu";
import * as assert from "uvu/assert";
import { adam, type BatchLog, dense, dropout, type FitInput, input, sequential, sgd } from "../../src/index.js";
import { close, rowsOf } from "../model/reference.js";
import { oracle } from "../oracle.js";

const sizes = [
  { unit: 8, units: 1 },
  { unit: 8, units: 7 },
  { unit: 64, units: 3 },
];
const test = suite("accumulate");

oracle(test, {
  kernel: "gradient_collect",
  cases: sizes.flatMap((size) => [0, 1].map((first) => ({ ...size, first }))),
  tensors: ({ unit, units }, random) => ({
    sum: { data: Float32Array.from({ length: unit * units }, random) },
    gradient: { data: Float32Array.from({ length: unit * units }, random) },
  }),
  args: ({ first, unit }, p) => [p("sum"), p("gradient"), first, unit],
  extent: ({ units }) => units,
  expected: ({ first }, { sum, gradient }) => ({ sum: gradient!.map((g, i) => (first ? g : sum![i]! + g)) }),
});

oracle(test, {
  kernel: "gradient_complete",
  cases: sizes,
  tensors: ({ unit, units }, random) => ({
    gradient: { data: Float32Array.from({ length: unit * units }, random) },
    sum: { data: Float32Array.from({ length: unit * units }, random) },
  }),
  args: ({ unit }, p) => [p("gradient"), p("sum"), unit],
  extent: ({ units }) => units,
  expected: (_, { gradient, sum }) => ({ gradient: gradient!.map((g, i) => g + sum![i]!) }),
});

const [ROWS, WIDTH] = [46, 5];
const x = rowsOf(ROWS, WIDTH);
const y = rowsOf(ROWS, 2, 3);

function net(optimizer: ReturnType<typeof sgd>, { workers = 1, rate = 0 } = {}) {
  const model = sequential([
    input({ shape: [WIDTH] }),
    dense({ units: 9, activation: "tanh", kernelRegularizer: { l2: 0.05 } }),
    dropout({ rate }),
    dense({ units: 2 }),
  ]);
  model.compile({
    optimizer,
    loss: "meanSquaredError",
    metrics: ["meanAbsoluteError"],
    seed: 6,
    numerics: "strict",
    workers,
  });
  return model;
}

async function run(steps: number, fit: FitInput, { workers = 1, rate = 0 } = {}) {
  await using model = net(adam({ learningRate: 0.02, gradientAccumulationSteps: steps }), { workers, rate });
  const history = await model.fit(x, y, { epochs: 3, shuffle: false, ...fit });
  return { ...history, weights: (await model.getWeights()).flatMap(({ data }) => [...data]) };
}

test("several batches make the update of one large batch, a shorter one at the end included", async () => {
  const large = await run(1, { batchSize: 20 });
  for (const [steps, batchSize] of [
    [4, 5],
    [2, 10],
    [10, 2],
  ] as const) {
    const parts = await run(steps, { batchSize });
    assert.is(parts.steps, large.steps);
    close(parts.weights, large.weights, 2e-5);
    parts.epochs.forEach((log, epoch) => {
      const { loss, penalty, meanAbsoluteError, batchSize } = large.epochs[epoch]!;
      assert.is(log.batchSize, batchSize);
      close([log.loss, log.penalty, log.meanAbsoluteError!], [loss, penalty, meanAbsoluteError!], 1e-5);
    });
  }
});

test("the same bits for any number of workers, and for a stop between updates", async () => {
  const one = await run(3, { batchSize: 4 }, { rate: 0.3 });
  for (const workers of [2, 3]) {
    assert.is((await run(3, { batchSize: 4 }, { workers, rate: 0.3 })).fingerprint, one.fingerprint);
  }
  const short = await run(3, { batchSize: 4, maxSteps: 5 });
  assert.is(short.steps, 5);
});

test("batches of one update draw dropout masks of their own", async () => {
  await using model = net(sgd({ learningRate: 0.1, gradientAccumulationSteps: 2 }), { rate: 0.5 });
  await using other = net(sgd({ learningRate: 0.1 }), { rate: 0.5 });
  const same = Array.from({ length: 8 }, () => x[0]!);
  const targets = Array.from({ length: 8 }, () => y[0]!);
  await model.fit(same, targets, { batchSize: 4 });
  await other.fit(same.slice(4), targets.slice(4), { batchSize: 4 });
  const [a, b] = [await model.getWeights(), await other.getWeights()];
  assert.not.equal(a, b);
});

test('batchSize "full" is one update an epoch; above 1,024 rows in parts with the same mean', async () => {
  const whole = await run(1, { batchSize: "full" });
  const asked = await run(1, { batchSize: ROWS });
  assert.is(whole.fingerprint, asked.fingerprint);
  assert.is(whole.steps, 3);
  assert.is(whole.epochs[0]!.batchSize, ROWS);
  const many = rowsOf(2500, WIDTH, 8);
  const targets = rowsOf(2500, 2, 9);
  await using parts = net(sgd({ learningRate: 0.5 }));
  await using large = net(sgd({ learningRate: 0.5 }));
  const told: BatchLog[] = [];
  const history = await parts.fit(many, targets, { epochs: 2, batchSize: "full", onBatchEnd: (log) => told.push(log) });
  const reference = await large.fit(many, targets, { epochs: 2, batchSize: 2500 });
  assert.is(history.steps, 2);
  assert.equal(
    told.map(({ epoch, batch }) => [epoch, batch]),
    [
      [0, 0],
      [1, 0],
    ],
  );
  close([history.epochs[1]!.loss], [reference.epochs[1]!.loss], 1e-6);
  const [a, b] = [await parts.getWeights(), await large.getWeights()];
  for (const [i, { data }] of a.entries()) close(data, b[i]!.data, 1e-5);
  // Rows set apart for validation are not among all rows.
  const split = await parts.fit(x, y, { batchSize: "full", validationSplit: 0.5 });
  assert.is(split.epochs[0]!.batchSize, ROWS / 2);
});

test("wrong sizes are refused", async () => {
  assert.throws(() => sgd({ gradientAccumulationSteps: 0 }), /gradientAccumulationSteps: expected a whole number >= 1/);
  await using model = net(sgd({}));
  await model.fit(x, y, { batchSize: "all" as "full" }).then(
    () => assert.unreachable(),
    (error) => assert.match((error as Error).message, /fit: batchSize: expected a whole number >= 1, got "all"/),
  );
});

test.run();
