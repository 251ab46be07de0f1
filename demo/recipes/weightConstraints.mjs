// What must hold for the weights after every update: no negative ones, or a norm for each unit.
import { adam, dense, input, sequential } from "whetstone";

const noise = (i) => (Math.sin(12.9898 * i) * 43758.5453) % 1; // in (-1, 1), the same every time
const x = Array.from({ length: 128 }, (_, r) => Array.from({ length: 4 }, (_, c) => noise(4 * r + c)));
const y = x.map(([a, b, c]) => [5 * a - 3 * b + c]);

async function kernelWith(kernelConstraint) {
  const model = sequential([input({ shape: [4] }), dense({ units: 1, kernelConstraint })]);
  model.compile({ optimizer: adam({ learningRate: 0.1 }), loss: "meanSquaredError", seed: 1 });
  await model.fit(x, y, { epochs: 30 });
  const [{ data }] = await model.getWeights();
  await model.dispose();
  return [...data];
}

const norm = (weights) => Math.hypot(...weights);
const positive = await kernelWith("nonNegative");
const bounded = await kernelWith({ type: "maxNorm", maximum: 2 });
const unit = await kernelWith("unitNorm");
console.log(`nonNegative: ${positive.map((w) => w.toFixed(2)).join(", ")}`);
console.log(`norm under maxNorm 2: ${norm(bounded).toFixed(4)}, under unitNorm: ${norm(unit).toFixed(4)}`);
const held = Math.min(...positive) >= 0 && norm(bounded) < 2.0001 && Math.abs(norm(unit) - 1) < 1e-4;
if (!held) throw new Error("expected the constraints to hold");
