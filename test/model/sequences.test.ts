import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  adam,
  bidirectional,
  dense,
  embedding,
  flatten,
  gru,
  input,
  lstm,
  type Model,
  type ModelSpec,
  masking,
  reshape,
  sequential,
  simpleRnn,
  timeDistributed,
} from "../../src/index.js";
import { bitsOf } from "../fingerprints.js";
import { close } from "../golden.js";
import { generator } from "../oracle.js";

const test = suite("layers around recurrent layers");
type Layers = ModelSpec["layers"][number][];

function make(shape: number[], layers: Layers, workers = 2, loss = false): Model {
  const model = sequential([input({ shape }), ...layers]);
  const optimizer = adam({ learningRate: 0.02 });
  model.compile({ optimizer, ...(loss ? { loss: "meanSquaredError" } : {}), seed: 3, workers, numerics: "strict" });
  return model;
}
const random = (shape: number[], seed = 1) => {
  const next = generator(seed);
  return { data: Array.from({ length: shape.reduce((a, b) => a * b) }, () => Math.fround(next())), shape };
};
const modes = {
  concat: (a: number[], b: number[]) => [...a, ...b],
  sum: (a: number[], b: number[]) => a.map((x, i) => x + b[i]!),
  ave: (a: number[], b: number[]) => a.map((x, i) => (x + b[i]!) / 2),
  mul: (a: number[], b: number[]) => a.map((x, i) => x * b[i]!),
};
/** The gradient by a and b of Σ d · mode(a, b). */
const gradients: Record<keyof typeof modes, (d: number[], a: number[], b: number[]) => [number[], number[]]> = {
  concat: (d, { length }) => [d.slice(0, length), d.slice(length)],
  sum: (d) => [d, d],
  ave: (d) => [d.map((x) => x / 2), d.map((x) => x / 2)],
  mul: (d, a, b) => [d.map((x, i) => x * b[i]!), d.map((x, i) => x * a[i]!)],
};

const [B, STEPS, CHANNELS, UNITS] = [5, 4, 3, 3];
const rowsOf = (data: ArrayLike<number>, width: number) =>
  Array.from({ length: data.length / width }, (_, i) => Array.from(data).slice(i * width, (i + 1) * width));
/** Rows of steps with the steps of each example in the other order. */
const turned = <T>(rows: T[], steps: number) => rows.map((_, i) => rows[i - (i % steps) + steps - 1 - (i % steps)]!);

for (const mergeMode of Object.keys(modes) as (keyof typeof modes)[]) {
  for (const returnSequences of [false, true]) {
    test(`bidirectional, ${mergeMode}, ${returnSequences ? "all steps" : "the last"}: as a layer each way`, async () => {
      const config = { units: UNITS, returnSequences };
      const x = random([B, STEPS, CHANNELS]);
      await using both = make([STEPS, CHANNELS], [bidirectional(gru(config), { mergeMode })]);
      await using ahead = make([STEPS, CHANNELS], [gru(config)]);
      await using back = make([STEPS, CHANNELS], [gru({ ...config, goBackwards: true })]);
      const weights = await both.getWeights();
      assert.equal(weights[4]!.name, "bidirectional_0.backward.kernel");
      assert.is.not(weights[4]!.data[0], weights[0]!.data[0]);
      const data = ({ shape }: { shape: readonly number[] }, i: number) => random([...shape], i + 2);
      const given = weights.map(data);
      await both.setWeights(given);
      await ahead.setWeights(given.slice(0, 4));
      await back.setWeights(given.slice(4));
      const steps = returnSequences ? STEPS : 1;
      const a = rowsOf((await ahead.predict(x)).data, UNITS);
      const b = turned(rowsOf((await back.predict(x)).data, UNITS), steps);
      const out = await both.predict(x);
      const width = out.shape.at(-1)!;
      assert.equal(out.shape, [B, ...(returnSequences ? [STEPS] : []), mergeMode === "concat" ? 2 * UNITS : UNITS]);
      close(
        out.data,
        a.flatMap((row, i) => modes[mergeMode](row, b[i]!)),
        1e-6,
        "output",
      );

      const d = random([...out.shape], 20);
      const parts = rowsOf(d.data, width).map((row, i) => gradients[mergeMode](row, a[i]!, b[i]!));
      const shape = [B, ...(returnSequences ? [STEPS] : []), UNITS];
      const one = await ahead.backward(x, { shape, data: parts.flatMap(([part]) => part) });
      const other = await back.backward(x, { shape, data: turned(parts, steps).flatMap(([, part]) => part) });
      const got = await both.backward(x, d);
      close(
        got.input.data,
        Array.from(one.input.data, (value, i) => value + other.input.data[i]!),
        1e-6,
        "input",
      );
      const want = [...one.weights, ...other.weights];
      want.forEach((weight, i) => {
        close(got.weights[i]!.data, weight.data, 1e-6, got.weights[i]!.name);
      });
    });
  }
}

test("dense on every step is dense on the steps as rows", async () => {
  for (const units of [1, 5, 8]) {
    const x = random([B, STEPS, CHANNELS]);
    await using steps = make([STEPS, CHANNELS], [timeDistributed(dense({ units, activation: "tanh" }))]);
    await using rows = make([CHANNELS], [dense({ units, activation: "tanh" })]);
    const weights = [random([CHANNELS, units], 2), random([units], 3)];
    for (const model of [steps, rows]) await model.setWeights(weights);
    const out = await steps.predict(x);
    assert.equal(out.shape, [B, STEPS, units]);
    const flat = { data: x.data, shape: [B * STEPS, CHANNELS] };
    close(out.data, (await rows.predict(flat)).data, 1e-6, "output");
    const d = random([B, STEPS, units], 4);
    const got = await steps.backward(x, d);
    const want = await rows.backward(flat, { data: d.data, shape: [B * STEPS, units] });
    close(got.input.data, want.input.data, 1e-6, "input");
    want.weights.forEach(({ data, name, shape }, i) => {
      assert.equal(got.weights[i]!.shape, shape);
      close(got.weights[i]!.data, data, 1e-6, name);
    });
  }
});

test("what works on each value anyway is the layer itself; a layer that moves no value takes no memory", async () => {
  const shared = dense({ units: 2 });
  assert.is(timeDistributed(shared), shared);
  const bytes: number[] = [];
  for (const layer of [timeDistributed(flatten()), reshape({ targetShape: [STEPS, 6 * CHANNELS] })]) {
    await using model = make([STEPS, 6, CHANNELS], [layer, dense({ units: 2 })]);
    await model.predict(random([B, STEPS, 6, CHANNELS]));
    bytes.push(
      Number(
        /(\d+) bytes$/m.exec(
          model
            .summary()
            .split("\n")
            .find((line) => line.startsWith("memory"))!,
        )![1],
      ),
    );
  }
  assert.is(bytes[0], bytes[1]);
});

test("masked steps at the end or the beginning are as if they were not there", async () => {
  for (const layer of [lstm, gru, simpleRnn]) {
    const stacks: Layers[] = [
      [layer({ units: 5, returnSequences: true }), layer({ units: 3 })],
      [bidirectional(layer({ units: 5, returnSequences: true })), layer({ units: 3, goBackwards: true })],
    ];
    for (const [i, before] of [0, 2, 0, 2].entries()) {
      const inner = stacks[i >> 1]!;
      await using long = make([STEPS + 2, CHANNELS], [masking({ maskValue: -1 }), ...inner]);
      await using short = make([STEPS, CHANNELS], inner);
      await long.setWeights((await short.getWeights()).map(({ data, shape }) => ({ data, shape })));
      const x = random([B, STEPS, CHANNELS]);
      const pad = (data: ArrayLike<number>, value: number) => ({
        shape: [B, STEPS + 2, CHANNELS],
        data: rowsOf(data, STEPS * CHANNELS).flatMap((row) => [
          ...new Array(before * CHANNELS).fill(value),
          ...row,
          ...new Array((2 - before) * CHANNELS).fill(value),
        ]),
      });
      assert.equal((await long.predict(pad(x.data, -1))).data, (await short.predict(x)).data);
      const d = random([B, 3], 7);
      const [got, want] = [await long.backward(pad(x.data, -1), d), await short.backward(x, d)];
      close(got.input.data, pad(want.input.data, 0).data, 1e-6, "input");
      want.weights.forEach(({ data, name }, i) => {
        close(got.weights[i]!.data, data, 1e-6, name);
      });
    }
  }
});

test("an embedding is a kernel on one-hot rows; maskZero leaves zeros out", async () => {
  const [V, D] = [7, 13];
  const numbers = Array.from({ length: B * STEPS }, (_, i) => (3 * i + 1) % V);
  const x = { data: numbers, shape: [B, STEPS] };
  const hot = {
    data: numbers.flatMap((n) => Array.from({ length: V }, (_, i) => Number(i === n))),
    shape: [B, STEPS, V],
  };
  await using words = make([STEPS], [embedding({ inputDim: V, outputDim: D }), lstm({ units: 3 })]);
  await using vectors = make([STEPS, V], [dense({ units: D, useBias: false }), lstm({ units: 3 })]);
  const weights = await words.getWeights();
  assert.equal([weights[0]!.name, weights[0]!.shape], ["embedding_0.embeddings", [V, D]]);
  assert.ok(weights[0]!.data.every((value) => Math.abs(value) <= 0.05));
  await vectors.setWeights(weights.map(({ data, shape }) => ({ data, shape })));
  close((await words.predict(x)).data, (await vectors.predict(hot)).data, 1e-6, "output");
  close(
    (await words.predict({ data: Uint8Array.from(numbers), shape: x.shape })).data,
    (await words.predict(x)).data,
    0,
    "bytes",
  );
  const d = random([B, 3], 5);
  const [got, want] = [await words.backward(x, d), await vectors.backward(hot, d)];
  assert.ok(got.input.data.every((value) => value === 0));
  want.weights.forEach(({ data }, i) => {
    close(got.weights[i]!.data, data, 1e-6, got.weights[i]!.name);
  });

  await using masked = make([STEPS], [embedding({ inputDim: V, outputDim: D, maskZero: true }), lstm({ units: 3 })]);
  await masked.setWeights(weights.map(({ data, shape }) => ({ data, shape })));
  const { data } = await masked.predict({ data: [3, 0, 5, 0, 0, 0, 3, 5], shape: [2, STEPS] });
  assert.equal([...data.slice(0, 3)], [...data.slice(3)]);
});

test("the same bits for 1 to 4 workers", async () => {
  const layers: Layers = [
    embedding({ inputDim: 9, outputDim: 10, maskZero: true, embeddingsRegularizer: { l2: 0.01 } }),
    bidirectional(lstm({ units: 3, returnSequences: true }), { mergeMode: "ave" }),
    timeDistributed(dense({ units: 5, activation: "relu" })),
    bidirectional(gru({ units: 2 })),
    dense({ units: 1 }),
  ];
  const numbers = { data: Array.from({ length: 23 * STEPS }, (_, i) => (5 * i * i + i) % 9), shape: [23, STEPS] };
  const y = random([23, 1]);
  const bits = new Set<string>();
  for (const workers of [1, 2, 3, 4]) {
    await using model = make([STEPS], JSON.parse(JSON.stringify(layers)), workers, true);
    await model.fit(numbers, y, { epochs: 3, batchSize: 6 });
    bits.add(await bitsOf(model));
  }
  assert.is(bits.size, 1, [...bits].join());
});

test.run();
