// Floats that are whole numbers from 0 to 255, or such by 255, are kept as bytes while they are trained on: the same bits come of it.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { conv2d, dense, flatten, functional, input, type Model, sequential, sgd } from "../../src/index.js";
import { generator } from "../oracle.js";

const test = suite("data kept as bytes");

const [ROWS, WIDTH, BATCH] = [45, 37, 10];
const y = Int32Array.from({ length: ROWS }, (_, row) => row % 3);
const loss = "sparseCategoricalCrossentropy";

/** How many of the units of the first layer have a gradient: after whole numbers and long steps none would. */
async function live(model: Model, x: Float32Array): Promise<number> {
  const [kernel] = (await model.gradients(x, y)).weights;
  return kernel!.data.reduce((count, value) => count + (value === 0 ? 0 : 1), 0);
}

/** Rows of which most values are zero; one of 255 among them. */
function rowsOf(scale: number, seed = 5): Float32Array {
  const random = generator(seed);
  const x = Float32Array.from({ length: ROWS * WIDTH }, () => Math.max(0, Math.round(255 * random())) / scale);
  x[7] = 255 / scale;
  return x;
}

const DATA: Record<string, { x: Float32Array; bytes: boolean }> = {
  pixels: { x: rowsOf(255), bytes: true },
  "whole numbers": { x: rowsOf(1), bytes: true },
  "zeros and ones": { x: rowsOf(255).map((value) => +(value > 0.5)), bytes: true },
  "the last one a half": { x: rowsOf(1).fill(0.5, ROWS * WIDTH - 1), bytes: false },
  "the first one below zero": { x: rowsOf(255).fill(-1 / 255, 0, 1), bytes: false },
  "a zero below zero": { x: rowsOf(255).fill(-0, 20, 21), bytes: false },
  "one of 256": { x: rowsOf(1).fill(256, 99, 100), bytes: false },
};

function create(workers: number, numerics: "strict" | "fast" = "strict"): Model {
  const model = sequential([
    input({ shape: [WIDTH] }),
    dense({ units: 33, activation: "relu" }),
    dense({ units: 3, activation: "softmax" }),
  ]);
  model.compile({ optimizer: sgd({ learningRate: 1e-4, momentum: 0.9 }), loss, seed: 3, workers, numerics });
  return model;
}

const gathers = async (model: Model, x: Float32Array) => {
  const history = await model.fit(x, y, { batchSize: BATCH, shuffle: false, profile: true });
  const steps = history.profile!.flatMap(({ step, tensor }) => (tensor === "input" ? [step] : []));
  return { history, steps: [...new Set(steps)] };
};

for (const [name, { x, bytes }] of Object.entries(DATA)) {
  for (const numerics of ["strict", "fast"] as const) {
    test(`${name}: the weights are those of batches one by one, which are never kept as bytes (${numerics})`, async () => {
      for (const workers of [1, 3]) {
        const [fitted, stepped] = [create(workers, numerics), create(1, numerics)];
        const { steps } = await gathers(fitted, x);
        assert.equal(steps, [bytes ? "gather_uint8" : "gather_float32"]);
        for (let row = 0; row < ROWS; row += BATCH) {
          const end = Math.min(row + BATCH, ROWS);
          await stepped.trainOnBatch(x.subarray(row * WIDTH, end * WIDTH), y.subarray(row, end));
        }
        assert.equal(await fitted.getWeights(), await stepped.getWeights(), `${workers} workers`);
        assert.ok((await live(fitted, x)) > 500);
        await Promise.all([fitted.dispose(), stepped.dispose()]);
      }
    });
  }
}

test("validation has the losses of evaluate: rows of its own, and rows set apart", async () => {
  const model = create(2);
  const x = rowsOf(255);
  const others = rowsOf(255, 6);
  const own = await model.fit(x, y, { batchSize: BATCH, validationData: [others, y] });
  const evaluated = await model.evaluate(others, y, { batchSize: BATCH });
  assert.is(own.epochs[0]!.valLoss, evaluated.loss);
  // Other values than those it is trained on: each of both is kept as what it is.
  const halves = others.map((value) => value / 2);
  const mixed = await model.fit(x, y, { batchSize: BATCH, validationData: [halves, y] });
  assert.is(mixed.epochs[0]!.valLoss, (await model.evaluate(halves, y, { batchSize: BATCH })).loss);
  const same = Float32Array.from({ length: ROWS * WIDTH }, (_, i) => x[i % WIDTH]!);
  const apart = await model.fit(same, new Int32Array(ROWS), { batchSize: BATCH, validationSplit: 0.2 });
  const all = await model.evaluate(same.subarray(0, 9 * WIDTH), new Int32Array(9), { batchSize: BATCH });
  assert.is(apart.epochs[0]!.valLoss, all.loss);
  await model.dispose();
});

test("each fit looks anew, in the same memory, and a stream behind it brings floats", async () => {
  const model = create(2);
  const halves = rowsOf(255).map((value) => value / 2);
  const kinds = [];
  for (const x of [rowsOf(255), halves, rowsOf(1), rowsOf(255)]) kinds.push(...(await gathers(model, x)).steps);
  assert.equal(kinds, ["gather_uint8", "gather_float32", "gather_uint8", "gather_uint8"]);
  const alone = create(1);
  const chunks = () => [[halves.slice(0, 20 * WIDTH), y.slice(0, 20)] as const];
  const options = { batchSize: BATCH, stepsPerEpoch: 2, shuffle: false } as const;
  model.compile({ optimizer: sgd({ learningRate: 0.1 }), loss, seed: 3, workers: 2 });
  alone.compile({ optimizer: sgd({ learningRate: 0.1 }), loss, seed: 3, workers: 1 });
  await gathers(model, rowsOf(255));
  await alone.setWeights(await model.getWeights());
  assert.ok((await live(model, halves)) > 500);
  await model.fit(chunks, options as never);
  for (const row of [0, 10]) {
    await alone.trainOnBatch(halves.subarray(row * WIDTH, (row + 10) * WIDTH), y.subarray(row, row + 10));
  }
  assert.equal(await model.getWeights(), await alone.getWeights());
  await Promise.all([model.dispose(), alone.dispose()]);
});

test("of several inputs each is kept as what it is, images too, and the partners of mixed rows", async () => {
  const create = () => {
    const image = input({ shape: [6, 6, 1] });
    const table = input({ shape: [WIDTH] });
    const convolved = flatten().apply(conv2d({ filters: 3, kernelSize: 3, activation: "relu" }).apply(image));
    const outputs = [convolved, dense({ units: 3 }).apply(table)].map((value) => dense({ units: 3 }).apply(value));
    const model = functional({ inputs: [image, table], outputs });
    model.compile({ optimizer: "sgd", loss: ["meanSquaredError", "meanSquaredError"], seed: 2, workers: 2 });
    return model;
  };
  const images = { data: rowsOf(255).subarray(0, ROWS * 36), shape: [ROWS, 6, 6, 1] };
  const table = { data: rowsOf(255, 8).map((value) => value - 0.5), shape: [ROWS, WIDTH] };
  const targets = [1, 2].map((seed) => ({ data: rowsOf(255, seed).subarray(0, 3 * ROWS), shape: [ROWS, 3] }));
  const [fitted, stepped] = [create(), create()];
  const { profile } = await fitted.fit([images, table], targets, { batchSize: ROWS, shuffle: false, profile: true });
  const steps = profile!.filter(({ step }) => step.startsWith("gather")).map(({ step, tensor }) => `${step} ${tensor}`);
  assert.ok(
    steps.includes("gather_uint8 input.input_0") && steps.includes("gather_float32 input.input_1"),
    steps.join(),
  );
  await stepped.trainOnBatch([images, table], targets);
  assert.equal(await fitted.getWeights(), await stepped.getWeights());
  const mixed = await fitted.fit([images, table], targets, { batchSize: 9, mixup: 0.3, profile: true });
  const partners = mixed.profile!.flatMap(({ step, tensor }) => (tensor.endsWith("input.input_0") ? [step] : []));
  assert.equal(partners, ["gather_uint8", "gather_uint8", "mix_rows"]);
  await Promise.all([fitted.dispose(), stepped.dispose()]);
});

test.run();
