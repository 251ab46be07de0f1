// Penalties on what layers give out, through the public API.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  activation,
  activityRegularization,
  bidirectional,
  dense,
  gru,
  input,
  type NamedTensor,
  sequential,
  sgd,
} from "../../src/index.js";
import { CLASSES, makeRows, WIDTH } from "../fingerprints.js";
import { dense as apply, close, each, l1, l2, type Rows, rowsOf, squares } from "./reference.js";

const test = suite("activity penalties");

const rows = makeRows(61);

test("the same bits for 1 to 4 workers, in updates of several batches too", async () => {
  const train = async (workers: number) => {
    await using model = sequential([
      input({ shape: [WIDTH] }),
      dense({ units: 13, activation: "tanh", activityRegularizer: { l1: 0.01, l2: 0.02 } }),
      dense({ units: 9 }),
      activation({ activation: "relu", activityRegularizer: { l1: 0.05 } }),
      dense({ units: CLASSES, activation: "softmax" }),
    ]);
    const optimizer = sgd({ learningRate: 0.05, momentum: 0.9, gradientAccumulationSteps: 2 });
    model.compile({ optimizer, loss: "sparseCategoricalCrossentropy", seed: 3, workers, numerics: "strict" });
    const run = await model.fit(rows.x, rows.labels, { epochs: 3, batchSize: 7, validationSplit: 0.2 });
    assert.is(run.workers, workers);
    return [run.fingerprint, ...run.epochs.flatMap(({ penalty, valLoss }) => [penalty, valLoss])];
  };
  const alone = await train(1);
  for (const workers of [2, 3, 4]) assert.equal(await train(workers), alone, `${workers} workers`);
});

test("of a recurrent layer both ways: on what both give", async () => {
  const penalty = { l1: 0.1, l2: 0.2 };
  const losses: number[] = [];
  for (const layers of [
    [bidirectional(gru({ units: 2, activityRegularizer: penalty }))],
    [bidirectional(gru({ units: 2 })), activityRegularization(penalty)],
  ]) {
    await using model = sequential([input({ shape: [3, 2] }), ...layers]);
    model.compile({ optimizer: "adam", loss: "meanSquaredError", seed: 3, workers: 2, numerics: "strict" });
    const x = { data: rows.x.slice(0, 42), shape: [7, 3, 2] };
    const { epochs } = await model.fit(x, { data: rows.x.slice(0, 28), shape: [7, 4] }, { epochs: 2 });
    assert.ok(epochs[1]!.penalty! > 0);
    losses.push(epochs[1]!.loss!);
  }
  assert.is(losses[0], losses[1]);
});

const strengths = { l1: 0.3, l2: 0.7 };
const x = rowsOf(7, 5);
const y = rowsOf(7, 2, 4);
async function net() {
  const model = sequential([
    input({ shape: [5] }),
    // What lies behind six values in memory is no zero after a sigmoid, and no part of the penalty.
    dense({ units: 6, activation: "sigmoid", kernelRegularizer: { l2: 0.1 }, activityRegularizer: strengths }),
    dense({ units: 2 }),
    activityRegularization({ l1: 0.2 }),
  ]);
  model.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: "meanSquaredError", seed: 5, workers: 2 });
  return model;
}
/** Data loss and penalty in float64. */
function reference([k1, b1, k2, b2]: NamedTensor[], inputs: Rows, targets: Rows) {
  const hidden = each(apply(inputs, k1!, b1), (value) => 1 / (1 + Math.exp(-value)));
  const out = apply(hidden, k2!, b2);
  const sum = (values: Rows, { l1 = 0, l2 = 0 }) =>
    values.flat().reduce((total, v) => total + l1 * Math.abs(v) + l2 * v * v, 0) / inputs.length;
  const dataLoss = squares(out, targets).reduce((a, b) => a + b) / inputs.length;
  return { dataLoss, penalty: 0.1 * l2(k1!) + sum(hidden, strengths) + sum(out, { l1: 0.2 }) };
}

test("logs, evaluate, trainOnBatch and gradients have the mean over the rows beside the weights' penalty", async () => {
  await using model = await net();
  const weights = await model.getWeights();
  const want = reference(weights, x, y);
  const whole = (found: { dataLoss: number; penalty: number; loss: number }) =>
    close([found.dataLoss, found.penalty, found.loss], [want.dataLoss, want.penalty, want.dataLoss + want.penalty]);
  whole((await model.evaluate(x, y, { batchSize: 3 })) as never);
  close([(await model.gradients(x, y)).loss], [want.dataLoss + want.penalty]);
  whole(await model.trainOnBatch(x, y));
  await model.setWeights(weights);
  const more = { batchSize: 7, validationData: [x.slice(2), y.slice(2)] } as const;
  const [log] = (await model.fit(x, y, more)).epochs;
  whole(log!);
  const after = reference(await model.getWeights(), x.slice(2), y.slice(2));
  close([log!.valLoss!], [after.dataLoss + after.penalty]);
});

test("gradients are the slope of loss and penalty; several batches give those of one", async () => {
  await using model = await net();
  const weights = await model.getWeights();
  const { weights: slopes, input: below } = await model.gradients(x, y);
  const total = (values: NamedTensor[], inputs = x) => {
    const { dataLoss, penalty } = reference(values, inputs, y);
    return dataLoss + penalty;
  };
  const h = 1e-4;
  weights.forEach(({ data }, t) => {
    for (let i = 0; i < data.length; i += 3) {
      const at = (shift: number) => {
        const moved = Float64Array.from(data);
        moved[i]! += shift;
        return total(weights.map((w, j) => (j === t ? { ...w, data: moved as never } : w)));
      };
      close([slopes[t]!.data[i]!], [(at(h) - at(-h)) / (2 * h)], 1e-4, `${weights[t]!.name}[${i}]`);
    }
  });
  const moved = (shift: number) => x.map((row, r) => row.map((v, c) => (r === 3 && c === 2 ? v + shift : v)));
  close([below.data[17]!], [(total(weights, moved(h)) - total(weights, moved(-h))) / (2 * h)], 1e-4);

  // Full batches above 1,024 rows come in parts; each part's slope counts by the rows of the update.
  const many = rowsOf(1500, 5, 8);
  const targets = rowsOf(1500, 2, 9);
  const { weights: whole } = await model.gradients(many, targets);
  await model.fit(many, targets, { batchSize: "full" });
  (await model.getWeights()).forEach(({ data }, t) => {
    close(
      data,
      weights[t]!.data.map((w, i) => w - 0.1 * whole[t]!.data[i]!),
      1e-5,
    );
  });
});

test("strengths of 0 are no penalty, and l1 makes values small", async () => {
  const train = async (penalty: { l1?: number } | undefined) => {
    await using model = sequential([
      input({ shape: [WIDTH] }),
      dense({ units: 8, activation: "relu", ...(penalty ? { activityRegularizer: penalty } : {}) }),
      dense({ units: 2 }),
    ]);
    model.compile({ optimizer: sgd({ learningRate: 0.01 }), loss: "meanSquaredError", seed: 5 });
    const { epochs } = await model.fit(rows.x, rows.values, { epochs: 20 });
    return {
      bits: await model.getWeights(),
      penalty: epochs.at(-1)!.penalty,
      size: l1((await model.getWeights())[0]!),
    };
  };
  const [plain, zero, some] = [await train(undefined), await train({ l1: 0 }), await train({ l1: 0.5 })];
  assert.equal(zero.bits, plain.bits);
  assert.is(zero.penalty, 0);
  assert.ok(some.penalty > 0 && some.size < plain.size);
});

test.run();
