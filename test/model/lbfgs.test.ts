import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  adam,
  type CompileOptions,
  dense,
  input,
  lbfgs,
  loadModel,
  type Model,
  sequential,
  sgd,
} from "../../src/index.js";
import { rowsOf } from "./reference.js";

const test = suite("lbfgs");
const ROWS = 40;
const x = rowsOf(ROWS, 4).map((row) => row.map((value, i) => Math.fround(value * (i + 1))));
const y = x.map(([a, b, c, d]) => [Math.fround(a! - 2 * b! + 0.5 * c! * d! + 1)]);
const UNITS = 5;

type Options = Omit<CompileOptions, "loss">;
function net(options: Options, units = UNITS): Model {
  const model = sequential([
    input({ shape: [4] }),
    dense({ units, activation: "tanh", kernelRegularizer: { l2: 0.01 } }),
    dense({ units: 1 }),
  ]);
  model.compile({ loss: "meanSquaredError", seed: 3, numerics: "strict", workers: 1, ...options });
  return model;
}
const full = { batchSize: "full", shuffle: false } as const;
const flat = async (model: Model) => (await model.getWeights()).flatMap(({ data }) => Array.from(data));

/** Loss and gradient of the net in float64, weights as getWeights has them in a line. */
function gradientOf(w: readonly number[]): { loss: number; g: number[] } {
  const [bias, out, last] = [4 * UNITS, 5 * UNITS, 6 * UNITS];
  const g = w.map((_) => 0);
  let loss = 0;
  for (let r = 0; r < ROWS; r++) {
    const hidden = Array.from({ length: UNITS }, (_, u) =>
      Math.tanh(x[r]!.reduce((sum, value, i) => sum + value * w[i * UNITS + u]!, w[bias + u]!)),
    );
    const error = hidden.reduce((sum, h, u) => sum + h * w[out + u]!, w[last]!) - y[r]![0]!;
    loss += error ** 2 / ROWS;
    const by = (2 * error) / ROWS;
    g[last]! += by;
    hidden.forEach((h, u) => {
      g[out + u]! += by * h;
      const below = by * w[out + u]! * (1 - h * h);
      g[bias + u]! += below;
      x[r]!.forEach((value, i) => {
        g[i * UNITS + u]! += below * value;
      });
    });
  }
  for (let i = 0; i < bias; i++) {
    loss += 0.01 * w[i]! ** 2;
    g[i]! += 0.02 * w[i]!;
  }
  return { loss, g };
}

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
const plus = (a: readonly number[], factor: number, b: readonly number[]) => a.map((v, i) => v + factor * b[i]!);

/** torch.optim.LBFGS, one iteration a step and no line search, in float64: the weights after each step. */
function reference(start: readonly number[], rate: number, memory: number, steps: number): number[][] {
  const pairs: { s: number[]; y: number[]; rho: number }[] = [];
  let w = [...start];
  let scale = 1;
  let before: { g: number[]; d: number[]; t: number } | undefined;
  return Array.from({ length: steps }, () => {
    const { g } = gradientOf(w);
    if (before) {
      const change = plus(g, -1, before.g);
      const s = before.d.map((v) => v * before!.t);
      const ys = dot(change, s);
      if (ys > 1e-10) {
        if (pairs.length === memory) pairs.shift();
        pairs.push({ s, y: change, rho: 1 / ys });
        scale = ys / dot(change, change);
      }
    }
    let q = g.map((v) => -v);
    const alphas = pairs.map(() => 0);
    for (let i = pairs.length - 1; i >= 0; i--) {
      alphas[i] = pairs[i]!.rho * dot(pairs[i]!.s, q);
      q = plus(q, -alphas[i]!, pairs[i]!.y);
    }
    let d = q.map((v) => v * scale);
    pairs.forEach(({ s, y: change, rho }, i) => {
      d = plus(d, alphas[i]! - rho * dot(change, d), s);
    });
    const t = before ? rate : Math.min(1, 1 / g.reduce((sum, v) => sum + Math.abs(v), 0)) * rate;
    before = { g, d, t };
    w = plus(w, t, d);
    return w;
  });
}

for (const [rate, memory] of [
  [1, 10],
  [0.5, 3],
] as const) {
  test(`20 steps as a float64 reference makes them, rate ${rate}, memory ${memory}`, async () => {
    await using model = net({ optimizer: lbfgs({ learningRate: rate, memory }) });
    const want = reference(await flat(model), rate, memory, 20);
    for (let t = 0; t < 20; t++) {
      await model.fit(x, y, { ...full, epochs: 1 });
      const got = await flat(model);
      const far = Math.sqrt(dot(plus(got, -1, want[t]!), plus(got, -1, want[t]!)) / dot(want[t]!, want[t]!));
      // Later steps amplify what float32 rounds.
      assert.ok(far < (t < 8 ? 1e-5 : 1e-3), `step ${t + 1}: ${far}`);
    }
  });
}

test("the same bits with any number of workers, in one batch or in parts", async () => {
  const bits = [];
  for (const workers of [1, 2, 3, 4]) {
    await using model = net({ optimizer: lbfgs({ memory: 3, weightDecay: 0.001, globalClipNorm: 50 }), workers }, 17);
    bits.push((await model.fit(x, y, { ...full, epochs: 8 })).fingerprint);
  }
  assert.is(new Set(bits).size, 1, bits.join());
  await using whole = net({ optimizer: lbfgs({ memory: 3 }) });
  await using parts = net({ optimizer: lbfgs({ memory: 3, gradientAccumulationSteps: 4 }) });
  const a = await whole.fit(x, y, { ...full, epochs: 6 });
  const b = await parts.fit(x, y, { batchSize: 10, shuffle: false, epochs: 6 });
  assert.ok(Math.abs(a.epochs[5]!.loss / b.epochs[5]!.loss - 1) < 1e-3);
});

test("goes on from a file to the bit, and after fits in between", async () => {
  await using model = net({ optimizer: lbfgs({ memory: 4, useEma: true }) });
  await using straight = net({ optimizer: lbfgs({ memory: 4, useEma: true }) });
  const want = await straight.fit(x, y, { ...full, epochs: 14 });
  await model.fit(x, y, { ...full, epochs: 7 });
  await using again = await loadModel(await model.toBlob(), { workers: 3 });
  assert.is((await again.fit(x, y, { ...full, epochs: 7 })).fingerprint, want.fingerprint);
  assert.is((await model.fit(x, y, { ...full, epochs: 7 })).fingerprint, want.fingerprint);
});

test("frozen weights stay, and count for nothing; thawed ones begin anew", async () => {
  await using model = net({ optimizer: lbfgs({ memory: 4 }) });
  await model.fit(x, y, { ...full, epochs: 5 });
  model.freeze("dense_0");
  const before = await model.getWeights();
  await using fresh = net({ optimizer: lbfgs({ memory: 4 }) });
  await fresh.setWeights(before);
  fresh.freeze("dense_0");
  const run = await model.fit(x, y, { ...full, epochs: 6 });
  const after = await model.getWeights();
  assert.equal(after[0]!.data, before[0]!.data);
  assert.equal(after[1]!.data, before[1]!.data);
  assert.is(run.fingerprint, (await fresh.fit(x, y, { ...full, epochs: 6 })).fingerprint);
  model.thaw("dense_0");
  fresh.thaw("dense_0");
  const { fingerprint } = await model.fit(x, y, { ...full, epochs: 6 });
  assert.is((await fresh.fit(x, y, { ...full, epochs: 6 })).fingerprint, fingerprint);
});

test("much lower than other optimizers in as many steps", async () => {
  const losses = new Map<string, number>();
  for (const optimizer of [lbfgs(), adam({ learningRate: 0.05 }), sgd({ learningRate: 0.05 })]) {
    await using model = net({ optimizer });
    const { epochs } = await model.fit(x, y, { ...full, epochs: 60 });
    losses.set(optimizer.type, epochs.at(-1)!.loss);
  }
  const { lbfgs: own, ...others } = Object.fromEntries(losses);
  for (const [name, loss] of Object.entries(others)) assert.ok(own! < 0.5 * loss, `${own}, ${name} ${loss}`);
});

test("steps outside fits, an update that is undone, and options that are wrong", async () => {
  await using one = net({ optimizer: lbfgs() });
  await using two = net({ optimizer: lbfgs(), workers: 2 });
  await using three = net({ optimizer: lbfgs() });
  for (let t = 0; t < 4; t++) {
    await one.fit(x, y, full);
    await two.trainOnBatch(x, y);
    await three.applyGradients((await three.gradients(x, y, { training: true })).weights);
  }
  assert.equal(await two.getWeights(), await one.getWeights());
  const [want, got] = [await flat(one), await flat(three)];
  assert.ok(want.every((w, i) => Math.abs(w - got[i]!) < 1e-3 * Math.max(1, Math.abs(w))));
  const refuses = async (options: object, message: RegExp) => {
    try {
      await one.fit(x, y, options);
    } catch (error) {
      assert.match((error as Error).message, message);
      return;
    }
    assert.unreachable(String(message));
  };
  await refuses(
    {},
    /^fit: batchSize: expected all rows in one update with lbfgs.* got updates of 32\. Pass arrays and batchSize: "full"/,
  );
  await refuses({ batchSize: 39 }, /got updates of 39/);
  await refuses(
    { batchSize: { type: "exponentialBatchSize", initial: 64, factor: 2, maximum: 128 } },
    /got exponentialBatchSize/,
  );
  await one.fit(x, y, { batchSize: 40 });
  for (const memory of [0, 51, 1.5]) assert.throws(() => lbfgs({ memory }), /^.*lbfgs\.memory: .* got/);
  assert.throws(() => lbfgs({ learningRate: 0 }), /lbfgs\.learningRate: .* > 0/);
  assert.equal(lbfgs(), { learningRate: 1, memory: 10, type: "lbfgs" });
});

test.run();
