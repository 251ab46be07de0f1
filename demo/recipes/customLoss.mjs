// A loss of one's own: the pinball loss, whose best answer is not the mean but a quantile.
import { adam, defineLoss, dense, input, sequential } from "whetstone";

const share = 0.9;
// The function is called once; what it does with its symbols becomes JSON, and its gradient follows from rules.
const pinball = defineLoss(
  (target, prediction) => {
    const error = target.subtract(prediction);
    return error.multiply(share).maximum(error.multiply(share - 1));
  },
  { name: "pinball" },
);

// A wave whose noise grows to the right, from a small generator with a seed.
let seed = 7;
const random = () => (seed = Math.imul(seed, 1103515245) + 12345) / 2 ** 32 + 0.5;
const x = Array.from({ length: 600 }, () => [2 * random() - 1]);
const y = x.map(([at]) => Math.sin(3 * at) + (1 + at) * (random() - 0.5));

const model = sequential([input({ shape: [1] }), dense({ units: 24, activation: "tanh" }), dense({ units: 1 })]);
model.compile({ optimizer: adam({ learningRate: 0.01 }), loss: pinball, seed: 1 });
await model.fit(x, y, { epochs: 100 });
const { data } = await model.predict(x);
await model.dispose();

const below = y.filter((value, row) => value < data[row]).length / y.length;
console.log(`${(100 * below).toFixed(1)} % of the values lie below the predicted 90 % quantile`);
if (Math.abs(below - share) > 0.03) throw new Error("the quantile was not learnt");
