// Weight decay: each update also takes a share of every weight away, so that a net with few rows to learn from stays simple.
import { adam, dense, input, sequential } from "whetstone";

// 24 noisy rows of y = x0 among 20 inputs that mean nothing; 200 rows to test on.
let seed = 7;
const random = () => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed / 2147483648 - 1;
};
const rows = (count) => Array.from({ length: count }, () => Array.from({ length: 21 }, random));
const target = (x) => x.map(([first]) => [first + 0.5 * random()]);
const [x, xTest] = [rows(24), rows(200)];
const [y, yTest] = [target(x), target(xTest)];

const losses = {};
for (const weightDecay of [0, 4]) {
  const model = sequential([input({ shape: [21] }), dense({ units: 32, activation: "tanh" }), dense({ units: 1 })]);
  model.compile({ optimizer: adam({ learningRate: 0.01, weightDecay }), loss: "meanSquaredError", seed: 1 });
  await model.fit(x, y, { epochs: 150, batchSize: 8 });
  losses[weightDecay] = (await model.evaluate(xTest, yTest)).loss;
  await model.dispose();
}
console.log(`loss on new rows: ${losses[0].toFixed(3)} without decay, ${losses[4].toFixed(3)} with weightDecay: 4`);
if (!(losses[4] < 0.9 * losses[0])) throw new Error("weight decay did not help");
