// Models of sequences, trained on a target for each step, through the public API.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  type DataInput,
  dense,
  embedding,
  input,
  loadModel,
  lstm,
  type Model,
  masking,
  reshape,
  sequential,
  sgd,
} from "../../src/index.js";
import type { LossName } from "../../src/losses/index.js";
import { bitsOf } from "../fingerprints.js";
import { close } from "./reference.js";
import { labelled } from "./steps.js";

const test = suite("training on steps");

const ROWS = 23;

test("what a masked step holds as its target has no part in anything", async () => {
  const [steps, units] = [6, 3];
  const numbers = labelled([ROWS, steps], 4, 2);
  const y = labelled([ROWS, steps], units, 3);
  const other = { ...y, data: y.data.map((label, i) => (numbers.data[i] === 0 ? (label + 1) % units : label)) };
  const bits = [];
  for (const targets of [y, other]) {
    await using model = language(1);
    const { epochs } = await model.fit(numbers, targets, { epochs: 2, batchSize: 5 });
    bits.push([epochs.map(({ loss, accuracy }) => [loss, accuracy]), await bitsOf(model)]);
  }
  assert.equal(bits[0], bits[1]);
});

/** Numbers from 0 to 3, of which 0 does not count, to one of three classes a step; where they are mixed, by their values. */
function language(
  workers: number,
  rate = 0.3,
  loss = "sparseCategoricalCrossentropy" as LossName,
  mixed = false,
): Model {
  const model = sequential([
    input({ shape: [6] }),
    ...(mixed
      ? [reshape({ targetShape: [6, 1] }), masking()]
      : [embedding({ inputDim: 4, outputDim: 5, maskZero: true })]),
    lstm({ units: 6, returnSequences: true }),
    dense({ units: 3, activation: "softmax", kernelRegularizer: { l2: 0.001 } }),
  ]);
  const metrics = ["accuracy"] as const;
  model.compile({ optimizer: sgd({ learningRate: rate }), loss, metrics, seed: 5, workers, numerics: "strict" });
  return model;
}
const numbers = labelled([ROWS, 6], 4, 2);
const classes = { ...numbers, data: numbers.data.map((number, i) => (number + (numbers.data[i - 1] ?? 0)) % 3) };
const hot = {
  data: Float32Array.from({ length: 3 * ROWS * 6 }, (_, i) => Number(classes.data[Math.floor(i / 3)] === i % 3)),
  shape: [ROWS, 6, 3],
};

test("gradients are the slope of what evaluate gives", async () => {
  await using model = language(2);
  const { loss, weights } = await model.gradients(numbers, classes);
  close([loss], [(await model.evaluate(numbers, classes)).loss!], 1e-6);
  const values = await model.getWeights();
  const h = 2 ** -6;
  for (const [t, { name, data }] of weights.entries()) {
    for (const i of [0, data.length - 1]) {
      const shifted = async (by: number) => {
        await model.setWeights(
          values.map((one, k) => ({ ...one, data: one.data.map((w, at) => (k === t && at === i ? w + by : w)) })),
        );
        return (await model.evaluate(numbers, classes)).loss!;
      };
      const slope = ((await shifted(h)) - (await shifted(-h))) / (2 * h);
      assert.ok(Math.abs(slope - data[i]!) < 2e-4, `${name}[${i}]: ${data[i]}, slope ${slope}`);
    }
  }
});

test("weights of rows weigh all steps of a row; masked rows, too", async () => {
  const weights = Array.from({ length: ROWS }, (_, row) => (row % 4) / 2);
  await using model = language(2, 0.5);
  const before = await model.getWeights();
  const { accuracy } = await model.evaluate(numbers, classes);
  const row = (data: Int32Array, at: number) => ({ data: data.slice(6 * at, 6 * at + 6), shape: [1, 6] });
  const sums = before.map(({ data }) => new Float64Array(data.length));
  for (const [at, weight] of weights.entries()) {
    const gradients = await model.gradients(row(numbers.data, at), row(classes.data, at));
    // The penalty is no part of what a row weighs.
    gradients.weights.forEach(({ data, name }, k) => {
      const own = (i: number) => data[i]! - (name === "dense_0.kernel" ? 0.002 * before[k]!.data[i]! : 0);
      for (let i = 0; i < data.length; i++) sums[k]![i]! += (weight * own(i)) / ROWS;
    });
  }
  const { epochs } = await model.fit(numbers, classes, { batchSize: ROWS, sampleWeight: weights });
  // That of the weights before the update; no weight of a row is in it.
  close([epochs[0]!.accuracy as number], [accuracy!]);
  (await model.getWeights()).forEach(({ name, data }, k) => {
    const penalty = (i: number) => (name === "dense_0.kernel" ? 0.002 * before[k]!.data[i]! : 0);
    close(
      data,
      before[k]!.data.map((w, i) => w - 0.5 * (sums[k]![i]! + penalty(i))),
      2e-6,
      name,
    );
  });
});

test("labels train as one-hot rows do: alone, mixed, weighted, validated, from a stream", async () => {
  const sampleWeight = Array.from({ length: ROWS }, (_, row) => (row % 3) / 2);
  for (const options of [{}, { mixup: 0.4 }, { mixup: 0.4, sampleWeight }, { validationSplit: 0.3 }]) {
    const mixed = "mixup" in options;
    await using labels = language(2, 0.3, "sparseCategoricalCrossentropy", mixed);
    await using vectors = language(2, 0.3, "categoricalCrossentropy", mixed);
    const given = { epochs: 3, batchSize: 5, ...options };
    const [a, b] = [await labels.fit(numbers, classes, given), await vectors.fit(numbers, hot, given)];
    for (const key of ["loss", "accuracy", "valLoss", "valAccuracy"]) {
      const of = ({ epochs }: typeof a) => epochs.flatMap((log) => (log[key] as number | undefined) ?? []);
      close(of(a), of(b), 2e-6, key);
    }
    const [got, want] = [await labels.getWeights(), await vectors.getWeights()];
    got.forEach(({ name, data }, k) => void close(data, want[k]!.data, 2e-6, name));
  }
  await using arrays = language(2);
  await using stream = language(2);
  await arrays.fit(numbers, classes, { epochs: 2, batchSize: 4, shuffle: false });
  const part = (data: Int32Array, from: number, to: number) => ({
    data: data.slice(6 * from, 6 * to),
    shape: [to - from, 6],
  });
  function* chunks() {
    for (const [from, to] of [
      [0, 9],
      [9, 10],
      [10, ROWS],
    ] as const)
      yield { x: part(numbers.data, from, to), y: part(classes.data, from, to) };
  }
  await stream.fit(chunks, { epochs: 2, batchSize: 4 });
  assert.is(await bitsOf(stream), await bitsOf(arrays));
});

test("labels in every form", async () => {
  const rows = Array.from({ length: ROWS }, (_, row) => Array.from(classes.data.slice(6 * row, 6 * row + 6)));
  const whole = { data: Uint8Array.from(classes.data), shape: [ROWS, 6, 1] };
  const forms: DataInput[] = [
    classes,
    rows,
    whole,
    classes.data,
    Array.from(classes.data),
    Float32Array.from(classes.data),
  ];
  const losses = new Set<number>();
  for (const y of forms) {
    await using model = language(1);
    losses.add((await model.evaluate(numbers, y)).loss!);
    losses.add((await model.trainOnBatch(numbers, y)).loss);
  }
  assert.is(losses.size, 1, [...losses].join());
});

test("the same bits for 1 to 4 workers, from JSON and from a file", async () => {
  const bits = new Set<string>();
  for (const workers of [1, 2, 3, 4]) {
    await using model = language(workers, 0.3, "sparseCategoricalCrossentropy", true);
    const more = { validationSplit: 0.2, mixup: 0.2, sampleWeight: Array.from({ length: ROWS }, (_, r) => r % 3) };
    const { epochs } = await model.fit(numbers, classes, { epochs: 3, batchSize: 7, ...more });
    const { loss, accuracy } = await model.evaluate(numbers, classes);
    const { data, shape } = await model.predict(numbers);
    assert.equal(shape, [ROWS, 6, 3]);
    bits.add(JSON.stringify([await bitsOf(model), epochs.map(({ valLoss }) => valLoss), loss, accuracy, [...data]]));
    await using saved = await loadModel(await model.toBlob());
    assert.equal((await saved.predict(numbers)).data, data);
  }
  assert.is(bits.size, 1);
});

test.run();
