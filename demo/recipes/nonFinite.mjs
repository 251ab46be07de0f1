// A learning rate that is far too high makes the loss overflow. The fit goes back, halves the rate, and gets there.
import { dense, input, sequential, sgd } from "whetstone";

// A plane with some noise, made of a seed.
let state = 1;
const random = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
};
const x = Array.from({ length: 200 }, () => [2 * random() - 1, 2 * random() - 1]);
const y = x.map(([a, b]) => 3 * a - 2 * b + 0.1 * random());

const model = sequential([input({ shape: [2] }), dense({ units: 1 })]);
model.compile({ optimizer: sgd({ learningRate: 40 }), loss: "meanSquaredError", seed: 1 });
const history = await model.fit(x, y, { epochs: 20, onNonFinite: "rollback" });
await model.dispose();

const last = history.epochs.at(-1);
console.log(`went back ${history.rollbacks} times: learning rate 40 -> ${last.learningRate}`);
console.log(`loss at the end ${last.loss.toFixed(4)}`);
if (!(history.rollbacks > 0 && last.loss < 0.1)) throw new Error("no effect");
