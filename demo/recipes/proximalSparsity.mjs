// L1 as a step of its own behind each update makes weights exactly zero: of 20 inputs, the two that matter are left.
import { dense, input, sequential, sgd } from "whetstone";

const noise = (i) => (Math.sin(12.9898 * i) * 43758.5453) % 1; // in (-1, 1), the same every time
const x = Array.from({ length: 200 }, (_, r) => Array.from({ length: 20 }, (_, c) => noise(20 * r + c)));
const y = x.map((row, r) => [2 * row[3] - row[7] + 0.1 * noise(r + 0.5)]);

const model = sequential([input({ shape: [20] }), dense({ units: 1, kernelRegularizer: { l1: 0.1, proximal: true } })]);
model.compile({ optimizer: sgd({ learningRate: 0.3 }), loss: "meanSquaredError", seed: 1 });
const { epochs } = await model.fit(x, y, { epochs: 60, batchSize: "full" });
const [kernel] = await model.getWeights();
await model.dispose();

const left = [...kernel.data.keys()].filter((i) => kernel.data[i] !== 0);
console.log(
  `inputs with a weight: ${left.join(", ")}; ${(100 * epochs.at(-1).sparsity).toFixed(0)} % of the weights are 0`,
);
if (left.join() !== "3,7") throw new Error("expected the inputs 3 and 7 alone");
