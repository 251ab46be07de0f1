// Every loss of the table trains a small net from outside, and its JSON trains to the same bits.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { adam, type CompileOptions, type DataInput, dense, input, sequential } from "../../src/index.js";
import { type LossName, losses } from "../../src/losses/index.js";

const test = suite("every loss trains");
type Loss = Exclude<CompileOptions["loss"], string | undefined>;

const ROWS = 48;
const WIDTH = 4;
const CLASSES = 3;
const wave = (i: number) => Math.fround(((i * 37) % 101) / 50 - 1);
const x = Array.from({ length: ROWS }, (_, r) => Array.from({ length: WIDTH }, (_, c) => wave(r * WIDTH + c)));
const labels = x.map(([a, b]) => (a! > 0.3 ? 0 : b! > 0 ? 1 : 2));
const hot = labels.map((label) => Array.from({ length: CLASSES }, (_, c) => Number(c === label)));
const signs = hot.map((row) => row.map((value) => 2 * value - 1));
const values = x.map(([a, b, c]) => [a! + b!, a! - c!, 0.5 + b!]);
const counts = x.map(([a, b, c]) => [a! + 1, b! + 1, c! + 1].map((value) => Math.floor(3 * value)));
const above = counts.map((row) => row.map((value) => value + 1));

/** A last layer and targets that fit, and the rows of the table with options of their own. */
const fitting: Record<LossName, readonly [activation: string, y: DataInput, options?: Partial<Loss>]> = {
  meanSquaredError: ["linear", values],
  meanAbsoluteError: ["linear", values],
  huber: ["linear", values, { delta: 0.5 }],
  logCosh: ["linear", values],
  poisson: ["softplus", counts],
  meanSquaredLogarithmicError: ["softplus", counts],
  meanAbsolutePercentageError: ["linear", above],
  cosineSimilarity: ["linear", values],
  hinge: ["linear", signs],
  squaredHinge: ["tanh", hot],
  categoricalHinge: ["linear", hot],
  sparseCategoricalCrossentropy: ["softmax", labels, { labelSmoothing: 0.1 }],
  categoricalCrossentropy: ["softmax", hot],
  binaryCrossentropy: ["sigmoid", hot],
  kullbackLeiblerDivergence: ["softmax", hot],
  sparseCategoricalFocalCrossentropy: ["logSoftmax", labels, { gamma: 1.5, alpha: 1 }],
  categoricalFocalCrossentropy: ["softmax", hot, { labelSmoothing: 0.1 }],
  binaryFocalCrossentropy: ["sigmoid", hot, { gamma: 0.5, applyClassBalancing: true, alpha: 0.4 }],
};

async function train(name: LossName, loss: Loss, workers?: number) {
  const [activation, y] = fitting[name];
  const layers = [
    input({ shape: [WIDTH] }),
    dense({ units: 8, activation: "tanh" }),
    dense({ units: CLASSES, activation }),
  ];
  await using model = sequential(JSON.parse(JSON.stringify(layers)));
  model.compile({ optimizer: adam({ learningRate: 0.02 }), loss, numerics: "strict", seed: 11, workers });
  const history = await model.fit(x, y, { epochs: 12, batchSize: 8 });
  const { loss: evaluated } = await model.evaluate(x, y);
  return { epochs: history.epochs.map((log) => log.loss), fingerprint: history.fingerprint, evaluated };
}

for (const name of Object.keys(losses) as LossName[]) {
  test(name, async () => {
    const loss = { name, ...fitting[name][2] } as Loss;
    const { epochs, fingerprint, evaluated } = await train(name, loss);
    assert.ok(epochs.every(Number.isFinite), `${epochs}`);
    const [first, last] = [epochs[0]!, epochs.at(-1)!];
    const fall = Math.max(0.03, 0.1 * Math.abs(first));
    assert.ok(last < first - fall, `${first} -> ${last}`);
    assert.ok(evaluated! < first - fall, `${first} -> ${evaluated}`);
    const again = await train(name, JSON.parse(JSON.stringify(loss)), 2);
    assert.is(again.fingerprint, fingerprint);
    assert.equal(again.epochs, epochs);
  });
}

test.run();
