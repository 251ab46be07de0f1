// A loop of one's own: gradients by weights and input, a loss that no table has, and updates when you say so.
import { adam, dense, input, sequential } from "whetstone";

const x = Float32Array.from({ length: 64 }, (_, i) => i / 32 - 1);
const y = x.map((v) => 2 * v + 1);
const model = sequential([input({ shape: [1] }), dense({ units: 1 })]);
model.compile({ optimizer: adam({ learningRate: 0.1 }), loss: "meanSquaredError", seed: 1 });

// The loss that compile named.
const { loss: before } = await model.gradients(x, y);
for (let step = 0; step < 30; step++) await model.applyGradients(await model.gradients(x, y));
const { loss: after } = await model.gradients(x, y);

// The quantile loss for 90 %: its gradient by each output is -0.9 below the target and 0.1 above it.
for (let step = 0; step < 100; step++) {
  const { data } = await model.predict(x);
  const slope = data.map((value, i) => (value < y[i] + Math.sin(99 * i) ? -0.9 : 0.1) / x.length);
  await model.applyGradients(await model.backward(x, slope));
}
const { data } = await model.predict(x);
await model.dispose();
const below = data.filter((value, i) => value >= y[i] + Math.sin(99 * i)).length / x.length;
console.log(
  `mean squared error ${before.toFixed(2)} -> ${after.toFixed(2)}; then ${(100 * below).toFixed(0)} % of noisy targets lie below`,
);
if (!(after < 0.2 * before && below > 0.8 && below < 0.98)) throw new Error("expected both losses to fall");
