// Which batch size? Copies of the model are trained with each and timed until they reach the same loss.
import { dense, findBatchSize, input, sequential, sgd } from "whetstone";

const ROWS = 1024;
const x = Float32Array.from({ length: ROWS * 8 }, (_, i) => Math.sin(i * i));
const y = Float32Array.from({ length: ROWS }, (_, i) => x[8 * i] - 2 * x[8 * i + 1] * x[8 * i + 2]);

const model = sequential([input({ shape: [8] }), dense({ units: 32, activation: "tanh" }), dense({ units: 1 })]);
model.compile({ optimizer: sgd({ learningRate: 0.02 }), loss: "meanSquaredError", seed: 1 });
// The rate is meant for 16 rows a batch; for others it is scaled by the root of their size.
const found = await findBatchSize(model, x, y, { base: 16, candidates: [4, 16, 64], epochs: 3, scaling: "sqrt" });
await model.dispose();

for (const { batchSize, samplesPerSecond, secondsToTarget } of found.table) {
  const time = secondsToTarget === null ? "not reached" : `${(1000 * secondsToTarget).toFixed(1)} ms`;
  console.log(`${batchSize} rows: ${Math.round(samplesPerSecond)} samples a second, target: ${time}`);
}
console.log(found.reason);
if (!found.table.some((row) => row.batchSize === found.suggestion && row.secondsToTarget !== null)) {
  throw new Error("Expected a size that reaches the target.");
}
