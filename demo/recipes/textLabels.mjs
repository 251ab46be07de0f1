// Labels may be texts. A stratified split keeps the share of each of them; predictions are named again.
import { adam, decodeLabels, dense, input, sequential, split } from "whetstone";

const noise = (i) => (Math.sin(12.9898 * i) * 43758.5453) % 1; // in (-1, 1), the same every time
const names = ["oak", "birch", "birch", "pine", "birch"];
const y = Array.from({ length: 200 }, (_, i) => names[i % 5]);
const x = y.map((name, i) => [name.length + 0.3 * noise(i), name.charCodeAt(0) / 10 + 0.3 * noise(i + 0.5)]);

const { train, test } = split(x, y, { test: 0.25, stratify: true, seed: 1 });
const model = sequential([input({ shape: [2] }), dense({ units: 3, activation: "softmax" })]);
model.compile({ optimizer: adam({ learningRate: 0.1 }), loss: "sparseCategoricalCrossentropy", seed: 1 });
await model.fit(...train, { epochs: 60 });
const decoded = decodeLabels(await model.predict(test[0]), model.labels);
await model.dispose();

const right = decoded.filter((name, i) => name === test[1][i]).length;
const oaks = test[1].filter((name) => name === "oak").length;
console.log(
  `learned ${model.labels.join(", ")}; ${right} of ${decoded.length} test rows right; ${oaks} oaks among them`,
);
if (!(right > 0.9 * decoded.length && oaks === 10)) throw new Error("expected right names");
