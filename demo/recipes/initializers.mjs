// How far a signal gets through ten layers depends on how the weights begin.
import { dense, input, sequential } from "whetstone";

const x = Array.from({ length: 64 }, (_, i) => Array.from({ length: 32 }, (_, k) => Math.sin(i * 32 + k)));
const initializers = [
  { type: "randomNormal", deviation: 0.05 },
  "glorotUniform",
  "heNormal",
  { type: "orthogonal", gain: Math.SQRT2 },
];

const sizes = {};
for (const kernelInitializer of initializers) {
  const layers = Array.from({ length: 10 }, () => dense({ units: 64, activation: "relu", kernelInitializer }));
  const model = sequential([input({ shape: [32] }), ...layers]);
  model.compile({ optimizer: "sgd", seed: 1 });
  const { data } = await model.predict(x);
  await model.dispose();
  const name = kernelInitializer.type ?? kernelInitializer;
  sizes[name] = Math.sqrt(data.reduce((sum, v) => sum + v * v, 0) / data.length);
}
const text = Object.entries(sizes).map(([name, size]) => `${name} ${size.toPrecision(2)}`);
console.log(`root mean square behind ten relu layers: ${text.join(", ")}`);
if (!(sizes.heNormal > 10 * sizes.glorotUniform && sizes.glorotUniform > 10 * sizes.randomNormal)) {
  throw new Error("expected He's weights to keep the signal");
}
