// Images are moved anew in every step of training; predictions take them as they are.
import { adam, dense, flatten, input, randomTranslation, sequential } from "whetstone";

const noise = (i) => (Math.sin(12.9898 * i) * 43758.5453) % 1; // in (-1, 1), the same every time
/** 8 x 8 pixels with a bar of five, upright or lying, anywhere. */
function image(i) {
  const pixels = Array.from({ length: 64 }, (_, p) => 0.2 * noise(64 * i + p));
  const place = (seed, most) => Math.floor((Math.abs(noise(seed)) * most) % most);
  const [along, across] = [place(i + 0.25, 4), place(i + 0.75, 8)];
  for (let k = along; k < along + 5; k++) pixels[i % 2 ? 8 * k + across : 8 * across + k] = 1;
  return pixels;
}
const x = Array.from({ length: 440 }, (_, i) => image(i));
const y = x.map((_, i) => i % 2);

async function accuracyWith(...augmentation) {
  const hidden = dense({ units: 32, activation: "relu" });
  const last = dense({ units: 2, activation: "softmax" });
  const model = sequential([input({ shape: [8, 8, 1] }), ...augmentation, flatten(), hidden, last]);
  const optimizer = adam({ learningRate: 0.01 });
  model.compile({ optimizer, loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"], seed: 1 });
  await model.fit(x.slice(0, 40), y.slice(0, 40), { epochs: 120, batchSize: 20 });
  const { accuracy } = await model.evaluate(x.slice(40), y.slice(40));
  await model.dispose();
  return accuracy;
}

const without = await accuracyWith();
const moved = await accuracyWith(randomTranslation({ heightFactor: 0.4, widthFactor: 0.4, fillMode: "wrap" }));
console.log(
  `new images told apart: ${(100 * without).toFixed(0)} %, after 40 images that were moved ${(100 * moved).toFixed(0)} %`,
);
if (!(moved > without + 0.05)) throw new Error("expected more with moved images");
