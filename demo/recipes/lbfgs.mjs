// L-BFGS: where the data is small enough to be taken whole, each step learns from the last ones how the loss bends.
import { adam, dense, input, lbfgs, sequential } from "whetstone";

// 80 points of a curve, y = sin(3 x) + x / 2.
const x = Array.from({ length: 80 }, (_, i) => [i / 40 - 1]);
const y = x.map(([at]) => [Math.sin(3 * at) + at / 2]);

const losses = [];
for (const optimizer of [adam({ learningRate: 0.02 }), lbfgs({ learningRate: 0.5 })]) {
  const model = sequential([input({ shape: [1] }), dense({ units: 8, activation: "tanh" }), dense({ units: 1 })]);
  model.compile({ optimizer, loss: "meanSquaredError", seed: 1 });
  const { epochs } = await model.fit(x, y, { epochs: 150, batchSize: "full" });
  losses.push(epochs.at(-1).loss);
  console.log(`${optimizer.type.padEnd(5)} loss after 150 steps ${epochs.at(-1).loss.toExponential(1)}`);
  await model.dispose();
}
if (!(losses[1] < losses[0] / 3)) throw new Error("L-BFGS was not much better");
