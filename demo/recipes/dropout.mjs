// Dropout leaves out a share of the units in every training step, anew each time; predictions use all of them.
import { adam, dense, dropout, input, sequential } from "whetstone";

const noise = (i) => (Math.sin(12.9898 * i) * 43758.5453) % 1; // in (-1, 1), the same every time
const columns = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const x = Array.from({ length: 500 }, (_, r) => columns.map((c) => noise(10 * r + c)));
const y = x.map((row, r) => Number(row[0] + row[1] + noise(r + 0.5) > 0));

async function gapWith(rate) {
  const layers = [dense({ units: 128, activation: "relu" }), ...(rate ? [dropout({ rate })] : [])];
  const model = sequential([input({ shape: [10] }), ...layers, dense({ units: 2, activation: "softmax" })]);
  model.compile({ optimizer: adam({ learningRate: 0.01 }), loss: "sparseCategoricalCrossentropy", seed: 1 });
  await model.fit(x.slice(0, 100), y.slice(0, 100), { epochs: 60 });
  const seen = await model.evaluate(x.slice(0, 100), y.slice(0, 100));
  const unseen = await model.evaluate(x.slice(100), y.slice(100));
  await model.dispose();
  return unseen.loss - seen.loss;
}

const [without, withDropout] = [await gapWith(0), await gapWith(0.6)];
console.log(`loss on new rows minus loss: ${without.toFixed(2)} without dropout, ${withDropout.toFixed(2)} with it`);
if (!(withDropout < 0.8 * without)) throw new Error("expected a smaller gap");
