// Batches larger than memory would like: gradients of several small ones make one update. "full" takes all rows.
import { dense, input, sequential, sgd } from "whetstone";

const x = Array.from({ length: 96 }, (_, i) => [Math.sin(i), Math.cos(2 * i)]);
const y = x.map(([a, b]) => [a - 2 * b]);

async function train(optimizer, options) {
  const model = sequential([input({ shape: [2] }), dense({ units: 8, activation: "tanh" }), dense({ units: 1 })]);
  model.compile({ optimizer, loss: "meanSquaredError", seed: 3 });
  const { steps } = await model.fit(x, y, { epochs: 10, shuffle: false, ...options });
  const weights = (await model.getWeights()).flatMap(({ data }) => [...data]);
  await model.dispose();
  return { steps, weights };
}

const rate = { learningRate: 0.05, momentum: 0.9 };
const large = await train(sgd(rate), { batchSize: 32 });
const small = await train(sgd({ ...rate, gradientAccumulationSteps: 4 }), { batchSize: 8 });
const full = await train(sgd(rate), { batchSize: "full" });
const apart = Math.max(...large.weights.map((w, i) => Math.abs(w - small.weights[i])));
console.log(`4 x 8 rows an update and 32 rows: ${small.steps} updates each, weights ${apart.toExponential(0)} apart`);
console.log(`"full": ${full.steps} updates, one an epoch`);
if (!(apart < 1e-5 && small.steps === large.steps && full.steps === 10)) throw new Error("expected the same weights");
