// Streams that fail, hang or end early: the fit ends as told, the source is told, and the model keeps what it has learned.

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Chunk, DataError, dense, input, type Model, type StreamInput, sequential, sgd } from "../../src/index.js";
import { bitsOf, makeRows, WIDTH } from "../fingerprints.js";
import { faultyWorker, rejection, watched, within } from "../threads.js";

const test = suite("the life of a stream");

const LIMIT = 10_000;
const rows = makeRows(200);
const NAMES = ["ant", "bee", "cat", "dog"];

function net(workers: number, workerUrl?: string): Model {
  const model = sequential([
    input({ shape: [WIDTH] }),
    dense({ units: 8, activation: "relu" }),
    dense({ units: 4, activation: "softmax" }),
  ]);
  const optimizer = sgd({ learningRate: 0.1, momentum: 0.9 });
  const url = workerUrl ? { workerUrl } : {};
  model.compile({ optimizer, loss: "sparseCategoricalCrossentropy", seed: 5, workers, numerics: "strict", ...url });
  return model;
}

const chunk = (from: number, to: number): [Float32Array, Int32Array] => [
  rows.x.subarray(from * WIDTH, to * WIDTH),
  rows.labels.subarray(from, to),
];

/** The weights after so many rows in batches of 10. */
async function bitsAfter(count: number): Promise<string> {
  await using model = net(1);
  if (count) await model.fit(...chunk(0, count), { batchSize: 10, shuffle: false });
  return await bitsOf(model);
}

/** Waits until a model has learned so many rows. */
async function learned(model: Model, count: number): Promise<void> {
  const bits = await bitsAfter(count);
  const end = performance.now() + LIMIT;
  while ((await bitsOf(model)) !== bits) if (performance.now() > end) throw new Error(`never learned ${count} rows`);
}

/** Chunks of 7 rows; after `count` of them it does something else. What it was told and asked is counted. */
function source(count: number, then: () => unknown) {
  const seen = { pulled: 0, returned: 0 };
  const stream = () => ({
    [Symbol.asyncIterator]() {
      return this;
    },
    async next(): Promise<IteratorResult<Chunk>> {
      const row = 7 * seen.pulled++;
      if (row < 7 * count) return { done: false, value: chunk(row, row + 7) };
      return { done: false, value: (await then()) as Chunk };
    },
    async return(): Promise<IteratorResult<Chunk>> {
      seen.returned++;
      return { done: true, value: undefined };
    },
  });
  return { seen, stream };
}
const options: StreamInput = { batchSize: 10, windowRows: 50 };
const never = () => new Promise<never>(() => {});

function both(name: string, run: (workers: number) => Promise<void>): void {
  test(`${name}: two workers`, () => watched(undefined, () => run(2)));
  test(`${name}: plain memory`, () => watched("a test", () => run(1)));
}

both("an error of the source rejects the run, and what came before it is learned", async (workers) => {
  const cause = new RangeError("no more disk");
  for (const count of [0, 1, 3, 20]) {
    await using model = net(workers);
    const { seen, stream } = source(count, () => Promise.reject(cause));
    const error = (await within(LIMIT, rejection(model.fit(stream, options)))) as DataError;
    assert.instance(error, DataError);
    assert.is(error.cause, cause);
    assert.is(
      error.message,
      `fit: expected chunk ${count} from the source, got an error: no more disk. It is the cause.`,
    );
    assert.is(seen.returned, 0, "it has ended itself");
    assert.is(await bitsOf(model), await bitsAfter(7 * count - ((7 * count) % 10)));
    const again = await model.fit(() => [chunk(0, 100)], options);
    assert.is(again.steps, 10);
  }
});

both("a wrong chunk or a wrong value does the same, and the source is told", async (workers) => {
  const broken = Float32Array.from(rows.x.subarray(0, 3 * WIDTH));
  broken[2 * WIDTH + 4] = Number.NaN;
  const cases: [unknown, RegExp][] = [
    [[new Float32Array(5), [1]], /^fit: chunk 3: expected x of shape \(rows, 11\), got 5 values/],
    [[broken, [1, 2, 3]], /^fit: expected finite numbers in x, got NaN in row 23, column 4\./],
    [[rows.x.subarray(0, 2 * WIDTH), [1, 9]], /^fit: expected labels as whole numbers from 0 to 3, got 9 in row 22\./],
    [
      { xs: [], ys: [] },
      /^fit: chunk 3: expected \[x, y\] or \{ x, y, sampleWeight \}, got \{ xs: \[\], ys: \[\] \}\./,
    ],
    [undefined, /^fit: chunk 3: expected \[x, y\] or \{ x, y, sampleWeight \}, got undefined\./],
    [{ x: rows.x, y: rows.labels, weights: [] }, /^fit: chunk 3: unknown option "weights"/],
    [
      { x: rows.x, y: rows.labels, sampleWeight: rows.x.subarray(0, 200) },
      /^fit: sampleWeight\[\d+\]: expected a number >= 0/,
    ],
    [{ x: rows.x, y: rows.labels, sampleWeight: rows.labels }, /^fit: chunk 3: expected sampleWeight in every chunk/],
  ];
  for (const [value, text] of cases) {
    await using model = net(workers);
    const { seen, stream } = source(3, () => value);
    const error = await within(LIMIT, rejection(model.fit(stream, options)));
    assert.match(error.message, text);
    assert.is(seen.returned, 1);
    const bits = await bitsOf(model);
    assert.ok([await bitsAfter(0), await bitsAfter(10), await bitsAfter(20)].includes(bits), "whole updates");
  }
});

both("a source that hangs: stop, abort and maxTime end the run, and calls are served meanwhile", async (workers) => {
  for (const count of [0, 3]) {
    await using timed = net(workers);
    const hanging = source(count, never);
    const late = await within(LIMIT, timed.fit(hanging.stream, { ...options, maxTime: 0.04 }));
    assert.equal([late.stopped, hanging.seen.returned], ["maxTime", 1]);
    assert.is(await bitsOf(timed), await bitsAfter(late.steps * 10), "whole updates");

    await using aborted = net(workers);
    const { seen: told, stream: other } = source(count, never);
    const controller = new AbortController();
    const cut = aborted.fit(other, { ...options, signal: controller.signal });
    await learned(aborted, count && 20);
    controller.abort();
    const { stopped, steps, workers: ran } = await within(LIMIT, cut);
    assert.equal([stopped, steps, ran], ["aborted", count && 2, workers]);
    assert.equal(told, { pulled: count + 1, returned: 1 });
    assert.is(await bitsOf(aborted), await bitsAfter(count && 20));
    assert.is((await aborted.fit(() => [chunk(0, 100)], options)).stopped, "completed");

    await using model = net(workers);
    const { seen, stream } = source(count, never);
    const run = model.fit(stream, options);
    const prediction = await within(LIMIT, model.predict(rows.x.subarray(0, WIDTH)));
    assert.is(prediction.data.length, 4);
    assert.ok((await model.evaluate(...chunk(0, 9))).loss! > 0);
    await learned(model, count && 20);
    run.pause();
    run.resume();
    run.stop();
    assert.is((await within(LIMIT, run)).stopped, "aborted");
    assert.is(seen.returned, 1);
  }
});

both("a source that hangs: the end of the model rejects the run", async (workers) => {
  for (const count of [0, 3]) {
    const model = net(workers);
    const { seen, stream } = source(count, never);
    const run = model.fit(stream, options);
    if (count) await within(LIMIT, model.predict(rows.x.subarray(0, WIDTH)));
    const failure = rejection(run);
    await model.dispose();
    assert.is((await within(LIMIT, failure)).code, "E_DISPOSED");
    await new Promise((resolve) => setTimeout(resolve, 0));
    assert.is(seen.returned, count ? 1 : seen.pulled);
  }
});

test("a worker that dies while rows come in: the run rejects, and the source is told", async () => {
  const url = faultyWorker("throw", "sgd_momentum_update", 20, true);
  const model = net(2, url);
  const { seen, stream } = source(28, never);
  const error = await within(LIMIT, rejection(model.fit(stream, options)));
  assert.is(error.code, "E_WORKER");
  assert.is(seen.returned, 1);
  await model.dispose();
});

test("a loss that is not finite: the run rejects, and the source is told", async () => {
  await using model = net(2);
  const before = await bitsOf(model);
  const { seen, stream } = source(3, () => [rows.x.map(() => 3e38), rows.labels]);
  assert.is((await within(LIMIT, rejection(model.fit(stream, options)))).code, "E_DIVERGED");
  assert.is(seen.returned, 1);
  assert.is(await bitsOf(model), before, "those of the last completed epoch");
});

both("what the source does after the end is of no account", async (workers) => {
  await using model = net(workers);
  let release: (chunk: Chunk) => void = () => {};
  const late = new Promise<Chunk>((resolve) => {
    release = resolve;
  });
  const { stream } = source(3, () => late);
  const run = model.fit(stream, options);
  await learned(model, 20);
  run.stop();
  await run;
  const next = model.fit(() => [chunk(20, 100)], options);
  release(chunk(100, 107));
  await next;
  assert.is(await bitsOf(model), await bitsAfter(100));
});

test("a generator is told of an early end, and its failure at that is a warning", async () => {
  await using model = net(1);
  let closed = 0;
  const close = (fails: boolean) => {
    closed++;
    if (fails) throw new Error("cannot close");
  };
  function* endless(fails: boolean) {
    try {
      for (;;) yield chunk(0, 50) as Chunk;
    } finally {
      close(fails);
    }
  }
  await model.fit(endless(false), { ...options, maxSteps: 7 });
  await model.fit(() => endless(false), { ...options, epochs: 3, stepsPerEpoch: 2 });
  assert.is(closed, 4);
  const { warnings, steps } = await model.fit(endless(true), { ...options, maxSteps: 3 });
  assert.is(steps, 3);
  assert.equal(warnings, ["The source failed when it was told to end: Error: cannot close"]);
});

test("a generator that hangs cannot return, and is not waited for", async () => {
  await using model = net(1);
  const run = model.fit(async function* () {
    yield chunk(0, 20) as Chunk;
    await never();
  }, options);
  await learned(model, 20);
  run.stop();
  assert.is((await within(LIMIT, run)).stopped, "aborted");
});

test("a callback that throws, and a signal given up before", async () => {
  await using model = net(2);
  const { seen, stream } = source(28, never);
  const thrown = new Error("mine");
  const onBatchEnd = () => {
    throw thrown;
  };
  assert.is(await within(LIMIT, rejection(model.fit(stream, { ...options, onBatchEnd }))), thrown);
  assert.is(seen.returned, 1);
  const asked = source(28, never);
  const { stopped } = await model.fit(asked.stream, { ...options, signal: AbortSignal.abort() });
  assert.equal([stopped, asked.seen], ["aborted", { pulled: 0, returned: 0 }]);
});

test("an epoch without rows is an error, chunks without rows are none", async () => {
  await using model = net(1);
  const spent = [chunk(0, 50)][Symbol.iterator]();
  const error = await rejection(model.fit(() => spent as IterableIterator<Chunk>, { ...options, epochs: 2 }));
  assert.match(
    error.message,
    /^fit: expected rows from the source in epoch 1 of this fit, got none\. Have the function/,
  );
  assert.is(await bitsOf(model), await bitsAfter(50));
  assert.match((await rejection(model.fit(() => []))).message, /in epoch 0 of this fit, got none\.$/);
  const empty: Chunk = [new Float32Array(0), []];
  assert.is((await model.fit(() => [empty, chunk(0, 20), empty, empty], options)).steps, 2);
});

test("texts as labels: by the names that the model knows", async () => {
  const texts = (from: number, to: number): Chunk => [
    chunk(from, to)[0],
    [...rows.labels.subarray(from, to)].map((label) => NAMES[label]!),
  ];
  await using model = net(1);
  const error = await rejection(model.fit(() => [texts(0, 50)], options));
  assert.match(error.message, /^fit: chunk 0: y: expected a model that knows names .* set model\.labels\.$/);
  model.labels = NAMES;
  await model.fit(() => [texts(0, 33), texts(33, 50)], options);
  assert.is(await bitsOf(model), await bitsAfter(50));
});

test("steps that are told: of how many only where that is known", async () => {
  await using model = net(1);
  const steps = new Set<number>();
  const onProgress = (progress: { steps: number }) => void steps.add(progress.steps);
  await model.fit(() => [chunk(0, 50)], { ...options, epochs: 2, onProgress });
  assert.equal([...steps], [Number.POSITIVE_INFINITY]);
  steps.clear();
  await model.fit(() => [chunk(0, 50)], { ...options, stepsPerEpoch: 3, onProgress });
  assert.equal([...steps], [3]);
});

test.run();
