// Activations that may lie over what is before them: the same bits as where they lie apart, behind one that changes nothing.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  activation,
  add,
  batchNormalization,
  conv1d,
  conv2d,
  dense,
  depthwiseConv2d,
  features,
  flatten,
  functional,
  input,
  layerNormalization,
  type Model,
  sequential,
  timeDistributed,
} from "../../src/index.js";
import { close, dense as denseOf, labelsOf, rowsOf } from "./reference.js";

const ROWS = 23;
const TEAMS = features().threads ? [1, 3] : [1];
const x = { data: Float32Array.from(rowsOf(ROWS, 64).flat()), shape: [ROWS, 8, 8, 1] };
const labels = labelsOf(ROWS, 3);

const test = suite("activations of layers");

type Value = ReturnType<ReturnType<typeof dense>["apply"]>;
type Layers = readonly ReturnType<typeof activation>[];
/** A model with these options in each of its layers that has an activation, these layers behind each, and those behind others. */
type Make = (own: object, behind: Layers, then: Layers) => Model;

const compiled = (model: Model, workers: number) => {
  const loss = "sparseCategoricalCrossentropy";
  model.compile({ optimizer: "adam", loss, metrics: ["accuracy"], seed: 3, workers, numerics: "strict" });
  return model;
};

const MODELS: Record<string, Make> = {
  image: (own, behind, then) =>
    sequential([
      input({ shape: [8, 8, 1] }),
      conv2d({ filters: 5, kernelSize: 3, ...own }),
      ...behind,
      depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, ...own }),
      ...behind,
      timeDistributed(conv1d({ filters: 6, kernelSize: 2, ...own })),
      ...behind,
      batchNormalization(),
      ...then,
      layerNormalization(),
      ...then,
      flatten(),
      dense({ units: 128, ...own }),
      ...behind,
      dense({ units: 3, activation: "softmax" }),
    ]),
  graph: (own, behind, then) => {
    const inputs = input({ shape: [8, 8, 1] });
    const all = (layers: readonly Pick<Layers[0], "apply">[], below: Value) =>
      layers.reduce((value, layer) => layer.apply(value), below);
    const shared = dense({ units: 64, ...own });
    const first = all([shared, ...behind], flatten().apply(inputs));
    const second = all([shared, ...behind], first);
    const third = all([dense({ units: 64, ...own }), ...behind], second);
    // Read twice, once without the activation.
    const bare = dense({ units: 64 }).apply(second);
    const sum = add().apply([third, first, second, bare, all(then, bare)]);
    return functional({ inputs, outputs: dense({ units: 3, activation: "softmax" }).apply(sum) });
  },
};

/** The sum of an array's bits by place: short, where two of them are told apart. */
const sumOf = (data: ArrayLike<number>) =>
  new Uint32Array(Float32Array.from(data).buffer).reduce((sum, bits) => (Math.imul(sum, 31) + bits) >>> 0, 7);

async function seen(model: Model) {
  const history = await model.fit(x, labels, { epochs: 3, batchSize: 7, validationSplit: 0.2 });
  const logs = history.epochs.map(({ loss, valLoss, valAccuracy }) => [loss, valLoss, valAccuracy]);
  const { weights, input: below, loss } = await model.gradients(x, labels);
  return {
    ...{ logs, loss, below: sumOf(below.data), gradients: weights.map(({ data }) => sumOf(data)) },
    predicted: sumOf((await model.predict(x, { batchSize: 5 })).data),
    evaluated: await model.evaluate(x, labels, { batchSize: 6 }),
    after: (await model.getWeights()).map(({ data }) => sumOf(data)),
  };
}

const KINDS = ["relu", "tanh", { type: "leakyRelu", alpha: 0.1 }, { type: "leakyRelu", alpha: -0.1 }, "elu"];

for (const [name, make] of Object.entries(MODELS)) {
  for (const kind of KINDS) {
    test(`${name}, ${JSON.stringify(kind)}: the same bits as apart, for every team`, async () => {
      const own = { activation: kind };
      // Changes nothing, but is a step, and has no weights.
      const apart = [activation({ activation: { type: "leakyRelu", alpha: 1 } }), activation(own)];
      await using model = compiled(make({}, apart, apart), 1);
      const start = await model.getWeights();
      const want = await seen(model);
      for (const workers of TEAMS) {
        for (const behind of [[], [activation(own)]]) {
          await using model = compiled(make(behind.length ? {} : own, behind, [activation(own)]), workers);
          const names = (await model.getWeights()).map(({ name }) => name);
          await model.setWeights(start.map((weight, i) => ({ ...weight, name: names[i]! })));
          assert.equal(await seen(model), want, `${workers} workers, ${behind.length}`);
        }
      }
    });
  }
}

test("what an activation lies over is there where it is asked for by name", async () => {
  for (const workers of TEAMS) {
    const layers = [flatten(), dense({ units: 5, name: "below" }), activation("relu"), dense({ units: 3 })];
    await using model = compiled(sequential([input({ shape: [8, 8, 1] }), ...layers, activation("softmax")]), workers);
    await model.fit(x, labels, { epochs: 1, batchSize: 7 });
    const [kernel, bias] = await model.getWeights();
    const rows = Array.from({ length: ROWS }, (_, row) => [...x.data.subarray(64 * row, 64 * row + 64)]);
    const want = denseOf(rows, kernel!, bias);
    assert.ok(want.flat().some((value) => value < -0.1));
    close((await model.predict(x, { layer: "below", batchSize: 5 })).data, want.flat());
  }
});

test.run();
