// Ten optimizers on one curve: each is JSON, and a change of optimizer is a change of one word.
import {
  adadelta,
  adagrad,
  adam,
  adamax,
  adamw,
  dense,
  input,
  lion,
  nadam,
  radam,
  rmsprop,
  sequential,
  sgd,
} from "whetstone";

const x = Array.from({ length: 128 }, (_, i) => [i / 64 - 1]);
const y = x.map(([v]) => [Math.sin(3 * v)]);
const optimizers = [
  sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true }),
  adam({ learningRate: 0.02 }),
  adamw({ learningRate: 0.02, weightDecay: 0.001 }),
  nadam({ learningRate: 0.02 }),
  radam({ learningRate: 0.05 }),
  adamax({ learningRate: 0.05 }),
  rmsprop({ learningRate: 0.02 }),
  adagrad({ learningRate: 0.2 }),
  adadelta({ learningRate: 1 }),
  lion({ learningRate: 0.005 }),
];
const model = sequential([input({ shape: [1] }), dense({ units: 16, activation: "tanh" }), dense({ units: 1 })]);
const results = [];
for (const optimizer of optimizers) {
  const fresh = sequential(model.toJSON());
  fresh.compile({ optimizer, loss: "meanSquaredError", seed: 1 });
  const { epochs } = await fresh.fit(x, y, { epochs: 40, batchSize: 16 });
  await fresh.dispose();
  results.push(`${optimizer.type} ${epochs.at(-1).loss.toFixed(3)}`);
  if (!(epochs.at(-1).loss < 0.75 * epochs[0].loss)) throw new Error(`${optimizer.type} did not learn`);
}
console.log(`loss after 40 epochs: ${results.join(", ")}`);
