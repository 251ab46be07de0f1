// Whole columns are dropped from batches, so that a model also uses the others: it withstands a sensor that fails.
import { adam, columnDropout, dense, gaussianNoise, input, sequential } from "whetstone";

const noise = (i) => (Math.sin(12.9898 * i) * 43758.5453) % 1; // in (-1, 1), the same every time
// Four sensors measure the same thing, the first one best; all have mean 0.
const truth = Array.from({ length: 400 }, (_, r) => 2 * noise(r));
const x = truth.map((value, r) => [0, 1, 2, 3].map((c) => value + (c ? 0.5 : 0.02) * noise(4 * r + c + 0.5)));
const failed = x.map(([_, ...others]) => [0, ...others]);

async function lossesWith(...augmentation) {
  const model = sequential([
    input({ shape: [4] }),
    ...augmentation,
    dense({ units: 16, activation: "tanh" }),
    dense({ units: 1 }),
  ]);
  model.compile({ optimizer: adam({ learningRate: 0.01 }), loss: "meanSquaredError", seed: 1 });
  await model.fit(x, truth, { epochs: 60 });
  const losses = [await model.evaluate(x, truth), await model.evaluate(failed, truth)];
  await model.dispose();
  return losses.map(({ loss }) => loss.toFixed(3));
}

const plain = await lossesWith();
const augmented = await lossesWith(gaussianNoise({ stddev: 0.1 }), columnDropout({ rate: 0.25 }));
console.log(`loss: ${plain[0]}, and ${plain[1]} once the first sensor fails`);
console.log(`with noise and columnDropout: ${augmented[0]}, and ${augmented[1]}`);
if (!(augmented[1] < plain[1] / 2)) throw new Error("expected less harm from a failed sensor");
