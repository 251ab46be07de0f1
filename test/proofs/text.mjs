// Proof: an LSTM and a transformer that learn this project's own README, character by character, say better what comes next than a
// table of three characters does.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { countText, perplexity, probability, smoothings } from "./ngrams.mjs";

/** Characters that a prediction sees, those of a block, and which blocks of ten are held out and validate. */
const [STEPS, BLOCK, HELD, VALIDATION] = [64, 200, 9, 4];
/** Characters between the beginnings of windows. */
const APART = 8;
const SEEDS = [1, 2, 3];
const ROWS = 256;

const partOf = (i) => ({ [HELD]: "held out", [VALIDATION]: "validation" })[Math.floor(i / BLOCK) % 10] ?? "training";

/** The text, its characters as numbers, and the positions of a part that have enough characters before them. */
function readText(root) {
  const text = readFileSync(join(root, "README.md"), "utf8");
  const names = [...new Set(text)].sort();
  const numbers = Int32Array.from(text, (character) => names.indexOf(character));
  const positions = (part) => [...numbers.keys()].filter((i) => i >= STEPS && partOf(i) === part);
  return { text, V: names.length, numbers, positions };
}

/** Rows of STEPS numbers, from each of these places on. */
function rowsAt(numbers, places) {
  const data = new Int32Array(places.length * STEPS);
  for (const [row, place] of places.entries()) data.set(numbers.subarray(place, place + STEPS), row * STEPS);
  return { data, shape: [places.length, STEPS] };
}

/** Windows and, as labels, what comes behind each of their characters: all of a part, but for the first one that is seen. */
function windows({ numbers }, part) {
  const fits = (start) => partOf(start + (part === "training" ? 0 : 1)) === part && partOf(start + STEPS) === part;
  const starts = [...numbers.keys()].filter((i) => i % APART === 0 && i + STEPS < numbers.length && fits(i));
  return [rowsAt(numbers, starts), rowsAt(numbers.subarray(1), starts)];
}

/** Perplexity per character of a part, each told from the STEPS before it. */
async function perplexityOf(model, { numbers, positions, V }, part) {
  const places = positions(part);
  const likely = new Map();
  for (let start = 0; start < places.length; start += ROWS) {
    const some = places.slice(start, start + ROWS);
    const { data } = await model.predict(
      rowsAt(
        numbers,
        some.map((i) => i - STEPS),
      ),
    );
    for (const [row, i] of some.entries()) likely.set(i, data[((row + 1) * STEPS - 1) * V + numbers[i]]);
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

/** The two models, of the package `w`, with what each trains by. */
const models = {
  LSTM: {
    says: "embedding 48, dropout 0.3, lstm 128, dropout 0.5, dense softmax",
    build(w, V) {
      return w.sequential([
        w.input({ shape: [STEPS] }),
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
      "embedding and positionEmbedding 64, dropout; two blocks of layerNormalization, causal multiHeadAttention of 4 heads, dropout, add,",
      "  layerNormalization, dense 256 gelu, dense 64, dropout, add; layerNormalization, dense softmax",
    ].join("\n"),
    build(w, V) {
      const [width, rate] = [64, 0.3];
      const dropped = (value) => w.dropout({ rate }).apply(value);
      const embeddingsInitializer = { type: "randomNormal", deviation: 0.02 };
      const numbers = w.input({ shape: [STEPS] });
      const vectors = w.embedding({ inputDim: V, outputDim: width, embeddingsInitializer }).apply(numbers);
      let h = dropped(w.positionEmbedding({ embeddingsInitializer }).apply(vectors));
      for (let block = 0; block < 2; block++) {
        const attention = w.multiHeadAttention({ heads: 4, causal: true });
        h = w.add().apply([h, dropped(attention.apply(w.layerNormalization().apply(h)))]);
        const wide = w.dense({ units: 4 * width, activation: "gelu" }).apply(w.layerNormalization().apply(h));
        h = w.add().apply([h, dropped(w.dense({ units: width }).apply(wide))]);
      }
      const outputs = w.dense({ units: V, activation: "softmax" }).apply(w.layerNormalization().apply(h));
      return w.functional({ inputs: numbers, outputs });
    },
    optimizer: (w) => w.adamw({ learningRate: 0.004, weightDecay: 0.1 }),
    fit: { epochs: 60, patience: 8 },
  },
};

/** One training: perplexity on the part held out, from the weights of the epoch that did best on the validation part. */
async function train({ build, optimizer, fit: { epochs, patience } }, seed, data) {
  // The package itself, which need not be built when this file is loaded.
  const w = await import("whetstone");
  const model = build(w, data.V);
  const loss = "sparseCategoricalCrossentropy";
  model.compile({ optimizer: optimizer(w), loss, seed, workers: 1, numerics: "strict" });
  const history = await model.fit(...data.windows, {
    epochs,
    validationData: data.validation,
    callbacks: [w.earlyStopping({ monitor: "valLoss", patience })],
  });
  const held = await perplexityOf(model, data, "held out");
  const parameters = (await model.getWeights()).reduce((sum, { data }) => sum + data.length, 0);
  await model.dispose();
  return { held, parameters, epochs: history.epochs.length };
}

const fixed = (value) => value.toFixed(2);
const mean = (runs, key) => runs.reduce((sum, run) => sum + run[key], 0) / runs.length;

/** Lines of the section and what went wrong. */
export async function proveText({ root }) {
  const read = readText(root);
  const data = { ...read, windows: windows(read, "training"), validation: windows(read, "validation") };
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
    rows.push({ name, runs });
  }
  const count = (part) => data.positions(part).length;
  const digest = createHash("sha256").update(data.text).digest("hex").slice(0, 16);
  const [training, checking] = [data.windows, data.validation].map(([{ shape }]) => shape[0]);
  return {
    lines: [
      `README.md, ${data.text.length} characters, ${data.V} different ones (SHA-256 ${digest}), in blocks of ${BLOCK}. Of each ten blocks the last is`,
      `held out, ${count("held out")} characters in all, and the fifth validates, ${count("validation")}; nothing is trained or counted on either. Nets train on`,
      `windows of ${STEPS} characters, one beginning every ${APART} and all in training blocks (${training}), with the next character as label of`,
      `each step; strict, one worker, batches of 32; early stopping by ${checking} windows of the validation blocks. The perplexity is that per`,
      `character held out, each told from the ${STEPS} before it. An n-gram takes n - 1 characters before; its smoothing and strength are those`,
      "that do best on the validation blocks. Every run of a net must do better than the 3-gram.",
      "",
      "| model | perplexity | by seed | parameters | epochs |",
      "|---|---:|---|---:|---:|",
      ...rows.map(({ name, runs }) => {
        const [first] = runs;
        const each = runs.map(({ held }) => fixed(held)).join(", ");
        const epochs = runs.map((run) => run.epochs).join(", ");
        return `| ${name} | ${fixed(mean(runs, "held"))} | ${each} | ${first.parameters} | ${epochs} |`;
      }),
      ...counting.map(
        ({ order, held, name, strength }) => `| ${order}-gram, ${name} ${strength} | ${fixed(held)} | | | |`,
      ),
      "",
      ...Object.entries(models).map(([name, { says }]) => `- ${name}: ${says}.`),
    ],
    problems,
  };
}
