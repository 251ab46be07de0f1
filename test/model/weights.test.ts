import { suite } from "uvu";
import * as assert from "uvu/assert";
import { balance } from "../../src/engine/order.js";
import { dense, type FitInput, input, sequential, sgd } from "../../src/index.js";
import { close, labelsOf, rowsOf } from "./reference.js";

const [ROWS, WIDTH, CLASSES] = [23, 4, 3];
const x = rowsOf(ROWS, WIDTH);
const y = labelsOf(ROWS, CLASSES);
const weights = Array.from({ length: ROWS }, (_, row) => (row % 4) / 2);

function net(workers = 1) {
  const model = sequential([
    input({ shape: [WIDTH] }),
    dense({ units: 6, activation: "tanh", kernelRegularizer: { l2: 0.01 } }),
    dense({ units: CLASSES, activation: "softmax" }),
  ]);
  const loss = "sparseCategoricalCrossentropy";
  model.compile({ optimizer: sgd({ learningRate: 0.5 }), loss, seed: 2, numerics: "strict", workers });
  return model;
}

const fingerprint = async (options: FitInput, workers = 1) => {
  await using model = net(workers);
  return (await model.fit(x, y, { epochs: 2, batchSize: 8, ...options })).fingerprint;
};

const test = suite("weights of rows and classes");

test("sampleWeight multiplies a row's loss and gradients; the penalty stays as it is", async () => {
  await using model = net();
  const before = await model.getWeights();
  const sums = before.map(({ data }) => new Float64Array(data.length));
  let dataLoss = 0;
  const penalty = (await model.evaluate(x, y)).penalty!;
  for (let row = 0; row < ROWS; row++) {
    const { loss, weights: gradients } = await model.gradients([x[row]!], [y[row]!]);
    dataLoss += ((loss - penalty) * weights[row]!) / ROWS;
    gradients.forEach(({ data }, i) => {
      // What gradients() gives has the penalty's in it, 2 * 0.01 * weight of the first kernel.
      data.forEach((g, j) => {
        const pull = i === 0 ? 0.02 * before[0]!.data[j]! : 0;
        sums[i]![j]! += ((g - pull) * weights[row]! + pull) / ROWS;
      });
    });
  }
  const { epochs } = await model.fit(x, y, { batchSize: ROWS, sampleWeight: weights });
  close([epochs[0]!.dataLoss], [dataLoss], 1e-6);
  const after = await model.getWeights();
  after.forEach(({ data, name }, i) => {
    close(
      data,
      Array.from(before[i]!.data, (w, j) => w - 0.5 * sums[i]![j]!),
      1e-6,
      name,
    );
  });
});

test("classWeight is the weight of each row's class; balanced ones weigh every class the same", async () => {
  const byClass = [1, 3, 0.5];
  const byRow = await fingerprint({ sampleWeight: y.map((label) => byClass[label]!) });
  assert.is(await fingerprint({ classWeight: byClass }), byRow);
  assert.is(await fingerprint({ classWeight: { 1: 3, 2: 0.5 } }), byRow);
  assert.is.not(await fingerprint({}), byRow);
  const counts = byClass.map((_, label) => y.filter((other) => other === label).length);
  const balanced = y.map((label) => ROWS / (CLASSES * counts[label]!));
  assert.is(await fingerprint({ classWeight: "balanced" }), await fingerprint({ sampleWeight: balanced }));
  assert.is(
    await fingerprint({ classWeight: byClass, sampleWeight: weights }),
    await fingerprint({ sampleWeight: y.map((label, row) => byClass[label]! * weights[row]!) }),
  );
});

test("classWeight knows the two classes of one output, and no soft targets", async () => {
  const yes = y.map((label) => Number(label === 1));
  const train = async (targets: number[], options: object) => {
    await using model = sequential([input({ shape: [WIDTH] }), dense({ units: 1, activation: "sigmoid" })]);
    model.compile({ optimizer: "sgd", loss: "binaryCrossentropy", seed: 1, numerics: "strict" });
    return (await model.fit(x, targets, { batchSize: 8, ...options })).fingerprint;
  };
  const counts = [0, 1].map((label) => yes.filter((other) => other === label).length);
  const sampleWeight = yes.map((label) => ROWS / (2 * counts[label]!));
  assert.is(await train(yes, { classWeight: "balanced" }), await train(yes, { sampleWeight }));
  assert.is(
    await train(yes, { classWeight: { 1: 5 } }),
    await train(yes, { sampleWeight: yes.map((label) => (label ? 5 : 1)) }),
  );
  assert.is.not(await train(yes, { classWeight: { 1: 5 } }), await train(yes, {}));
  await train([0.5, ...yes.slice(1)], { classWeight: { 1: 5 } }).then(
    () => assert.unreachable(),
    (error) => assert.match((error as Error).message, /classWeight: expected integer labels in y/),
  );
});

test("weights of 1 change no bit; any number of workers gives the same bits; validation takes none", async () => {
  assert.is(await fingerprint({ sampleWeight: new Float32Array(ROWS).fill(1) }), await fingerprint({}));
  for (const workers of [2, 3]) {
    assert.is(await fingerprint({ sampleWeight: weights }, workers), await fingerprint({ sampleWeight: weights }));
  }
  await using model = net();
  const { epochs } = await model.fit(x, y, { sampleWeight: weights, validationData: [x, y] });
  close([epochs[0]!.valLoss!], [(await model.evaluate(x, y)).loss!], 1e-12);
});

test("the balanced sampler gives every class in turn, its rows again and again, in another order each epoch", async () => {
  const rows = Int32Array.from({ length: 12 }, (_, row) => row);
  const labels = Int32Array.from([7, 7, 7, 7, 7, 7, 7, 7, 7, 2, 2, 5]);
  const drawn = balance(rows, labels, 1, 0);
  assert.equal(
    Array.from(drawn, (row) => labels[row]),
    [2, 5, 7, 2, 5, 7, 2, 5, 7, 2, 5, 7],
  );
  assert.is(new Set(drawn.filter((row) => labels[row] === 7)).size, 4);
  assert.equal(balance(rows, labels, 1, 0), drawn);
  assert.not.equal(balance(rows, labels, 1, 1), drawn);
  assert.is.not(await fingerprint({ sampler: "balanced" }), await fingerprint({}));
  assert.is(await fingerprint({ sampler: "balanced" }, 2), await fingerprint({ sampler: "balanced" }));
});

test("wrong weights are refused", async () => {
  await using model = net();
  const refused = (options: object, pattern: RegExp) =>
    model.fit(x, y, options).then(
      () => assert.unreachable(),
      (error) => assert.match((error as Error).message, pattern),
    );
  await refused({ sampleWeight: [1] }, /fit: sampleWeight: expected one for each of 23 rows, got 1/);
  await refused({ sampleWeight: 2 }, /fit: sampleWeight: expected an array of numbers, got 2/);
  const negative = weights.map((w, row) => (row === 3 ? -1 : w));
  await refused({ sampleWeight: negative }, /fit: sampleWeight\[3\]: expected a number >= 0, got -1/);
  await refused({ classWeight: [1, Number.NaN] }, /fit: classWeight\[1\]: expected a number >= 0, got NaN/);
  await refused({ classWeight: "even" }, /fit: classWeight: expected "balanced", an array or an object/);
  await refused({ sampler: "even" }, /fit: sampler: unknown name "even"/);
  await using other = sequential([input({ shape: [WIDTH] }), dense({ units: 1 })]);
  other.compile({ optimizer: "sgd", loss: "meanSquaredError" });
  const values = new Float32Array(ROWS);
  await other.fit(x, values, { classWeight: "balanced" }).then(
    () => assert.unreachable(),
    (error) => assert.match((error as Error).message, /classWeight: expected integer labels in y/),
  );
});

test.run();
