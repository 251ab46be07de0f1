// Which learning rate? A short training on a copy of the model, in which the rate grows until the loss diverges, tells.
import { dense, findLearningRate, input, sequential, sgd } from "whetstone";

const ROWS = 512;
const x = Float32Array.from({ length: ROWS * 4 }, (_, i) => Math.sin(i * i));
const y = Float32Array.from({ length: ROWS }, (_, i) => 3 * x[4 * i] - 2 * x[4 * i + 1] * x[4 * i + 2]);

function createModel(learningRate) {
  const model = sequential([input({ shape: [4] }), dense({ units: 16, activation: "tanh" }), dense({ units: 1 })]);
  model.compile({ optimizer: sgd({ learningRate }), loss: "meanSquaredError", seed: 1 });
  return model;
}

/** The loss after 10 epochs. */
async function train(model) {
  const { epochs } = await model.fit(x, y, { epochs: 10 });
  await model.dispose();
  return epochs.at(-1).loss;
}

const guess = 0.0005;
const model = createModel(guess);
const { suggestion, least, curve } = await findLearningRate(model, x, y);
const [guessed, found] = [await train(model), await train(createModel(suggestion))];

console.log(
  `Suggested after ${curve.length} updates: ${suggestion.toPrecision(2)}; the loss is least at ${least.toPrecision(2)}.`,
);
console.log(`Loss after 10 epochs at ${guess}: ${guessed.toFixed(3)}; as suggested: ${found.toFixed(3)}.`);
if (!(found < guessed / 2)) throw new Error("Expected to learn much faster at the suggested rate.");
