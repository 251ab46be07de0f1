// Does word 1 come before word 2? The order is all there is to see: a mean over words cannot, a recurrent layer can.
import { adam, dense, embedding, globalAveragePooling1d, input, lstm, sequential } from "whetstone";

const [rows, steps] = [600, 8];
let state = 1;
const below = (n) => {
  state = (Math.imul(state, 1103515245) + 12345) >>> 0;
  return Math.floor((state / 2 ** 32) * n);
};
const y = Array.from({ length: rows }, () => below(2));
// Words 3 to 9, one of them a 1 and a later one a 2, or the other way round. 0 stands behind the end of short rows.
const x = y.map((label) => {
  const length = 5 + below(4);
  const words = Array.from({ length: steps }, (_, i) => (i < length ? 3 + below(7) : 0));
  const first = below(length - 1);
  const second = first + 1 + below(length - 1 - first);
  [words[first], words[second]] = label ? [1, 2] : [2, 1];
  return words;
});

for (const reader of [globalAveragePooling1d(), lstm({ units: 12 })]) {
  const words = embedding({ inputDim: 10, outputDim: 8, maskZero: true }); // 0 is no word: the lstm leaves it out
  const model = sequential([input({ shape: [steps] }), words, reader, dense({ units: 1, activation: "sigmoid" })]);
  model.compile({
    optimizer: adam({ learningRate: 0.02 }),
    loss: "binaryCrossentropy",
    metrics: ["accuracy"],
    seed: 1,
  });
  const options = { epochs: 15, validationSplit: 0.25 };
  const { epochs } = await model.fit(
    x,
    y.map((label) => [label]),
    options,
  );
  await model.dispose();
  const { valAccuracy } = epochs.at(-1);
  console.log(`${reader.type}: accuracy ${valAccuracy.toFixed(3)} on unseen rows`);
  if ((reader.type === "lstm") !== valAccuracy > 0.9) throw new Error("expected the lstm alone to read the order");
}
