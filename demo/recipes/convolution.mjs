// A convolutional net after LeNet-5 on a few hundred digits of MNIST: the same small filters look at every place of an image.
import { adam, conv2d, dense, flatten, input, maxPooling2d, rescaling, sequential } from "whetstone";
import { readMnist } from "../mnist.mjs";

const [rows, tested] = [600, 500];
const { train, test } = await readMnist();
const take = ({ x, y }, count) => [x.subarray(0, count * 784), y.subarray(0, count)];

const model = sequential([
  input({ shape: [28, 28, 1] }),
  rescaling({ scale: 1 / 255 }),
  conv2d({ filters: 8, kernelSize: 5, padding: "same", activation: "relu" }),
  maxPooling2d(), // 14 x 14
  conv2d({ filters: 16, kernelSize: 5, padding: "same", activation: "relu" }),
  maxPooling2d(), // 7 x 7
  flatten(),
  dense({ units: 64, activation: "relu" }),
  dense({ units: 10, activation: "softmax" }),
]);
const loss = "sparseCategoricalCrossentropy";
model.compile({ optimizer: adam({ learningRate: 0.003 }), loss, metrics: ["accuracy"], seed: 1 });

const before = await model.evaluate(...take(test, tested));
await model.fit(...take(train, rows), { epochs: 6, batchSize: 32 });
const after = await model.evaluate(...take(test, tested));
await model.dispose();

const percent = ({ accuracy }) => `${(100 * accuracy).toFixed(1)} %`;
console.log(`digits never seen: ${percent(before)} right before, ${percent(after)} after ${rows} images, 6 epochs`);
if (after.accuracy < 0.85) throw new Error(`expected 85 %, got ${percent(after)}`);
