// Images as canvases have them, red, green, blue and alpha, go in as they are; one channel is their luminance.
import { adam, dense, flatten, input, rescaling, sequential } from "whetstone";

/** A bright bar on a dark ground, as `context.getImageData` would give it. */
function image(upright, place) {
  const data = new Uint8ClampedArray(8 * 8 * 4).fill(20);
  for (let i = 0; i < 8; i++)
    data.fill(240, 4 * (upright ? 8 * i + place : 8 * place + i), 4 * (upright ? 8 * i + place : 8 * place + i) + 4);
  return { data, width: 8, height: 8 };
}
const x = Array.from({ length: 16 }, (_, i) => image(i % 2 === 0, i >> 1));
const y = x.map((_, i) => (i % 2 === 0 ? "upright" : "lying"));

const model = sequential([
  input({ shape: [8, 8, 1] }),
  rescaling({ scale: 1 / 255 }),
  flatten(),
  dense({ units: 32, activation: "relu" }),
  dense({ units: 2, activation: "softmax" }),
]);
model.compile({
  optimizer: adam({ learningRate: 0.01 }),
  loss: "sparseCategoricalCrossentropy",
  metrics: ["accuracy"],
  seed: 1,
});
await model.fit(x, y, { epochs: 60, batchSize: 4 });
const { accuracy } = await model.evaluate(x, y);
await model.dispose();
console.log(`bars told apart: ${(100 * accuracy).toFixed(0)} % of ${x.length} images`);
if (!(accuracy > 0.9)) throw new Error("expected the bars to be told apart");
