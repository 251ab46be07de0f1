// Mixup trains on blends of two rows with blends of their targets: a model is less sure of itself where it knows nothing.
import { adam, dense, input, sequential } from "whetstone";

const noise = (i) => (Math.sin(12.9898 * i) * 43758.5453) % 1; // in (-1, 1), the same every time
const columns = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const x = Array.from({ length: 500 }, (_, r) => columns.map((c) => noise(10 * r + c)));
const y = x.map((row, r) => Number(row[0] + row[1] + noise(r + 0.5) > 0));

async function lossOnNewRows(options) {
  const model = sequential([
    input({ shape: [10] }),
    dense({ units: 64, activation: "relu" }),
    dense({ units: 2, activation: "softmax" }),
  ]);
  model.compile({ optimizer: adam({ learningRate: 0.01 }), loss: "sparseCategoricalCrossentropy", seed: 1 });
  await model.fit(x.slice(0, 100), y.slice(0, 100), { epochs: 60, ...options });
  const { loss } = await model.evaluate(x.slice(100), y.slice(100));
  await model.dispose();
  return loss;
}

const [plain, mixed] = [await lossOnNewRows({}), await lossOnNewRows({ mixup: 0.4 })];
console.log(`loss on new rows: ${plain.toFixed(2)}, with mixup ${mixed.toFixed(2)}`);
if (!(mixed < 0.8 * plain)) throw new Error("expected a lower loss on new rows");
