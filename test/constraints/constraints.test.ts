// Constraints and proximal penalties through the public API: what holds after every kind of update, for every team.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  adam,
  dense,
  dropout,
  type EpochLog,
  input,
  type Model,
  type NamedTensor,
  rmsprop,
  sequential,
  sgd,
} from "../../src/index.js";
import type { DenseConfig } from "../../src/layers/dense.js";
import { CLASSES, makeRows, WIDTH } from "../fingerprints.js";
import { close } from "../model/reference.js";

const test = suite("constraints");

type Options = Partial<DenseConfig>;
const rows = makeRows(61);
const optimizers = {
  sgd: sgd({ learningRate: 0.1 }),
  momentum: sgd({ learningRate: 0.1, momentum: 0.9 }),
  adam: adam({ learningRate: 0.05 }),
  rmsprop: rmsprop({ learningRate: 0.01, centered: true }),
};

function classifier(options: Options, workers: number, optimizer: keyof typeof optimizers = "sgd", more: object = {}) {
  const model = sequential([
    input({ shape: [WIDTH] }),
    dense({ units: 19, activation: "tanh", ...options }),
    dropout({ rate: 0.2 }),
    dense({ units: CLASSES, activation: "softmax", ...options }),
  ]);
  const loss = "sparseCategoricalCrossentropy";
  model.compile({ optimizer: optimizers[optimizer], loss, seed: 3, workers, numerics: "strict", ...more });
  return model;
}

/** Norms along an axis of a kernel, or of a whole bias. */
function norms({ shape, data }: NamedTensor, axis = 0): number[] {
  if (shape.length === 1) return [Math.sqrt(data.reduce((sum, w) => sum + w * w, 0))];
  const [inputs, units] = shape as [number, number];
  const squares = new Array<number>(axis ? inputs : units).fill(0);
  data.forEach((w, at) => {
    squares[axis ? Math.floor(at / units) : at % units]! += w * w;
  });
  return squares.map(Math.sqrt);
}
const within = (value: number, low: number, high: number) => value > low - 1e-6 && value < high + 1e-6;

/** Options, what holds of kernels and biases after every update, and whether the constraint has work to do. */
const held: Record<string, { options: Options; holds: (tensor: NamedTensor) => boolean }> = {
  nonNegative: {
    options: { kernelConstraint: "nonNegative", biasConstraint: { type: "nonNegative" } },
    holds: ({ data }) => data.every((w) => w >= 0) && data.some((w) => w > 0),
  },
  maxNorm: {
    options: {
      kernelConstraint: { type: "maxNorm", maximum: 0.5 },
      biasConstraint: { type: "maxNorm", maximum: 0.01 },
    },
    holds: (tensor) => norms(tensor).every((norm) => within(norm, 0, tensor.shape.length === 1 ? 0.01 : 0.5)),
  },
  "maxNorm over the units": {
    options: { kernelConstraint: { type: "maxNorm", maximum: 0.6, axis: 1 } },
    holds: (tensor) => tensor.shape.length === 1 || norms(tensor, 1).every((norm) => within(norm, 0, 0.6)),
  },
  unitNorm: {
    options: { kernelConstraint: "unitNorm", biasConstraint: "unitNorm" },
    holds: (tensor) => norms(tensor).every((norm) => within(norm, 1, 1)),
  },
  "unitNorm over the units": {
    options: { kernelConstraint: { type: "unitNorm", axis: 1 } },
    holds: (tensor) => tensor.shape.length === 1 || norms(tensor, 1).every((norm) => within(norm, 1, 1)),
  },
};
const proximal: Options = {
  kernelRegularizer: { l1: 0.02, l2: 0.01, proximal: true },
  biasRegularizer: { l1: 0.01, proximal: true },
};
const everything: Options = { ...proximal, ...held.maxNorm!.options };

for (const [name, { options, holds }] of Object.entries(held)) {
  test(`${name} holds after fit, trainOnBatch and applyGradients`, async () => {
    const check = async (model: Model, what: string) => {
      for (const tensor of await model.getWeights()) assert.ok(holds(tensor), `${what}: ${tensor.name}`);
    };
    await using free = classifier({}, 1);
    await free.trainOnBatch(rows.x, rows.labels);
    assert.not.ok((await free.getWeights()).every(holds), "the constraint has work to do");
    for (const optimizer of Object.keys(optimizers) as (keyof typeof optimizers)[]) {
      await using model = classifier(options, 2, optimizer);
      await model.trainOnBatch(rows.x, rows.labels);
      await check(model, `${optimizer}, trainOnBatch`);
      await model.applyGradients(await model.gradients(rows.x, rows.labels));
      await check(model, `${optimizer}, applyGradients`);
      await model.fit(rows.x, rows.labels, { epochs: 2, batchSize: 9 });
      await check(model, `${optimizer}, fit`);
    }
  });
}

const every: Record<string, Options> = {
  ...Object.fromEntries(Object.entries(held).map(([name, { options }]) => [name, options])),
  "a proximal penalty": proximal,
  "a proximal penalty with maxNorm": everything,
};
for (const [name, options] of Object.entries(every)) {
  test(`${name}: the same bits for 1, 2 and 3 workers`, async () => {
    for (const numerics of options === everything ? ["strict", "fast"] : ["strict"]) {
      const train = async (workers: number) => {
        await using model = classifier(options, workers, "momentum", { numerics });
        const run = await model.fit(rows.x, rows.labels, { epochs: 2, batchSize: 13, validationSplit: 0.2 });
        assert.is(run.workers, workers);
        const log = ({ loss, penalty, valLoss, sparsity }: EpochLog) => [loss, penalty, valLoss, sparsity];
        return { fingerprint: run.fingerprint, logs: run.epochs.map(log), weights: await model.getWeights() };
      };
      const alone = await train(1);
      for (const workers of [2, 3]) assert.equal(await train(workers), alone, `${workers} workers, ${numerics}`);
    }
  });

  test(`${name}: gradients and applyGradients are trainOnBatch, and copies of the weights are up to date`, async () => {
    await using whole = classifier(options, 2, "adam");
    await using parts = classifier(options, 1, "adam");
    for (let step = 0; step < 3; step++) {
      await whole.trainOnBatch(rows.x, rows.labels);
      await parts.applyGradients(await parts.gradients(rows.x, rows.labels));
    }
    assert.equal(await parts.getWeights(), await whole.getWeights());
    // Set weights bring every copy up to date: nothing may change by that.
    await using fresh = classifier(options, 1, "sgd");
    await using trained = classifier(options, 2, "sgd");
    await trained.trainOnBatch(rows.x, rows.labels);
    await fresh.trainOnBatch(rows.x, rows.labels);
    await fresh.setWeights(await fresh.getWeights());
    for (const model of [fresh, trained]) await model.trainOnBatch(rows.x, rows.labels);
    assert.equal(await trained.getWeights(), await fresh.getWeights());
  });
}

test("a constraint is what it says on the weights of the update without it", async () => {
  await using free = classifier({}, 1);
  await free.trainOnBatch(rows.x, rows.labels);
  const updated = await free.getWeights();
  for (const { options } of Object.values(held)) {
    await using model = classifier(options, 2);
    await model.trainOnBatch(rows.x, rows.labels);
    (await model.getWeights()).forEach((got, t) => {
      const { shape, data } = updated[t]!;
      const given = (shape.length === 1 ? options.biasConstraint : options.kernelConstraint) ?? { type: "none" };
      const {
        type,
        axis = 0,
        maximum = 1,
      } = (typeof given === "string" ? { type: given } : given) as {
        type: string;
        axis?: number;
        maximum?: number;
      };
      const lengths = norms(updated[t]!, axis);
      const want = data.map((w, at) => {
        if (type === "none") return w;
        if (type === "nonNegative") return Math.max(w, 0);
        const units = shape[1] ?? 1;
        const norm = lengths[shape.length === 1 ? 0 : axis ? Math.floor(at / units) : at % units]!;
        return type === "unitNorm" ? w / norm : (w * Math.min(norm, maximum)) / norm;
      });
      close(got.data, want, 3e-7, `${got.name} with ${type}`);
    });
  }
});

test("a bound that is never reached changes no bit", async () => {
  const run = async (options: Options) => {
    await using model = classifier(options, 2, "momentum");
    return (await model.fit(rows.x, rows.labels, { epochs: 2, batchSize: 7 })).fingerprint;
  };
  assert.is(await run({ kernelConstraint: { type: "maxNorm", maximum: 100 } }), await run({}));
});

test("a proximal L1 is a soft threshold behind the update, and no part of the gradient", async () => {
  for (const optimizer of Object.keys(optimizers) as (keyof typeof optimizers)[]) {
    const rate = optimizers[optimizer].learningRate as number;
    await using model = classifier({ kernelRegularizer: { l1: 0.3, l2: 0.01, proximal: true } }, 2, optimizer);
    await using smooth = classifier({ kernelRegularizer: { l2: 0.01 } }, 1, optimizer);
    await smooth.setWeights(await model.getWeights());
    const gradients = [await model.gradients(rows.x, rows.labels), await smooth.gradients(rows.x, rows.labels)];
    assert.equal(gradients[0]!.weights, gradients[1]!.weights);
    const before = await model.getWeights();
    const { penalty, loss, dataLoss } = await model.trainOnBatch(rows.x, rows.labels);
    await smooth.trainOnBatch(rows.x, rows.labels);
    // The penalty counts all of it.
    const kernels = before.filter(({ shape }) => shape.length === 2).flatMap(({ data }) => [...data]);
    close([penalty], [kernels.reduce((sum, w) => sum + 0.3 * Math.abs(w) + 0.01 * w * w, 0)], 1e-5);
    close([loss, gradients[0]!.loss], [dataLoss + penalty, loss], 1e-5);
    const updated = await smooth.getWeights();
    (await model.getWeights()).forEach(({ name, shape, data }, t) => {
      const size = shape.length === 2 ? Math.fround(Math.fround(rate) * Math.fround(0.3)) : 0;
      const want = updated[t]!.data.map((w) => Math.sign(w) * Math.max(Math.abs(w) - size, 0));
      close(data, want, 1e-7, `${name} with ${optimizer}`);
      assert.equal(
        [...data].map((w) => w === 0),
        [...want].map((w) => w === 0),
        name,
      );
    });
  }
});

test("the log says which share of the weights is zero", async () => {
  await using model = classifier({ kernelRegularizer: { l1: 0.02, proximal: true } }, 2, "momentum");
  const { epochs } = await model.fit(rows.x, rows.labels, { epochs: 12, batchSize: 8 });
  const kernels = (await model.getWeights()).filter(({ shape }) => shape.length === 2).flatMap(({ data }) => [...data]);
  const zeros = kernels.filter((w) => w === 0).length;
  assert.ok(zeros > 20 && zeros < kernels.length, `${zeros} zeros`);
  assert.ok(Math.abs(epochs.at(-1)!.sparsity! - zeros / kernels.length) < 1e-12);
  await using smooth = classifier({ kernelRegularizer: { l1: 0.02 } }, 1);
  const plain = await smooth.fit(rows.x, rows.labels, { epochs: 1 });
  assert.not.ok("sparsity" in plain.epochs[0]!);
});

test.run();
