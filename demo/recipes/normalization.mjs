// Columns of very different sizes: a layer that learns their means and deviations from the training rows, and is saved with the model.
import { adaptNormalization, dense, input, sequential, sgd } from "whetstone";

const noise = (i) => (Math.sin(12.9898 * i) * 43758.5453) % 1; // in (-1, 1), the same every time
const x = Array.from({ length: 200 }, (_, i) => [0.5 + 0.01 * noise(i), 300 + 50 * noise(i + 0.5)]);
const y = x.map(([a, b]) => [100 * (a - 0.5) + (b - 300) / 50]);

async function lossWith(layers, learningRate) {
  const model = sequential([input({ shape: [2] }), ...layers, dense({ units: 1 })]);
  model.compile({ optimizer: sgd({ learningRate }), loss: "meanSquaredError", seed: 1 });
  await model.fit(x, y, { epochs: 30 });
  const { loss } = await model.evaluate(x, y);
  await model.dispose();
  return loss;
}

// Without it, a rate above 1e-5 diverges: the second column is too large.
const [raw, scaled] = [await lossWith([], 1e-6), await lossWith([adaptNormalization(x)], 0.1)];
console.log(`loss after 30 epochs: ${raw.toFixed(3)} on raw columns, ${scaled.toExponential(1)} on normalized ones`);
if (!(scaled < 0.01 * raw)) throw new Error("expected normalized columns to be learned faster");
