// Rows of bytes of which many are zero, neighbours together, are kept with lists of what is not while they are trained on: the same bits
// come of it.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { conv2d, dense, flatten, functional, input, type Model, sequential, sgd } from "../../src/index.js";
import { generator } from "../oracle.js";

const test = suite("data kept with lists");

const [ROWS, SIDE, WIDTH] = [90, 12, 144];
const y = Int32Array.from({ length: ROWS }, (_, row) => row % 3);
const loss = "sparseCategoricalCrossentropy";

/** Rows of bytes by `scale`; a fifth of them, six and six together, are not zero. */
function rowsOf(scale: number, seed = 5): Float32Array {
  const random = generator(seed);
  let live = false;
  return Float32Array.from({ length: ROWS * WIDTH }, (_, i) => {
    if (i % 6 === 0) live = Math.abs(random()) < 0.2;
    return live ? Math.ceil(255 * Math.abs(random())) / scale : 0;
  });
}

function create(workers: number, numerics: "strict" | "fast" = "strict"): Model {
  const model = sequential([
    input({ shape: [SIDE, SIDE] }),
    flatten(),
    dense({ units: 64, activation: "relu" }),
    dense({ units: 3, activation: "softmax" }),
  ]);
  model.compile({ optimizer: sgd({ learningRate: 1e-4, momentum: 0.9 }), loss, seed: 3, workers, numerics });
  return model;
}

const shaped = (data: Float32Array) => ({ data, shape: [data.length / WIDTH, SIDE, SIDE] });

/** A fit, and the steps that read or write the input, or the first layer's kernel. */
async function fit(model: Model, x: Float32Array, options: object) {
  const history = await model.fit(shaped(x), y, { shuffle: false, ...options, profile: true });
  const steps = history.profile!.flatMap(({ step, tensor }) =>
    /^input|^dense_0(\.kernel\.gradient)?$/.test(tensor) && !/relu/.test(step) ? [step] : [],
  );
  return { history, steps: [...new Set(steps)] };
}

for (const numerics of ["strict", "fast"] as const) {
  for (const [scale, batchSize] of [
    [255, 10],
    [1, 10],
    [255, 45],
  ] as const) {
    test(`bytes by ${scale}, ${batchSize} rows a batch: the weights are those of batches one by one (${numerics})`, async () => {
      const x = rowsOf(scale);
      for (const workers of [1, 2, 3]) {
        const [fitted, stepped] = [create(workers, numerics), create(1, numerics)];
        const { steps } = await fit(fitted, x, { batchSize });
        const byUnits = workers === 2 && batchSize === 10;
        const forward = byUnits ? "listed_forward_units" : "listed_forward";
        assert.equal(steps, ["gather_listed", forward, "listed_backward_kernel"]);
        for (let row = 0; row < ROWS; row += batchSize) {
          const end = Math.min(row + batchSize, ROWS);
          await stepped.trainOnBatch(shaped(x.subarray(row * WIDTH, end * WIDTH)), y.subarray(row, end));
        }
        assert.equal(await fitted.getWeights(), await stepped.getWeights(), `${workers} workers`);
        const [kernel] = (await fitted.gradients(shaped(x), y)).weights;
        assert.ok(kernel!.data.filter((value) => value !== 0).length > 1000);
        await Promise.all([fitted.dispose(), stepped.dispose()]);
      }
    });
  }
}

test("validation has the losses of evaluate: rows of its own, kept each as what they are, and rows set apart", async () => {
  const model = create(2);
  const x = rowsOf(255);
  for (const others of [rowsOf(255, 6), rowsOf(1, 7), rowsOf(255, 8).map((value) => value / 2)]) {
    const { history, steps } = await fit(model, x, { batchSize: 20, validationData: [shaped(others), y] });
    assert.is(steps[0], "gather_listed");
    const evaluated = await model.evaluate(shaped(others), y, { batchSize: 20 });
    assert.is(history.epochs[0]!.valLoss, evaluated.loss);
  }
  const same = Float32Array.from({ length: ROWS * WIDTH }, (_, i) => x[i % WIDTH]!);
  const labels = new Int32Array(ROWS);
  const apart = await model.fit(shaped(same), labels, { batchSize: 20, validationSplit: 0.2, profile: true });
  assert.ok(apart.profile!.some(({ step }) => step === "gather_listed"));
  const all = await model.evaluate(shaped(same.subarray(0, 18 * WIDTH)), labels.subarray(0, 18), { batchSize: 20 });
  assert.is(apart.epochs[0]!.valLoss, all.loss);
  await model.dispose();
});

test("each fit looks anew, in the same memory: records of another length, bytes without lists, floats", async () => {
  const [model, alone] = [create(2), create(1)];
  const fuller = rowsOf(255).map((value, i) => (i < WIDTH ? 1 : value));
  const dense = rowsOf(255).map((value, i) => value || (i % 255) / 255);
  const halves = rowsOf(255).map((value) => value / 2);
  const kinds = [];
  for (const x of [rowsOf(255), fuller, dense, halves, rowsOf(1), rowsOf(255)]) {
    kinds.push((await fit(model, x, { batchSize: 30 })).steps[0]);
    for (let row = 0; row < ROWS; row += 30) {
      await alone.trainOnBatch(shaped(x.subarray(row * WIDTH, (row + 30) * WIDTH)), y.subarray(row, row + 30));
    }
    assert.equal(await model.getWeights(), await alone.getWeights());
  }
  const listed = "gather_listed";
  assert.equal(kinds, [listed, listed, "gather_uint8", "gather_float32", listed, listed]);
  await Promise.all([model.dispose(), alone.dispose()]);
});

test("of several inputs each is kept as what looks at it allows; rows that are mixed have no lists", async () => {
  const image = input({ shape: [SIDE, SIDE, 1] });
  const table = input({ shape: [WIDTH] });
  const convolved = flatten().apply(conv2d({ filters: 2, kernelSize: 5, strides: 4 }).apply(image));
  const outputs = [convolved, dense({ units: 32 }).apply(table)].map((value) => dense({ units: 3 }).apply(value));
  const model = functional({ inputs: [image, table], outputs });
  model.compile({ optimizer: "sgd", loss: ["meanSquaredError", "meanSquaredError"], seed: 2, workers: 2 });
  const images = { data: rowsOf(255), shape: [ROWS, SIDE, SIDE, 1] };
  const rows = { data: rowsOf(255, 8), shape: [ROWS, WIDTH] };
  const targets = [1, 2].map((seed) => ({ data: rowsOf(255, seed).subarray(0, 3 * ROWS), shape: [ROWS, 3] }));
  const gathers = async (options: object) => {
    const { profile } = await model.fit([images, rows], targets, { batchSize: 30, ...options, profile: true });
    return profile!.flatMap(({ step, tensor }) => (tensor.includes("input") && /gather/.test(step) ? [step] : []));
  };
  assert.equal(await gathers({}), ["gather_uint8", "gather_listed"]);
  assert.equal(new Set(await gathers({ mixup: 0.3 })), new Set(["gather_uint8"]));
  await model.dispose();
});

test.run();
