// A fit from a stream: the same bits as from arrays, whatever the chunks, and no more pulled ahead than there is room for.

import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  type Chunk,
  type CompileOptions,
  dense,
  dropout,
  earlyStopping,
  type FitInput,
  input,
  inverseTimeDecay,
  type Model,
  type StreamInput,
  sequential,
  sgd,
} from "../../src/index.js";
import { shuffle } from "../../src/random.js";
import { bitsOf, makeRows, WIDTH } from "../fingerprints.js";
import { watched } from "../threads.js";

const test = suite("streaming");

const ROWS = 203;
const rows = makeRows(ROWS);
const held = makeRows(40, 3);
const rowWeights = Float32Array.from({ length: ROWS }, (_, row) => (row % 5) / 2);

function net(given: Partial<CompileOptions> = {}): Model {
  const model = sequential([
    input({ shape: [WIDTH] }),
    dense({ units: 16, activation: "relu", kernelRegularizer: { l1: 0.001, l2: 0.01 } }),
    dropout({ rate: 0.2 }),
    dense({ units: 4, activation: "softmax" }),
  ]);
  const optimizer = sgd({ learningRate: inverseTimeDecay({ initial: 0.1, decay: 0.05 }), momentum: 0.9 });
  const metrics = ["accuracy", "f1"] as const;
  const loss = "sparseCategoricalCrossentropy";
  model.compile({ optimizer, loss, metrics, seed: 5, workers: 1, numerics: "strict", ...given });
  return model;
}

/** Rows from..to of the data as a chunk. */
const chunk = (from: number, to: number): Chunk => [
  rows.x.subarray(from * WIDTH, to * WIDTH),
  rows.labels.subarray(from, to),
];

/** The data in chunks of these sizes, again and again. */
function* cut(sizes: readonly number[], make = chunk): Generator<Chunk, void, undefined> {
  for (let row = 0, i = 0; row < ROWS; i++) {
    const end = Math.min(ROWS, row + sizes[i % sizes.length]!);
    yield make(row, end);
    row = end;
  }
}

async function* slowly(chunks: Iterable<Chunk>, every = 1) {
  let i = 0;
  for (const each of chunks) {
    if (i++ % every === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    yield each;
  }
}

/** What must be the same, and the bits of the weights. */
async function outcome(model: Model, run: ReturnType<Model["fit"]>) {
  const { epochs, steps, stopped, bestEpoch, fingerprint } = await run;
  const logs = epochs.map(({ seconds: _, samplesPerSecond: __, batchSize: ___, ...log }) => log);
  return { logs, steps, stopped, bestEpoch, fingerprint, bits: await bitsOf(model) };
}

const SIZES = [[1], [7, 1, 30], [32], [203]];

async function same(
  given: FitInput & StreamInput,
  compiled: Partial<CompileOptions> = {},
  chunks = SIZES,
  make = chunk,
) {
  await using arrays = net(compiled);
  const { windowRows: _, ...plain } = given;
  const weighted = make === chunk ? {} : { sampleWeight: rowWeights };
  const x = make === bytes ? rows.bytes : rows.x;
  const want = await outcome(arrays, arrays.fit(x, rows.labels, { shuffle: false, ...plain, ...weighted }));
  for (const sizes of chunks) {
    await using model = net(compiled);
    const got = await outcome(
      model,
      model.fit(() => cut(sizes, make), given),
    );
    assert.equal(got, want, `chunks of ${sizes}`);
  }
}
const weighing = (from: number, to: number): Chunk => {
  const [x, y] = chunk(from, to) as [Float32Array, Int32Array];
  return { x, y, sampleWeight: rowWeights.subarray(from, to) };
};
const bytes = (from: number, to: number): Chunk => ({
  x: rows.bytes.subarray(from * WIDTH, to * WIDTH),
  y: rows.labels.subarray(from, to),
  sampleWeight: [...rowWeights.subarray(from, to)],
});

const validationData = [held.x, held.labels] as const;
const common = { epochs: 3, batchSize: 16, validationData } as const;

for (const workers of [1, 2, 3, 4]) {
  test(`the bits of arrays, for any chunks: ${workers} workers`, async () => {
    await same({ ...common, windowRows: 48 }, { workers }, workers === 2 ? SIZES : [[50, 3]]);
  });
}

test("on plain memory", () =>
  watched("a test", () => same({ ...common, windowRows: 48 }, { workers: 3 }, [[1], [50, 3]])));

test("with windows of one batch, of all rows, and the default", async () => {
  for (const windowRows of [1, 250, undefined]) {
    await same({ ...common, ...(windowRows ? { windowRows } : {}) }, {}, [[50, 3]]);
  }
});

test("with weights of rows, and bytes", async () => {
  await same({ ...common, windowRows: 32 }, {}, [[1], [50, 3]], weighing);
  await same({ ...common, windowRows: 32 }, {}, [[1], [50, 3]], bytes);
});

test("with gradients of several batches in an update", async () => {
  const optimizer = sgd({ learningRate: 0.1, momentum: 0.9, gradientAccumulationSteps: 3 });
  await same({ ...common, windowRows: 50 }, { optimizer, workers: 2 }, [[7, 1, 30], [203]]);
});

test("with stepsPerEpoch, maxSteps, early stopping and a batch larger than the data", async () => {
  await same({ ...common, windowRows: 32, stepsPerEpoch: 5 }, {}, [[50, 3]]);
  await same({ ...common, windowRows: 32, maxSteps: 17 }, {}, [[7, 1, 30]]);
  const callbacks = [earlyStopping({ monitor: "valLoss", patience: 1, minDelta: 0.3 })];
  await same({ ...common, epochs: 9, windowRows: 32, callbacks }, {}, [[7, 1, 30]]);
  await same({ ...common, batchSize: 300 }, {}, [[7, 1, 30]]);
});

test("shuffled by window: a stream that fits in one has the bits of shuffled arrays, others those of any chunks", async () => {
  await using arrays = net();
  const want = await outcome(arrays, arrays.fit(rows.x, rows.labels, common));
  await using whole = net();
  const source = () => cut([7, 1, 30]);
  const got = await outcome(whole, whole.fit(source, { ...common, shuffle: "window", windowRows: 208 }));
  assert.equal(got, want);
  const found = new Set<string>();
  for (const sizes of SIZES) {
    await using model = net();
    const options = { ...common, shuffle: "window", windowRows: 64 } as const;
    const { bits } = await outcome(
      model,
      model.fit(() => slowly(cut(sizes), 20), options),
    );
    found.add(bits);
  }
  assert.is(found.size, 1);
  assert.not.ok(found.has(want.bits));
});

test("each window is shuffled in its own way, by the seed", async () => {
  const order = Int32Array.from({ length: ROWS }, (_, row) => row);
  for (let from = 0; from < ROWS; from += 64) shuffle(order.subarray(from, from + 64), 5, 65536 * (from / 64), 1);
  const x = Float32Array.from({ length: ROWS * WIDTH }, (_, i) => {
    return rows.x[order[Math.floor(i / WIDTH)]! * WIDTH + (i % WIDTH)]!;
  });
  const y = order.map((row) => rows.labels[row]!);
  await using arrays = net();
  const want = await outcome(arrays, arrays.fit(x, y, { shuffle: false }));
  await using model = net();
  assert.equal(await outcome(model, model.fit(cut([50, 3]), { shuffle: "window", windowRows: 64 })), want);
});

test("a single pass, with stepsPerEpoch over several epochs", async () => {
  await using once = net();
  await using arrays = net();
  const want = await outcome(arrays, arrays.fit(rows.x, rows.labels, { batchSize: 16, shuffle: false }));
  assert.equal(await outcome(once, once.fit(slowly(cut([50])), { batchSize: 16 })), want);

  await using model = net();
  const history = await model.fit(cut([50]), { batchSize: 16, epochs: 9, stepsPerEpoch: 4 });
  assert.equal([history.stopped, history.steps, history.epochs.length], ["completed", 13, 4]);
  assert.equal(history.warnings, ["The source ended after 4 of 9 epochs. Fewer stepsPerEpoch make shorter epochs."]);
  assert.is(await bitsOf(model), want.bits, "the same rows in the same batches");
});

/** An endless source that counts what was asked for. */
function counted(size: number) {
  const seen = { pulled: 0, returned: 0, passes: 0 };
  const source = () => {
    seen.passes++;
    let row = 0;
    return {
      [Symbol.asyncIterator]() {
        return this;
      },
      async next() {
        seen.pulled++;
        row = row + 2 * size > ROWS ? 0 : row + size;
        return { done: false as const, value: chunk(row, row + size) };
      },
      async return() {
        seen.returned++;
        return { done: true as const, value: undefined };
      },
    };
  };
  return { seen, source };
}

test("no more is asked for than the epochs take, and the source is told of the end of each", async () => {
  for (const plain of [undefined, "a test"]) {
    await watched(plain, async () => {
      await using model = net({ workers: 2 });
      const { seen, source } = counted(5);
      const { steps } = await model.fit(source, { epochs: 2, batchSize: 10, stepsPerEpoch: 30, windowRows: 100 });
      assert.is(steps, 60);
      assert.equal(seen, { pulled: 120, returned: 2, passes: 2 });
    });
  }
});

test("what is pulled ahead is what two windows hold, and at most a chunk", async () => {
  for (const plain of [undefined, "a test"]) {
    await watched(plain, async () => {
      await using model = net({ workers: 2 });
      const { seen, source } = counted(7);
      const run = model.fit(source, { batchSize: 10, windowRows: 100, onBatchEnd: () => run.pause() });
      let before = -1;
      while (seen.pulled < 25 || seen.pulled !== before) {
        before = seen.pulled;
        await new Promise((resolve) => setTimeout(resolve, 30));
        await model.getWeights();
      }
      run.stop();
      const { stopped, steps } = await run;
      assert.is(stopped, "aborted");
      const ahead = seen.pulled * 7 - steps * 10;
      assert.ok(ahead <= 2 * 100 + 7 && ahead >= 100, `${ahead} rows`);
      assert.is(seen.returned, 1);
    });
  }
});

test.run();
