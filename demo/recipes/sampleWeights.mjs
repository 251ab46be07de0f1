// A weight for each row: measurements that are known to be bad count little, or not at all.
import { dense, input, sequential, sgd } from "whetstone";

const x = Array.from({ length: 100 }, (_, i) => [i / 50 - 1]);
const y = x.map(([v], i) => [i % 10 === 0 ? -10 : 3 * v]);
const sampleWeight = y.map((_, i) => (i % 10 === 0 ? 0 : 1));

async function biasWith(options) {
  const model = sequential([input({ shape: [1] }), dense({ units: 1 })]);
  model.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: "meanSquaredError", seed: 1 });
  await model.fit(x, y, { epochs: 30, ...options });
  const [, bias] = await model.getWeights();
  await model.dispose();
  return bias.data[0];
}

const [without, weighed] = [await biasWith({}), await biasWith({ sampleWeight })];
console.log(
  `bias of y = 3 x + bias: ${without.toFixed(2)} with the bad rows, ${weighed.toFixed(2)} with weight 0 for them`,
);
if (!(Math.abs(weighed) < 0.05 && without < -0.5)) throw new Error("expected the bad rows to be left out");
