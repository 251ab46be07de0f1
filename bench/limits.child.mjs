// One measurement in a fresh process: node limits.child.mjs JOB BUILD. Prints its figures as JSON.

import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";

const [job, build, extra] = process.argv.slice(2);
const { adam, dense, input, sequential, sgd } = await import(pathToFileURL(join(build, "whetstone.js")).href);

/** A model and rows for it; values are pseudo-random in 0..1, labels 0..9. */
function setUp({
  rows,
  units = [784, 64, 10],
  workers = 1,
  optimizer = sgd({ learningRate: 0.01, momentum: 0.9 }),
  l2 = 0,
}) {
  const last = units.length - 1;
  const model = sequential([
    input({ shape: [units[0]] }),
    ...units
      .slice(1)
      .map((count, i) =>
        dense({ units: count, activation: i + 1 < last ? "relu" : "softmax", kernelRegularizer: { l2 } }),
      ),
  ]);
  model.compile({ optimizer, loss: "sparseCategoricalCrossentropy", seed: 1, workers });
  let state = 1;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const x = Float32Array.from({ length: rows * units[0] }, next);
  const y = Int32Array.from({ length: rows }, () => Math.floor(next() * units[last]));
  return { model, x, y };
}

/** Milliseconds of a fit that ends with its first batch. */
async function untilFirst({ model, x, y }) {
  const begin = performance.now();
  await model.fit(x, y, { maxSteps: 1 });
  return performance.now() - begin;
}

/** Megabytes of memory after collections: what lies outside the heap is given back some turns of the event loop later. */
async function memory() {
  for (let turn = 0; turn < 4; turn++) {
    globalThis.gc();
    await new Promise((done) => setTimeout(done, 50));
  }
  const { rss, external, heapUsed, arrayBuffers } = process.memoryUsage();
  return Object.fromEntries(Object.entries({ rss, external, heapUsed, arrayBuffers }).map(([k, v]) => [k, v / 1e6]));
}

/** Runs for about `seconds`, after a fit that warms up: steps a second and the cores that were busy meanwhile. */
async function pace(setting, steps) {
  const { model, x, y } = setUp(setting);
  const perEpoch = Math.ceil(setting.rows / 32);
  const fit = () => model.fit(x, y, { epochs: Math.ceil(steps / perEpoch) });
  await fit();
  const [begin, busy] = [performance.now(), process.cpuUsage()];
  const { steps: done } = await fit();
  const seconds = (performance.now() - begin) / 1000;
  const { user, system } = process.cpuUsage(busy);
  await model.dispose();
  return { rate: done / seconds, cores: (user + system) / 1e6 / seconds, seconds };
}

const JOBS = {
  /** 10 MB of data, one worker. */
  async first() {
    const big = setUp({ rows: 12500, units: [200, 64, 10] });
    const cold = await untilFirst(big);
    const sinceStart = performance.now();
    const warm = await untilFirst(big);
    const small = setUp({ rows: 320, units: [200, 64, 10] });
    await untilFirst(small);
    const warmSmall = await untilFirst(small);
    return { cold, sinceStart, warm, warmSmall };
  },
  /** A thousand fits of one model, or of a new model each, behind a thousand in which the engine still compiles and learns. */
  async fits() {
    const samples = [];
    let begin = 0;
    let { model, x, y } = setUp({ rows: 320, units: [20, 16, 10], workers: 2 });
    for (let i = 1; i <= 2000; i++) {
      if (extra === "new" && i > 1) {
        await model.dispose();
        model = setUp({ rows: 1, units: [20, 16, 10], workers: 2 }).model;
      }
      await model.fit(x, y);
      if (i % 100 === 0 && i >= 1000) samples.push({ fits: i, ...(await memory()) });
      if (i === 1000) begin = performance.now();
    }
    return { samples, perFit: (performance.now() - begin) / 1000 };
  },
  /** 188 MB of data: how long the caller's event loop is held up until the first batch is done. */
  async delay() {
    const big = setUp({ rows: 60000 });
    const probe = monitorEventLoopDelay({ resolution: 1 });
    await new Promise((done) => setTimeout(done, 100));
    probe.enable();
    const first = await untilFirst(big);
    probe.disable();
    return { p50: probe.percentile(50) / 1e6, p99: probe.percentile(99) / 1e6, max: probe.max / 1e6, first };
  },
  /**
   * 100,000 steps; half of the hidden units are dead, half of the inputs are 0, and a penalty shrinks what has no
   * gradient, to subnormal numbers after about a third of the steps.
   */
  async subnormal() {
    const optimizer = extra === "adam" ? adam() : sgd({ learningRate: 0.1, momentum: 0.9 });
    const setting = { rows: 3200, units: [32, 32, 10], optimizer, l2: extra === "adam" ? 0 : 0.0015 };
    const fit = async (epochs) => {
      const { model, x, y } = setUp(setting);
      for (let i = 0; i < x.length; i++) if (i % 2) x[i] = 0;
      const weights = await model.getWeights();
      weights[1].data.fill(-100, 0, 16);
      await model.setWeights(weights);
      const history = await model.fit(x, y, { epochs });
      const after = await model.getWeights();
      await model.dispose();
      return { rates: history.epochs.map(({ samplesPerSecond }) => samplesPerSecond / 32), after };
    };
    await fit(50);
    const { rates, after } = await fit(1000);
    const middle = (part) => part.toSorted((a, b) => a - b)[part.length >> 1];
    const tiny = after[0].data.filter((value) => Math.abs(value) < 1e-20).length / after[0].data.length;
    return { first: middle(rates.slice(0, 100)), last: middle(rates.slice(-100)), tiny };
  },
  /** Two threads that do nothing but meet: `extra` is the bundled src/team.ts. */
  async barrier() {
    const control = new Int32Array(new SharedArrayBuffer(64));
    const meet = `
      const { workerData, parentPort } = require("node:worker_threads");
      import(workerData.team).then(({ Team }) => {
        const team = new Team(workerData.control, workerData.index, 2);
        for (let i = 0; i < 50000; i++) team.barrier();
        const times = [];
        for (let round = 0; round < 40; round++) {
          const begin = performance.now();
          for (let i = 0; i < 5000; i++) team.barrier();
          times.push((performance.now() - begin) / 5);
        }
        parentPort.postMessage(times);
      });`;
    const times = await Promise.all(
      [0, 1].map((index) => {
        const workerData = { control, index, team: pathToFileURL(extra).href };
        const worker = new Worker(meet, { eval: true, workerData });
        return new Promise((done, failed) => worker.once("message", done).once("error", failed));
      }),
    );
    const sorted = times[0].toSorted((a, b) => a - b);
    const tiny = { rows: 3200, units: [8, 8, 10] };
    const one = await pace({ ...tiny, workers: 1 }, 20000);
    const two = await pace({ ...tiny, workers: 2 }, 20000);
    return { least: sorted[0], median: sorted[20], most: sorted.at(-1), step: 1e6 / two.rate - 1e6 / one.rate };
  },
  /** More workers than cores. */
  async crowd() {
    const result = {};
    for (const workers of [1, 2, 6]) result[workers] = await pace({ rows: 3200, workers }, 3000);
    return result;
  },
};

console.log(JSON.stringify(await JOBS[job]()));
process.exit(0);
