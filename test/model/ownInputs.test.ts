// Inputs of which each worker of a team has a copy: whatever is asked of the model, the team gives what one worker gives.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  activation,
  add,
  dense,
  features,
  flatten,
  functional,
  input,
  type Model,
  sequential,
} from "../../src/index.js";
import { labelsOf, rowsOf } from "./reference.js";

const ROWS = 23;
/** None where memory cannot be shared. */
const TEAMS = features().threads ? [2, 3, 4] : [];
const x = { data: Float32Array.from(rowsOf(ROWS, 64).flat()), shape: [ROWS, 8, 8] };
const labels = labelsOf(ROWS, 3);
const flat = Float32Array.from(rowsOf(ROWS, 64).flat());

const compiled = (model: Model, workers: number) => {
  const loss = "sparseCategoricalCrossentropy";
  model.compile({ optimizer: "adam", loss, metrics: ["accuracy"], seed: 3, workers, numerics: "strict" });
  return model;
};
/** Four groups of units: even for two workers and for four, not for three. */
const plain = (workers: number) =>
  compiled(
    sequential([
      input({ shape: [8, 8] }),
      flatten({ name: "flat" }),
      dense({ units: 128, activation: "relu" }),
      dense({ units: 3, activation: "softmax" }),
    ]),
    workers,
  );
/** The input goes on beside the product, too. */
const forked = (workers: number) => {
  const inputs = input({ shape: [8, 8] });
  const below = flatten({ name: "flat" }).apply(inputs);
  const wide = dense({ units: 128, activation: "relu" }).apply(below);
  const sum = add().apply([dense({ units: 64 }).apply(wide), below]);
  return compiled(functional({ inputs, outputs: dense({ units: 3, activation: "softmax" }).apply(sum) }), workers);
};

const test = suite("inputs of a team");

async function seen(model: Model) {
  const history = await model.fit(x, labels, { epochs: 3, batchSize: 7, validationSplit: 0.2 });
  const logs = history.epochs.map(({ seconds: _, samplesPerSecond: __, ...log }) => log);
  const batch = await model.trainOnBatch(x, labels);
  const { weights, input: below, loss } = await model.gradients(x, labels);
  return {
    ...{ logs, batch, loss, below, weights: weights.map(({ data }) => data) },
    predicted: await model.predict(x, { batchSize: 5 }),
    evaluated: await model.evaluate(x, labels, { batchSize: 6 }),
    after: (await model.getWeights()).map(({ data }) => data),
  };
}

for (const [name, make] of Object.entries({ plain, forked })) {
  test(`${name}: a team trains, predicts, evaluates and differentiates as one worker`, async () => {
    await using alone = make(1);
    const want = await seen(alone);
    for (const workers of TEAMS) {
      await using team = make(workers);
      assert.equal(await seen(team), want, `${workers} workers`);
    }
  });

  test(`${name}: a layer that gives the input's own memory gives all of its rows`, async () => {
    for (const workers of [1, ...TEAMS]) {
      await using model = make(workers);
      await model.fit(x, labels, { epochs: 1, batchSize: 7 });
      for (const batchSize of [5, 23]) {
        assert.equal((await model.predict(x, { layer: "flat", batchSize })).data, flat, `${workers} workers`);
      }
    }
  });
}

/** Losses on the input's own memory, which move no weight: flat itself, and the logits of a softmax of it. */
const outputsOn = (which: "none" | "flat" | "softmax", workers: number) => {
  const inputs = input({ shape: [8, 8] });
  const below = flatten({ name: "flat" }).apply(inputs);
  const wide = dense({ units: 128, activation: "relu" }).apply(below);
  const top = dense({ units: 3, activation: "softmax", name: "top" }).apply(wide);
  const others = {
    none: [],
    flat: [below],
    softmax: [activation({ activation: "softmax", name: "soft" }).apply(below)],
  }[which];
  const model = functional({ inputs, outputs: [top, ...others] });
  const second = which === "flat" ? "meanSquaredError" : "sparseCategoricalCrossentropy";
  const first = "sparseCategoricalCrossentropy";
  const loss = (which === "none" ? first : [first, second]) as never;
  model.compile({ optimizer: "adam", loss, seed: 3, workers, numerics: "strict" });
  const values = { data: flat, shape: [ROWS, 64] };
  const targets = { none: labels, flat: [labels, values], softmax: [labels, labels] }[which];
  return { model, targets: targets as never };
};

test("a loss on the input's own memory writes no other memory", async () => {
  for (const batchSize of [4, 17]) {
    const trained = async (which: "none" | "flat" | "softmax", workers: number) => {
      const { model, targets } = outputsOn(which, workers);
      await using made = model;
      await made.fit(x, targets, { epochs: 3, batchSize });
      await made.trainOnBatch(x, targets);
      return (await made.getWeights()).map(({ data }) => data);
    };
    const want = await trained("none", 1);
    for (const which of ["none", "flat", "softmax"] as const) {
      for (const workers of [1, ...TEAMS]) {
        assert.equal(await trained(which, workers), want, `${which}, ${workers} workers, batches of ${batchSize}`);
      }
    }
  }
});

test("an output that is the input's own memory has all rows", async () => {
  for (const workers of [1, ...TEAMS]) {
    const inputs = input({ shape: [8, 8] });
    const below = flatten({ name: "flat" }).apply(inputs);
    const wide = dense({ units: 128, activation: "relu" }).apply(below);
    const top = dense({ units: 3, activation: "softmax", name: "top" }).apply(wide);
    await using made = functional({ inputs, outputs: [below, top] });
    const loss = { flat: "meanSquaredError", top: "sparseCategoricalCrossentropy" } as const;
    made.compile({ optimizer: "adam", loss, seed: 3, workers, numerics: "strict" });
    const predicted = await made.predict(x, { batchSize: 5 });
    assert.equal(predicted.outputs!.flat!.data, flat, `${workers} workers`);
  }
});

test.run();
