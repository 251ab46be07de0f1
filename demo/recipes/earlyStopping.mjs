// Training ends when the validation loss has not improved for some epochs, and the best weights come back.
import { adam, dense, earlyStopping, input, sequential } from "whetstone";

const noise = (i) => (Math.sin(12.9898 * i) * 43758.5453) % 1; // in (-1, 1), the same every time
const x = Array.from({ length: 100 }, (_, r) => Array.from({ length: 10 }, (_, c) => noise(10 * r + c)));
const y = x.map((row, r) => [row[0] - row[1] + noise(r + 0.5)]);

const model = sequential([input({ shape: [10] }), dense({ units: 128, activation: "relu" }), dense({ units: 1 })]);
model.compile({ optimizer: adam({ learningRate: 0.01 }), loss: "meanSquaredError", seed: 1 });
const { epochs, stopped, bestEpoch } = await model.fit(x, y, {
  epochs: 200,
  validationSplit: 0.3,
  callbacks: [earlyStopping({ monitor: "valLoss", patience: 15, minDelta: 0.001 })],
});
await model.dispose();

const [best, last] = [epochs[bestEpoch].valLoss, epochs.at(-1).valLoss];
console.log(`${stopped} after ${epochs.length} of 200 epochs; the weights are those of epoch ${bestEpoch + 1}`);
console.log(`validation loss there ${best.toFixed(3)}, in the last epoch ${last.toFixed(3)}`);
if (stopped !== "earlyStopping" || !(best < last)) throw new Error("expected the training to stop early");
