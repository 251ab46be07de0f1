import { suite } from "uvu";
import * as assert from "uvu/assert";
import { adam, adaptNormalization, dense, flatten, input, normalization, sequential } from "../../src/index.js";
import { createLayout } from "../../src/plan/layout.js";
import { compileProgram } from "../../src/plan/program.js";
import { uniforms } from "../../src/random.js";

const test = suite("normalization of data");

const ROWS = 40;
const x = new Float32Array(ROWS * 3);
uniforms(1, 90, 0, x.length, (u, i) => {
  x[i] = i % 3 === 0 ? 1e4 + u : i % 3 === 1 ? 1e-4 * u : 0.1;
});
const columns = [0, 1, 2].map((feature) => Array.from(x).filter((_, i) => i % 3 === feature));
const meanOf = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const close = (got: ArrayLike<number>, wanted: ArrayLike<number>, tolerance: number) => {
  assert.is(got.length, wanted.length);
  for (let i = 0; i < got.length; i++) {
    assert.ok(
      Math.abs(got[i]! - wanted[i]!) <= tolerance * Math.max(1, Math.abs(wanted[i]!)),
      `${i}: ${got[i]}, ${wanted[i]}`,
    );
  }
};

test("means and variances in float64; a feature that never changes has the variance 1", () => {
  const layer = adaptNormalization({ data: x, shape: [ROWS, 3] });
  const means = columns.map(meanOf);
  const variances = columns.map((values, i) =>
    meanOf(values.map((value) => (value - means[i]!) * (value - means[i]!))),
  );
  assert.is(layer.type, "normalization");
  close(layer.mean, means, 1e-14);
  close(
    layer.variance.slice(0, 2).map((v, i) => v / variances[i]!),
    [1, 1],
    1e-12,
  );
  assert.is(layer.variance[2], 1);
  assert.equal(adaptNormalization([0, 1e-38]).variance, [1], "and so has one that float32 could not scale");
  assert.is(layer.mean[2], Math.fround(0.1));
  assert.equal(JSON.parse(JSON.stringify(layer)), layer);
});

test("the features are those of the last extent, in every form", () => {
  const nested = Array.from({ length: ROWS }, (_, row) => [...x.subarray(3 * row, 3 * row + 3)]);
  const layer = adaptNormalization({ data: x, shape: [ROWS, 3] });
  assert.equal(adaptNormalization(nested), layer);
  assert.equal(adaptNormalization({ data: x, shape: [ROWS / 4, 4, 3] }), layer);
  assert.equal(adaptNormalization([1, 3]), normalization({ mean: [2], variance: [1] }));
  assert.equal(adaptNormalization({ data: [1, 5], shape: [2] }), normalization({ mean: [3], variance: [4] }));
});

test("the layer standardizes rows of any extents, wherever it stands", async () => {
  const layer = adaptNormalization({ data: x, shape: [ROWS, 3] });
  const wanted = x.map((value, i) => (value - layer.mean[i % 3]!) / Math.sqrt(layer.variance[i % 3]!));
  for (const shape of [[3], [2, 3], [20, 3]]) {
    await using model = sequential([input({ shape }), layer, flatten()]);
    const { data } = await model.predict(x);
    // One rounding of a mean near 10^4 is 5e-4 of a deviation of 0.29; those of the product are far smaller.
    close(data, wanted, 2e-3);
  }
  // Rows of 256 values lie apart in memory.
  const wide = Float32Array.from({ length: 256 * 4 }, (_, i) => i % 7);
  await using model = sequential([input({ shape: [256, 1] }), adaptNormalization(wide), flatten()]);
  const { mean, variance } = adaptNormalization(wide);
  close(
    (await model.predict(wide)).data,
    wide.map((value) => (value - mean[0]!) / Math.sqrt(variance[0]!)),
    1e-6,
  );
});

test("its rows are padded as those of the batch", () => {
  for (const [width, mean] of [
    [256, 0],
    [3, 0.5],
  ] as const) {
    const constants = (value: number) => new Array<number>(width).fill(value);
    const layer = normalization({ mean: constants(mean), variance: constants(2) });
    const spec = { layers: [input({ shape: [width] }), layer, dense({ units: 1 })] as const };
    const program = compileProgram(spec, undefined, 1);
    const request = {
      workers: 1,
      batch: 2,
      train: null,
      validation: null,
      held: 0,
      best: false,
      inputGradient: false,
      accumulates: false,
    };
    const { constants: rows, inputs } = createLayout(program, request);
    assert.equal([...rows.keys()], ["normalization_0.mean", "normalization_0.factor"]);
    for (const { tensor } of rows.values()) assert.is(tensor.bytes, 4 * inputs[0]!.stride);
  }
});

test("gradients by the input pass through it", async () => {
  const layer = normalization({ mean: [5, -1], variance: [4, 0.25] });
  await using model = sequential([input({ shape: [2] }), layer]);
  const { input: gradient } = await model.backward([[1, 2]], [[3, 7]]);
  assert.equal(gradient.data, Float32Array.of(1.5, 14));
});

test("training on raw rows is training on standardized ones, for any team, in a memory made anew, from JSON", async () => {
  const labels = Int32Array.from({ length: ROWS }, (_, row) => (x[3 * row + 1]! > 5e-5 ? 1 : 0));
  const rest = [dense({ units: 9, activation: "tanh" }), dense({ units: 2, activation: "softmax" })];
  const [first, layer] = [input({ shape: [3] }), adaptNormalization({ data: x, shape: [ROWS, 3] })];
  await using apart = sequential([first, layer]);
  const standardized = (await apart.predict(x)).data;
  const run = async (layers: Parameters<typeof sequential>[0], data: Float32Array, workers: number) => {
    await using model = sequential(JSON.parse(JSON.stringify(sequential(layers))));
    const loss = "sparseCategoricalCrossentropy";
    model.compile({ optimizer: adam(), loss, seed: 4, workers, numerics: "strict" });
    await model.fit(data, labels, { batchSize: 8, epochs: 2 });
    return (await model.fit(data, labels, { batchSize: 16, epochs: 2, validationSplit: 0.2 })).fingerprint;
  };
  const wanted = await run([first, ...rest], standardized, 1);
  for (const workers of [1, 2]) assert.is(await run([first, layer, ...rest], x, workers), wanted);
});

test.run();
