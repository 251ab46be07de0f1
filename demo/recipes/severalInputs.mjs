// Two inputs, two outputs: an image and a table go in, a class and a number come out, each with a loss and a weight of its own.
import { adam, concatenate, dense, functional, input } from "whetstone";

const image = input({ shape: [16], name: "image" });
const table = input({ shape: [3], name: "table" });
const seen = dense({ units: 16, activation: "relu" }).apply(image);
const read = dense({ units: 8, activation: "relu" }).apply(table);
const both = concatenate().apply([seen, read]);
const model = functional({
  inputs: [image, table],
  outputs: [
    dense({ units: 2, activation: "softmax", name: "kind" }).apply(both),
    dense({ units: 1, name: "size" }).apply(both),
  ],
});
model.compile({
  optimizer: adam({ learningRate: 0.01 }),
  loss: { kind: "sparseCategoricalCrossentropy", size: "meanSquaredError" },
  lossWeights: { size: 0.5 },
  metrics: { kind: ["accuracy"] },
  seed: 1,
});

const rows = 300;
const noise = (width, step) =>
  Array.from({ length: rows }, (_, r) => Array.from({ length: width }, (_, c) => Math.sin(step * (r * width + c + 1))));
const x = { image: noise(16, 12.9898), table: noise(3, 78.233) };
// Neither input is enough: the class is the sign of a sum of both.
const y = {
  kind: x.image.map((pixels, r) => (pixels[0] + x.table[r][0] > 0 ? 1 : 0)),
  size: x.image.map((pixels, r) => [pixels[1] + x.table[r][1]]),
};
const { epochs } = await model.fit(x, y, { epochs: 60, validationSplit: 0.2 });
const { loss, kindLoss, sizeLoss, kindAccuracy } = epochs.at(-1);
console.log(`loss ${loss.toFixed(3)} = kind ${kindLoss.toFixed(3)} + 0.5 * size ${sizeLoss.toFixed(3)}`);
console.log(`accuracy of kind ${kindAccuracy.toFixed(2)}`);

const { outputs } = await model.predict({ image: x.image.slice(0, 2), table: x.table.slice(0, 2) });
console.log("kind", outputs.kind.shape, "size", outputs.size.data);
await model.dispose();
if (!(kindAccuracy > 0.9 && sizeLoss < 0.1)) throw new Error("expected both outputs to be learned");
