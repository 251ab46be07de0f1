// Smoothed labels ask for 95 % instead of certainty, so that a net that knows its rows by heart is not sure of itself.
import { adam, dense, input, sequential } from "whetstone";

const noise = (i) => (Math.sin(12.9898 * i) * 43758.5453) % 1; // in (-1, 1), the same every time
const x = Array.from({ length: 120 }, (_, i) => [noise(i), noise(i + 0.5)]);
const y = x.map(([a, b], i) => Number(a + b + 0.5 * noise(i + 0.25) > 0));

async function confidence(labelSmoothing) {
  const hidden = dense({ units: 64, activation: "relu" });
  const model = sequential([input({ shape: [2] }), hidden, dense({ units: 2, activation: "softmax" })]);
  const loss = { name: "sparseCategoricalCrossentropy", labelSmoothing };
  model.compile({ optimizer: adam({ learningRate: 0.02 }), loss, seed: 1 });
  await model.fit(x, y, { epochs: 60 });
  const { data } = await model.predict(x);
  await model.dispose();
  return x.reduce((sum, _, i) => sum + Math.max(data[2 * i], data[2 * i + 1]), 0) / x.length;
}

const [hard, smooth] = [await confidence(0), await confidence(0.1)];
console.log(`mean confidence: ${hard.toFixed(3)} with hard labels, ${smooth.toFixed(3)} with labelSmoothing 0.1`);
if (!(smooth < hard - 0.01)) throw new Error("expected less confidence");
