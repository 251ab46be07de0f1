// A step begins with what the one before left, and with nothing else: weights are all that a layer keeps of them, whatever copies of
// these it works with.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  batchNormalization,
  bidirectional,
  conv1d,
  conv2d,
  conv2dTranspose,
  dense,
  depthwiseConv2d,
  embedding,
  flatten,
  groupNormalization,
  gru,
  input,
  layerNormalization,
  lstm,
  type Model,
  multiHeadAttention,
  positionEmbedding,
  rmsNormalization,
  separableConv2d,
  sequential,
  sgd,
  simpleRnn,
  timeDistributed,
} from "../../src/index.js";
import { type LayerSpec, layers } from "../../src/layers/index.js";
import type { LayerDefinition } from "../../src/layers/layer.js";
import { rowsOf } from "./reference.js";

const [ROWS, BATCH] = [8, 4];
const image = [5, 5, 2];
const steps = [4, 6];

/** Every layer with weights: what it is called, one of them, and an example's shape. */
const CASES: readonly [type: string, layer: LayerSpec, shape: readonly number[]][] = [
  ["dense", dense({ units: 5 }), [6]],
  ["dense", dense({ units: 5 }), steps],
  ["conv1d", conv1d({ filters: 3, kernelSize: 3 }), steps],
  ["conv2d", conv2d({ filters: 3, kernelSize: 3 }), image],
  ["conv2dTranspose", conv2dTranspose({ filters: 3, kernelSize: 3, strides: 2 }), image],
  ["separableConv2d", separableConv2d({ filters: 3, kernelSize: 3 }), image],
  ["simpleRnn", simpleRnn({ units: 4 }), steps],
  ["lstm", lstm({ units: 4 }), steps],
  ["gru", gru({ units: 4 }), steps],
  ["bidirectional", bidirectional(lstm({ units: 4 })), steps],
  ["multiHeadAttention", multiHeadAttention({ heads: 2 }), steps],
  ["depthwiseConv2d", depthwiseConv2d({ kernelSize: 3 }), image],
  ["positionEmbedding", positionEmbedding(), steps],
  ["layerNormalization", layerNormalization(), steps],
  ["rmsNormalization", rmsNormalization(), steps],
  ["groupNormalization", groupNormalization({ groups: 2 }), image],
  ["batchNormalization", batchNormalization(), image],
  ["embedding", embedding({ inputDim: 2, outputDim: 3 }), [4]],
  ["timeDistributed", timeDistributed(conv2dTranspose({ filters: 2, kernelSize: 2 })), [3, 4, 4, 1]],
];

const modelOf = (layer: LayerSpec, shape: readonly number[]): Model => {
  const model = sequential([input({ shape }), layer, flatten(), dense({ units: 1 })]);
  const optimizer = sgd({ learningRate: 0.3 });
  model.compile({ optimizer, loss: "meanSquaredError", seed: 3, numerics: "strict", workers: 1 });
  return model;
};

const test = suite("weights from step to step");

test("every layer that has some is tried", () => {
  const has = Object.entries(layers).filter(([, layer]) => (layer as LayerDefinition<object>).parameters);
  const tried = new Set(CASES.map(([type]) => type));
  assert.equal(
    has.map(([type]) => type).filter((type) => !tried.has(type)),
    [],
  );
});

for (const [type, layer, shape] of CASES) {
  test(`${type} of ${shape}: two steps are one, and one more by a model that has what the first one left`, async () => {
    const width = shape.reduce((product, extent) => product * extent);
    const values = Float32Array.from(rowsOf(ROWS, width).flat());
    const x = type === "embedding" ? values.map((value) => (value > 0 ? 1 : 0)) : values;
    const y = Float32Array.from(rowsOf(ROWS, 1).flat());
    const part = (model: Model, from: number, to: number) => {
      const data = x.slice(from * width, to * width);
      const options = { epochs: 1, batchSize: BATCH, shuffle: false };
      return model.fit({ data, shape: [to - from, ...shape] }, y.slice(from, to), options);
    };
    const [whole, first, second] = [modelOf(layer, shape), modelOf(layer, shape), modelOf(layer, shape)];
    await part(whole, 0, ROWS);
    await part(first, 0, BATCH);
    await second.setWeights(await first.getWeights());
    await part(second, BATCH, ROWS);
    assert.equal(await whole.getWeights(), await second.getWeights(), "trained");
    const one = { data: x.slice(0, width), shape: [1, ...shape] };
    assert.equal(await whole.predict(one), await second.predict(one), "in use");
    for (const model of [whole, first, second]) model.dispose();
  });
}

test.run();
