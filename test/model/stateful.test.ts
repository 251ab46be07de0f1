import { suite } from "uvu";
import * as assert from "uvu/assert";
import { dense, earlyStopping, flatten, functional, gru, input, sequential, sgd, simpleRnn } from "../../src/index.js";
import { bitsOf } from "../fingerprints.js";
import { generator } from "../oracle.js";
import { watched } from "../threads.js";
import { CHANNELS, echoes, inBatches, type Layers, make, PIECE, PIECES, piece, sequences, stack } from "./pieces.js";

const test = suite("stateful layers");

test("pieces of long sequences, batch after batch, end as the whole sequences do", async () => {
  const rows = 5;
  const whole = sequences(rows, 1);
  // A masked step at the end of a piece, and at the start of one.
  whole.fill(0, (2 * PIECE - 1) * CHANNELS, (2 * PIECE + 1) * CHANNELS);
  await using long = make(stack(false), { steps: PIECES * PIECE });
  const want = (await long.predict({ data: whole, shape: [rows, PIECES * PIECE, CHANNELS] })).data;
  for (const workers of [1, 2, 3, 4]) {
    await using model = make(stack(true), { workers });
    const at = (k: number) => model.predict(piece(whole, k, 0, rows));
    const calls = [await at(0), await at(1), await at(2)];
    assert.equal(calls[2]!.data, want, `${workers} workers, call by call`);
    assert.not.equal((await at(0)).data, calls[0]!.data);
    await model.resetStates();
    const once = (await model.predict(inBatches(whole, rows, rows), { batchSize: rows })).data;
    assert.equal(once, Float32Array.from(calls.flatMap(({ data }) => [...data])), `${workers} workers, in one call`);
    await model.resetStates();
    assert.equal((await at(0)).data, calls[0]!.data);
  }
});

test("rows beyond a smaller batch wait for the next one that has them", async () => {
  const whole = sequences(6, 2);
  await using model = make(stack(true));
  await using few = make(stack(true));
  await model.predict(piece(whole, 0, 0, 6));
  await model.predict(piece(whole, 1, 0, 2));
  await few.predict(piece(whole, 0, 0, 2));
  await few.predict(piece(whole, 1, 0, 2));
  const got = (await model.predict(piece(whole, 2, 0, 6))).data;
  assert.equal(got.slice(0, 4), (await few.predict(piece(whole, 2, 0, 2))).data);
  await few.resetStates();
  await few.predict(piece(whole, 0, 2, 6));
  assert.equal(got.slice(4), (await few.predict(piece(whole, 2, 2, 6))).data);
});

test("evaluate begins with zeros and leaves what predict goes on with alone", async () => {
  const rows = 4;
  const whole = sequences(rows, 3);
  const x = inBatches(whole, rows, rows);
  const y = { data: new Float32Array(rows * PIECES * 2), shape: [rows * PIECES, 2] };
  await using model = make(stack(true));
  await using plain = make(stack(true));
  const want = await plain.predict(x, { batchSize: rows });
  const mean = want.data.reduce((sum, value) => sum + value * value, 0) / want.data.length;
  await model.predict(piece(whole, 0, 0, rows));
  for (let call = 0; call < 2; call++) {
    const { loss } = await model.evaluate(x, y, { batchSize: rows });
    assert.ok(Math.abs(loss! - mean) < 1e-6, `${loss}, want ${mean}`);
  }
  assert.equal((await model.predict(piece(whole, 1, 0, rows))).data, want.data.slice(rows * 2, rows * 4));
});

test("more rows than a window holds go on as in one", async () => {
  const [rows, channels] = [3, 1];
  const batches = 30_000;
  const model = sequential([input({ shape: [1, channels] }), simpleRnn({ units: 1, stateful: true })]);
  model.compile({ optimizer: "sgd", loss: "meanSquaredError", seed: 1, workers: 2, numerics: "strict" });
  await using one = model;
  const next = generator(4);
  const data = Float32Array.from({ length: rows * batches }, next);
  const { data: all } = await one.predict({ data, shape: [rows * batches, 1, channels] }, { batchSize: rows });
  await one.resetStates();
  const half = (rows * batches) / 2;
  for (const from of [0, half]) {
    const part = { data: data.slice(from, from + half), shape: [half, 1, channels] };
    const got = await one.predict(part, { batchSize: rows });
    assert.equal(got.data, all.slice(from, from + half));
  }
});

test("a fit carries states from batch to batch: the same bits for 1 to 4 workers, as by trainOnBatch", async () => {
  const [rows, size] = [6, 3];
  const { x, y } = echoes(rows, size, 5);
  const valid = echoes(3, size, 6);
  const options = { epochs: 2, batchSize: size, shuffle: false };
  const bits: string[] = [];
  const losses: unknown[] = [];
  for (const workers of [1, 2, 3, 4]) {
    await using model = make(stack(true), { workers });
    // A larger batch in the memory before the fit: validation keeps to the fit's own.
    if (workers > 2) await model.predict(piece(sequences(8, 9), 0, 0, 8));
    const { epochs } = await model.fit(x, y, { ...options, validationData: [valid.x, valid.y] });
    bits.push(await bitsOf(model));
    losses.push(epochs.map(({ loss, valLoss }) => [loss, valLoss]));
    assert.is((await model.evaluate(valid.x, valid.y, { batchSize: size })).loss, epochs.at(-1)!.valLoss);
  }
  assert.is(new Set(bits).size, 1, bits.join());
  assert.is(new Set(losses.map((each) => JSON.stringify(each))).size, 1);
  await using unvalidated = make(stack(true));
  await unvalidated.fit(x, y, options);
  assert.is(await bitsOf(unvalidated), bits[0]);
  await using stateless = make(stack(false));
  await stateless.fit(x, y, options);
  assert.not(bits.includes(await bitsOf(stateless)));

  await using byHand = make(stack(true));
  for (let epoch = 0; epoch < 2; epoch++) {
    await byHand.resetStates();
    for (let from = 0; from < x.shape[0]!; from += size) {
      const part = {
        data: x.data.slice(from * PIECE * CHANNELS, (from + size) * PIECE * CHANNELS),
        shape: [size, PIECE, CHANNELS],
      };
      await byHand.trainOnBatch(part, { data: y.data.slice(2 * from, 2 * (from + size)), shape: [size, 2] });
      // Neither moves what training goes on with.
      await byHand.predict(part);
      await byHand.gradients(part, { data: y.data.slice(2 * from, 2 * (from + size)), shape: [size, 2] });
    }
  }
  assert.is(await bitsOf(byHand), bits[0]);
});

test("frozen layers carry theirs; a stream's batches go on, too", async () => {
  const { x, y } = echoes(6, 3, 5);
  const options = { epochs: 2, batchSize: 3, shuffle: false } as const;
  const fitted = async (layers: Layers, stream: boolean) => {
    await using model = make(layers);
    if (!stream) await model.fit(x, y, options);
    else await model.fit(() => [[x, y]] as const, options);
    return await bitsOf(model);
  };
  assert.is(await fitted(stack(true), true), await fitted(stack(true), false));
  const frozen = (stateful: boolean): Layers => [gru({ units: 7, stateful, trainable: false }), dense({ units: 2 })];
  assert.is.not(await fitted(frozen(true), false), await fitted(frozen(false), false));
});

test("several batches an update go on from one to the next", async () => {
  const { x, y } = echoes(6, 3, 7);
  const bits: string[] = [];
  for (const workers of [1, 3]) {
    await using model = make(stack(true), {
      workers,
      optimizer: sgd({ learningRate: 0.1, gradientAccumulationSteps: 2 }),
    });
    await model.fit(x, y, { epochs: 2, batchSize: 3, shuffle: false });
    bits.push(await bitsOf(model));
  }
  await using stateless = make(stack(false), { optimizer: sgd({ learningRate: 0.1, gradientAccumulationSteps: 2 }) });
  await stateless.fit(x, y, { epochs: 2, batchSize: 3, shuffle: false });
  assert.is(bits[0], bits[1]);
  assert.is.not(bits[0], await bitsOf(stateless));
});

test("a batch that is left out for its loss leaves the states alone", async () => {
  const { x, y } = echoes(3, 3, 8);
  const infinite = { ...y, data: y.data.slice() };
  // The second of three batches: its loss overflows.
  infinite.data[2 * 3] = 3e38;
  const size = 3 * PIECE * CHANNELS;
  const without = {
    data: Float32Array.from([...x.data.slice(0, size), ...x.data.slice(2 * size)]),
    shape: [6, PIECE, CHANNELS],
  };
  const targets = { data: Float32Array.from([...y.data.slice(0, 6), ...y.data.slice(12)]), shape: [6, 2] };
  await using model = make(stack(true));
  const { skipped } = await model.fit(x, infinite, { batchSize: 3, shuffle: false, onNonFinite: "skip" });
  assert.is(skipped, 1);
  await using shorter = make(stack(true));
  await shorter.fit(without, targets, { batchSize: 3, shuffle: false });
  assert.is(await bitsOf(model), await bitsOf(shorter));
});

test("states last when the memory is made anew, and a compile or a fit comes between", async () => {
  const rows = 4;
  const whole = sequences(rows, 10);
  await using model = make(stack(true));
  await using untouched = make(stack(true));
  for (const each of [model, untouched]) await each.predict(piece(whole, 0, 0, rows));
  const weights = await model.getWeights();
  const { x, y } = echoes(20, 10, 11);
  await model.fit(x, y, { batchSize: 10, shuffle: false, callbacks: [earlyStopping({ monitor: "loss" })] });
  model.compile({ optimizer: "sgd", loss: "meanSquaredError", seed: 3, workers: 3, numerics: "strict" });
  await model.setWeights(weights);
  model.freeze("gru_0");
  const next = piece(whole, 1, 0, rows);
  assert.equal((await model.predict(next)).data, (await untouched.predict(next)).data);
});

test("calls during a fit go on by themselves, and do not disturb it", async () => {
  const rows = 3;
  const whole = sequences(rows, 12);
  const { x, y } = echoes(6, 3, 5);
  const options = { epochs: 200, batchSize: 3, shuffle: false };
  const still = () => make(stack(true), { optimizer: sgd({ learningRate: 1e-35 }) });
  const calls = (model: ReturnType<typeof make>) => [
    model.predict(piece(whole, 0, 0, rows)),
    model.predict(piece(whole, 1, 0, rows)),
    model.evaluate(x, y, { batchSize: 3 }),
    model.resetStates(),
    model.predict(piece(whole, 0, 0, rows)),
    model.predict(piece(whole, 1, 0, rows)),
  ];
  await using idle = still();
  await using busy = still();
  const run = busy.fit(x, y, options);
  const got = await Promise.all(calls(busy));
  run.stop();
  assert.is((await run).stopped, "aborted");
  assert.equal(got, await Promise.all(calls(idle)));
  assert.equal(got[4], got[0]);
  assert.not.equal(got[1], got[0]);

  const many = echoes(30, 3, 13);
  await using model = make(stack(true));
  await using alone = make(stack(true));
  await alone.fit(many.x, many.y, options);
  const pending: Promise<unknown>[] = [];
  const onEpochEnd = ({ epoch }: { epoch: number }) => {
    if (epoch % 20 === 0) pending.push(...calls(model));
  };
  await model.fit(many.x, many.y, { ...options, onEpochEnd });
  assert.is(pending.length, 60);
  await Promise.all(pending);
  assert.is(await bitsOf(model), await bitsOf(alone));
});

test("backwards, the pieces come from the last one on", async () => {
  const whole = sequences(3, 14);
  const layers = (stateful: boolean): Layers => [gru({ units: 5, goBackwards: true, stateful }), dense({ units: 2 })];
  await using long = make(layers(false), { steps: PIECES * PIECE });
  await using model = make(layers(true));
  for (const k of [2, 1]) await model.predict(piece(whole, k, 0, 3));
  const want = await long.predict({ data: whole, shape: [3, PIECES * PIECE, CHANNELS] });
  assert.equal((await model.predict(piece(whole, 0, 0, 3))).data, want.data);
});

test("each call of a shared layer goes on by itself", async () => {
  const whole = sequences(3, 15);
  const value = input({ shape: [PIECE, CHANNELS] });
  const shared = gru({ units: CHANNELS, returnSequences: true, stateful: true });
  const twice = functional({ inputs: value, outputs: flatten().apply(shared.apply(shared.apply(value))) });
  const own = (seed: number) => gru({ units: CHANNELS, returnSequences: true, stateful: true, name: `own_${seed}` });
  const each = sequential([input({ shape: [PIECE, CHANNELS] }), own(1), own(2), flatten()]);
  for (const model of [twice, each]) {
    model.compile({ optimizer: "sgd", loss: "meanSquaredError", seed: 3, workers: 2, numerics: "strict" });
  }
  const weights = (await twice.getWeights()).map(({ shape, data }) => ({ shape, data }));
  await each.setWeights([...weights, ...weights]);
  for (const k of [0, 1, 2]) {
    assert.equal(await twice.predict(piece(whole, k, 0, 3)), await each.predict(piece(whole, k, 0, 3)));
  }
  await twice.dispose();
  await each.dispose();
});

for (const plain of [undefined, "a test"]) {
  test(`a new memory goes on, a new team behind a death begins with zeros: ${plain ? "plain" : "shared"} memory`, () =>
    watched(plain, async (threads) => {
      const whole = sequences(3, 16);
      const at = (k: number) => model.predict(piece(whole, k, 0, 3));
      await using model = make(stack(true));
      const [first, second] = [await at(0), await at(1)];
      await model.resetStates();
      await at(0);
      const larger = echoes(8, 8, 17);
      await model.evaluate(larger.x, larger.y, { batchSize: 8 });
      assert.equal(await at(1), second);
      threads[0]!.terminate();
      await new Promise((resolve) => setTimeout(resolve, 100));
      assert.equal(await at(0), first);
      assert.equal(await at(1), second);
    }));
}

test.run();
