// Mixed batches, through the public API.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { largerShare } from "../../src/engine/mixup.js";
import { dense, input, sequential, sgd } from "../../src/index.js";
import { CLASSES, makeRows, WIDTH } from "../fingerprints.js";
import { dense as apply, close, crossentropy, type Rows, softmax, squares } from "./reference.js";

const test = suite("mixup");

test("shares are those of a beta distribution, folded at one half", () => {
  const steps = 400;
  for (const alpha of [0.05, 0.2, 0.5, 1, 2.5, 100]) {
    let [mean, square] = [0, 0];
    for (let i = 0; i < steps; i++) {
      for (let j = 0; j < steps; j++) {
        const share = largerShare(alpha, (i + 0.5) / steps, (j + 0.5) / steps);
        assert.ok(share >= 0.5 && share <= 1);
        mean += share / steps ** 2;
        square += (2 * share - 1) ** 2 / steps ** 2;
      }
    }
    // The variance of Beta(alpha, alpha) is 1 / (4 (2 alpha + 1)).
    assert.ok(Math.abs(square * (2 * alpha + 1) - 1) < 0.02, `${alpha}: ${square}`);
    // Beta(1, 1) is uniform, Beta(1/2, 1/2) the arcsine law: means of the larger part.
    const known: Record<number, number> = { 1: 0.75, 0.5: 0.5 + 1 / Math.PI };
    if (known[alpha]) assert.ok(Math.abs(mean - known[alpha]!) < 2e-3, `${alpha}: ${mean}`);
  }
  assert.is(largerShare(0.001, 2 ** -25, 0.3), 1);
});

const rows = makeRows(61);
const softmaxed = (workers: number) => {
  const model = sequential([
    input({ shape: [WIDTH] }),
    dense({ units: 13, activation: "tanh" }),
    dense({ units: CLASSES, activation: "softmax" }),
  ]);
  const optimizer = sgd({ learningRate: 0.05, momentum: 0.9 });
  const loss = "sparseCategoricalCrossentropy" as const;
  model.compile({ optimizer, loss, metrics: ["accuracy"], seed: 3, workers, numerics: "strict" });
  return model;
};

test("the same bits for 1 to 4 workers, with weights, validation and parts of updates", async () => {
  const train = async (workers: number, x: Float32Array | Uint8Array) => {
    await using model = softmaxed(workers);
    const more = { validationSplit: 0.2, classWeight: "balanced" } as const;
    const run = await model.fit(x, rows.labels, { epochs: 3, batchSize: 7, mixup: 0.3, ...more });
    assert.is(run.workers, workers);
    return run.fingerprint;
  };
  for (const x of [rows.x, rows.bytes]) {
    const alone = await train(1, x);
    for (const workers of [2, 3, 4]) assert.is(await train(workers, x), alone, `${workers} workers`);
  }
  await using plain = softmaxed(1);
  const run = await plain.fit(rows.x, rows.labels, {
    epochs: 3,
    batchSize: 7,
    validationSplit: 0.2,
    classWeight: "balanced",
  });
  assert.not.equal(run.fingerprint, await train(1, rows.x));
});

/** The least difference between a loss and those of all shares and partners: near 0 where one of them explains it. */
function explains(loss: number, count: number, of: (share: number, behind: number) => number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let behind = 1; behind < count; behind++) {
    for (let i = 0; i <= 512; i++) least = Math.min(least, Math.abs(of(0.5 + i / 1024, behind) - loss));
  }
  return least;
}

test("losses are those of mixed inputs, weighed by both targets, and the update follows them", async () => {
  await using model = sequential([input({ shape: [3] }), dense({ units: 2, activation: "softmax" })]);
  model.compile({ optimizer: sgd({ learningRate: 1 }), loss: "sparseCategoricalCrossentropy", seed: 11, workers: 2 });
  const x: Rows = [
    [4, 0, 1],
    [0, -3, 2],
    [1, 1, -5],
  ];
  const labels = [0, 1, 0];
  const before = await model.getWeights();
  const [kernel, bias] = before;
  const run = await model.fit(x, labels, { batchSize: 3, shuffle: false, mixup: 1 });
  const mixedLoss = (share: number, behind: number, weights = kernel!) => {
    const other = x.map((_, r) => (r + behind) % 3);
    const inputs = x.map((row, r) => row.map((v, c) => share * v + (1 - share) * x[other[r]!]![c]!));
    const p = softmax(apply(inputs, weights, bias));
    const own = crossentropy(p, labels);
    const theirs = crossentropy(
      p,
      other.map((o) => labels[o]!),
    );
    return own.reduce((sum, value, r) => sum + (share * value + (1 - share) * theirs[r]!) / 3, 0);
  };
  const { dataLoss } = run.epochs[0]!;
  assert.ok(explains(dataLoss, 3, mixedLoss) < 2e-3);
  assert.ok(Math.abs(mixedLoss(1, 1) - dataLoss) > 1e-2, "rows are mixed");
  // Share and partner to the last digits, then the slope by each weight there.
  let best = { error: Number.POSITIVE_INFINITY, share: 0, behind: 0 };
  const after = await model.getWeights();
  for (const behind of [1, 2]) {
    for (let i = 0; i <= 20000; i++) {
      const share = 0.5 + i / 40000;
      const error = Math.abs(mixedLoss(share, behind) - dataLoss);
      if (error > 2e-4) continue;
      const moved = kernel!.data.map((_, k) => {
        const at = (shift: number) => {
          const data = Float32Array.from(kernel!.data);
          data[k]! += shift;
          return mixedLoss(share, behind, { ...kernel!, data });
        };
        return kernel!.data[k]! - (at(2 ** -8) - at(-(2 ** -8))) / 2 ** -7;
      });
      const far = Math.max(...moved.map((v, k) => Math.abs(v - after[0]!.data[k]!)));
      if (far < best.error) best = { error: far, share, behind };
    }
  }
  assert.ok(best.error < 1e-3, `${JSON.stringify(best)}`);
});

test("values are mixed as well: gradients of squares go to the mixed target", async () => {
  await using model = sequential([input({ shape: [1] }), dense({ units: 1, kernelInitializer: "zeros" })]);
  model.compile({ optimizer: sgd({ learningRate: 0.5 }), loss: "meanSquaredError", seed: 2, workers: 1 });
  // The prediction is 0: the bias moves by the mean of the targets, which mixing keeps; the loss is that of unmixed targets.
  const run = await model.fit([[0], [0]], [[1], [3]], { batchSize: 2, mixup: 0.4 });
  close([run.epochs[0]!.dataLoss], [squares([[0], [0]], [[1], [3]]).reduce((a, b) => a + b) / 2]);
  close((await model.getWeights())[1]!.data, [2]);
});

test("a batch of one row stays as it is, and fits without mixup follow", async () => {
  await using mixed = softmaxed(1);
  await using plain = softmaxed(1);
  const one = [rows.x.subarray(0, WIDTH), rows.labels.subarray(0, 1)] as const;
  const [a, b] = [await mixed.fit(...one, { mixup: 0.4, epochs: 2 }), await plain.fit(...one, { epochs: 2 })];
  assert.is(a.epochs[1]!.loss, b.epochs[1]!.loss);
  for (const model of [mixed, plain]) await model.fit(rows.x, rows.labels, { batchSize: 9 });
  assert.equal(await mixed.getWeights(), await plain.getWeights());
});

test.run();
