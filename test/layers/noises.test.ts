// What the layers of random numbers have in common, through the public API.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  alphaDropout,
  dense,
  dropout,
  flatten,
  gaussianDropout,
  gaussianNoise,
  input,
  type ModelSpec,
  modalityDropout,
  sequential,
  sgd,
  spatialDropout,
} from "../../src/index.js";
import { CLASSES, makeRows, WIDTH } from "../fingerprints.js";
import { close, labelsOf, rowsOf } from "../model/reference.js";

const test = suite("noises");

type Layer = Exclude<ModelSpec["layers"][number], { type: "input" }>;
const layers: Record<string, (strength: number) => Layer> = {
  gaussianNoise: (stddev) => gaussianNoise({ stddev }),
  gaussianDropout: (rate) => gaussianDropout({ rate }),
  alphaDropout: (rate) => alphaDropout({ rate }),
  spatialDropout: (rate) => spatialDropout({ rate }),
  modalityDropout: (rate) => modalityDropout({ rate }),
};
const rows = makeRows(61);

function classifier(noise: (strength: number) => Layer, workers: number, more: object = {}) {
  const model = sequential([
    input({ shape: [WIDTH] }),
    noise(0.1),
    dense({ units: 19, activation: "selu" }),
    noise(0.3),
    dense({ units: CLASSES, activation: "softmax" }),
  ]);
  const optimizer = sgd({ learningRate: 0.05, momentum: 0.9 });
  model.compile({ optimizer, loss: "sparseCategoricalCrossentropy", seed: 3, workers, ...more });
  return model;
}

for (const [name, noise] of Object.entries(layers)) {
  test(`${name}: the same bits for 1, 2 and 3 workers`, async () => {
    for (const numerics of ["strict", "fast"] as const) {
      const train = async (workers: number) => {
        await using model = classifier(noise, workers, { numerics });
        const run = await model.fit(rows.x, rows.labels, { epochs: 3, batchSize: 7, validationSplit: 0.2 });
        assert.is(run.workers, workers);
        assert.ok(run.epochs.every(({ loss }) => Number.isFinite(loss)));
        return run.fingerprint;
      };
      const alone = await train(1);
      for (const workers of [2, 3]) assert.is(await train(workers), alone, `${workers} workers, ${numerics}`);
    }
  });

  test(`${name}: gradients are the slope of the loss, the random numbers being the same`, async () => {
    await using model = sequential([
      input({ shape: [3, 2] }),
      noise(0.2),
      flatten(),
      dense({ units: 9, activation: "tanh" }),
      noise(0.3),
      dense({ units: 3, activation: "softmax" }),
    ]);
    model.compile({ optimizer: sgd(), loss: "sparseCategoricalCrossentropy", seed: 4, workers: 2 });
    const x = rowsOf(5, 6, 3);
    const labels = labelsOf(5, 3, 3);
    const shaped = (values: number[][]) => ({ data: Float32Array.from(values.flat()), shape: [5, 3, 2] });
    const { loss, weights, input: slopes } = await model.gradients(shaped(x), labels);
    assert.is((await model.gradients(shaped(x), labels)).loss, loss, "nothing is drawn anew");
    const still = await model.gradients(shaped(x), labels, { training: false });
    assert.ok(Math.abs(still.loss - loss) > 1e-4, "there is noise in training");
    const h = 2 ** -6;
    const values = await model.getWeights();
    for (const [t, i] of [
      [0, 3],
      [0, 53],
      [1, 2],
      [2, 7],
      [3, 1],
    ] as const) {
      const at = async (shift: number) => {
        const data = [...values[t]!.data];
        data[i]! += shift;
        await model.setWeights([{ name: values[t]!.name, data }]);
        return (await model.gradients(shaped(x), labels)).loss;
      };
      const slope = ((await at(h)) - (await at(-h))) / (2 * h);
      await model.setWeights(values);
      close([weights[t]!.data[i]!], [slope], 1e-3, `${values[t]!.name}[${i}]`);
    }
    let live = 0;
    for (const i of [0, 5, 8, 15, 22, 29]) {
      const at = async (shift: number) => {
        const moved = x.map((row, r) => row.map((v, c) => (6 * r + c === i ? v + shift : v)));
        return (await model.gradients(shaped(moved), labels)).loss;
      };
      const slope = ((await at(h)) - (await at(-h))) / (2 * h);
      close([slopes.data[i]!], [slope], 1e-3, `input[${i}]`);
      if (Math.abs(slope) > 1e-3) live++;
    }
    assert.ok(live > 1, "some of the slopes are far from zero");
  });

  test(`${name}: only in training, and nothing at strength 0`, async () => {
    await using model = classifier(noise, 1);
    await using plain = classifier(() => flatten(), 1);
    await using none = classifier(() => noise(0), 1);
    for (const other of [plain, none]) await other.setWeights(await model.getWeights());
    assert.equal(await model.predict(rows.x), await plain.predict(rows.x));
    assert.equal(await model.evaluate(rows.x, rows.labels), await plain.evaluate(rows.x, rows.labels));
    for (const other of [plain, none]) await other.trainOnBatch(rows.x, rows.labels);
    assert.equal(await none.getWeights(), await plain.getWeights());
    await model.trainOnBatch(rows.x, rows.labels);
    assert.not.equal(await model.getWeights(), await plain.getWeights());
  });
}

/** The value in front of the last layer, in training: the gradient by its kernel, where all else is one. */
async function drawn(noise: Layer, shape: number[]): Promise<Float32Array> {
  await using model = sequential([input({ shape }), noise, flatten(), dense({ units: 1, kernelInitializer: "ones" })]);
  model.compile({ optimizer: sgd(), seed: 6 });
  const size = shape.reduce((a, b) => a * b, 1);
  const ones = { data: new Float32Array(size).fill(1), shape: [1, ...shape] };
  return (await model.backward(ones, [[1]], { training: true })).weights[0]!.data;
}

test("spatialDropout drops the same channels at every position, and is dropout for vectors", async () => {
  const values = await drawn(spatialDropout({ rate: 0.5, name: "s" }), [4, 3, 7]);
  const first = values.subarray(0, 7);
  for (let position = 1; position < 12; position++) {
    assert.equal(values.subarray(7 * position, 7 * (position + 1)), first, `position ${position}`);
  }
  assert.ok(first.includes(0) && first.includes(2));
  assert.equal(await drawn(spatialDropout({ rate: 0.4 }), [50]), await drawn(dropout({ rate: 0.4 }), [50]));
});

test("modalityDropout drops all values of an example or none", async () => {
  await using model = sequential([
    input({ shape: [3, 2] }),
    modalityDropout({ rate: 0.2 }),
    flatten(),
    dense({ units: 1, kernelInitializer: "ones" }),
  ]);
  model.compile({ optimizer: sgd(), seed: 6 });
  const rows = 4000;
  const inputs = { data: new Float32Array(6 * rows).fill(1), shape: [rows, 3, 2] };
  const { input: slope } = await model.backward(inputs, new Float32Array(rows).fill(1), { training: true });
  let dropped = 0;
  for (let row = 0; row < rows; row++) {
    const values = new Set(slope.data.subarray(6 * row, 6 * row + 6));
    assert.is(values.size, 1, `row ${row}`);
    if (values.has(0)) dropped++;
    else assert.ok(values.has(Math.fround(1 / 0.8)));
  }
  assert.ok(Math.abs(dropped / rows - 0.2) < 5 * Math.sqrt(0.16 / rows), `${dropped}`);
});

test("a rate is a standard deviation of sqrt(rate / (1 - rate))", async () => {
  const values = await drawn(gaussianDropout({ rate: 0.2 }), [20000]);
  const square = values.reduce((sum, v) => sum + (v - 1) ** 2, 0) / 20000;
  assert.ok(Math.abs(square / 0.25 - 1) < 5 * Math.sqrt(2 / 20000), `${square}`);
});

test("alphaDropout keeps what selu makes of normal values", async () => {
  const values = await drawn(alphaDropout({ rate: 0.25 }), [20000]);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const share = values.filter((v) => v === low).length / 20000;
  assert.ok(Math.abs(share - 0.25) < 5 * Math.sqrt(0.1875 / 20000), `${share}`);
  // a * 1 + b and a * alpha + b of Keras at rate 0.25.
  const a = 1 / Math.sqrt(0.75 * (1 + 0.25 * 1.7580993408473766 ** 2));
  close([high, low], [a + a * 1.7580993408473766 * 0.25, -0.75 * a * 1.7580993408473766], 1e-6);
});

test.run();
