// Look up: each row has four cards in any order, a suit and a value each, and then a suit alone. What is its card's value?
import { adam, dense, flatten, input, multiHeadAttention, sequential } from "whetstone";

const [rows, suits] = [800, 4];
let state = 1;
const below = (n) => {
  state = (Math.imul(state, 1103515245) + 12345) >>> 0;
  return Math.floor((state / 2 ** 32) * n);
};
const oneHot = (suit) => [0, 1, 2, 3].map((i) => Number(i === suit));
const [x, y] = [[], []];
for (let row = 0; row < rows; row++) {
  const order = [0, 1, 2, 3].map((suit) => [below(1000), suit]).sort(([a], [b]) => a - b);
  const values = order.map(() => 2 * below(2) - 1);
  const asked = below(suits);
  const steps = [...order.map(([, suit], i) => [...oneHot(suit), values[i], 0]), [...oneHot(asked), 0, 1]];
  x.push(...steps.flat());
  y.push([(values[order.findIndex(([, suit]) => suit === asked)] + 1) / 2]);
}

const data = { data: x, shape: [rows, suits + 1, 6] };
for (const reader of [dense({ units: 16, activation: "relu" }), multiHeadAttention({ heads: 2, headSize: 8 })]) {
  const model = sequential([
    input({ shape: [suits + 1, 6] }),
    reader,
    flatten(),
    dense({ units: 1, activation: "sigmoid" }),
  ]);
  model.compile({
    optimizer: adam({ learningRate: 0.03 }),
    loss: "binaryCrossentropy",
    metrics: ["accuracy"],
    seed: 1,
  });
  const { epochs } = await model.fit(data, y, { epochs: 12, validationSplit: 0.25 });
  await model.dispose();
  const { valAccuracy } = epochs.at(-1);
  console.log(`${reader.type}: accuracy ${valAccuracy.toFixed(3)} on unseen rows`);
  if ((reader.type === "dense") === valAccuracy > 0.9) throw new Error("expected attention alone to find the card");
}
