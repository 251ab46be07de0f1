import { suite } from "uvu";
import * as assert from "uvu/assert";
import * as library from "../../src/index.js";
import { bitsOf, CLASSES, makeRows, ROWS, sharedRuns, WIDTH } from "../fingerprints.js";
import { rejection, watched } from "../threads.js";
import { judge } from "../wrong/wrong.js";
import { bytesOf, readStrictly } from "./strict.js";

const { adam, dense, dropout, flatten, input, loadModel, rescaling, rmsprop, sequential, sgd } = library;
const test = suite("models in files");

const data = makeRows(ROWS);
const optimizers = {
  adam: adam({ learningRate: 0.01 }),
  momentum: sgd({ learningRate: 0.05, momentum: 0.9 }),
};

function net(options: Partial<library.CompileOptions> = {}): library.Model {
  const model = sequential([
    input({ shape: [WIDTH] }),
    dense({ units: 13, activation: "relu", name: "__proto__" }),
    dropout({ rate: 0.25 }),
    dense({ units: CLASSES, activation: "softmax" }),
  ]);
  const loss = "sparseCategoricalCrossentropy";
  model.compile({ optimizer: "adam", loss, metrics: ["accuracy"], seed: 5, numerics: "strict", ...options });
  return model;
}
const fit = (model: library.Model, epochs: number) => model.fit(data.x, data.labels, { epochs, batchSize: 7 });
const end = (...models: library.Model[]) => Promise.all(models.map((model) => model.dispose()));

for (const workers of [1, 2]) {
  for (const [name, optimizer] of Object.entries(optimizers)) {
    test(`three epochs, a file, two more: the same bits; ${name}, ${workers} workers`, async () => {
      const model = net({ optimizer, workers });
      await fit(model, 3);
      const loaded = await loadModel(await model.toBlob(), { workers });
      assert.equal(await loaded.predict(data.x), await model.predict(data.x));
      const [one, other] = [await fit(model, 2), await fit(loaded, 2)];
      assert.is(other.fingerprint, one.fingerprint);
      assert.is(other.workers, features.threads ? workers : 1);
      assert.is(other.seed, 5);
      assert.is(other.numerics, "strict");
      const bare = ({ epochs }: library.History) => epochs.map(({ seconds: _, samplesPerSecond: __, ...log }) => log);
      assert.equal(bare(other), bare(one));
      assert.is(other.epochs[0]!.epoch, 3);
      // A file of a loaded model is the same file.
      assert.equal(await bytesOf(loaded), await bytesOf(model));
      await end(model, loaded);
    });
  }
}
const features = library.features();

for (const [name, run] of Object.entries(sharedRuns)) {
  test(`every optimizer, loss and layer: ${name}`, async () => {
    const model = run.model(library);
    model.compile({ ...run.compile(library), workers: 1, numerics: "strict" });
    await run.fit(library, model, data);
    const loaded = await loadModel(await model.toBlob(), { workers: 2 });
    assert.equal(loaded.toJSON(), model.toJSON());
    assert.is((await run.fit(library, loaded, data)).fingerprint, (await run.fit(library, model, data)).fingerprint);
    await end(model, loaded);
  });
}

test("what is in a file, by a reader of its own", async () => {
  const model = net();
  await fit(model, 3);
  const weights = await model.getWeights();
  const { metadata, tensors } = readStrictly(await bytesOf(model));
  const kept = weights.flatMap(({ name }) => [`optimizer/${name}/mean`, `optimizer/${name}/variance`]);
  const names = weights.map(({ name }) => name);
  assert.equal(
    tensors.map(({ name }) => name),
    ["optimizer/counters", ...names, ...kept],
  );
  assert.is(names[0], "__proto__.kernel");
  weights.forEach(({ shape, data }, i) => {
    assert.equal(tensors[i + 1]!.shape, shape);
    assert.equal(tensors[i + 1]!.values, [...data]);
  });
  // The kernel's mean lies in the kernel's own order: as many values, none of the padding.
  assert.equal(tensors[5]!.shape, weights[0]!.shape);
  const steps = 3 * Math.ceil(ROWS / 7);
  let products = [1, 1];
  for (let step = 0; step < steps; step++) products = [products[0]! * 0.9, products[1]! * 0.999];
  assert.equal(tensors[0]!.values, [steps, 3, 1, ...products]);
  assert.is(metadata.format, "whetstone");
  assert.is(metadata.formatVersion, "1");
  assert.is(metadata.numerics, "strict");
  assert.is(metadata.seed, "5");
  assert.equal(JSON.parse(metadata.model!), model.toJSON());
  assert.equal(JSON.parse(metadata.training!).optimizer.type, "adam");
  await end(model);
});

test("slots lie in the public order: a momentum after one step from zero is the gradient", async () => {
  const model = net({ optimizer: optimizers.momentum });
  const { weights } = await model.gradients(data.x, data.labels);
  await model.applyGradients(weights);
  const { tensors } = readStrictly(await bytesOf(model));
  for (const { name, data: gradient } of weights) {
    const velocity = tensors.find((tensor) => tensor.name === `optimizer/${name}/velocity`)!;
    assert.equal(velocity.values, [...gradient]);
  }
  await end(model);
});

test("during a fit: parked, whole, and the fit is not changed by it", async () => {
  const [model, alone] = [net({ workers: 2 }), net({ workers: 2 })];
  const run = fit(model, 40);
  const file = await bytesOf(model);
  const [steps, epoch] = readStrictly(file).tensors[0]!.values;
  const loaded = await loadModel(file);
  assert.is((await run).fingerprint, (await fit(alone, 40)).fingerprint);
  const { epochs } = await fit(loaded, 1);
  assert.is(epochs[0]!.epoch, epoch);
  assert.ok(steps! >= 7 * epoch! && steps! < 40 * 9, `${steps} steps`);
  await end(model, alone, loaded);
});

test("weights of a model that was never compiled, without any training", async () => {
  const model = sequential([input({ shape: [2, 2] }), rescaling({ scale: 0.5 }), flatten(), dense({ units: 3 })]);
  const { metadata, tensors } = readStrictly(await bytesOf(model));
  assert.equal(Object.keys(metadata).sort(), ["format", "formatVersion", "model", "seed", "version"]);
  assert.equal(
    tensors.map(({ name }) => name),
    ["dense_0.kernel", "dense_0.bias"],
  );
  const loaded = await loadModel(await model.toBlob(), { workers: 2, memoryLimit: 1e9 });
  const x = [1, 2, 3, 4];
  assert.equal(await loaded.predict({ data: x, shape: [1, 2, 2] }), await model.predict({ data: x, shape: [1, 2, 2] }));
  judge(await rejection(loaded.fit([x], [0])), "not compiled", "E_OPTION", /expected a compiled model/);
  loaded.compile({ optimizer: "sgd", loss: "meanSquaredError" });
  await loaded.fit({ data: x, shape: [1, 2, 2] }, [[1, 2, 3]]);
  await end(model, loaded);
});

test("a model that has no weights at all", async () => {
  const model = sequential([input({ shape: [2] }), flatten()]);
  const loaded = await loadModel(await bytesOf(model));
  assert.equal([...(await loaded.predict([[1, 2]])).data], [1, 2]);
  await end(model, loaded);
});

test("compiled after loading: the weights stay, the optimizer starts anew", async () => {
  const model = net();
  await fit(model, 2);
  const anew = { optimizer: rmsprop(), loss: "sparseCategoricalCrossentropy", seed: 6, numerics: "strict" } as const;
  for (const used of [false, true]) {
    const loaded = await loadModel(await model.toBlob());
    if (used) await loaded.predict(data.x);
    loaded.compile(anew);
    assert.is(await bitsOf(loaded), await bitsOf(model));
    assert.equal(readStrictly(await bytesOf(loaded)).tensors[0]!.values, [0, 0, 1]);
    const again = net({ ...anew });
    await again.setWeights(await model.getWeights());
    assert.is((await fit(loaded, 2)).fingerprint, (await fit(again, 2)).fingerprint);
    await end(loaded, again);
  }
  await end(model);
});

test("strict goes on strict, unless another is asked for", async () => {
  const strict = net({ numerics: "strict" });
  const loaded = await loadModel(await strict.toBlob(), { numerics: "fast", workers: 1 });
  const { numerics } = await fit(loaded, 1);
  assert.is(numerics, features.relaxedSimd ? "fast" : "strict");
  const again = await loadModel(await loaded.toBlob());
  assert.is((await fit(again, 1)).numerics, numerics);
  await end(strict, loaded, again);
});

test("bytes of all kinds; the caller's are neither kept nor changed", async () => {
  const model = net();
  const file = await bytesOf(model);
  const shifted = new Uint8Array(file.length + 5);
  shifted.set(file, 3);
  const kinds = [file, file.buffer, shifted.subarray(3, 3 + file.length), new Blob([file]), new File([file], "x")];
  const before = file.slice();
  const loaded = await Promise.all(kinds.map((kind) => loadModel(kind)));
  assert.equal(file, before);
  file.fill(0);
  shifted.fill(0);
  const bits = await bitsOf(model);
  for (const one of loaded) assert.is(await bitsOf(one), bits);
  await end(model, ...loaded);
});

for (const plain of [undefined, "a test"]) {
  test(`a worker's death right after loading loses nothing: ${plain ? "plain" : "shared"} memory`, async () => {
    const model = net();
    await fit(model, 1);
    const [file, bits] = [await bytesOf(model), await bitsOf(model)];
    await end(model);
    await watched(plain, async (threads) => {
      const loaded = await loadModel(file);
      assert.is(threads.length, 0);
      await loaded.predict(data.x);
      threads[0]!.terminate();
      await new Promise((resolve) => setTimeout(resolve, 50));
      assert.is(await bitsOf(loaded), bits);
      assert.is((await fit(loaded, 1)).epochs[0]!.epoch, 1);
      await end(loaded);
    });
  });
}

test("after the end of a model", async () => {
  const model = net();
  await end(model);
  judge(await rejection(model.toBlob()), "toBlob", "E_DISPOSED");
});

test("save takes a path, and in browsers none", async () => {
  const model = net();
  for (const path of ["", 3, undefined]) {
    judge(await rejection(model.save(path as string)), `${path}`, "E_OPTION", /save: expected a path as a text, got/);
  }
  if (typeof process === "undefined") {
    judge(await rejection(model.save("a")), "save", "E_PLATFORM", /Take toBlob\(\)/);
    judge(await rejection(loadModel("a")), "load", "E_PLATFORM", /Pass bytes/);
  }
  await end(model);
});

test.run();
