// Proof: an LSTM and a transformer that learn this project's own README, character by character, say better what comes next than a
// table of three characters does.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { countText, perplexity, probability, smoothings } from "./ngrams.mjs";

/** Characters that a prediction may see, those of a block, and which blocks of ten are held out and validate. */
const [SEEN, BLOCK, HELD, VALIDATION] = [64, 200, 9, 4];
/** Characters between the beginnings of windows, and by how many they move from epoch to epoch, so that all have their turn. */
const [APART, MOVE] = [8, 3];
const SEEDS = [1, 2, 3];
const ROWS = 256;

const partOf = (i) => ({ [HELD]: "held out", [VALIDATION]: "validation" })[Math.floor(i / BLOCK) % 10] ?? "training";

/** The text, its characters as numbers, and the positions of a part that have enough characters before them. */
function readText(root) {
  const text = readFileSync(join(root, "README.md"), "utf8");
  const names = [...new Set(text)].sort();
  const numbers = Int32Array.from(text, (character) => names.indexOf(character));
  const positions = (part) => [...numbers.keys()].filter((i) => i >= SEEN && partOf(i) === part);
  return { text, V: names.length, numbers, positions };
}

/** Rows of so many numbers, from each of these places on. */
function rowsAt(numbers, places, steps) {
  const data = new Int32Array(places.length * steps);
  for (const [row, place] of places.entries()) data.set(numbers.subarray(place, place + steps), row * steps);
  return { data, shape: [places.length, steps] };
}

/** An epoch's windows and, as labels, what comes behind each of their characters: all of a part, but for the first one seen. */
function windows({ numbers }, part, steps, epoch = 0) {
  const fits = (start) => partOf(start + (part === "training" ? 0 : 1)) === part && partOf(start + steps) === part;
  const begins = (i) => i % APART === (epoch * MOVE) % APART && i + steps < numbers.length;
  const starts = [...numbers.keys()].filter((i) => begins(i) && fits(i));
  return [rowsAt(numbers, starts, steps), rowsAt(numbers.subarray(1), starts, steps)];
}

/** Perplexity per character of a part, each told from so many before it. */
async function perplexityOf(model, { numbers, positions, V }, part, steps) {
  const places = positions(part);
  const likely = new Map();
  for (let start = 0; start < places.length; start += ROWS) {
    const some = places.slice(start, start + ROWS);
    const before = some.map((i) => i - steps);
    const { data } = await model.predict(rowsAt(numbers, before, steps));
    for (const [row, i] of some.entries()) likely.set(i, data[((row + 1) * steps - 1) * V + numbers[i]]);
  }
  return perplexity(places, (i) => likely.get(i));
}

const STRENGTHS = [0.003, 0.01, 0.03, 0.1, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.5, 2, 3, 5];

/** The smoothing, and its strength, of an n-gram model that does best on the validation part; what it does on the part held out. */
function countingModel({ text, V, positions }, order) {
  const tables = countText(text, (i) => partOf(i) === "training", order);
  const of = (smoothing, part) => perplexity(positions(part), (i) => probability(tables, smoothing, text, i, V));
  const tried = Object.entries(smoothings).flatMap(([name, { make, most = Number.POSITIVE_INFINITY }]) =>
    STRENGTHS.filter((strength) => strength < most).map((strength) => {
      const smoothing = make(strength);
      return { name, strength, smoothing, validation: of(smoothing, "validation") };
    }),
  );
  const best = tried.reduce((best, one) => (one.validation < best.validation ? one : best));
  return { ...best, held: of(best.smoothing, "held out") };
}

/** The two models, of the package `w`, with the characters that each sees and what it trains by. */
const models = {
  LSTM: {
    says: "embedding 48, dropout 0.3, lstm 128, dropout 0.5, dense softmax; Adam 0.004",
    steps: 64,
    build(w, V, steps) {
      return w.sequential([
        w.input({ shape: [steps] }),
        w.embedding({ inputDim: V, outputDim: 48 }),
        w.dropout({ rate: 0.3 }),
        w.lstm({ units: 128, returnSequences: true }),
        w.dropout({ rate: 0.5 }),
        w.dense({ units: V, activation: "softmax" }),
      ]);
    },
    optimizer: (w) => w.adam({ learningRate: 0.004 }),
    fit: { epochs: 60, patience: 8 },
  },
  transformer: {
    says: [
      "embedding 64, sinusoidal positionEmbedding, dropout 0.2; two blocks of layerNormalization, causal multiHeadAttention of 2 heads,",
      "  dropout 0.2, add, layerNormalization, dense 256 gelu, dense 64, dropout 0.2, add; layerNormalization, dense softmax; AdamW 0.004",
      "  with weight decay 0.1 and averaged weights",
    ].join("\n"),
    steps: 32,
    build(w, V, steps) {
      const width = 64;
      const dropped = (value) => w.dropout({ rate: 0.2 }).apply(value);
      const numbers = w.input({ shape: [steps] });
      // As large as the sines and cosines that are added to them.
      const embeddingsInitializer = { type: "randomNormal", deviation: 0.7 };
      const vectors = w.embedding({ inputDim: V, outputDim: width, embeddingsInitializer }).apply(numbers);
      let h = dropped(w.positionEmbedding({ encoding: "sinusoidal" }).apply(vectors));
      for (let block = 0; block < 2; block++) {
        const attention = w.multiHeadAttention({ heads: 2, causal: true });
        h = w.add().apply([h, dropped(attention.apply(w.layerNormalization().apply(h)))]);
        const wide = w.dense({ units: 4 * width, activation: "gelu" }).apply(w.layerNormalization().apply(h));
        h = w.add().apply([h, dropped(w.dense({ units: width }).apply(wide))]);
      }
      const outputs = w.dense({ units: V, activation: "softmax" }).apply(w.layerNormalization().apply(h));
      return w.functional({ inputs: numbers, outputs });
    },
    optimizer: (w) => w.adamw({ learningRate: 0.004, weightDecay: 0.1, useEma: true, emaMomentum: 0.99 }),
    fit: { epochs: 60, patience: 8 },
  },
};

/** One training: perplexity on the part held out, from the weights of the epoch that did best on the validation part. */
async function train({ steps, build, optimizer, fit: { epochs, patience } }, seed, data) {
  // The package itself, which need not be built when this file is loaded.
  const w = await import("whetstone");
  const model = build(w, data.V, steps);
  const loss = "sparseCategoricalCrossentropy";
  model.compile({ optimizer: optimizer(w), loss, seed, workers: 1, numerics: "strict" });
  let epoch = 0;
  const history = await model.fit(() => [windows(data, "training", steps, epoch++)], {
    epochs,
    shuffle: "window",
    validationData: windows(data, "validation", steps),
    callbacks: [w.earlyStopping({ monitor: "valLoss", patience })],
  });
  const held = await perplexityOf(model, data, "held out", steps);
  const parameters = (await model.getWeights()).reduce((sum, { data }) => sum + data.length, 0);
  await model.dispose();
  return { held, parameters, epochs: history.epochs.length };
}

const fixed = (value) => value.toFixed(2);
const mean = (runs, key) => runs.reduce((sum, run) => sum + run[key], 0) / runs.length;

/** Lines of the section and what went wrong. */
export async function proveText({ root }) {
  const data = readText(root);
  const counting = [2, 3, 4, 5, 6].map((order) => ({ order, ...countingModel(data, order) }));
  const { held: least } = counting.find(({ order }) => order === 3);
  const rows = [];
  const problems = [];
  for (const [name, model] of Object.entries(models)) {
    const runs = await Promise.all(SEEDS.map((seed) => train(model, seed, data)));
    for (const [i, { held }] of runs.entries()) {
      const told = `${name}, seed ${SEEDS[i]}: ${fixed(held)}, the 3-gram ${fixed(least)}`;
      console.log(`text: ${told}`);
      if (!(held < least)) problems.push(told);
    }
    const { steps } = model;
    const [training, checking] = ["training", "validation"].map((part) => windows(data, part, steps)[0].shape[0]);
    rows.push({ name, steps, training, checking, runs });
  }
  const count = (part) => data.positions(part).length;
  const digest = createHash("sha256").update(data.text).digest("hex").slice(0, 16);
  return {
    lines: [
      `README.md, ${data.text.length} characters, ${data.V} different ones (SHA-256 ${digest}), in blocks of ${BLOCK}. Of each ten blocks the last is`,
      `held out, ${count("held out")} characters in all, and the fifth validates, ${count("validation")}; nothing is trained or counted on either. Nets train on`,
      "windows as long as what they see, all in training blocks, with the next character as label of each step; in an epoch one begins",
      `every ${APART} characters, in the next one all begin ${MOVE} further on. Strict, one worker, batches of 32; early stopping by windows of the`,
      "validation blocks. The perplexity is that per character held out, each told from as many before it as its model sees: an n-gram",
      "takes n - 1. The transformer's options, and an n-gram's smoothing and strength, are those of the ones tried that do best on the",
      "validation blocks. Every run of a net must do better than the 3-gram.",
      "",
      "| model | perplexity | by seed | parameters | sees | windows, first epoch | that validate | epochs |",
      "|---|---:|---|---:|---:|---:|---:|---:|",
      ...rows.map(({ name, steps, training, checking, runs }) => {
        const [first] = runs;
        const each = runs.map(({ held }) => fixed(held)).join(", ");
        const epochs = runs.map((run) => run.epochs).join(", ");
        const sizes = [first.parameters, steps, training, checking].join(" | ");
        return `| ${name} | ${fixed(mean(runs, "held"))} | ${each} | ${sizes} | ${epochs} |`;
      }),
      ...counting.map(
        ({ order, held, name, strength }) =>
          `| ${order}-gram, ${name} ${strength} | ${fixed(held)} | | | ${order - 1} | | | |`,
      ),
      "",
      ...Object.entries(models).map(([name, { says }]) => `- ${name}: ${says}.`),
    ],
    problems,
  };
}
