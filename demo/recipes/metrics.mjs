// What accuracy hides: metrics of whole sets, and which class was taken for which.
import { adam, dense, input, sequential } from "whetstone";

const noise = (i) => (Math.sin(12.9898 * i) * 43758.5453) % 1; // in (-1, 1), the same every time
const y = Array.from({ length: 300 }, (_, i) => i % 3);
const x = y.map((label, i) => [label + noise(i), noise(i + 0.5)]);

const hidden = dense({ units: 16, activation: "relu" });
const model = sequential([input({ shape: [2] }), hidden, dense({ units: 3, activation: "softmax" })]);
const metrics = ["accuracy", { name: "f1", average: "macro" }, { name: "sparseTopKCategoricalAccuracy", k: 2 }];
model.compile({ optimizer: adam({ learningRate: 0.02 }), loss: "sparseCategoricalCrossentropy", metrics, seed: 1 });
await model.fit(x, y, { epochs: 20 });
const { accuracy, f1, sparseTopKCategoricalAccuracy, confusionMatrix } = await model.evaluate(x, y, {
  confusionMatrix: true,
});
await model.dispose();

console.log(`accuracy ${accuracy.toFixed(3)}, f1 ${f1.toFixed(3)}, top 2 ${sparseTopKCategoricalAccuracy.toFixed(3)}`);
console.log(`true classes by decided ones: ${confusionMatrix.data.map((row) => row.join(" ")).join(" | ")}`);
const right = confusionMatrix.data.reduce((sum, row, i) => sum + row[i], 0);
if (Math.abs(right / 300 - accuracy) > 1e-6 || !(accuracy > 0.6)) throw new Error("expected the matrix to agree");
