import { suite } from "uvu";
import * as assert from "uvu/assert";
import { dense, flatten, input, positionEmbedding, sequential } from "../../src/index.js";
import { bitsOf } from "../fingerprints.js";
import { close } from "../golden.js";
import { ANY, generator, matrix, oracle, SIZES, stride } from "../oracle.js";
import { anyhow, eachThrows, withoutThreads } from "../wrong/wrong.js";

const test = suite("positions");

oracle(test, {
  kernel: "position_forward",
  cases: SIZES.map((width, i) => ({ width, B: i + 1, row: stride(width) + (i % 2) * 16 })),
  tensors: ({ B, width, row }, random) => ({
    inp: { data: Float32Array.from({ length: B * row }, random) },
    table: { data: matrix(1, width, random) },
    out: { data: new Float32Array(B * row), write: true },
  }),
  args: ({ width, row }, p) => [p("out"), p("inp"), p("table"), stride(width), row],
  extent: ({ B }) => B,
  expected: ({ B, width, row }, { inp, table }) => ({
    out: Array.from({ length: B * row }, (_, i) => (i % row < width ? inp![i]! + table![i % row]! : ANY)),
  }),
});

const [B, STEPS, CHANNELS] = [5, 3, 5];
const next = generator(2);
const x = { data: Float32Array.from({ length: B * STEPS * CHANNELS }, next), shape: [B, STEPS, CHANNELS] };
const dout = { data: Float32Array.from(x.data, next), shape: x.shape };

test("a trained table is added, and its gradient is the sum over rows", async () => {
  await using model = sequential([input({ shape: [STEPS, CHANNELS] }), positionEmbedding()]);
  model.compile({ optimizer: "sgd", workers: 2, seed: 1 });
  const [{ name, shape, data: table }] = (await model.getWeights()) as [
    { name: string; shape: number[]; data: Float32Array },
  ];
  assert.equal([name, ...shape], ["positionEmbedding_0.embeddings", STEPS, CHANNELS]);
  assert.ok(new Set(table).size === table.length && table.every((value) => Math.abs(value) <= 0.05));
  const at = (i: number) => i % (STEPS * CHANNELS);
  close(
    (await model.predict(x)).data,
    x.data.map((value, i) => value + table[at(i)]!),
    1e-6,
    "output",
  );
  const { weights, input: dinp } = await model.backward(x, dout);
  assert.equal(dinp.data, dout.data);
  const sums = new Float64Array(table.length);
  dout.data.forEach((value, i) => {
    sums[at(i)]! += value;
  });
  close(weights[0]!.data, sums, 1e-6, "gradient");
});

test("sines and cosines", async () => {
  await using model = sequential([input({ shape: [STEPS, CHANNELS] }), positionEmbedding({ encoding: "sinusoidal" })]);
  model.compile({ optimizer: "sgd", workers: 1 });
  assert.equal(await model.getWeights(), []);
  const want = x.data.map((value, i) => {
    const [t, c] = [Math.floor(i / CHANNELS) % STEPS, i % CHANNELS];
    const angle = t / 10000 ** ((c - (c % 2)) / CHANNELS);
    return value + (c % 2 ? Math.cos(angle) : Math.sin(angle));
  });
  close((await model.predict(x)).data, want, 1e-6, "output");
});

test("the same bits for 1 to 3 workers", async () => {
  const bits: string[] = [];
  for (const workers of [1, 2, 3]) {
    const embeddings = positionEmbedding({ embeddingsRegularizer: { l2: 0.01 } });
    await using model = sequential([input({ shape: [STEPS, CHANNELS] }), embeddings, flatten(), dense({ units: 1 })]);
    model.compile({ optimizer: "adam", loss: "meanSquaredError", workers, seed: 1, numerics: "strict" });
    await model.fit(
      x,
      [0, 1, 2, 3, 4].map((value) => [value]),
      { epochs: 3, batchSize: 2 },
    );
    bits.push(await bitsOf(model));
  }
  assert.is(new Set(bits).size, 1, bits.join());
});

test(
  "wrong options",
  withoutThreads(() =>
    eachThrows([
      ["encoding", () => anyhow.positionEmbedding!({ encoding: "fixed" }), "E_OPTION", /unknown name "fixed"/],
      [
        "a vector",
        () => sequential([input({ shape: [4] }), positionEmbedding()]).summary(),
        "E_SHAPE",
        /^positionEmbedding_0 on input: expected sequences/,
      ],
    ]),
  ),
);

test.run();
