// Proof: a net that is too large for its data overfits, and L2, dropout and early stopping each shrink the gap.
import { readMnist } from "../../demo/mnist.mjs";

const PIXELS = 784;
/** The least share of the gap that each remedy takes away. */
export const LEAST = 0.2;

/** What differs from the plain net: a penalty, layers, a callback. */
const remedies = {
  nothing: {},
  "L2, 0.003": { kernelRegularizer: { l2: 0.003 } },
  "dropout, half of the pixels and of the hidden units": { dropped: 0.5 },
  "early stopping": { stops: true },
};

/** Rows `from` to `to` of a part of MNIST. */
const take = ({ x, y }, from, to) => [x.subarray(from * PIXELS, to * PIXELS), y.subarray(from, to)];

/** Losses without penalty, nothing dropped: on the rows trained on, and on rows that had no part in anything. */
async function train({ kernelRegularizer, dropped, stops }, seed, data, { epochs, units, learningRate }) {
  // The package itself, which need not be built when this file is loaded.
  const { adam, dense, dropout, earlyStopping, input, rescaling, sequential } = await import("whetstone");
  const { seen, validation, unseen } = data;
  const model = sequential([
    input({ shape: [PIXELS] }),
    rescaling({ scale: 1 / 255 }),
    ...(dropped ? [dropout({ rate: dropped })] : []),
    dense({ units, activation: "relu", kernelRegularizer }),
    ...(dropped ? [dropout({ rate: dropped })] : []),
    dense({ units: 10, activation: "softmax", kernelRegularizer }),
  ]);
  const loss = "sparseCategoricalCrossentropy";
  const optimizer = adam({ learningRate });
  model.compile({ optimizer, loss, metrics: ["accuracy"], seed, numerics: "strict" });
  const callbacks = stops ? [earlyStopping({ monitor: "valLoss", patience: 3, minDelta: 0.01 })] : [];
  const history = await model.fit(...seen, { epochs, validationData: validation, callbacks });
  const [inside, outside] = [await model.evaluate(...seen), await model.evaluate(...unseen)];
  await model.dispose();
  const gap = outside.dataLoss - inside.dataLoss;
  const { accuracy } = outside;
  return { loss: inside.dataLoss, unseen: outside.dataLoss, gap, accuracy, epochs: history.epochs.length };
}

const mean = (runs, key) => runs.reduce((sum, run) => sum + run[key], 0) / runs.length;

/** Means over the seeds, a row for each remedy; `shrunk` is the share of the plain net's gap that it took away. */
export async function compare({ rows, epochs, seeds, units = 512, learningRate = 0.001, tested = 10_000 }) {
  const mnist = await readMnist();
  const data = {
    seen: take(mnist.train, 0, rows),
    validation: take(mnist.train, rows, rows + rows / 2),
    unseen: take(mnist.test, 0, tested),
  };
  const table = [];
  for (const [name, remedy] of Object.entries(remedies)) {
    const runs = [];
    for (const seed of seeds) runs.push(await train(remedy, seed, data, { epochs, units, learningRate }));
    const means = Object.fromEntries(Object.keys(runs[0]).map((key) => [key, mean(runs, key)]));
    const gaps = runs.map(({ gap }) => gap);
    table.push({ name, ...means, gaps, shrunk: 1 - means.gap / (table[0]?.gap ?? means.gap) });
  }
  return table;
}

/** Names of the remedies that left more of the gap than they may. */
export const weak = (table) => table.slice(1).filter(({ shrunk }) => !(shrunk >= LEAST));

const percent = (share) => `${(100 * share).toFixed(1)} %`;
const fixed = (value) => value.toFixed(3);

/** The proof on 2,000 images, by three seeds. */
export async function proveOverfitting() {
  const table = await compare({ rows: 2000, epochs: 30, seeds: [0, 1, 2] });
  const lines = [
    "784-512-10 on the first 2,000 images of MNIST, Adam 0.001, batch 32, 30 epochs, strict; means over the seeds 0, 1 and 2.",
    "Losses are cross-entropies after training, without penalty and with nothing dropped: `loss` on the images trained on,",
    "`unseen` on the 10,000 test images, which had no part in stopping (1,000 other training images had). `gap` is their",
    "difference; each remedy must take a fifth of it away.",
    "",
    "| against overfitting | loss | unseen | gap | by seed | shrunk by | test accuracy | epochs |",
    "|---|---:|---:|---:|---|---:|---:|---:|",
    ...table.map(({ name, loss, unseen, gap, gaps, shrunk, accuracy, epochs }) => {
      const cells = [name, fixed(loss), fixed(unseen), fixed(gap), gaps.map(fixed).join(", ")];
      return `| ${[...cells, percent(shrunk), percent(accuracy), epochs.toFixed(1)].join(" | ")} |`;
    }),
  ];
  return {
    lines,
    problems: weak(table).map(({ name, shrunk }) => `${name} shrank the gap by ${percent(shrunk)} only`),
  };
}
