// Numbers that are not finite: the fit rejects and says where, and nothing of the step is kept.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { DivergedError, dense, earlyStopping, exponentialRise, functional, input, sgd } from "../src/index.js";
import { bitsOf, WIDTH } from "./fingerprints.js";
import { both, fit, LIMIT, labels, make, x } from "./living.js";
import { rejection, within } from "./threads.js";

both(
  test,
  "a learning rate that is much too high: DivergedError, and the last completed epoch's weights",
  async (workers) => {
    const model = make({ workers, learningRate: 1e30 });
    const before = await bitsOf(model);
    const error = (await within(LIMIT, rejection(fit(model)), "the fit")) as DivergedError;
    assert.instance(error, DivergedError);
    assert.is(error.code, "E_DIVERGED");
    assert.is(error.epoch, 0);
    assert.ok(error.step >= 0 && error.step < 3, `step ${error.step}`);
    assert.match(error.layer, /^(hidden|last)$/);
    assert.is(await bitsOf(model), before);
    const optimizer = sgd({ learningRate: 0.01 });
    model.compile({ optimizer, loss: "sparseCategoricalCrossentropy", seed: 3, workers, numerics: "strict" });
    assert.is((await fit(model)).epochs.length, 3);
    assert.is.not(await bitsOf(model), before);
    await model.dispose();
  },
);

both(test, "inputs that are much too large, after two good epochs", async (workers) => {
  const [model, twin] = [make({ workers }), make({ workers: 1 })];
  await fit(model, { epochs: 2 });
  await fit(twin, { epochs: 2 });
  const huge = x.map((value, i) => (i === 30 * WIDTH ? 3e38 : value * 1e30));
  const run = model.fit(huge, labels, { epochs: 3, batchSize: 7 });
  const error = (await within(LIMIT, rejection(run), "the fit")) as DivergedError;
  assert.instance(error, DivergedError);
  assert.is(error.epoch, 2);
  assert.is(await bitsOf(model), await bitsOf(twin));
  await fit(model);
  await fit(twin);
  assert.is(await bitsOf(model), await bitsOf(twin), "and all else goes on from there too");
  await Promise.all([model.dispose(), twin.dispose()]);
});

both(test, "trainOnBatch that diverges makes no update", async (workers) => {
  const model = make({ workers });
  const { loss } = await model.trainOnBatch(x, labels);
  assert.ok(loss > 0);
  const before = await bitsOf(model);
  const huge = x.map((value) => (value < 0 ? -3e38 : 3e38));
  const error = await within(LIMIT, rejection(model.trainOnBatch(huge, labels)), "trainOnBatch");
  assert.instance(error, DivergedError);
  assert.is(await bitsOf(model), before);
  await model.trainOnBatch(x, labels);
  assert.is.not(await bitsOf(model), before);
  await model.dispose();
});

both(test, "a fit that diverges leaves the best weights where they are to be restored", async (workers) => {
  const [model, twin] = [make({ workers }), make({ workers: 1 })];
  // The first epoch is the best one, as nothing is better by so much; some later one is too much for any weight.
  const learningRate = exponentialRise({ initial: 0.01, maximum: 1e30, steps: 200 });
  const optimizer = () => sgd({ learningRate, momentum: 0.9 });
  const compile = { loss: "sparseCategoricalCrossentropy", seed: 3, numerics: "strict" } as const;
  model.compile({ ...compile, optimizer: optimizer(), workers });
  twin.compile({ ...compile, optimizer: optimizer(), workers: 1 });
  const callbacks = [earlyStopping({ monitor: "loss", minDelta: 1e6, patience: 99 })];
  const error = (await within(LIMIT, rejection(fit(model, { epochs: 30, callbacks })), "the fit")) as DivergedError;
  assert.instance(error, DivergedError);
  assert.ok(error.epoch >= 2, `epoch ${error.epoch}`);
  assert.match(error.message, "epoch 0, the best one");
  await fit(twin, { epochs: 1 });
  assert.is(await bitsOf(model), await bitsOf(twin));
  await Promise.all([model.dispose(), twin.dispose()]);
});

both(test, "of several outputs the error names the one whose loss it is", async (workers) => {
  const inp = input({ shape: [1] });
  const outputs = ["near", "far"].map((name) => dense({ units: 1, name }).apply(inp));
  await using model = functional({ inputs: inp, outputs });
  const compile = (lossWeights: number[]) =>
    model.compile({ optimizer: "sgd", loss: "meanSquaredError", lossWeights, seed: 3, workers });
  const ones = new Float32Array(40).fill(1);
  const far = (row: number) => ones.map((one, r) => (r === row ? 3e30 : one));
  const told = async (run: PromiseLike<unknown>, layer: string) => {
    const error = (await within(LIMIT, rejection(run), "the run")) as DivergedError;
    assert.is(error.layer, layer);
    assert.match(error.message, `a non-finite value in ${layer} (its value) in epoch 0`);
  };
  compile([1, 1]);
  await told(model.trainOnBatch(ones, { near: ones, far: far(7) }), "the loss of far");
  await told(model.fit(ones, { near: far(39), far: far(39) }), "the loss of near");
  compile([3e38, 3e38]);
  // One batch of all rows: a step before the large one would already end with weights that are too large.
  await told(model.fit(ones, [far(9).map((value) => value / 1e25), ones], { batchSize: 40 }), "the loss");
});

test.run();
