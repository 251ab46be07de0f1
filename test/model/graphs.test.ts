// Layers that are called twice, and merges of branches, with the layers that keep something for themselves.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  add,
  batchNormalization,
  conv2d,
  dense,
  flatten,
  functional,
  input,
  lstm,
  type Model,
  reshape,
  separableConv2d,
  sgd,
} from "../../src/index.js";
import { generator } from "../golden.js";

const test = suite("graphs of all kinds of layers");
const random = generator(5);
const x = Float32Array.from({ length: 12 * 32 }, random);
const y = Float32Array.from({ length: 12 }, random);

/** Two calls of one layer, one on the other's output, added up and brought down to one number. */
function twice(
  make: () => ReturnType<typeof conv2d | typeof lstm | typeof batchNormalization | typeof separableConv2d>,
  shape: number[],
): Model {
  const first = input({ shape: [32] });
  const image = reshape({ targetShape: shape }).apply(first);
  const layer = make();
  const once = layer.apply(image);
  const sum = add().apply([once, layer.apply(once)]);
  return functional({ inputs: first, outputs: dense({ units: 1 }).apply(flatten().apply(sum)) });
}

const makers: [string, () => Model][] = [
  ["conv2d", () => twice(() => conv2d({ filters: 2, kernelSize: 3, padding: "same", activation: "tanh" }), [4, 4, 2])],
  ["separableConv2d", () => twice(() => separableConv2d({ filters: 2, kernelSize: 3, padding: "same" }), [4, 4, 2])],
  ["lstm", () => twice(() => lstm({ units: 4, returnSequences: true }), [8, 4])],
  ["batchNormalization", () => twice(() => batchNormalization(), [4, 8])],
];

for (const [name, make] of makers) {
  test(`${name} called twice: gradients are slopes, one set of weights, the same bits for 1 and 3 workers`, async () => {
    const prints: string[] = [];
    for (const workers of [1, 3]) {
      await using model = make();
      model.compile({
        optimizer: sgd({ learningRate: 0.05 }),
        loss: "meanSquaredError",
        seed: 2,
        numerics: "strict",
        workers,
      });
      if (workers === 1) await checkSlopes(model, name);
      const { epochs, fingerprint } = await model.fit(x, y, { epochs: 8, batchSize: 6 });
      assert.ok(epochs.at(-1)!.loss < epochs[0]!.loss, `${epochs[0]!.loss} -> ${epochs.at(-1)!.loss}`);
      prints.push(fingerprint);
    }
    assert.is(prints[0], prints[1]);
  });
}

/** Each weight's gradient at its largest element against the slope of the loss there. */
async function checkSlopes(model: Model, name: string): Promise<void> {
  const { weights } = await model.gradients(x, y, { training: true });
  const before = await model.getWeights();
  const names = before.map((weight) => weight.name);
  assert.is(new Set(names).size, names.length);
  for (const [i, { data }] of weights.entries()) {
    if (/moving/i.test(before[i]!.name)) continue;
    const at = data.reduce((best, value, j) => (Math.abs(value) > Math.abs(data[best]!) ? j : best), 0);
    const lossWith = async (step: number) => {
      const moved = before.map((weight) => ({ name: weight.name, data: weight.data.slice() }));
      moved[i]!.data[at]! += step;
      await model.setWeights(moved);
      return (await model.gradients(x, y, { training: true })).loss;
    };
    const slope = ((await lossWith(0.01)) - (await lossWith(-0.01))) / 0.02;
    const error = Math.abs(slope - data[at]!) / Math.max(0.05, Math.abs(slope));
    assert.ok(error < 0.03, `${name} ${names[i]}: gradient ${data[at]}, slope ${slope}`);
  }
  await model.setWeights(before);
}

test.run();
