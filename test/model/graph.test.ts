import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  activation,
  adam,
  add,
  average,
  concatenate,
  cropping2d,
  dense,
  dropout,
  flatten,
  functional,
  type GraphValue,
  input,
  loadModel,
  type Model,
  maximum,
  minimum,
  multiply,
  sequential,
  sgd,
  subtract,
} from "../../src/index.js";
import { close, each, labelsOf, mean, type Rows, rowsOf, softmax, dense as times } from "./reference.js";

const test = suite("functional models");

const x = rowsOf(13, 4, 31);
const labels = labelsOf(13, 3, 31);
const bitsOf = async (model: Model) => (await model.getWeights()).map(({ data }) => [...new Int32Array(data.buffer)]);
const merges = { add, subtract, multiply, average, maximum, minimum, concatenate };
const formulas: Record<keyof typeof merges, (a: number[], b: number[]) => number[]> = {
  add: (a, b) => a.map((v, i) => v + b[i]!),
  subtract: (a, b) => a.map((v, i) => v - b[i]!),
  multiply: (a, b) => a.map((v, i) => v * b[i]!),
  average: (a, b) => a.map((v, i) => (v + b[i]!) / 2),
  maximum: (a, b) => a.map((v, i) => Math.max(v, b[i]!)),
  minimum: (a, b) => a.map((v, i) => Math.min(v, b[i]!)),
  concatenate: (a, b) => [...a, ...b],
};

/** A residual block whose merge is `type`, with a value that has three readers. */
function residual(type: keyof typeof merges) {
  const inputs = input({ shape: [4] });
  const h = dense({ units: 4, activation: "tanh", name: "below" }).apply(inputs);
  const inner = dense({ units: 4, name: "inner" }).apply(h);
  const merged = merges[type]().apply([inner, h]);
  const again = concatenate().apply([merged, h, inputs]);
  return { inputs, outputs: dense({ units: 3, activation: "softmax", name: "top" }).apply(again) };
}
const compiled = (model: Model, workers = 2) => {
  const [loss, numerics] = ["sparseCategoricalCrossentropy", "strict"] as const;
  model.compile({ optimizer: adam({ learningRate: 0.05 }), loss, seed: 5, workers, numerics });
  return model;
};

/** Central differences in float64 of a loss of weights, for each value of a weight or of the input. */
function slopes(values: ArrayLike<number>, loss: () => number): number[] {
  const data = values as Float64Array;
  return Array.from(data, (value, i) => {
    const at = (shift: number) => {
      data[i] = value + shift;
      const result = loss();
      data[i] = value;
      return result;
    };
    return (at(1e-5) - at(-1e-5)) / 2e-5;
  });
}

type Weights = Awaited<ReturnType<Model["getWeights"]>>;
const inFloat64 = (weights: Weights) =>
  weights.map((one) => ({ ...one, data: new Float64Array(one.data) })) as unknown as Weights;

for (const type of Object.keys(merges) as (keyof typeof merges)[]) {
  test(`${type}: outputs, and gradients by weights and input, are those of float64`, async () => {
    await using model = compiled(functional(residual(type)));
    const weights = inFloat64(await model.getWeights());
    const inputs = x.map((row) => new Float64Array(row) as unknown as number[]);
    const predict = (): Rows => {
      const [w1, b1, w2, b2, w3, b3] = weights;
      const h = each(times(inputs, w1!, b1), Math.tanh);
      const merged = times(h, w2!, b2).map((row, r) => formulas[type](row, h[r]!));
      return softmax(
        times(
          merged.map((row, r) => [...row, ...h[r]!, ...inputs[r]!]),
          w3!,
          b3,
        ),
      );
    };
    const loss = () => mean(predict().map((row, r) => -Math.log(row[labels[r]!]!)));
    close((await model.predict(x)).data, predict().flat(), 1e-5);
    const got = await model.gradients(x, labels);
    for (const [i, { data, name }] of got.weights.entries()) close(data, slopes(weights[i]!.data, loss), 2e-5, name);
    close(
      got.input.data,
      inputs.flatMap((row) => slopes(row, loss)),
      2e-5,
      "input",
    );
  });
}

test("concatenate puts values side by side along any axis, and gradients go back to each", async () => {
  const shape = [2, 3, 5];
  const inputs = input({ shape });
  const narrow = cropping2d({
    cropping: [
      [0, 0],
      [0, 2],
    ],
  }).apply(inputs);
  await using model = functional({ inputs, outputs: concatenate({ axis: 2 }).apply([inputs, narrow, inputs]) });
  model.compile({ optimizer: sgd(), numerics: "strict", workers: 2 });
  const numbers = (count: number) => Float32Array.from({ length: count }, (_, i) => i + 1);
  const [data, dout] = [numbers(2 * 30), numbers(2 * 2 * 7 * 5)];
  const at = (line: number, pixel: number, channel: number) => (line * 3 + pixel) * 5 + channel;
  const gradient = new Float32Array(60);
  // Of both examples' lines; a line's pixels are 0, 1, 2, then 0, then 0, 1, 2.
  const want = Array.from({ length: 4 }, (_, line) =>
    [0, 1, 2, 0, 0, 1, 2].map((pixel, place) =>
      Array.from({ length: 5 }, (_, channel) => {
        gradient[at(line, pixel, channel)]! += dout[(line * 7 + place) * 5 + channel]!;
        return data[at(line, pixel, channel)]!;
      }),
    ),
  );
  const out = await model.predict(data);
  assert.equal(out.shape, [2, 2, 7, 5]);
  assert.equal([...out.data], want.flat(2));
  assert.equal((await model.backward(data, dout)).input.data, gradient);
});

for (const [name, choose] of Object.entries({ maximum, minimum })) {
  test(`of equal values the first has the gradient of their ${name}`, async () => {
    const inputs = input({ shape: [4] });
    const outputs = choose().apply([inputs, inputs, inputs]);
    await using model = functional({ inputs, outputs });
    model.compile({ optimizer: sgd(), loss: "meanSquaredError", numerics: "strict" });
    const zeros = x.map((row) => row.map(() => 0));
    const { input: slope } = await model.gradients(x, zeros);
    close(
      slope.data,
      x.flat().map((value) => (2 * value) / 4 / 13),
      1e-6,
    );
  });
}

test("a layer called twice has one set of weights, and the sum of both gradients", async () => {
  const inputs = input({ shape: [4] });
  const shared = dense({ units: 4, activation: "tanh", name: "shared" });
  const top = dense({ units: 3, activation: "softmax" });
  const outputs = top.apply(shared.apply(shared.apply(inputs)));
  await using model = compiled(functional({ inputs, outputs }));
  const weights = inFloat64(await model.getWeights());
  assert.equal(weights.map(({ name }) => name).slice(0, 2), ["shared.kernel", "shared.bias"]);
  assert.is(weights.length, 4);
  const [w1, b1, w2, b2] = weights;
  const loss = () => {
    const once = (rows: Rows) => each(times(rows, w1!, b1), Math.tanh);
    return mean(softmax(times(once(once(x)), w2!, b2)).map((row, r) => -Math.log(row[labels[r]!]!)));
  };
  const got = await model.gradients(x, labels);
  for (const [i, { data, name }] of got.weights.entries()) close(data, slopes(weights[i]!.data, loss), 2e-5, name);
  await using same = compiled(functional({ inputs, outputs }));
  await model.trainOnBatch(x, labels);
  await same.applyGradients(got);
  assert.equal(await bitsOf(model), await bitsOf(same));
  assert.match(model.summary(), /^shared:2 +\(B, 4\) +0 /m);
  model.freeze("shared");
  const before = await bitsOf(model);
  await model.trainOnBatch(x, labels);
  const after = await bitsOf(model);
  assert.equal(after.slice(0, 2), before.slice(0, 2));
  assert.not.equal(after.slice(2), before.slice(2));
});

test("a chain has the bits of a sequential model", async () => {
  const layers = () =>
    [
      flatten(),
      dense({ units: 7, activation: "relu" }),
      dropout({ rate: 0.3 }),
      dense({ units: 3 }),
      activation("softmax"),
    ] as const;
  const inputs = input({ shape: [2, 2] });
  const outputs = layers().reduce<GraphValue>((value, layer) => layer.apply(value), inputs);
  await using chain = compiled(functional({ inputs, outputs }));
  await using list = compiled(sequential([inputs, ...layers()]));
  for (const model of [chain, list]) {
    await model.fit({ data: new Float32Array(x.flat()), shape: [13, 2, 2] }, labels, { epochs: 3, batchSize: 5 });
  }
  assert.equal(await bitsOf(chain), await bitsOf(list));
});

test("the same bits for 1 to 4 workers, from JSON, from a file and in a clone", async () => {
  const make: ((model: Model) => Model | Promise<Model>)[] = [
    (model) => model,
    (model) => functional(JSON.parse(JSON.stringify(model))),
    (model) => sequential(model.toJSON()),
    async (model) => {
      await using first = compiled(model);
      return await loadModel(await first.toBlob(), { workers: 4 });
    },
    async (model) => {
      await using first = compiled(model);
      return await first.clone();
    },
  ];
  const all = [];
  for (const [i, from] of make.entries()) {
    const inputs = input({ shape: [4] });
    const shared = dense({ units: 4, activation: "relu", kernelRegularizer: { l2: 0.01 } });
    const once = dropout({ rate: 0.2 }).apply(shared.apply(inputs));
    const merged = add().apply([shared.apply(once), once, inputs, inputs]);
    const model = await from(functional({ inputs, outputs: dense({ units: 3, activation: "softmax" }).apply(merged) }));
    await using made = i < 3 ? compiled(model, i + 1) : model;
    await made.fit(x, labels, { epochs: 4, batchSize: 6 });
    all.push(await bitsOf(made));
  }
  for (const bits of all) assert.equal(bits, all[0]);
});

test("layers below the lowest that trains have no gradient, on each path by itself", async () => {
  const inputs = input({ shape: [4] });
  const left = dense({ units: 4, name: "left", trainable: false }).apply(inputs);
  const right = dense({ units: 4, name: "right" }).apply(inputs);
  const outputs = dense({ units: 3, activation: "softmax" }).apply(maximum().apply([left, right]));
  await using model = compiled(functional({ inputs, outputs }));
  const before = await bitsOf(model);
  const gradients = await model.gradients(x, labels);
  await using same = compiled(functional({ inputs, outputs }));
  await same.applyGradients(gradients);
  await model.trainOnBatch(x, labels);
  const after = await bitsOf(model);
  assert.equal(after.slice(0, 2), before.slice(0, 2));
  assert.equal(after, await bitsOf(same));
});

test("outputs of layers, and connections in the summary", async () => {
  const inputs = input({ shape: [4] });
  const h = dense({ units: 4, name: "below" }).apply(inputs);
  const sum = add({ name: "sum" }).apply([h, inputs]);
  await using model = functional({ inputs, outputs: dense({ units: 2, name: "top" }).apply(sum) });
  model.compile({ optimizer: sgd(), numerics: "strict" });
  const below = await model.predict(x, { layer: "below" });
  const merged = await model.predict(x, { layer: "sum" });
  close(
    merged.data,
    below.data.map((value, i) => value + x.flat()[i]!),
    1e-6,
  );
  assert.match(model.summary(), /^sum .*below, input/m);
});

test("layers stay plain JSON", () => {
  const layer = dense({ units: 2 });
  assert.equal(Object.keys(layer), ["units", "type"]);
  assert.equal(JSON.stringify(layer), '{"units":2,"type":"dense"}');
  assert.equal(structuredClone(layer), { units: 2, type: "dense" });
  const { graph } = functional(residual("add")).toJSON();
  assert.equal(graph, {
    calls: [
      { layer: 0, from: [] },
      { layer: 1, from: [0] },
      { layer: 2, from: [1] },
      { layer: 3, from: [2, 1] },
      { layer: 4, from: [3, 1, 0] },
      { layer: 5, from: [4] },
    ],
    outputs: [5],
  });
});

test.run();
