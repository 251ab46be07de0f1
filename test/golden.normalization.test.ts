import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  batchNormalization,
  dense,
  flatten,
  groupNormalization,
  input,
  layerNormalization,
  type Model,
  rmsNormalization,
  sequential,
} from "../src/index.js";
import golden from "./golden/normalization.json";
import { close, generator, NUMERICS, type Tensor } from "./golden.js";

const test = suite("golden normalization layers");
const TOLERANCE = 1e-5;

const layers = {
  layerNorm: layerNormalization,
  rmsNorm: rmsNormalization,
  "batchNorm training": batchNormalization,
  "batchNorm training 2d": batchNormalization,
};

interface Case {
  name: string;
  epsilon: number;
  tensors: Record<string, Tensor>;
}

async function gradientsMatch(model: Model, { x, ...tensors }: Record<string, Tensor>): Promise<void> {
  const { input: dinp, weights } = await model.backward(x!, tensors.grad_output!, { training: true });
  close(dinp.data, tensors.grad_x!.data, TOLERANCE, "input gradient");
  for (const name of ["gamma", "beta"] as const) {
    const want = tensors[`grad_${name}`];
    const got = weights.find((weight) => weight.name.endsWith(name));
    if (want) close(got!.data, want.data, TOLERANCE, name);
  }
}

for (const numerics of NUMERICS) {
  for (const { name, epsilon, tensors } of golden.cases as unknown as Case[]) {
    const layer = layers[name as keyof typeof layers];
    if (!layer) continue;
    test(`${name}, output and gradients (${numerics})`, async () => {
      await using model = sequential([input({ shape: tensors.x!.shape.slice(1) }), layer({ epsilon })]);
      model.compile({ optimizer: "sgd", numerics, workers: 2 });
      const moving = (await model.getWeights()).slice(2);
      await model.setWeights([...[tensors.gamma!, tensors.beta!].filter((weight) => weight), ...moving]);
      const inference = !name.startsWith("batchNorm");
      if (inference) close((await model.predict(tensors.x!)).data, tensors.output!.data, TOLERANCE, "output");
      await gradientsMatch(model, tensors);
    });
  }
}

test("one group of one position is a layer normalization", async () => {
  const { tensors, epsilon } = (golden.cases as unknown as Case[]).find(({ name }) => name === "layerNorm")!;
  const flat = (tensor: Tensor): Tensor => ({ shape: [12, 10], data: tensor.data });
  await using model = sequential([input({ shape: [10] }), groupNormalization({ groups: 1, epsilon })]);
  model.compile({ optimizer: "sgd", numerics: "strict", workers: 2 });
  await model.setWeights([tensors.gamma!, tensors.beta!]);
  close((await model.predict(flat(tensors.x!))).data, tensors.output!.data, TOLERANCE, "output");
  await gradientsMatch(model, { ...tensors, x: flat(tensors.x!), grad_output: flat(tensors.grad_output!) });
});

const kinds = {
  batchNormalization: batchNormalization(),
  "batchNormalization without gamma and beta": batchNormalization({ center: false, scale: false }),
  layerNormalization: layerNormalization(),
  "layerNormalization without gamma and beta": layerNormalization({ center: false, scale: false }),
  rmsNormalization: rmsNormalization(),
  "groupNormalization without beta": groupNormalization({ groups: 2, center: false }),
};
for (const [name, layer] of Object.entries(kinds)) {
  test(`${name}: the same bits for 1 to 4 workers, and it learns`, async () => {
    const next = generator(5);
    const x = { shape: [40, 5, 6], data: Array.from({ length: 1200 }, () => 4 * next()) };
    const y = Array.from({ length: 40 }, () => Math.floor(3 * (next() + 0.5)));
    let first: unknown;
    for (const workers of [1, 2, 3, 4]) {
      await using model = sequential([
        ...[input({ shape: [5, 6] }), dense({ units: 6 }), layer, flatten()],
        dense({ units: 3, activation: "softmax" }),
      ]);
      model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", numerics: "strict", workers, seed: 1 });
      const { epochs } = await model.fit(x, y, { epochs: 6, batchSize: 16 });
      assert.ok(epochs.at(-1)!.loss < epochs[0]!.loss);
      const weights = await model.getWeights();
      first ??= weights;
      assert.equal(weights, first);
    }
  });
}

test.run();
