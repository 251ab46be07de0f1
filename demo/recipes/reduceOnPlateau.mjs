// The learning rate is halved whenever the validation loss has not fallen for eight epochs.
import { dense, input, reduceOnPlateau, sequential, sgd } from "whetstone";

// A curve with some noise, made of a seed.
let state = 1;
const random = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
};
const x = Array.from({ length: 200 }, () => [2 * random() - 1]);
const y = x.map(([value]) => value ** 3 - value / 2 + 0.2 * random());

const model = sequential([input({ shape: [1] }), dense({ units: 16, activation: "tanh" }), dense({ units: 1 })]);
const learningRate = reduceOnPlateau({ initial: 0.1, factor: 0.5, patience: 8, monitor: "valLoss" });
model.compile({ optimizer: sgd({ learningRate, momentum: 0.9 }), loss: "meanSquaredError", seed: 1 });
const { epochs } = await model.fit(x, y, { epochs: 150, batchSize: 16, validationSplit: 0.2 });
await model.dispose();

const [first, last] = [epochs[0], epochs.at(-1)];
console.log(`learning rate ${first.learningRate} -> ${last.learningRate}`);
console.log(`validation loss ${first.valLoss.toFixed(4)} -> ${last.valLoss.toFixed(4)}`);
if (!(last.learningRate < first.learningRate && last.valLoss < first.valLoss)) throw new Error("no effect");
