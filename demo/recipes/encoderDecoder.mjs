// An encoder and a decoder: one LSTM reads a sequence, and another one begins with what the first ended with, to tell it backwards.
import { adam, dense, functional, input, lstm } from "whetstone";

const [rows, steps, signs] = [400, 4, 3];
const from = new Float32Array(rows * steps * signs);
const to = new Float32Array(rows * steps * signs);
const labels = new Int32Array(rows * steps);
for (let row = 0; row < rows; row++) {
  const word = Array.from(
    { length: steps },
    (_, k) => Math.floor(Math.abs(Math.sin(12.9898 * (row * steps + k + 1))) * 7919) % signs,
  );
  const backwards = [...word].reverse();
  word.forEach((sign, k) => {
    from[(row * steps + k) * signs + sign] = 1;
    labels[row * steps + k] = backwards[k];
    // The decoder is told what came before; nothing before the first sign.
    if (k > 0) to[(row * steps + k) * signs + backwards[k - 1]] = 1;
  });
}

const [question, begun] = [
  input({ shape: [steps, signs], name: "question" }),
  input({ shape: [steps, signs], name: "begun" }),
];
const [, h, c] = lstm({ units: 24, returnState: true }).apply(question);
const words = lstm({ units: 24, returnSequences: true }).apply([begun, h, c]);
const answer = dense({ units: signs, activation: "softmax" }).apply(words);
const model = functional({ inputs: [question, begun], outputs: answer });
model.compile({
  optimizer: adam({ learningRate: 0.01 }),
  loss: "sparseCategoricalCrossentropy",
  metrics: ["accuracy"],
  seed: 1,
});
const x = {
  question: { data: from, shape: [rows, steps, signs] },
  begun: { data: to, shape: [rows, steps, signs] },
};
const { epochs } = await model.fit(x, { data: labels, shape: [rows, steps] }, { epochs: 40, validationSplit: 0.2 });
const { accuracy, valAccuracy } = epochs.at(-1);
console.log(
  `signs told right: ${(100 * accuracy).toFixed(1)} %, of words never seen ${(100 * valAccuracy).toFixed(1)} %`,
);
await model.dispose();
if (!(valAccuracy > 0.9)) throw new Error("expected the words to be told backwards");
