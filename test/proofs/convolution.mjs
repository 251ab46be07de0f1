// Proof: a convolutional net after LeNet-5 learns MNIST as well as such nets do.
import { readMnist } from "../../demo/mnist.mjs";

const [EPOCHS, LEAST] = [4, 0.985];

/** Lines of the section and what went wrong. */
export async function proveConvolution() {
  // The package itself, which need not be built when this file is loaded.
  const { adam, conv2d, dense, flatten, input, maxPooling2d, rescaling, sequential } = await import("whetstone");
  const { train, test } = await readMnist();
  const model = sequential([
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
  const optimizer = adam({ learningRate: 0.001 });
  model.compile({ optimizer, loss, metrics: ["accuracy"], seed: 1, numerics: "strict", workers: 2 });
  const rows = [];
  for (let epoch = 1; epoch <= EPOCHS; epoch++) {
    const begin = performance.now();
    await model.fit(train.x, train.y, { epochs: 1, batchSize: 64 });
    const seconds = (performance.now() - begin) / 1000;
    const { accuracy, loss } = await model.evaluate(test.x, test.y);
    rows.push({ epoch, accuracy, loss, seconds });
  }
  await model.dispose();
  const last = rows.at(-1).accuracy;
  const percent = (share) => `${(100 * share).toFixed(2)} %`;
  return {
    lines: [
      "conv2d 8 of 5 x 5, maxPooling2d, conv2d 16 of 5 x 5, maxPooling2d, dense 64, dense 10 on the 60,000 images of MNIST;",
      'adam 0.001, batches of 64, `numerics: "strict"`, 2 workers. Accuracy and loss are those of the 10,000 test images.',
      "",
      "| epoch | test accuracy | test loss | seconds |",
      "|---:|---:|---:|---:|",
      ...rows.map(
        ({ epoch, accuracy, loss, seconds }) =>
          `| ${epoch} | ${percent(accuracy)} | ${loss.toFixed(4)} | ${seconds.toFixed(1)} |`,
      ),
    ],
    problems:
      last >= LEAST
        ? []
        : [`expected ${percent(LEAST)} of the test images after ${EPOCHS} epochs, got ${percent(last)}`],
  };
}
