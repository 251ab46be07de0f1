// Workers that die or fail during a fit: the fit rejects soon, and the model goes on from the last completed epoch.

import type { Test } from "uvu";
import * as assert from "uvu/assert";
import { dense, dropout, input, type Model, type Run, sequential, sgd, WorkerError } from "../src/index.js";
import { bitsOf, makeRows, ROWS, WIDTH } from "./fingerprints.js";
import { deadWorker, type Fault, faultyLead, faultyWorker, rejection, watched, within } from "./threads.js";

const rows = makeRows(ROWS);
const others = makeRows(1000, 2);
const BATCH = 7;
const STEPS = Math.ceil(ROWS / BATCH);
const UPDATE = "sgd_momentum_update";
/** Calls of the update in one step: kernel and bias of two layers. */
const UPDATES = 4;

function make(workers: number, workerUrl?: string): Model {
  const model = sequential([
    input({ shape: [WIDTH] }),
    dense({ units: 16, activation: "relu", kernelRegularizer: { l2: 0.01 } }),
    dropout({ rate: 0.2 }),
    dense({ units: 16, activation: "softmax" }),
  ]);
  model.compile({
    optimizer: sgd({ learningRate: 0.01, momentum: 0.9 }),
    loss: "sparseCategoricalCrossentropy",
    seed: 11,
    workers,
    numerics: "strict",
    ...(workerUrl ? { workerUrl } : {}),
  });
  return model;
}

const fit = (model: Model, epochs: number) => model.fit(rows.x, rows.labels, { epochs, batchSize: BATCH });

/** A fit that goes on until something ends it. Validation, which changes no weights, takes most of its time. */
const endless = (model: Model) => {
  const validationData = [others.x, others.labels] as const;
  return model.fit(rows.x, rows.labels, { epochs: 1e6, batchSize: BATCH, validationData });
};

const known = new Map<number, Promise<string>>();

/** Weights after so many epochs without a fault, on one worker. */
function bitsAfter(epochs: number): Promise<string> {
  const train = async () => {
    const model = make(1);
    if (epochs) await fit(model, epochs);
    const result = await bitsOf(model);
    await model.dispose();
    return result;
  };
  const found = known.get(epochs) ?? train();
  known.set(epochs, found);
  return found;
}

/** After a crash: the weights are those of a whole number of epochs, and two more epochs train from there. */
async function checkRecovery(model: Model, workers: number): Promise<number> {
  const bits = await bitsOf(model);
  const { epochs, workers: ran } = await fit(model, 2);
  assert.is(ran, workers);
  const completed = epochs[0]!.epoch;
  assert.is(bits, await bitsAfter(completed), `weights after ${completed} epochs`);
  assert.is(await bitsOf(model), await bitsAfter(completed + 2), "weights after two more");
  return completed;
}

function checkError(error: Error & { code?: string }): void {
  assert.instance(error, WorkerError);
  assert.is(error.code, "E_WORKER", error.message);
}

/** Waits until a paused fit has changed the weights. */
async function paused(model: Model, initial: string): Promise<void> {
  while ((await bitsOf(model)) === initial);
}

/** Adds the tests; `limit` is in milliseconds. */
export function addFaultTests(test: Test, limit: number, plain: string | undefined): void {
  const memory = plain ? "plain" : "shared";
  const members = plain
    ? [[1, 0]]
    : [
        [1, 0],
        [2, 0],
        [2, 1],
      ];
  for (const [workers, victim] of members as [number, number][]) {
    const who = `${memory} memory, worker ${victim + 1} of ${workers}`;

    test(`terminated during a fit: ${who}`, () =>
      watched(plain, async (threads) => {
        const model = make(workers);
        const run = endless(model);
        for await (const { epoch } of run) {
          if (epoch < 2) continue;
          threads[victim]!.terminate();
          checkError(await within(limit, rejection(run), "the fit"));
          break;
        }
        assert.ok((await checkRecovery(model, workers)) >= 3);
        await model.dispose();
      }));

    test(`terminated during a pause: ${who}`, () =>
      watched(plain, async (threads) => {
        const model = make(workers);
        const run = endless(model);
        run.pause();
        await model.predict(rows.x);
        threads[victim]!.terminate();
        checkError(await within(limit, rejection(run), "the fit"));
        assert.is(await checkRecovery(model, workers), 0);
        await model.dispose();
      }));

    test(`terminated between two fits: ${who}`, () =>
      watched(plain, async (threads) => {
        const model = make(workers);
        const { fingerprint } = await fit(model, 3);
        threads[victim]!.terminate();
        await new Promise((resolve) => setTimeout(resolve, 50));
        assert.is(await checkRecovery(model, workers), 3);
        assert.is(fingerprint.length, 16);
        await model.dispose();
      }));

    for (const fault of ["exit", "throw", "trap"] as Fault[]) {
      test(`${fault} in the middle of an update: ${who}`, () =>
        watched(plain, async () => {
          // In the fourth epoch, and within a step: one parameter is updated, the next is not.
          const count = (3 * STEPS + 2) * UPDATES + 2;
          const url = faultyWorker(fault, UPDATE, count, victim === 0);
          const model = make(workers, url);
          const run = fit(model, 9);
          const waiting = rejection(model.evaluate(rows.x, rows.labels, { batchSize: 3 }).then(() => run));
          checkError(await within(limit, rejection(run), "the fit"));
          checkError(await within(limit, waiting, "the call"));
          assert.is(await checkRecovery(model, workers), 3);
          await model.dispose();
        }));
    }
  }

  if (!plain) {
    test("the lead ends just before its state is whole: nobody takes half a snapshot", () =>
      watched(plain, async () => {
        // Once for the new memory, once as the fit begins, and once after each of six epochs.
        const model = make(2, faultyLead(8));
        checkError(await within(limit, rejection(fit(model, 9)), "the fit"));
        assert.is(await checkRecovery(model, 2), 5);
        await model.dispose();
      }));
  }

  test(`terminated during a pause in the middle of an epoch: ${memory} memory`, () =>
    watched(plain, async (threads) => {
      const model = make(plain ? 1 : 2);
      const initial = await bitsOf(model);
      // An epoch far longer than the pause takes to arrive.
      const many = makeRows(200_000, 3);
      const run: Run = model.fit(many.x, many.labels, { epochs: 9, batchSize: 1, onProgress: () => run.pause() });
      await within(limit * 4, paused(model, initial), "the pause");
      threads[0]!.terminate();
      checkError(await within(limit, rejection(run), "the fit"));
      assert.is(await bitsOf(model), initial, "the last completed epoch: none");
      assert.is(await checkRecovery(model, plain ? 1 : 2), 0);
      await model.dispose();
    }));

  test(`a worker that cannot start: ${memory} memory`, () =>
    watched(plain, async () => {
      const model = make(plain ? 1 : 2, deadWorker());
      checkError(await within(limit, rejection(fit(model, 1)), "the fit"));
      checkError(await within(limit, rejection(model.predict(rows.x)), "predict"));
      await within(limit, model.dispose(), "dispose");
    }));
}
