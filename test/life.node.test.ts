// Many fits and many models: no more threads, no more memory.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { adam, dense, dropout, input, type Model, sequential } from "../src/index.js";
import { makeRows, ROWS, WIDTH } from "./fingerprints.js";
import { rejection, watched } from "./threads.js";

const { x, labels } = makeRows(ROWS);
const MEGABYTES = 2 ** 20;
/** Rows so wide that 2000 of them take 8 MB. */
const WIDE = 4096;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

function make(workers: number, width = WIDTH): Model {
  const model = sequential([
    input({ shape: [width] }),
    dense({ units: 16, activation: "tanh" }),
    dropout({ rate: 0.1 }),
    dense({ units: 4, activation: "softmax" }),
  ]);
  model.compile({ optimizer: adam(), loss: "sparseCategoricalCrossentropy", seed: 1, workers });
  return model;
}

const fit = (model: Model) => model.fit(x, labels, { epochs: 1, batchSize: 16, validationSplit: 0.1 });

/** Bytes in use once what is not needed any more is gone: of buffers, and of the whole process. */
async function bytes(): Promise<{ buffers: number; resident: number }> {
  for (let i = 0; i < 3; i++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { external, rss } = process.memoryUsage();
  return { buffers: external, resident: rss };
}

/**
 * Runs `work` so often, and again twice as often: the second time may take no more memory than threads may keep until they are
 * replaced, and no more buffers than one upload, which may still be on its way.
 */
async function checkFlat(times: number, work: () => Promise<void>): Promise<void> {
  for (let i = 0; i < times; i++) await work();
  const before = await bytes();
  for (let i = 0; i < 2 * times; i++) await work();
  const after = await bytes();
  const grown = { buffers: after.buffers - before.buffers, resident: after.resident - before.resident };
  assert.ok(grown.buffers < 20 * MEGABYTES, `buffers grew by ${grown.buffers} bytes`);
  assert.ok(grown.resident < 200 * MEGABYTES, `the process grew by ${grown.resident} bytes`);
}

for (const plain of [undefined, "a test"]) {
  const memory = plain ? "plain" : "shared";

  test(`200 fits on one model, ${memory} memory`, () =>
    watched(plain, async (threads) => {
      const model = make(2);
      await checkFlat(67, async () => void (await fit(model)));
      assert.is(threads.length, plain ? 1 : 2);
      await model.dispose();
    }));

  test(`60 models one after the other, ${memory} memory`, () =>
    watched(plain, async (threads) => {
      const wide = new Uint8Array(WIDE * 2000).fill(1);
      await checkFlat(20, async () => {
        const model = make(2, WIDE);
        await model.fit(wide, new Int32Array(2000), { maxSteps: 2 });
        await model.predict(wide.subarray(0, WIDE));
        await model.dispose();
      });
      assert.is(threads.filter(({ ended }) => !ended).length, plain ? 1 : 2);
    }));
}

test("20 models that are disposed of in the middle of a fit: every thread ends", () =>
  watched(undefined, async (threads) => {
    await checkFlat(7, async () => {
      const model = make(2);
      const run = model.fit(x, labels, { epochs: 1e6 });
      const ended = rejection(run);
      await model.predict(x);
      await model.dispose();
      assert.is((await ended).code, "E_DISPOSED");
    });
    assert.is(threads.filter(({ ended }) => !ended).length, 0);
  }));

test.run();
