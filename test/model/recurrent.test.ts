import { suite } from "uvu";
import * as assert from "uvu/assert";
import { adam, dense, gru, input, loadModel, lstm, type ModelSpec, sequential, simpleRnn } from "../../src/index.js";
import { bitsOf } from "../fingerprints.js";
import { generator } from "../oracle.js";

const test = suite("recurrent layers in models");

const STEPS = 6;
const CHANNELS = 3;
/** Sequences of noise; the class is the channel whose sum is the largest. */
function sequences(rows: number, seed: number) {
  const next = generator(seed);
  const x = Float32Array.from({ length: rows * STEPS * CHANNELS }, next);
  const y = Array.from({ length: rows }, (_, row) => {
    const sums = [0, 0, 0];
    for (let i = 0; i < STEPS * CHANNELS; i++) sums[i % CHANNELS]! += x[row * STEPS * CHANNELS + i]!;
    return sums.indexOf(Math.max(...sums));
  });
  return { x: { data: x, shape: [rows, STEPS, CHANNELS] }, y };
}
const { x, y } = sequences(37, 1);

const stack: ModelSpec["layers"][number][] = [
  lstm({ units: 5, returnSequences: true, kernelRegularizer: { l2: 0.01 } }),
  gru({ units: 13, returnSequences: true, goBackwards: true, recurrentConstraint: { type: "maxNorm", maximum: 1 } }),
  simpleRnn({ units: 3, activation: "relu", useBias: false, recurrentRegularizer: { l1: 0.001 } }),
  dense({ units: 3, activation: "softmax" }),
];
const make = (layers: ModelSpec["layers"][number][], workers: number) => {
  const model = sequential([input({ shape: [STEPS, CHANNELS] }), ...layers]);
  const optimizer = adam({ learningRate: 0.01 });
  model.compile({ optimizer, loss: "sparseCategoricalCrossentropy", seed: 3, workers, numerics: "strict" });
  return model;
};

test("the same bits for 1 to 4 workers, and from JSON and a file", async () => {
  const bits: string[] = [];
  for (const workers of [1, 2, 3, 4]) {
    await using model = make(workers === 3 ? JSON.parse(JSON.stringify(stack)) : stack, workers);
    await model.fit(x, y, { epochs: 2, batchSize: 7 });
    if (workers < 4) bits.push(await bitsOf(model));
    else {
      await using loaded = await loadModel(await model.toBlob(), { workers: 2 });
      bits.push(await bitsOf(loaded));
      assert.equal(await loaded.predict(x), await model.predict(x));
    }
  }
  assert.is(new Set(bits).size, 1, bits.join());
});

test("weights have names and shapes; a forget gate starts open", async () => {
  await using model = make(
    [gru({ units: 2, returnSequences: true }), lstm({ units: 3 }), dense({ units: 3, activation: "softmax" })],
    1,
  );
  const weights = await model.getWeights();
  assert.equal(
    weights.slice(0, 7).map(({ name, shape }) => `${name} ${shape}`),
    [
      "gru_0.kernel 3,6",
      "gru_0.recurrentKernel 2,6",
      "gru_0.bias 6",
      "gru_0.recurrentBias 6",
      "lstm_0.kernel 2,12",
      "lstm_0.recurrentKernel 3,12",
      "lstm_0.bias 12",
    ],
  );
  assert.equal([...weights[6]!.data], [0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0]);
  const rows = [0, 1, 2].map((row) => [...weights[5]!.data].slice(12 * row, 12 * row + 12));
  const dot = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  assert.ok(
    Math.abs(dot(rows[0]!, rows[0]!) - 1) < 1e-5 && Math.abs(dot(rows[0]!, rows[2]!)) < 1e-5,
    "orthogonal rows",
  );
});

test("each learns which channel has the largest sum", async () => {
  const many = sequences(400, 2);
  for (const layer of [lstm, gru, simpleRnn]) {
    await using model = make([layer({ units: 12 }), dense({ units: 3, activation: "softmax" })], 2);
    await model.fit(many.x, many.y, { epochs: 12, batchSize: 20 });
    const { loss } = await model.evaluate(many.x, many.y);
    assert.ok(loss! < 0.5, `${layer.name}: ${loss}`);
  }
});

test("gradients that vanish end as zeros, not as subnormal numbers, which are slow", async () => {
  const steps = 16;
  for (const [layer, gates] of [
    [lstm, [0, -9.2, 0, 0]],
    [gru, [-9.2, 0, 0]],
    [simpleRnn, [0]],
  ] as const) {
    await using model = sequential([input({ shape: [steps, 1] }), layer({ units: 1 })]);
    model.compile({ optimizer: "sgd", workers: 1, numerics: "strict" });
    // Gates that let a ten-thousandth through, and a kernel of 1 everywhere.
    const small = { shape: [1, gates.length], data: gates.map(() => 1e-4) };
    const bias = { shape: [gates.length], data: [...gates] };
    const ones = { shape: [1, gates.length], data: gates.map(() => 1) };
    await model.setWeights([ones, small, bias, ...(layer === gru ? [{ ...bias, data: [0, 0, 0] }] : [])]);
    const x = { shape: [1, steps, 1], data: new Array(steps).fill(0) };
    const { data } = (await model.backward(x, { shape: [1, 1], data: [1] })).input;
    assert.ok(data[steps - 1]! > 0 && data[steps - 3]! > 0, `${data.join(" ")}`);
    assert.ok(
      [...data].every((value) => value === 0 || Math.abs(value) > 1e-31),
      `${data.join(" ")}`,
    );
    assert.is(data[0], 0);
  }
});

test.run();
