// Training from a stream: rows are made, or read from a file, while the team trains. No more than two windows of them are in memory.
import { dense, input, sequential, sgd } from "whetstone";

const ROWS = 40_000;
let made = 0;

/** Chunks of any size, as a file or a server gives them; here two noisy rings, made as they are asked for. */
async function* rings() {
  for (let first = 0; first < ROWS; first += 1000) {
    const x = new Float32Array(2000);
    const y = new Uint8Array(1000);
    for (let row = 0; row < 1000; row++) {
      const angle = (first + row) * 2.399963;
      y[row] = row % 2;
      const radius = 1 + y[row] + 0.3 * Math.sin(97 * angle);
      x.set([radius * Math.cos(angle), radius * Math.sin(angle)], 2 * row);
    }
    made += 1000;
    yield [x, y];
  }
}

const model = sequential([
  input({ shape: [2] }),
  dense({ units: 16, activation: "relu" }),
  dense({ units: 2, activation: "softmax" }),
]);
const optimizer = sgd({ learningRate: 0.1, momentum: 0.9 });
model.compile({ optimizer, loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"], seed: 1 });

const { epochs } = await model.fit(rings, { epochs: 2, batchSize: 100, windowRows: 2000 });
await model.dispose();
const { accuracy } = epochs.at(-1);
console.log(`${made} rows were made in ${epochs.length} epochs, at most 5000 of them ahead of the training.`);
console.log(`accuracy ${(100 * accuracy).toFixed(1)} %`);
if (!(accuracy > 0.95)) throw new Error("the rings were not told apart");
