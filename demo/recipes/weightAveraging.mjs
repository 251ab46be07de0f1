// Averages of the weights: small batches make a net's weights wander around a good place; their moving average stays in it.
import { dense, input, sequential, sgd } from "whetstone";

// Noisy rows of a wave.
let seed = 3;
const random = () => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed / 2147483648 - 1;
};
const x = Array.from({ length: 400 }, () => [random() * 3]);
const y = x.map(([value]) => [Math.sin(value) + 0.5 * random()]);
const [train, test] = [
  [x.slice(0, 300), y.slice(0, 300)],
  [x.slice(300), y.slice(300)],
];

const losses = [];
for (const useEma of [false, true]) {
  const model = sequential([input({ shape: [1] }), dense({ units: 16, activation: "tanh" }), dense({ units: 1 })]);
  model.compile({ optimizer: sgd({ learningRate: 0.2, useEma }), loss: "meanSquaredError", seed: 1 });
  // The validation of a fit, too, is that of the averages, which the model has from the fit's end on.
  await model.fit(...train, { epochs: 60, batchSize: 4, validationData: test });
  losses.push((await model.evaluate(...test)).loss);
  await model.dispose();
}
console.log(
  `loss on new rows: ${losses[0].toFixed(4)} with the last weights, ${losses[1].toFixed(4)} with their averages`,
);
if (!(losses[1] < losses[0])) throw new Error("averaging did not help");
