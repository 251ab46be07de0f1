// A tiny causal transformer learns which word follows, at every step of a window, and then tells the rhyme itself.
import {
  adam,
  add,
  dense,
  embedding,
  functional,
  input,
  layerNormalization,
  multiHeadAttention,
  positionEmbedding,
} from "whetstone";

// The house that Jack built: each verse begins with who did the next of these, and tells all that was before.
const deeds = ["lay in the house that Jack built .", "ate the malt", "killed the rat", "worried the cat"];
deeds.push("tossed the dog", "milked the cow", "kissed the maiden all forlorn", "married the man all tattered");
const who = (n) => deeds[n + 1].replace(/^\w+ /, "");
const verses = Array.from({ length: 7 }, (_, n) => {
  const told = deeds.slice(0, n + 1).reverse();
  return `this is ${who(n)} that ${told.join(" that ")}`.split(" ");
});
const words = verses.flat();
const names = [...new Set(words)];
const text = words.map((word) => names.indexOf(word));

const steps = 12;
const starts = Array.from({ length: text.length - steps }, (_, i) => i);
const x = starts.map((i) => text.slice(i, i + steps));
const y = starts.map((i) => text.slice(i + 1, i + steps + 1)); // a label for each step: the word behind it

const width = 24;
const first = input({ shape: [steps] });
let h = positionEmbedding().apply(embedding({ inputDim: names.length, outputDim: width }).apply(first));
h = add().apply([h, multiHeadAttention({ heads: 2, causal: true }).apply(layerNormalization().apply(h))]);
const wide = dense({ units: 2 * width, activation: "gelu" }).apply(layerNormalization().apply(h));
h = add().apply([h, dense({ units: width }).apply(wide)]);
const outputs = dense({ units: names.length, activation: "softmax" }).apply(layerNormalization().apply(h));
const model = functional({ inputs: first, outputs });
model.compile({ optimizer: adam({ learningRate: 0.01 }), loss: "sparseCategoricalCrossentropy", seed: 1 });
const { epochs } = await model.fit(x, y, { epochs: 15, batchSize: 16 });

// The first words of the last verse, and then whatever is most likely, word by word.
const last = verses.at(-1);
const told = last.slice(0, steps);
while (told.length < last.length) {
  const { data } = await model.predict([told.slice(-steps).map((word) => names.indexOf(word))]);
  const next = data.subarray((steps - 1) * names.length);
  told.push(names[next.indexOf(Math.max(...next))]);
}
await model.dispose();

const [before, after] = [epochs[0], epochs.at(-1)].map(({ loss }) => Math.exp(loss).toFixed(2));
console.log(`perplexity per word ${before} -> ${after}`);
console.log(`${last.slice(0, steps).join(" ")} ... ${told.slice(steps).join(" ")}`);
if (told.join(" ") !== last.join(" ")) throw new Error("expected the rhyme to be told to its end");
