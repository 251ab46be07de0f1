import { suite } from "uvu";
import * as assert from "uvu/assert";
import { adam, dense, input, sequential, sgd } from "../../src/index.js";
import { close, rowsOf } from "../model/reference.js";
import { oracle } from "../oracle.js";

const sizes = [
  { unit: 8, units: 1 },
  { unit: 8, units: 7 },
  { unit: 64, units: 3 },
];
const test = suite("clip");

oracle(test, {
  kernel: "clip_value",
  cases: sizes.flatMap((size) => [0.25, 2].map((limit) => ({ ...size, limit }))),
  tensors: ({ unit, units }, random) => ({
    gradient: { data: Float32Array.from({ length: unit * units }, (_, i) => (i === 3 ? Number.NaN : random())) },
  }),
  args: ({ limit, unit }, p) => [p("gradient"), limit, unit],
  extent: ({ units }) => units,
  expected: ({ limit }, { gradient }) => ({ gradient: gradient!.map((g) => Math.min(Math.max(g, -limit), limit)) }),
  tolerance: 0,
});

oracle(test, {
  kernel: "square_sums",
  cases: sizes,
  tensors: ({ unit, units }, random) => ({
    squares: { data: new Float32Array(units), write: true },
    gradient: { data: Float32Array.from({ length: unit * units }, random) },
  }),
  args: ({ unit }, p) => [p("squares"), p("gradient"), unit],
  extent: ({ units }) => units,
  expected: ({ unit, units }, { gradient }) => ({
    squares: Array.from({ length: units }, (_, u) =>
      gradient!.slice(u * unit, (u + 1) * unit).reduce((sum, g) => sum + g * g, 0),
    ),
  }),
});

/** Float64 values as the pairs of words that lie in memory. */
const words = (values: number[]) => new Int32Array(Float64Array.from(values).buffer);

oracle(test, {
  kernel: "norm_add",
  cases: [1, 5].flatMap((totals) => [1, 9].flatMap((count) => [0, 1].map((more) => ({ totals, count, more })))),
  tensors: ({ totals, count }) => ({
    total: { data: words(Array.from({ length: totals }, (_, t) => t / 2)) },
    squares: { data: Float32Array.from({ length: totals * count }, (_, i) => (i % 5) / 4) },
  }),
  args: ({ count, more }, p) => [p("total"), p("squares"), count, more],
  extent: ({ totals }) => totals,
  expected: ({ totals, count, more }, { squares }) => ({
    total: words(
      Array.from({ length: totals }, (_, t) =>
        squares!.slice(t * count, (t + 1) * count).reduce((sum, square) => sum + square, more ? t / 2 : 0),
      ),
    ),
  }),
  tolerance: 0,
});

oracle(test, {
  kernel: "clip_norm",
  cases: sizes.flatMap((size) => [4, 100].map((total) => ({ ...size, total }))),
  tensors: ({ unit, units, total }, random) => ({
    gradient: { data: Float32Array.from({ length: unit * units }, random) },
    total: { data: words([total]) },
  }),
  args: ({ unit }, p) => [p("gradient"), p("total"), 3, unit],
  extent: ({ units }) => units,
  expected: ({ total }, { gradient }) => ({ gradient: gradient!.map((g) => g * (3 / Math.max(3, Math.sqrt(total)))) }),
});

const x = rowsOf(12, 5);
const y = rowsOf(12, 2, 3).map((row) => row.map((value) => 40 * value));

function net(optimizer: ReturnType<typeof sgd>, workers = 1) {
  const model = sequential([
    input({ shape: [5] }),
    dense({ units: 9, activation: "tanh", kernelRegularizer: { l2: 0.1 }, biasRegularizer: { l1: 0.2 } }),
    dense({ units: 2 }),
  ]);
  model.compile({ optimizer, loss: "meanSquaredError", seed: 6, numerics: "strict", workers });
  return model;
}
const norm = (tensors: readonly ArrayLike<number>[]) =>
  Math.sqrt(tensors.reduce((sum, values) => sum + Array.from(values).reduce((s, v) => s + v * v, 0), 0));

/** The step that one update takes, by tensor, at rate 1; and the gradients, penalties in them, that it was made from. */
async function stepOf(clip: object, how: "fit" | "trainOnBatch" | "applyGradients") {
  await using model = net(sgd({ learningRate: 1, ...clip }));
  const before = await model.getWeights();
  const { weights: gradients } = await model.gradients(x, y);
  if (how === "fit") await model.fit(x, y, { batchSize: 12 });
  else if (how === "trainOnBatch") await model.trainOnBatch(x, y);
  else await model.applyGradients(gradients);
  const after = await model.getWeights();
  const steps = before.map(({ data }, i) => Array.from(data, (w, j) => w - after[i]!.data[j]!));
  return { steps, gradients: gradients.map(({ data }) => Array.from(data)) };
}

for (const how of ["fit", "trainOnBatch", "applyGradients"] as const) {
  test(`limits of the gradients, penalties included, in ${how}`, async () => {
    const value = await stepOf({ clipValue: 0.5 }, how);
    assert.ok(value.gradients.flat().some((g) => Math.abs(g) > 0.5));
    value.steps.forEach((step, i) => {
      close(
        step,
        value.gradients[i]!.map((g) => Math.min(0.5, Math.max(-0.5, g))),
        1e-5,
      );
    });
    const each = await stepOf({ clipNorm: 2 }, how);
    each.steps.forEach((step, i) => {
      const factor = 2 / Math.max(2, norm([each.gradients[i]!]));
      close(
        step,
        each.gradients[i]!.map((g) => g * factor),
        1e-5,
      );
    });
    assert.ok(each.gradients.some((g) => norm([g]) > 2));
    const all = await stepOf({ globalClipNorm: 3 }, how);
    const factor = 3 / norm(all.gradients);
    assert.ok(factor < 1);
    for (const [i, step] of all.steps.entries())
      close(
        step,
        all.gradients[i]!.map((g) => g * factor),
        1e-5,
      );
    const wide = await stepOf({ globalClipNorm: 1e6 }, how);
    for (const [i, step] of wide.steps.entries()) close(step, wide.gradients[i]!, 1e-5);
  });
}

for (const clip of [{ clipValue: 0.1 }, { clipNorm: 1 }, { globalClipNorm: 1 }]) {
  test(`the same bits for any number of workers, the penalty in the logs (${Object.keys(clip)[0]})`, async () => {
    const run = async (workers: number) => {
      await using model = net(adam({ learningRate: 0.1, ...clip }) as ReturnType<typeof sgd>, workers);
      const { fingerprint, epochs } = await model.fit(x, y, { epochs: 3, batchSize: 5 });
      return [fingerprint, ...epochs.map(({ penalty }) => penalty)];
    };
    const alone = await run(1);
    assert.ok((alone[1] as number) > 0);
    assert.equal(await run(2), alone);
    assert.equal(await run(3), alone);
  });
}

test("wrong limits are refused", () => {
  assert.throws(() => sgd({ clipValue: 0 }), /sgd.clipValue: expected a number > 0, got 0/);
  assert.throws(() => adam({ clipNorm: 1, clipValue: 1 }), /adam: expected one of .*, got clipValue and clipNorm/);
  assert.throws(() => sgd({ globalClipnorm: 1 } as object), /unknown option "globalClipnorm"/);
});

test.run();
