// A penalty that fades: it keeps the weights small while the net finds its way, and then leaves the fit to the data.
import { adam, dense, input, linearDecay, sequential } from "whetstone";

let seed = 5;
const random = () => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed / 2147483648 - 1;
};
const x = Array.from({ length: 200 }, () => [random(), random()]);
const y = x.map(([a, b]) => [a * b + a]);

const found = {};
// 60 epochs of 20 batches: the second penalty is gone after half of them.
for (const [name, l2] of [
  ["constant", 0.05],
  ["fading", linearDecay({ initial: 0.05, steps: 600 })],
]) {
  const model = sequential([
    input({ shape: [2] }),
    dense({ units: 16, activation: "tanh", kernelRegularizer: { l2 } }),
    dense({ units: 1 }),
  ]);
  model.compile({ optimizer: adam({ learningRate: 0.01 }), loss: "meanSquaredError", seed: 1 });
  const { epochs } = await model.fit(x, y, { epochs: 60, batchSize: 10 });
  await model.dispose();
  found[name] = { first: epochs[0].penalty, last: epochs.at(-1).penalty, dataLoss: epochs.at(-1).dataLoss };
  const { first, last, dataLoss } = found[name];
  console.log(`${name}: penalty ${first.toFixed(3)} -> ${last.toFixed(3)}, data loss ${dataLoss.toFixed(4)}`);
}
if (!(found.fading.last === 0 && found.fading.dataLoss < 0.5 * found.constant.dataLoss)) {
  throw new Error("the penalty did not fade");
}
