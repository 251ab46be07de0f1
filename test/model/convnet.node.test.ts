// A convolutional net after LeNet-5 on digits: what a team makes of it does not depend on the team.
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { conv2d, dense, flatten, input, maxPooling2d, rescaling, sequential } from "../../src/index.js";

const test = suite("convolutional net");
const [ROWS, PIXELS] = [96, 784];

test("trains to the same bits with 1 to 4 workers, and learns", async () => {
  const { readMnist } = await import(join(process.cwd(), "demo/mnist.mjs"));
  const { train } = await readMnist();
  const [x, y] = [train.x.subarray(0, ROWS * PIXELS), train.y.subarray(0, ROWS)];
  const fits = [];
  for (const workers of [1, 2, 3, 4]) {
    await using model = sequential([
      input({ shape: [28, 28, 1] }),
      rescaling({ scale: 1 / 255 }),
      conv2d({ filters: 8, kernelSize: 5, padding: "same", activation: "relu" }),
      maxPooling2d(),
      conv2d({ filters: 16, kernelSize: 5, padding: "same", activation: "relu" }),
      maxPooling2d(),
      flatten(),
      dense({ units: 64, activation: "relu" }),
      dense({ units: 10, activation: "softmax" }),
    ]);
    const loss = "sparseCategoricalCrossentropy";
    model.compile({ optimizer: "adam", loss, numerics: "strict", workers, seed: 1 });
    const { epochs } = await model.fit(x, y, { epochs: 3, batchSize: 20 });
    assert.ok(epochs.at(-1)!.loss < epochs[0]!.loss);
    fits.push(await model.getWeights());
  }
  for (const weights of fits) assert.equal(weights, fits[0]);
});

test.run();
