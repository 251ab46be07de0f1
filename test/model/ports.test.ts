import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  activation,
  adam,
  add,
  concatenate,
  dense,
  dropout,
  earlyStopping,
  functional,
  input,
  loadModel,
  type Model,
  sequential,
} from "../../src/index.js";
import { close, crossentropy, each, labelsOf, mean, rowsOf, softmax, squares, dense as times } from "./reference.js";

const test = suite("several inputs and outputs");

const ROWS = 23;
const image = rowsOf(ROWS, 5, 41);
const table = rowsOf(ROWS, 3, 42);
const digit = labelsOf(ROWS, 4, 43);
const size = rowsOf(ROWS, 2, 44);
const x = { image, table };
const y = { digit, size };

const bitsOf = async (model: Model) => (await model.getWeights()).map(({ data }) => [...new Int32Array(data.buffer)]);

/** Two branches that meet; `digit` is read inside as well: its probabilities go into what gives `size`. */
function build(rate = 0) {
  const [a, b] = [input({ shape: [5], name: "image" }), input({ shape: [3], name: "table" })];
  const left = dense({ units: 6, activation: "tanh", name: "left", kernelRegularizer: { l2: 0.01 } }).apply(a);
  const right = dropout({ rate }).apply(dense({ units: 4, activation: "tanh", name: "right" }).apply(b));
  const both = concatenate().apply([left, right]);
  const digit = dense({ units: 4, activation: "softmax", name: "digit" }).apply(both);
  const size = dense({ units: 2, name: "size" }).apply(concatenate().apply([right, digit]));
  return functional({ inputs: [a, b], outputs: [digit, size] });
}
const loss = { digit: "sparseCategoricalCrossentropy", size: "meanSquaredError" } as const;
const lossWeights = { size: 0.25 };
function compiled(model: Model, workers = 2, seed = 5) {
  const numerics = "strict";
  const metrics = { digit: ["accuracy"] } as const;
  model.compile({ optimizer: adam({ learningRate: 0.02 }), loss, lossWeights, metrics, seed, workers, numerics });
  return model;
}

/** Outputs and losses in float64. */
function reference(weights: Awaited<ReturnType<Model["getWeights"]>>, a = image, b = table) {
  const named = Object.fromEntries(weights.map((one) => [one.name, one]));
  const layer = (rows: number[][], name: string) => times(rows, named[`${name}.kernel`]!, named[`${name}.bias`]!);
  const [left, right] = [each(layer(a, "left"), Math.tanh), each(layer(b, "right"), Math.tanh)];
  const p = softmax(
    layer(
      left.map((row, r) => [...row, ...right[r]!]),
      "digit",
    ),
  );
  const s = layer(
    right.map((row, r) => [...row, ...p[r]!]),
    "size",
  );
  const penalty = 0.01 * named["left.kernel"]!.data.reduce((sum, w) => sum + w * w, 0);
  const [digitLoss, sizeLoss] = [mean(crossentropy(p, digit)), mean(squares(s, size))];
  return { p, s, digitLoss, sizeLoss, penalty, loss: digitLoss + 0.25 * sizeLoss + penalty };
}

const inFloat64 = <W extends { data: Float32Array }>(weights: W[]) =>
  weights.map((one) => ({ ...one, data: new Float64Array(one.data) as unknown as Float32Array }));

/** Central differences of a loss by every value of a list that it is made of. */
function slopes(values: ArrayLike<number>, lossOf: () => number): number[] {
  const data = values as number[];
  return Array.from(data, (value, i) => {
    const at = (shift: number) => {
      data[i] = value + shift;
      const result = lossOf();
      data[i] = value;
      return result;
    };
    return (at(1e-5) - at(-1e-5)) / 2e-5;
  });
}

test("outputs and losses are those of float64, by name or in order", async () => {
  await using model = compiled(build());
  const want = reference(await model.getWeights());
  for (const given of [x, [image, table]]) {
    const { data, shape, outputs } = await model.predict(given);
    close(data, want.p.flat());
    assert.equal(shape, [ROWS, 4]);
    close(outputs!.size!.data, want.s.flat());
    assert.equal(outputs!.size!.shape, [ROWS, 2]);
    assert.equal(Object.keys(outputs!), ["digit", "size"]);
  }
  for (const given of [y, [digit, size]]) {
    const found = await model.evaluate(x, given, { batchSize: 7 });
    close([found.loss!, found.digitLoss!, found.sizeLoss!], [want.loss, want.digitLoss, want.sizeLoss]);
    close([found.dataLoss!, found.penalty!], [want.loss - want.penalty, want.penalty]);
    close([found.digitAccuracy!], [mean(want.p.map((row, r) => (row.indexOf(Math.max(...row)) === digit[r] ? 1 : 0)))]);
    assert.equal(Object.keys(found), ["loss", "dataLoss", "penalty", "digitLoss", "digitAccuracy", "sizeLoss"]);
  }
});

test("gradients by every weight and by both inputs", async () => {
  await using model = compiled(build());
  const weights = inFloat64(await model.getWeights());
  const [a, b] = [image, table].map((rows) => rows.map((row) => [...row])) as [number[][], number[][]];
  const lossOf = () => reference(weights, a, b).loss;
  const got = await model.gradients(x, y);
  close([got.loss], [lossOf()]);
  for (const [i, { data, name }] of got.weights.entries()) close(data, slopes(weights[i]!.data, lossOf), 2e-5, name);
  const { image: byImage, table: byTable } = got.inputs!;
  close(
    byImage!.data,
    a.flatMap((row) => slopes(row, lossOf)),
    2e-5,
    "image",
  );
  close(
    byTable!.data,
    b.flatMap((row) => slopes(row, lossOf)),
    2e-5,
    "table",
  );
  assert.equal(got.input, byImage);
});

test("backward from a gradient by each output", async () => {
  await using model = compiled(build());
  const weights = inFloat64(await model.getWeights());
  const [byDigit, bySize] = [rowsOf(ROWS, 4, 45), rowsOf(ROWS, 2, 46)];
  const dot = (u: number[][], v: number[][]) => u.flat().reduce((sum, value, i) => sum + value * v.flat()[i]!, 0);
  const total = () => {
    const { p, s, penalty } = reference(weights);
    return dot(p, byDigit) + dot(s, bySize) + penalty;
  };
  const got = await model.backward(x, { digit: byDigit, size: bySize });
  for (const [i, { data, name }] of got.weights.entries()) close(data, slopes(weights[i]!.data, total), 5e-5, name);
});

test("the same bits for any number of workers: dropout, mixed and weighted rows, accumulation, validation", async () => {
  const sampleWeight = image.map((_, r) => 0.5 + (r % 3));
  const fits = await Promise.all(
    [1, 2, 3, 4].map(async (workers) => {
      await using model = compiled(build(0.3), workers);
      const options = { epochs: 3, batchSize: 5, validationSplit: 0.2 };
      const plain = await model.fit(x, y, options);
      const mixed = await model.fit(x, y, { ...options, mixup: 0.3, sampleWeight });
      return { bits: await bitsOf(model), logs: [...plain.epochs, ...mixed.epochs].map(({ valLoss }) => valLoss) };
    }),
  );
  for (const other of fits.slice(1)) assert.equal(other, fits[0]);
});

test("two nets side by side in one model train to the bits of each alone", async () => {
  const [a, b] = [input({ shape: [5] }), input({ shape: [3] })];
  const net = (name: string, last: object) => [
    dense({ units: 6, activation: "relu", name: `${name}In` }),
    dense({ units: 4, name: `${name}Out`, ...last }),
  ];
  const [left, right] = [net("left", { activation: "softmax" }), net("right", { units: 2 })];
  const through = (layers: typeof left, from: typeof a) => layers[1]!.apply(layers[0]!.apply(from));
  const settings = { optimizer: adam(), seed: 2, numerics: "strict", workers: 2 } as const;
  const fit = { epochs: 2, batchSize: 6, shuffle: false };
  await using both = functional({ inputs: [a, b], outputs: [through(left, a), through(right, b)] });
  both.compile({ ...settings, loss: ["sparseCategoricalCrossentropy", "meanSquaredError"] });
  const start = await both.getWeights();
  const { epochs } = await both.fit([image, table], [digit, size], fit);
  await using one = sequential([a, ...left]);
  one.compile({ ...settings, loss: "sparseCategoricalCrossentropy" });
  await one.setWeights(start.filter(({ name }) => name.startsWith("left")));
  const alone = [(await one.fit(image, digit, fit)).epochs];
  await using two = sequential([b, ...right]);
  two.compile({ ...settings, loss: "meanSquaredError" });
  await two.setWeights(start.filter(({ name }) => name.startsWith("right")));
  alone.push((await two.fit(table, size, fit)).epochs);
  assert.equal(await bitsOf(both), [...(await bitsOf(one)), ...(await bitsOf(two))]);
  for (const [i, log] of epochs.entries()) {
    assert.is(log.leftOutLoss, alone[0]![i]!.loss);
    assert.is(log.rightOutLoss, alone[1]![i]!.loss);
    close([log.loss], [alone[0]![i]!.loss + alone[1]![i]!.loss], 1e-6);
  }
});

test("a saved model, its JSON, a clone and a stream go on alike", async () => {
  await using model = compiled(build());
  const fit = { epochs: 1, batchSize: 5, shuffle: false } as const;
  await model.fit(x, y, fit);
  await using loaded = await loadModel(await model.toBlob());
  await using copy = await model.clone();
  assert.equal((await copy.predict(x)).outputs, (await model.predict(x)).outputs);
  await using json = functional(JSON.parse(JSON.stringify(model)));
  json.compile(model.compileOptions!);
  await json.fit(x, y, fit);
  assert.equal(await bitsOf(json), await bitsOf(model));
  await model.fit(x, y, fit);
  const cut = (from: number, to: number) => ({
    x: { image: image.slice(from, to), table: table.slice(from, to) },
    y: [digit.slice(from, to), size.slice(from, to)],
  });
  await loaded.fit(() => [cut(0, 4), cut(4, 20), cut(20, ROWS)], { epochs: 1, batchSize: 5 });
  assert.equal(await bitsOf(loaded), await bitsOf(model));
});

test("bytes and floats side by side; bytes give the bits of the same floats", async () => {
  const bytes = Uint8Array.from(image.flat(), (value) => Math.abs(value) * 100);
  const fits = await Promise.all(
    [bytes, Float32Array.from(bytes)].map(async (pixels) => {
      await using model = compiled(build());
      const { epochs } = await model.fit({ image: pixels, table }, y, {
        epochs: 2,
        validationData: [{ image: pixels, table }, y],
        callbacks: [earlyStopping({ monitor: "valDigitAccuracy", patience: 5 })],
      });
      return [
        await bitsOf(model),
        epochs.map(({ valDigitAccuracy }) => valDigitAccuracy),
        await model.predict([pixels, table]),
      ];
    }),
  );
  assert.equal(fits[1], fits[0]);
});

test("outputs of one value, of an input, and a layer called on both inputs", async () => {
  const [a, b] = [input({ shape: [3], name: "a" }), input({ shape: [3], name: "b" })];
  const shared = dense({ units: 3, name: "shared" });
  const [one, two] = [shared.apply(a), shared.apply(b)];
  const outputs = [
    add({ name: "sum" }).apply([one, two]),
    activation({ activation: "relu", name: "positive" }).apply(one),
  ];
  await using model = functional({ inputs: [a, b], outputs });
  model.compile({ optimizer: adam({ learningRate: 0.05 }), loss: "meanSquaredError", seed: 3, numerics: "strict" });
  const [first, second] = [rowsOf(ROWS, 3, 51), rowsOf(ROWS, 3, 52)];
  const target = first.map((row, r) => row.map((value, c) => value + second[r]![c]!));
  const { epochs } = await model.fit([first, second], [target, each(first, (v) => Math.max(0, v))], { epochs: 200 });
  assert.ok(epochs.at(-1)!.loss < 1e-3, `${epochs.at(-1)!.loss}`);
  await model.trainOnBatch([first, second], [target, target]);
  const hidden = await model.predict([first, second], { layer: "shared" });
  assert.equal(hidden.shape, [ROWS, 3]);
  assert.is(hidden.outputs, undefined);
});

test("a layer by name is that layer alone, also where it is the last one of several outputs", async () => {
  await using model = compiled(build());
  const { outputs } = await model.predict(x);
  for (const name of ["digit", "size"]) assert.equal(await model.predict(x, { layer: name }), outputs![name]);
});

test("names that would stand for two things are refused", async () => {
  const [a, b] = [input({ shape: [3], name: "a" }), input({ shape: [3], name: "b" })];
  const both = (name: string) => [dense({ units: 2, name }).apply(a), dense({ units: 2, name: "s" }).apply(b)];
  const twice = () => functional({ inputs: [a, b], outputs: [a, dense({ units: 3, name: "a" }).apply(b)] });
  assert.throws(twice, /expected a name of its own for each output, got \["a", "a"\]/);
  for (const [name, logged] of [
    ["data", "dataLoss"],
    ["val", "valLoss"],
    ["valS", "valSLoss"],
  ]) {
    await using model = functional({ inputs: [a, b], outputs: both(name!) });
    const compile = () => model.compile({ optimizer: adam(), loss: "meanSquaredError" });
    assert.throws(compile, new RegExp(`got "${logged}" for another. Rename the output's layer`));
  }
});

test("an output may be called as a part of a loss is", async () => {
  const a = input({ shape: [3] });
  const outputs = ["name", "size"].map((name) => dense({ units: 2, name }).apply(a));
  await using model = functional({ inputs: a, outputs });
  model.compile({ optimizer: adam(), loss: { name: "huber", size: "meanSquaredError" } });
  assert.equal(model.compileOptions!.loss, [{ name: "huber" }, { name: "meanSquaredError" }]);
  model.compile({ optimizer: adam(), loss: { name: "huber", delta: 2 } });
  assert.equal(model.compileOptions!.loss, Array(2).fill({ name: "huber", delta: 2 }));
});

test("a wrong label is told with its output; chunks without rows are passed over", async () => {
  await using model = compiled(build());
  const wrong = digit.map((label, row) => (row === 2 ? 7 : label));
  const error = await model.evaluate(x, { digit: wrong, size }).catch((reason: Error) => reason);
  assert.match(String(error), /expected labels in y.digit as whole numbers .* got 7 in row 2/);
  const none = { x: { image: [], table: [] }, y: [[], []] };
  const { steps } = await model.fit(() => [none, { x, y }, none], { epochs: 1, batchSize: 5 });
  assert.is(steps, 5);
});

test.run();
