// The recipe of the demo for seeds 0 to 4: each accuracy on the test images, and their mean.
import { readMnist } from "../demo/mnist.mjs";
import { createModel, fitOptions, meanRate } from "../demo/recipe.mjs";

const SEEDS = [0, 1, 2, 3, 4];
const LEAST_MEAN = 0.965;

const percent = (share) => `${(100 * share).toFixed(2)} %`;
const line = (...cells) => console.log(cells.map((cell, i) => String(cell).padStart(i ? 17 : 5)).join(""));

export default async function recipe() {
  const { train, test } = await readMnist();
  const accuracies = [];
  line("seed", "test accuracy", "epochs", "samples/s", "fingerprint");
  for (const seed of SEEDS) {
    const model = createModel({ seed });
    const { epochs, fingerprint } = await model.fit(train.x, train.y, fitOptions);
    const { accuracy } = await model.evaluate(test.x, test.y);
    await model.dispose();
    accuracies.push(accuracy);
    line(seed, percent(accuracy), epochs.length, Math.round(meanRate(epochs)).toLocaleString("en-US"), fingerprint);
  }
  const mean = accuracies.reduce((sum, accuracy) => sum + accuracy, 0) / accuracies.length;
  const kept = mean >= LEAST_MEAN;
  console.log(`\nmean test accuracy ${percent(mean)}, ${kept ? "at least" : "NOT at least"} ${percent(LEAST_MEAN)}`);
  return kept;
}
