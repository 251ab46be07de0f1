// Modality dropout: one of two inputs is left out at random in training, so that the model can do without it when it is missing.
import { adam, concatenate, dense, functional, input, modalityDropout } from "whetstone";

const rows = 400;
const noise = (step) => Array.from({ length: rows }, (_, r) => Math.sin(step * (r + 1)));
const label = noise(12.9898).map((value) => (value > 0 ? 1 : 0));
// A clear signal, and a blurred one in four columns.
const clear = label.map((value) => [2 * value - 1]);
const blurred = label.map((value, r) =>
  [3, 5, 7, 11].map((step) => 2 * value - 1 + 2.5 * Math.sin(step * 7.77 * (r + 1))),
);

async function accuracies(rate) {
  const [a, b] = [input({ shape: [1], name: "clear" }), input({ shape: [4], name: "blurred" })];
  const left = modalityDropout({ rate }).apply(a);
  const merged = dense({ units: 16, activation: "relu" }).apply(concatenate().apply([left, b]));
  const model = functional({ inputs: [a, b], outputs: dense({ units: 2, activation: "softmax" }).apply(merged) });
  model.compile({
    optimizer: adam({ learningRate: 0.01 }),
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
    seed: 1,
  });
  await model.fit({ clear, blurred }, label, { epochs: 30 });
  const both = await model.evaluate({ clear, blurred }, label);
  const missing = await model.evaluate({ clear: clear.map(() => [0]), blurred }, label);
  await model.dispose();
  return [both.accuracy, missing.accuracy];
}

const [plain, trained] = [await accuracies(0), await accuracies(0.5)];
for (const [name, [both, missing]] of Object.entries({ without: plain, with: trained })) {
  console.log(
    `${name} modality dropout: accuracy ${both.toFixed(2)}, and ${missing.toFixed(2)} where the clear input is missing`,
  );
}
if (!(trained[1] > plain[1])) throw new Error("expected modality dropout to help where an input is missing");
