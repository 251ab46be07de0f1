// The same bits, whatever the number of workers, the kind of memory, and what else is asked of the model meanwhile.

import { test } from "uvu";
import * as assert from "uvu/assert";
import * as library from "../src/index.js";
import { features, type History, type Model, sequential } from "../src/index.js";
import { injectPlatform, platform } from "../src/platform.js";
import { type Case, cases, others, rows } from "./bitcases.js";
import { bitsOf, sharedRuns, train } from "./fingerprints.js";

type Numerics = "strict" | "fast";
const TEAMS = [1, 2, 3, 4];

const make = ({ layers, compile }: Case, workers: number, numerics: Numerics = "strict"): Model => {
  const model = sequential(layers);
  model.compile({ ...compile, workers, numerics });
  return model;
};
const fit = (model: Model, { x = "x", y, fit }: Case, more: library.FitInput = {}) =>
  model.fit(rows[x], rows[y], { ...fit, ...more });

/** What must not depend on the team: the numbers in the logs, but no times. */
const logsOf = ({ epochs }: History) => epochs.map(({ seconds: _, samplesPerSecond: __, ...log }) => log);

async function outcome(chosen: Case, workers: number, numerics?: Numerics) {
  const model = make(chosen, workers, numerics);
  try {
    const initial = await bitsOf(model);
    const history = await fit(model, chosen);
    const bits = await bitsOf(model);
    assert.is.not(bits, initial);
    assert.is(history.numerics, numerics ?? "strict");
    return { history, bits };
  } finally {
    await model.dispose();
  }
}

/** Runs with another platform in place. */
async function without<T>(reason: string, run: () => Promise<T>): Promise<T> {
  injectPlatform({ ...platform(), whyNotShared: () => reason });
  try {
    return await run();
  } finally {
    injectPlatform(undefined);
  }
}

async function compare(chosen: Case, numerics: Numerics) {
  const alone = await outcome(chosen, 1, numerics);
  assert.match(alone.history.fingerprint, /^[0-9a-f]{16}$/);
  for (const workers of TEAMS) {
    const { history, bits } = workers === 1 ? alone : await outcome(chosen, workers, numerics);
    assert.is(history.workers, workers);
    assert.is(history.fingerprint, alone.history.fingerprint, `${workers} workers`);
    assert.is(bits, alone.bits, `${workers} workers`);
    assert.equal(logsOf(history), logsOf(alone.history), `${workers} workers`);
    assert.is(history.stopped, alone.history.stopped);
    assert.is(history.steps, alone.history.steps);
    assert.is(history.bestEpoch, alone.history.bestEpoch);
  }
  return alone;
}

for (const [name, chosen] of Object.entries(cases)) {
  test(`strict, 1 to 4 workers and plain memory: ${name}`, async () => {
    const alone = await compare(chosen, "strict");
    const plain = await without("a test", () => outcome(chosen, 3));
    assert.is(plain.history.workers, 1);
    assert.is(plain.bits, alone.bits);
    assert.equal(logsOf(plain.history), logsOf(alone.history));
  });
}

test("fast, where the engine has it: 1 to 4 workers", async () => {
  if (!features().relaxedSimd) return;
  for (const chosen of Object.values(cases)) await compare(chosen, "fast");
});

test("the cases end where they should", async () => {
  const best = await outcome(cases["adam, early stopping with the best weights, in the middle of an epoch"]!, 2);
  assert.is(best.history.steps, 60);
  assert.is(best.history.stopped, "completed");
  assert.ok(best.history.bestEpoch! < best.history.epochs.length - 1, "an epoch before the last one is the best");
  const early = await outcome(cases["rmsprop with momentum, absolute error, stopped within the first epoch"]!, 2);
  assert.is(early.history.steps, 5);
  assert.is(early.history.epochs.length, 0);
});

test("shared runs: the constants", async () => {
  const found: Record<string, string> = {};
  for (const [name, run] of Object.entries(sharedRuns)) {
    for (const workers of TEAMS) {
      const history = await train(library, run, { workers, numerics: "strict" });
      assert.is(history.workers, workers);
      found[`${name}, ${workers}`] = history.fingerprint;
    }
    const history = await without("a test", () => train(library, run, { workers: 2, numerics: "strict" }));
    found[`${name}, plain`] = history.fingerprint;
  }
  const expected = Object.entries(sharedRuns).flatMap(([name, { fingerprint }]) =>
    [...TEAMS, "plain"].map((kind) => [`${name}, ${kind}`, fingerprint]),
  );
  assert.equal(found, Object.fromEntries(expected));
});

test("memory that is not shared: features() says why in one line", async () => {
  assert.is(features().threads, true);
  await without("no sharing here", async () => {
    const { reason, threads, workers } = features();
    assert.is(threads, false);
    assert.is(workers, 1);
    assert.match(reason!, /no sharing here/);
    assert.not.match(reason!, /\n/);
  });
});

test("a model from JSON trains to the same bits", async () => {
  const chosen = cases["momentum, dropout twice, validationSplit"]!;
  const { bits } = await outcome(chosen, 2);
  const copy = sequential(JSON.parse(JSON.stringify(sequential(chosen.layers))));
  copy.compile({ ...JSON.parse(JSON.stringify(chosen.compile)), workers: 2, numerics: "strict" });
  await fit(copy, chosen);
  assert.is(await bitsOf(copy), bits);
  await copy.dispose();
});

/** Long enough that it is stopped from outside, wherever that may be. */
const endless = { ...cases["momentum, dropout twice, validationSplit"]! };
endless.fit = { ...endless.fit, epochs: 1e6 };

for (const how of ["stop", "signal", "break"]) {
  for (const workers of [1, 2]) {
    test(`${how} from outside, ${workers} workers: the same bits as that many steps`, async () => {
      const model = make(endless, workers);
      const controller = new AbortController();
      const run = fit(model, endless, { signal: controller.signal });
      for await (const { epoch } of run) {
        if (epoch < 1) continue;
        if (how === "stop") run.stop();
        if (how === "signal") controller.abort();
        if (how === "break") break;
      }
      const { steps, stopped, fingerprint } = await run;
      assert.is(stopped, "aborted");
      assert.ok(steps > 0);
      assert.is(await bitsOf(model), await bitsAfter(endless, 3 - workers, { maxSteps: steps }));
      assert.is(fingerprint.length, 16);
      await model.dispose();
    });
  }
}

async function bitsAfter(chosen: Case, workers: number, more: library.FitInput): Promise<string> {
  const model = make(chosen, workers);
  await fit(model, chosen, more);
  const bits = await bitsOf(model);
  await model.dispose();
  return bits;
}

/** Trains with pauses and other calls in between; the calls of the first pause are answered before any step. */
async function disturbed(chosen: Case, workers: number, more: library.FitInput): Promise<string> {
  const model = make(chosen, workers);
  const initial = await bitsOf(model);
  const run = fit(model, chosen, more);
  let ended = false;
  void run.then(() => {
    ended = true;
  });
  const ask = () =>
    Promise.all([
      model.evaluate(others.x, others.labels),
      model.predict(rows.x, { batchSize: 5 }),
      model.getWeights(),
    ] as const);
  run.pause();
  const [first] = await ask();
  assert.is(await bitsOf(model), initial, "a pause holds before the first step");
  assert.is(ended, false);
  run.resume();
  await ask();
  for await (const { epoch } of run) {
    if (epoch % 100) continue;
    run.pause();
    await ask();
    run.resume();
  }
  const bits = await bitsOf(model);
  const [last] = await ask();
  assert.is.not(last.loss, first.loss);
  await model.dispose();
  return bits;
}

test("pause, resume, predict, evaluate and getWeights during a fit change nothing", async () => {
  const chosen = cases["momentum, dropout twice, validationSplit"]!;
  const more = { epochs: 300 };
  const expected = await bitsAfter(chosen, 1, more);
  for (const workers of [1, 2, 3]) {
    assert.is(await disturbed(chosen, workers, more), expected, `${workers} workers`);
  }
  assert.is(await without("a test", () => disturbed(chosen, 1, more)), expected, "plain memory");
});

test("two fits are as good as one, and a compile between them is the same for every team", async () => {
  const chosen = cases["momentum, dropout twice, validationSplit"]!;
  const expected = await bitsAfter(chosen, 1, { epochs: 5 });
  const models = [1, 3].map((workers) => make(chosen, workers));
  const results: string[] = [];
  for (const [i, model] of models.entries()) {
    await fit(model, chosen, { epochs: 2 });
    await fit(model, chosen, { epochs: 3 });
    assert.is(await bitsOf(model), expected);
    model.compile({ ...chosen.compile, optimizer: "adam", workers: [4, 2][i]!, numerics: "strict" });
    assert.is((await fit(model, chosen)).workers, [4, 2][i]);
    results.push(await bitsOf(model));
    await model.dispose();
  }
  assert.is(results[0], results[1]);
  assert.is.not(results[0], expected);
});

test("trainOnBatch: the same bits for 1, 2 and 4 workers and plain memory", async () => {
  const chosen = cases["momentum, dropout twice, validationSplit"]!;
  const trained = async (workers: number) => {
    const model = make(chosen, workers);
    const losses = [];
    for (let i = 0; i < 3; i++) losses.push(await model.trainOnBatch(rows.x, rows.labels));
    const bits = await bitsOf(model);
    await model.dispose();
    return { losses, bits };
  };
  const alone = await trained(1);
  assert.equal(await trained(2), alone);
  assert.equal(await trained(4), alone);
  assert.equal(await without("a test", () => trained(1)), alone);
});

test.run();
