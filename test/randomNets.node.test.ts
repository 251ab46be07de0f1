// The quick part of `npm run proof nets`: fewer nets.
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const test = suite("random nets");
const { tryNets } = await import(join(process.cwd(), "test/proofs/nets.mjs"));
const whetstone = await import("whetstone");

test("keep what is promised of every net", async () => {
  const { tried, problems } = await tryNets({ count: 12, seed: 2 });
  assert.equal(problems, []);
  assert.equal(Object.keys(tried).sort(), ["image", "sequence", "vector"]);
});

test("one that breaks a promise is told, made as small as it can be", async () => {
  const loadModel = async (file: Blob) => {
    const model = await whetstone.loadModel(file);
    const weights = await model.getWeights();
    await model.setWeights(weights.map(({ shape, data }) => ({ shape, data: data.map((value) => value + 1) })));
    return model;
  };
  const { problems } = await tryNets({ count: 3, seed: 2, library: { ...whetstone, loadModel } });
  assert.is(problems.length, 1);
  const [promise, net] = problems[0].split(": {");
  assert.is(promise, "a fit that goes on from a file");
  const { layers, rows, fit } = JSON.parse(`{${net}`);
  assert.is(layers.length, 1);
  assert.is(rows, 5);
  assert.equal(fit, {});
});

test.run();
