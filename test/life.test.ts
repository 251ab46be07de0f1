// The life of a model: one call at a time or beside a fit, pauses and stops, errors in between, and the end.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Model, WorkerError } from "../src/index.js";
import { bits, bitsOf, ROWS } from "./fingerprints.js";
import { both, code, endless, fit, LIMIT, labels, make, reach, x } from "./living.js";
import { rejection, watched, within } from "./threads.js";

both(test, "dispose during a fit rejects whatever is pending, and all that comes", async (workers) => {
  const model = make({ workers });
  const run = endless(model);
  await reach(run, 1);
  const pending = [run, model.evaluate(x, labels), model.predict(x), model.getWeights()].map(code);
  await within(LIMIT, model.dispose(), "dispose");
  assert.equal(await Promise.all(pending), Array(4).fill("E_DISPOSED"));
  const later = [fit(model), model.evaluate(x, labels), model.predict(x), model.getWeights(), model.setWeights([])];
  const more = [model.trainOnBatch(x, labels), model.gradients(x, labels)];
  assert.equal(await Promise.all([...later, ...more].map(code)), Array(7).fill("E_DISPOSED"));
  await model.dispose();
});

both(test, "dispose rejects calls in a row", async (workers) => {
  const model = make({ workers });
  const pending = [model.predict(x), model.evaluate(x, labels), fit(model), model.trainOnBatch(x, labels)].map(code);
  await model.dispose();
  assert.equal(await Promise.all(pending), ["E_DISPOSED", "E_DISPOSED", "E_DISPOSED", "E_BUSY"]);
});

both(test, "calls in a row on a new model, a fit among them", async (workers) => {
  const model = make({ workers });
  const [first, { accuracy }, history, last] = await within(
    LIMIT,
    Promise.all([model.predict(x), model.evaluate(x, labels), fit(model), model.predict(x)]),
    "the calls",
  );
  assert.is(first.data.length, ROWS * 16);
  assert.ok(accuracy! >= 0);
  assert.is(history.epochs.length, 3);
  assert.is(last.data.length, ROWS * 16);
  await model.dispose();
});

both(test, "a compile while a call is under way holds for the fit that follows", async (workers) => {
  const compiled: string[] = [];
  for (const wait of [true, false]) {
    const model = make({ workers });
    const call = model.predict(x);
    if (wait) await call;
    else await new Promise((resolve) => setTimeout(resolve, 1));
    model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", seed: 3, workers, numerics: "strict" });
    await call;
    await fit(model);
    compiled.push(await bitsOf(model));
    await model.dispose();
  }
  assert.is(compiled[1], compiled[0]);
});

test("dispose while workers start leaves no thread behind", () =>
  watched(undefined, async (threads) => {
    for (const turns of [0, 1, 2, 5, 20]) {
      const model = make();
      const failed = code(endless(model));
      for (let i = 0; i < turns; i++) await new Promise((resolve) => setTimeout(resolve, 1));
      await model.dispose();
      assert.is(await failed, "E_DISPOSED");
    }
    const last = make();
    await fit(last);
    await last.dispose();
    // Idle ones aside, of which there are two, all have ended.
    await within(
      LIMIT,
      until(() => threads.filter(({ ended }) => !ended).length <= 2),
      "the end of threads",
    );
    assert.ok(threads.length >= 2);
  }));

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

test("a model that is disposed of while kernels are compared does not take another one along", () =>
  watched(undefined, async () => {
    const [one, other] = [make({ numerics: "fast", workers: 1 }), make({ numerics: "fast", workers: 1 })];
    const failed = code(fit(one));
    const run = fit(other);
    await new Promise((resolve) => setTimeout(resolve, 1));
    await one.dispose();
    assert.is(await failed, "E_DISPOSED");
    assert.is((await run).epochs.length, 3);
    await other.dispose();
  }));

test("await using disposes of a model", async () => {
  let kept: Model;
  {
    await using model = make();
    await fit(model);
    kept = model;
  }
  assert.is(await code(kept.predict(x)), "E_DISPOSED");
});

both(test, "busy: what a running fit does not allow", async (workers) => {
  const model = make({ workers });
  const run = endless(model);
  assert.throws(
    () => model.compile({ optimizer: "sgd", loss: "sparseCategoricalCrossentropy" }),
    (error: WorkerError) => error instanceof WorkerError && error.code === "E_BUSY",
  );
  const weights = await model.getWeights();
  const second = fit(model);
  const refused = [second, model.setWeights(weights), model.trainOnBatch(x, labels), model.gradients(x, labels)];
  assert.equal(await Promise.all(refused.map(code)), Array(4).fill("E_BUSY"));
  // The run that was refused has no hold on the one that is under way.
  second.stop();
  let ended = false;
  void run.then(() => {
    ended = true;
  });
  await reach(run, 3);
  assert.is(ended, false);
  run.stop();
  assert.is((await run).stopped, "aborted");
  await model.setWeights(weights);
  assert.is(await bitsOf(model), bits(weights));
  await model.dispose();
});

test("the controls of a run that has ended do nothing to the next", async () => {
  const model = make();
  const first = fit(model);
  await first;
  const second = fit(model);
  first.stop();
  first.pause();
  const { stopped, epochs } = await within(LIMIT, second, "the second fit");
  assert.is(stopped, "completed");
  assert.is(epochs.length, 3);
  await model.dispose();
});

both(test, "predict, evaluate and getWeights are answered while a fit runs", async (workers) => {
  const model = make({ workers });
  const run = endless(model);
  const { data, shape } = await within(LIMIT, model.predict(x), "predict");
  assert.equal(shape, [ROWS, 16]);
  assert.ok(data.every((value) => value >= 0 && value <= 1));
  const { loss } = await within(LIMIT, model.evaluate(x, labels), "evaluate");
  assert.ok(loss! > 0);
  const before = bits(await within(LIMIT, model.getWeights(), "getWeights"));
  await reach(run, 50);
  assert.is.not(await bitsOf(model), before);
  run.stop();
  assert.is((await run).stopped, "aborted");
  await model.dispose();
});

both(test, "a fit makes room for others soon, time and again", async (workers) => {
  const model = make({ workers });
  const run = endless(model);
  const calls = async () => {
    for (let i = 0; i < 10; i++) {
      await model.predict(x);
      await reach(run, i * 20);
    }
  };
  await within(LIMIT / 2, calls(), "ten calls");
  run.stop();
  await within(LIMIT / 2, run, "the fit");
  await model.dispose();
});

both(test, "a pause holds, answers and goes on; a stop ends it", async (workers) => {
  const model = make({ workers });
  let logs = 0;
  const run = endless(model, { onEpochEnd: () => logs++ });
  await reach(run, 2);
  run.pause();
  const before = await bitsOf(model);
  const seen = logs;
  await new Promise((resolve) => setTimeout(resolve, 60));
  assert.is(await bitsOf(model), before);
  assert.is(logs, seen);
  await model.predict(x);
  run.resume();
  await reach(run, seen + 2);
  assert.is.not(await bitsOf(model), before);
  run.pause();
  await model.evaluate(x, labels);
  run.stop();
  const { stopped, epochs } = await within(LIMIT, run, "the fit");
  assert.is(stopped, "aborted");
  assert.is(epochs.length, logs);
  await model.dispose();
});

both(test, "a signal that is aborted already, and one that is aborted during a pause", async (workers) => {
  const model = make({ workers });
  const before = await bitsOf(model);
  const { stopped, steps, epochs } = await fit(model, { signal: AbortSignal.abort() });
  assert.equal([stopped, steps, epochs], ["aborted", 0, []]);
  assert.is(await bitsOf(model), before);
  const controller = new AbortController();
  const run = endless(model, { signal: controller.signal });
  run.pause();
  await model.predict(x);
  controller.abort();
  assert.is((await within(LIMIT, run, "the fit")).stopped, "aborted");
  await model.dispose();
});

both(test, "leaving the loop over a run stops it", async (workers) => {
  const model = make({ workers });
  const run = endless(model);
  const seen: number[] = [];
  for await (const { epoch } of run) {
    seen.push(epoch);
    if (seen.length === 3) break;
  }
  assert.equal(seen, [0, 1, 2]);
  assert.is((await within(LIMIT, run, "the fit")).stopped, "aborted");
  await model.dispose();
});

test("two loops over one run both see every epoch", async () => {
  const model = make();
  const run = fit(model, { epochs: 20 });
  const read = async () => {
    const seen: number[] = [];
    for await (const { epoch } of run) seen.push(epoch);
    return seen;
  };
  const [one, other] = await within(LIMIT, Promise.all([read(), read()]), "the loops");
  assert.equal(one, [...Array(20).keys()]);
  assert.equal(other, one);
  assert.equal(await read(), one, "and so does a loop after its end");
  await model.dispose();
});

both(test, "a callback that throws rejects the fit with its own error", async (workers) => {
  const model = make({ workers });
  for (const name of ["onEpochEnd", "onProgress"]) {
    const own = new Error("a callback's own");
    const throwing = () => {
      throw own;
    };
    assert.is(await within(LIMIT, rejection(endless(model, { [name]: throwing })), name), own);
  }
  const { epochs } = await fit(model);
  assert.is(epochs.length, 3);
  await model.dispose();
});

test("two models at once share no state", async () => {
  const alone: string[] = [];
  const shared: string[] = [];
  for (const [results, together] of [
    [alone, false],
    [shared, true],
  ] as const) {
    const models = [make({ workers: 1, seed: 1 }), make({ workers: 2, seed: 2, learningRate: 0.01 })];
    const train = async (model: Model) => {
      for (let i = 0; i < 5; i++) {
        await fit(model);
        await model.predict(x);
      }
      return bitsOf(model);
    };
    if (together) results.push(...(await Promise.all(models.map(train))));
    else for (const model of models) results.push(await train(model));
    await Promise.all(models.map((model) => model.dispose()));
  }
  assert.equal(shared, alone);
  assert.is.not(shared[0], shared[1]);
});

test("a model takes over threads of another without its state", () =>
  watched(undefined, async (threads) => {
    const results: string[] = [];
    for (let i = 0; i < 3; i++) {
      const model = make();
      await fit(model);
      results.push(await bitsOf(model));
      await model.dispose();
    }
    assert.is(threads.length, 2);
    assert.is(results[1], results[0]);
    assert.is(results[2], results[0]);
  }));

test.run();
