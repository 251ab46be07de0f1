import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  activation,
  dense,
  dropout,
  flatten,
  input,
  type Model,
  type NamedTensor,
  normalization,
  type Prediction,
  rescaling,
  sequential,
} from "../../src/index.js";
import { eachRejects, withoutThreads } from "../wrong/wrong.js";
import { close, labelsOf, dense as reference, relu, rowsOf, softmax } from "./reference.js";

const net = (workers = 1, wide = 50) => {
  const model = sequential([
    input({ shape: [2, 3] }),
    flatten(),
    rescaling({ scale: 2 }),
    normalization({ mean: [1, 0, 0, 0, 0, 0], variance: [4, 1, 1, 1, 1, 1], name: "scaled" }),
    dense({ units: wide, activation: "relu", name: "wide" }),
    dropout({ rate: 0.5 }),
    dense({ units: 3 }),
    activation("softmax"),
  ]);
  const loss = "sparseCategoricalCrossentropy";
  model.compile({ optimizer: "adam", loss, seed: 3, workers, numerics: "strict" });
  return model;
};
const x = (rows: number) => ({ data: Float32Array.from(rowsOf(rows, 6).flat()), shape: [rows, 2, 3] });
const rowsBy = (weights: NamedTensor[], name: string) =>
  [`${name}.kernel`, `${name}.bias`].map((wanted) => weights.find((weight) => weight.name === wanted)!);

const test = suite("outputs of layers");

test("every layer by name, behind its activation", async () => {
  await using model = net();
  const weights = await model.getWeights();
  const data = x(13);
  const scaled = rowsOf(13, 6).map((row) => row.map((value, i) => (i === 0 ? (2 * value - 1) / 2 : 2 * value)));
  const [wideKernel, wideBias] = rowsBy(weights, "wide");
  const wide = relu(reference(scaled, wideKernel!, wideBias));
  const [kernel, bias] = rowsBy(weights, "dense_1");
  const logits = reference(wide, kernel!, bias);
  const expected: [string, number[][]][] = [
    ["flatten_0", rowsOf(13, 6)],
    ["rescaling_0", rowsOf(13, 6).map((row) => row.map((value) => 2 * value))],
    ["scaled", scaled],
    ["wide", wide],
    ["dropout_0", wide],
    ["dense_1", logits],
    ["activation_0", softmax(logits)],
  ];
  for (const [layer, values] of expected) {
    const found = await model.predict(data, { layer, batchSize: 4 });
    assert.equal(found.shape, [13, values[0]!.length], layer);
    close(found.data, values.flat(), 1e-5);
  }
  assert.equal(await model.predict(data, { layer: "activation_0" }), await model.predict(data));
});

test("the same bits for 1 to 4 workers and any batch, over several windows", async () => {
  const rows = 700;
  const wide = 1500;
  const most = 3000;
  await using alone = net(1, wide);
  const expected = await alone.predict(x(rows), { layer: "wide" });
  assert.is(expected.data.length, rows * wide);
  // A million values: a difference shown value by value would take minutes.
  const same = ({ data, shape }: Prediction) =>
    `${shape}` === `${expected.shape}` && data.every((value, i) => value === expected.data[i]);
  for (const workers of [2, 3, 4]) {
    await using model = net(workers, wide);
    assert.ok(same(await model.predict(x(rows), { layer: "wide", batchSize: 1 + workers * 16 })), `${workers} workers`);
  }
  assert.ok(same(await alone.predict(x(rows), { layer: "wide", batchSize: most })), "in one batch");
});

test("during a fit", async () => {
  await using model = net(2);
  const run = model.fit(x(40), labelsOf(40, 3), { epochs: 1e6, batchSize: 8 });
  const { data, shape } = await model.predict(x(90), { layer: "wide" });
  assert.equal(shape, [90, 50]);
  assert.ok(data.some((value) => value > 0));
  run.stop();
  await run;
});

type Any = Model & { predict(x: unknown, given: unknown): Promise<unknown> };
test(
  "unknown names",
  withoutThreads(() =>
    eachRejects([
      [
        "unknown",
        () => net().predict(x(1), { layer: "wild" }),
        "E_OPTION",
        /^predict: layer: unknown layer "wild"\. Did you mean "wide"\? Known: flatten_0, rescaling_0, scaled, wide, dropout_0,/,
      ],
      ["its activation", () => net().predict(x(1), { layer: "wide.activation" }), "E_OPTION", /unknown layer/],
      ["a number", () => (net() as Any).predict(x(1), { layer: 2 }), "E_OPTION", /expected a layer's name .* got 2\./],
      ["layers", () => (net() as Any).predict(x(1), { layers: [] }), "E_OPTION", /unknown option "layers"\. Did you/],
    ]),
  ),
);

test.run();
