// Larger batches as training goes on: the calm of a small learning rate at the end, with fewer and fewer updates an epoch.
import { dense, exponentialBatchSize, input, sequential, sgd } from "whetstone";

const ROWS = 1024;
const noise = (i) => ((Math.sin(i * 12.9898) * 43758.5453) % 1) / 2;
const x = Float32Array.from({ length: ROWS * 3 }, (_, i) => Math.sin(i * i));
const y = Float32Array.from({ length: ROWS }, (_, i) => x[3 * i] - 2 * x[3 * i + 1] + noise(i));

async function train(batchSize) {
  const model = sequential([input({ shape: [3] }), dense({ units: 1 })]);
  model.compile({ optimizer: sgd({ learningRate: 0.2 }), loss: "meanSquaredError", seed: 1 });
  const { epochs, steps } = await model.fit(x, y, { epochs: 12, batchSize });
  const { loss } = await model.evaluate(x, y);
  await model.dispose();
  return { loss, steps, sizes: epochs.map((epoch) => epoch.batchSize) };
}

const small = await train(8);
// 8 rows, after every second epoch twice as many, at most 256. Memory is planned for 256 at once.
const growing = await train(exponentialBatchSize({ initial: 8, factor: 2, every: 2, maximum: 256 }));

console.log(`Batches of 8: loss ${small.loss.toFixed(4)} after ${small.steps} updates.`);
console.log(`Batches of ${growing.sizes}: loss ${growing.loss.toFixed(4)} after ${growing.steps}.`);
if (!(growing.loss < small.loss && growing.steps < small.steps / 2))
  throw new Error("Expected less loss in fewer updates.");
