// A rate that rises in the first steps and then falls along a cosine ends nearer to the minimum than a constant one.
import { cosineDecay, dense, input, scheduleRate, sequential, sgd, warmup } from "whetstone";

const noise = (i) => (Math.sin(12.9898 * i) * 43758.5453) % 1; // in (-1, 1), the same every time
const x = Array.from({ length: 256 }, (_, i) => [noise(i), noise(i + 0.5)]);
const y = x.map(([a, b], i) => [a - b + noise(i + 0.25)]);
const steps = 20 * (256 / 8);
const learningRate = warmup({ steps: 32, schedule: cosineDecay({ initial: 0.3, steps: steps - 32 }) });

async function finalLoss(rate) {
  const model = sequential([input({ shape: [2] }), dense({ units: 1 })]);
  model.compile({ optimizer: sgd({ learningRate: rate }), loss: "meanSquaredError", seed: 1 });
  await model.fit(x, y, { epochs: 20, batchSize: 8 });
  const { loss } = await model.evaluate(x, y);
  await model.dispose();
  return loss;
}

const [constant, falling] = [await finalLoss(0.3), await finalLoss(learningRate)];
const rates = [0, 16, 32, 336, steps].map((step) => scheduleRate(learningRate, step).toFixed(3));
console.log(`rates at steps 0, 16, 32, 336, ${steps}: ${rates.join(", ")}`);
console.log(`loss with a constant rate ${constant.toFixed(4)}, with warmup and cosine decay ${falling.toFixed(4)}`);
if (!(falling < constant)) throw new Error("expected a lower loss");
