// A generative adversarial network: a generator learns to draw numbers that a discriminator cannot tell from real ones.
import { adam, dense, input, sequential } from "whetstone";

const [TARGET_MEAN, TARGET_DEVIATION] = [3, 0.5];
const [ROWS, STEPS] = [128, 250];

/** Numbers in [0, 1) from a seed (mulberry32), and normal ones made of twelve of them. */
let state = 7919;
const uniform = () => {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};
const normal = () => Array.from({ length: 12 }, uniform).reduce((a, b) => a + b) - 6;
const normals = (count) => Float32Array.from({ length: count }, normal);
const real = (count) => normals(count).map((n) => TARGET_MEAN + TARGET_DEVIATION * n);

const generator = sequential([input({ shape: [1] }), dense({ units: 16, activation: "tanh" }), dense({ units: 1 })]);
generator.compile({ optimizer: adam({ learningRate: 0.01, beta1: 0 }), seed: 1, workers: 1, numerics: "strict" });
// The penalty keeps its slopes gentle: without, the two circle around each other.
const kernelRegularizer = { l2: 0.01 };
const discriminator = sequential([
  input({ shape: [1] }),
  dense({ units: 32, activation: "leakyRelu", kernelRegularizer }),
  dense({ units: 1, activation: "sigmoid", kernelRegularizer }),
]);
const optimizer = adam({ learningRate: 0.03, beta1: 0 });
discriminator.compile({ optimizer, loss: "binaryCrossentropy", seed: 101, workers: 1, numerics: "strict" });

const ones = new Float32Array(ROWS).fill(1);
const realThenFake = Float32Array.from({ length: 2 * ROWS }, (_, row) => (row < ROWS ? 1 : 0));

/** Mean and deviation of what the generator draws. */
async function moments() {
  const { data } = await generator.predict(normals(2000));
  const mean = data.reduce((sum, v) => sum + v, 0) / data.length;
  return { mean, deviation: Math.sqrt(data.reduce((sum, v) => sum + (v - mean) ** 2, 0) / data.length) };
}
const show = ({ mean, deviation }) => `mean ${mean.toFixed(2)}, deviation ${deviation.toFixed(2)}`;

const before = await moments();
for (let step = 0; step < STEPS; step++) {
  const noise = normals(ROWS);
  const fake = await generator.predict(noise);
  await discriminator.trainOnBatch(Float32Array.from([...real(ROWS), ...fake.data]), realThenFake);
  // Which way would each fake have to move to be taken for a real one? Nothing of the discriminator is updated.
  const { input: toFake } = await discriminator.gradients(fake, ones);
  await generator.applyGradients(await generator.backward(noise, toFake));
}
const after = await moments();
await Promise.all([generator.dispose(), discriminator.dispose()]);

console.log(`real numbers: ${show({ mean: TARGET_MEAN, deviation: TARGET_DEVIATION })}`);
console.log(`generated: ${show(before)} before, ${show(after)} after ${STEPS} steps`);
const near = (a, b, distance) => Math.abs(a - b) < distance;
if (!near(after.mean, TARGET_MEAN, 0.2) || !near(after.deviation, TARGET_DEVIATION, 0.15)) {
  throw new Error(`expected the generator to come near the real numbers, got ${show(after)}`);
}
