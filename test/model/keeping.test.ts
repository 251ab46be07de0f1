// What calls between fits leave behind, when a worker dies or a compile comes.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { adam, dense, input, loadModel, type Model, sequential } from "../../src/index.js";
import { watched } from "../threads.js";
import { labelsOf, rowsOf } from "./reference.js";

const x = rowsOf(20, 4);
const y = labelsOf(20, 3);
const net = () =>
  sequential([
    input({ shape: [4] }),
    dense({ units: 5, activation: "tanh" }),
    dense({ units: 3, activation: "softmax" }),
  ]);
const training = { optimizer: adam(), loss: "sparseCategoricalCrossentropy", workers: 1, numerics: "strict" } as const;
const compiled = () => {
  const model = net();
  model.compile({ ...training, seed: 3 });
  return model;
};
const bytes = async (model: Model) => new Uint8Array(await (await model.toBlob()).arrayBuffer());

const changes: Record<string, (model: Model) => Promise<unknown>> = {
  setWeights: (model) => model.setWeights([{ name: "dense_1.bias", data: [1, 2, 3] }]),
  trainOnBatch: (model) => model.trainOnBatch(x, y),
  applyGradients: async (model) => model.applyGradients(await model.gradients(x, y)),
  "another optimizer": async (model) => {
    await model.fit(x, y);
    model.compile({ ...training, optimizer: "sgd", seed: 3 });
    await model.predict(x);
  },
};

const test = suite("what is kept");

for (const plain of [undefined, "a test"]) {
  for (const [name, change] of Object.entries(changes)) {
    test(`a worker's death after ${name}, ${plain ? "plain" : "shared"} memory`, () =>
      watched(plain, async (threads) => {
        await using model = compiled();
        await change(model);
        const before = await bytes(model);
        threads[0]!.terminate();
        await new Promise((resolve) => setTimeout(resolve, 50));
        assert.equal(await bytes(model), before);
        assert.is(threads.length, 2);
      }));
  }
}

test("a file's state, on plain memory, after a death", () =>
  watched("a test", async (threads) => {
    await using model = compiled();
    await model.fit(x, y);
    const before = await bytes(model);
    await using loaded = await loadModel(await model.toBlob());
    await loaded.trainOnBatch(x, y);
    await model.trainOnBatch(x, y);
    const after = await bytes(model);
    assert.not.equal(after, before);
    threads[1]!.terminate();
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(await loaded.getWeights(), await model.getWeights());
  }));

test("weights drawn before the first compile come from the seed that it names", async () => {
  await using expected = compiled();
  const drawn = await expected.getWeights();
  await using model = net();
  assert.not.equal(await model.getWeights(), drawn);
  model.compile({ ...training, seed: 3 });
  assert.equal(await model.getWeights(), drawn);
  model.compile({ ...training, seed: 4 });
  assert.equal(await model.getWeights(), drawn, "a second compile keeps them");
});

test("but not those that were set, nor without a seed", async () => {
  await using model = net();
  await model.setWeights([{ name: "dense_1.bias", data: [1, 2, 3] }]);
  const set = await model.getWeights();
  model.compile({ ...training, seed: 3 });
  assert.equal(await model.getWeights(), set);
  await using free = net();
  const drawn = await free.getWeights();
  free.compile(training);
  assert.equal(await free.getWeights(), drawn);
});

test.run();
