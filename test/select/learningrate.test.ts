import { suite } from "uvu";
import * as assert from "uvu/assert";
import { dense, dropout, findLearningRate, input, scheduleRate, sequential, sgd } from "../../src/index.js";
import { makeRows, WIDTH } from "../fingerprints.js";

const test = suite("learning-rate range test");

const { x, labels } = makeRows(120);
const compile = {
  optimizer: sgd({ learningRate: 0.01, momentum: 0.5 }),
  loss: "sparseCategoricalCrossentropy",
  numerics: "strict",
  seed: 3,
  workers: 1,
} as const;
const layers = [
  input({ shape: [WIDTH] }),
  dense({ units: 8, activation: "relu" }),
  dropout({ rate: 0.1 }),
  dense({ units: 4, activation: "softmax" }),
];
function net() {
  const model = sequential(layers as never);
  model.compile(compile);
  return model;
}
const wanted = { minimum: 1e-4, maximum: 100, steps: 61, batchSize: 16 } as const;

test("the model stays as it is; the same seed gives the same curve, as JSON", async () => {
  await using model = net();
  await model.fit(x, labels, { epochs: 5 });
  const before = await model.getWeights();
  const result = await findLearningRate(model, x, labels, wanted);
  assert.equal(await model.getWeights(), before);
  const loss = (await model.evaluate(x, labels)).dataLoss!;
  const fresh = await findLearningRate({ layers } as never, x, labels, { ...wanted, compile });
  const start = ({ curve }: typeof result) => curve.slice(0, 8).reduce((sum, point) => sum + point.loss / 8, 0);
  assert.ok(Math.abs(start(result) - loss) < 0.5 * Math.abs(start(fresh) - loss), "it starts from the weights");
  assert.equal(JSON.parse(JSON.stringify(result)), result);
  assert.equal(await findLearningRate(model, x, labels, wanted), result);
  assert.equal(result.seed, 3);
  const other = await findLearningRate(model, x, labels, { ...wanted, seed: 4 });
  assert.not.equal(other.curve[1]!.loss, result.curve[1]!.loss);
  assert.equal(other.seed, 4);
});

test("rates grow by one factor; losses are those of a fit with the same rates", async () => {
  await using model = net();
  const { curve, suggestion, least, stopped } = await findLearningRate(model, x, labels, wanted);
  const rise = { type: "exponentialRise", initial: 1e-4, maximum: 100, steps: 60 } as const;
  curve.forEach(({ learningRate }, i) => {
    assert.is(learningRate, scheduleRate(rise, i));
  });
  await using twin = net();
  twin.compile({ ...compile, optimizer: sgd({ learningRate: rise, momentum: 0.5 }) });
  const losses: number[] = [];
  await twin.fit(x, labels, {
    epochs: 3,
    batchSize: 16,
    onBatchEnd: ({ dataLoss }) => losses.push(dataLoss),
  });
  assert.equal(
    curve.slice(0, 24).map(({ loss }) => loss),
    losses,
  );
  assert.ok(suggestion > 1e-3 && suggestion <= least && least < 100, `${suggestion} ${least}`);
  assert.ok(stopped === "diverged" && curve.length < 61 && curve.length > 30, `${curve.length} ${stopped}`);
});

test("a net that overflows ends the curve; one that never diverges runs to the last rate", async () => {
  await using linear = sequential([input({ shape: [WIDTH] }), dense({ units: 2 })]);
  const { values } = makeRows(120);
  linear.compile({ ...compile, loss: "meanSquaredError", optimizer: sgd() });
  const huge = { minimum: 1e-3, maximum: 1e30, steps: 20, smoothing: 0, divergence: 1e300, skip: 0 };
  const ended = await findLearningRate(linear, x, values, huge);
  assert.ok(ended.stopped === "diverged" && ended.curve.length < 20, `${ended.curve.length} ${ended.stopped}`);
  await using model = net();
  const whole = await findLearningRate(model, x, labels, { ...wanted, maximum: 0.1, steps: 30, skip: 0 });
  assert.equal([whole.stopped, whole.curve.length, whole.curve[29]!.learningRate], ["completed", 30, 0.1]);
});

test("JSON with compile; options of the fit", async () => {
  await using model = net();
  const json = await findLearningRate({ layers } as never, x, labels, { ...wanted, compile });
  assert.equal(json, await findLearningRate(model, x, labels, wanted));
  const weighted = await findLearningRate(model, x, labels, { ...wanted, fit: { classWeight: "balanced" } });
  assert.not.equal(weighted.curve[0]!.loss, json.curve[0]!.loss);
});

test.run();
