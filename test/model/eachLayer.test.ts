// What holds of every layer, whatever lies below it.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { activation, dense, flatten, input, type Model, rescaling, sequential, sgd } from "../../src/index.js";
import { type LayerSpec, layers } from "../../src/layers/index.js";
import type { LayerDefinition } from "../../src/layers/layer.js";
import { rowsOf } from "./reference.js";
import { SAMPLES, type Sample } from "./samples.js";

const [ROWS, BATCH] = [8, 4];
const targets = Float32Array.from(rowsOf(ROWS, 1).flat());

/** Rows as long as an example. */
function rowsFor({ layer, shape }: Sample) {
  const width = shape.reduce((product, extent) => product * extent);
  const values = Float32Array.from(rowsOf(ROWS, width).flat());
  const data = layer.type === "embedding" ? values.map((value) => (value > 0 ? 1 : 0)) : values;
  const part = (from: number, to: number) => {
    const x = { data: data.slice(from * width, to * width), shape: [to - from, ...shape] };
    return [x, targets.slice(from, to)] as const;
  };
  return { part, whole: part(0, ROWS) };
}

/** The layer of a sample behind others, and what makes one number of what it gives. */
function modelOf({ layer, shape }: Sample, ...below: LayerSpec[]): Model {
  const named = [...below, { ...layer, name: "sample" }, flatten({ name: "flat" }), dense({ units: 1, name: "top" })];
  const model = sequential([input({ shape }), ...named]);
  const optimizer = sgd({ learningRate: 0.1 });
  model.compile({ optimizer, loss: "meanSquaredError", seed: 3, numerics: "strict", workers: 1 });
  return model;
}
const fit = (model: Model, [x, y]: ReturnType<ReturnType<typeof rowsFor>["part"]>) =>
  model.fit(x, y, { epochs: 1, batchSize: BATCH, shuffle: false });

const test = suite("every layer");

test("is tried, but for merges", () => {
  const known = Object.entries(layers).filter(([, layer]) => !(layer as LayerDefinition<object>).merges);
  const tried = new Set(SAMPLES.map(({ layer }) => layer.type as string));
  assert.equal(
    known.map(([type]) => type).filter((type) => !tried.has(type)),
    [],
  );
});

for (const sample of SAMPLES.filter(({ definition }) => definition.parameters)) {
  test(`${sample.name}: its weights are all that a step leaves to the next one`, async () => {
    const { part, whole } = rowsFor(sample);
    const [twice, first, second] = [modelOf(sample), modelOf(sample), modelOf(sample)];
    await fit(twice, whole);
    await fit(first, part(0, BATCH));
    await second.setWeights(await first.getWeights());
    await fit(second, part(BATCH, ROWS));
    assert.equal(await twice.getWeights(), await second.getWeights(), "trained");
    const [x] = part(0, 1);
    assert.equal(await twice.predict(x), await second.predict(x), "in use");
    for (const model of [twice, first, second]) await model.dispose();
  });
}

// A softplus makes something of the zeros behind a row, and a rescaling by 1 leaves them. What is random goes by a layer's place.
const softplus = { ...activation("softplus"), name: "below" };
const same = { ...rescaling({ scale: 1 }), name: "below" };
for (const sample of SAMPLES.filter(({ definition }) => !definition.indices)) {
  test(`${sample.name}: what lies behind the values of a row counts nowhere`, async () => {
    const { whole } = rowsFor(sample);
    const [x, y] = whole;
    const [behind, alone] = [modelOf(sample, softplus), modelOf(sample, same)];
    await alone.setWeights(await behind.getWeights());
    const { data } = await behind.predict(x, { layer: "below" });
    const given = { ...x, data: Float32Array.from(data) };
    assert.equal(await behind.predict(x), await alone.predict(given), "predict");
    assert.equal(await behind.evaluate(x, y), await alone.evaluate(given, y), "evaluate");
    const [one, other] = [await behind.gradients(x, y), await alone.gradients(given, y)];
    assert.is(one.loss, other.loss);
    assert.equal(one.weights, other.weights, "gradients");
    const logs = [await fit(behind, whole), await fit(alone, [given, y])].map(({ epochs: [log] }) => log!.loss);
    assert.is(logs[0], logs[1]);
    assert.equal(await behind.getWeights(), await alone.getWeights(), "trained");
    for (const model of [behind, alone]) await model.dispose();
  });
}

test.run();
