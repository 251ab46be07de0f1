// A weight decay that follows the gradients: however large they are, the weights stay smaller than they would grow alone.
import { adaptiveWeightDecay, dense, input, sequential, sgd } from "whetstone";

// Noisy rows of y = x0 among 20 inputs that mean nothing, as they are and with targets 4 times as large.
let seed = 7;
const random = () => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed / 2147483648 - 1;
};
const x = Array.from({ length: 60 }, () => Array.from({ length: 21 }, random));
const y = x.map(([first]) => first + 0.5 * random());

for (const scale of [1, 4]) {
  const norms = [];
  for (const weightDecay of [0, adaptiveWeightDecay({ factor: 0.5 })]) {
    const model = sequential([input({ shape: [21] }), dense({ units: 32, activation: "tanh" }), dense({ units: 1 })]);
    model.compile({ optimizer: sgd({ learningRate: 0.02, weightDecay }), loss: "meanSquaredError", seed: 1 });
    const targets = y.map((value) => [scale * value]);
    await model.fit(x, targets, { epochs: 100, batchSize: 10 });
    const weights = await model.getWeights();
    norms.push(Math.hypot(...weights.flatMap(({ data }) => [...data])));
    await model.dispose();
  }
  const [without, adaptive] = norms;
  console.log(
    `targets x ${scale}: norm of the weights ${without.toFixed(2)} without, ${adaptive.toFixed(2)} with decay`,
  );
  if (!(adaptive < 0.9 * without)) throw new Error("the weights did not stay small");
}
