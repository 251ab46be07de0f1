// One row in twenty is of class 1. Weights of classes, a balanced sampler and a focal loss each make the net look at it.
import { adam, dense, input, sequential } from "whetstone";

const noise = (i) => (Math.sin(12.9898 * i) * 43758.5453) % 1; // in (-1, 1), the same every time
const y = Array.from({ length: 600 }, (_, i) => Number(i % 20 === 0));
const x = y.map((label, i) => [noise(i) + noise(i + 0.3) + label, noise(i + 0.5) + noise(i + 0.8) + label]);

async function recallWith(loss, options) {
  const hidden = dense({ units: 16, activation: "relu" });
  const model = sequential([input({ shape: [2] }), hidden, dense({ units: 2, activation: "softmax" })]);
  model.compile({ optimizer: adam({ learningRate: 0.01 }), loss, metrics: ["recall", "auc"], seed: 1 });
  await model.fit(x, y, { epochs: 20, ...options });
  const { recall, auc } = await model.evaluate(x, y);
  await model.dispose();
  return { recall, text: `recall ${recall.toFixed(2)}, AUC ${auc.toFixed(2)}` };
}

const crossentropy = "sparseCategoricalCrossentropy";
const focal = { name: "sparseCategoricalFocalCrossentropy", gamma: 2 };
const plain = await recallWith(crossentropy, {});
const weighed = await recallWith(crossentropy, { classWeight: "balanced" });
const sampled = await recallWith(crossentropy, { sampler: "balanced" });
const focused = await recallWith(focal, { classWeight: { 1: 10 } });
console.log(`plain: ${plain.text}; classWeight: ${weighed.text}`);
console.log(`sampler: ${sampled.text}; focal loss and classWeight: ${focused.text}`);
for (const { recall } of [weighed, sampled, focused])
  if (!(recall > plain.recall + 0.2)) throw new Error("expected more");
