// Freezing: keep what the lower layer has learned and train a new task on top of it, with few rows.
import { adam, dense, input, sequential } from "whetstone";

// Points in the plane; whether they lie in a ring, and, for the second task, on which side of it.
const points = (count, start) =>
  Array.from({ length: count }, (_, i) => [0.754878, 0.56984].map((step) => 2 * (((i + start) * step) % 1) - 1));
const inRing = ([a, b]) => (a * a + b * b < 0.5 ? 1 : 0);
const outside = ([a, b]) => 1 - inRing([a, b]);

const model = sequential([
  input({ shape: [2] }),
  dense({ units: 32, activation: "relu", name: "features" }),
  dense({ units: 1, activation: "sigmoid", name: "decision" }),
]);
const training = {
  optimizer: adam({ learningRate: 0.02 }),
  loss: "binaryCrossentropy",
  metrics: ["accuracy"],
  seed: 1,
};
model.compile(training);
const [many, few, unseen] = [points(800, 0), points(40, 1000), points(400, 2000)];
await model.fit(many, many.map(inRing), { epochs: 40 });
const [learned] = await model.getWeights();

model.freeze("features");
model.compile(training); // a new task, a new optimizer
await model.fit(few, few.map(outside), { epochs: 120, batchSize: 8 });

const { accuracy } = await model.evaluate(unseen, unseen.map(outside));
const [kept] = await model.getWeights();
await model.dispose();
console.log(
  `features frozen, decision trained anew with ${few.length} rows: accuracy ${(100 * accuracy).toFixed(1)} %`,
);
if (!kept.data.every((w, i) => w === learned.data[i])) throw new Error("a frozen weight changed");
if (!(accuracy > 0.85)) throw new Error(`expected the features to serve the new task, got accuracy ${accuracy}`);
