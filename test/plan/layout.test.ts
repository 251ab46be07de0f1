import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Tensor } from "../../src/arena.js";
import { listScratch } from "../../src/layers/sparse.js";
import { createLayout } from "../../src/plan/layout.js";
import { compileProgram } from "../../src/plan/program.js";
import { holds, type LayoutRequest } from "../../src/plan/request.js";
import type { ModelSpec } from "../../src/spec.js";

const program = compileProgram(
  {
    layers: [
      { type: "input", shape: [13] },
      { type: "dense", units: 10, activation: "tanh", kernelRegularizer: { l2: 0.1 } },
      { type: "dense", units: 1 },
    ],
  },
  {
    optimizer: { type: "adam", learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
    loss: { name: "meanSquaredError" },
    metrics: ["meanAbsoluteError"],
  },
  1,
);
const request: LayoutRequest = {
  workers: 3,
  batch: 17,
  train: { rows: 101, types: ["float32"], weighted: false },
  validation: { rows: 11, types: ["uint8"], weighted: false },
  held: 0,
  accumulates: true,
  best: true,
  inputGradient: true,
};
const layout = createLayout(program, request);

const test = suite("layout");

test("no two tensors overlap, all are aligned, and the bytes hold them", () => {
  const ranges = layout.tensors
    .flatMap(({ name, pointer, alternate, bytes }) =>
      [pointer, alternate].flatMap((at) => (at === undefined ? [] : [{ name, at, end: at + bytes }])),
    )
    .sort((a, b) => a.at - b.at);
  ranges.forEach(({ name, at }, i) => {
    assert.is(at % 64, 0, name);
    if (i > 0) assert.ok(at >= ranges[i - 1]!.end, `${name} begins inside ${ranges[i - 1]!.name}`);
  });
  // Gathers may read a vector beyond the last row.
  assert.ok(layout.bytes >= ranges.at(-1)!.end + 32);
});

test("the state is one range of weights, counters and slots; the rest lies behind it", () => {
  const { state, weights, counters, parameters, snapshot } = layout;
  assert.is(state.pointer, weights.pointer);
  assert.ok(weights.pointer + weights.bytes <= counters.pointer);
  for (const { weight, slots, gradient } of parameters) {
    for (const tensor of [weight, ...slots.values()]) {
      assert.ok(tensor.pointer >= state.pointer && tensor.pointer + tensor.bytes <= state.pointer + state.bytes);
    }
    assert.ok(gradient.pointer >= state.pointer + state.bytes);
  }
  assert.is(snapshot.bytes, state.bytes);
});

test("addresses of the state depend on the model alone", () => {
  const other = createLayout(program, {
    ...request,
    workers: 1,
    batch: 64,
    train: null,
    validation: null,
    best: false,
  });
  assert.equal(other.state, layout.state);
  assert.equal(other.counters, layout.counters);
});

test("a layout is the same in every thread", () => {
  assert.equal(createLayout(program, request), layout);
});

test("memory that passes with a step is one for all layers, as large as the largest", () => {
  const spec = {
    layers: [
      { type: "input", shape: [8, 8, 1] },
      { type: "conv2d", filters: 2, kernelSize: 3 },
      { type: "flatten" },
      { type: "dense", units: 40 },
      { type: "dense", units: 3 },
    ],
  } as const;
  const { scratch } = createLayout(compileProgram(spec, undefined, 1), { ...request, train: null, validation: null });
  const lists = [...scratch].filter(([name]) => name.endsWith(".lists")).map(([, tensor]) => tensor);
  assert.is(lists.length, 3);
  assert.is(new Set(lists).size, 1);
  const { lists: largest } = listScratch(72, 40, request.batch);
  assert.is(lists[0]!.each, Math.ceil((largest as { each: number }).each / 64) * 64);
});

/** Nodes that lie over others in a model of these layers behind an input of 8 channels. */
function sharing(layers: readonly object[], graph?: object): string[] {
  const spec = { layers: [{ type: "input", shape: [8, 8] }, ...layers], graph } as unknown as ModelSpec;
  const program = compileProgram(spec, undefined, 1);
  const { outputs, deltas, tensors } = createLayout(program, { ...request, train: null, validation: null });
  const names = (of: readonly Tensor[]) => of.map(({ name }) => name.replace(".delta", ""));
  assert.equal(names(deltas), names(outputs));
  // Two gradients in one memory are still those of two nodes.
  assert.is(new Set(deltas).size, deltas.length);
  const own = [...outputs, ...deltas].map(({ name }) => name);
  assert.is(tensors.filter(({ name }) => own.includes(name)).length, new Set(own).size);
  return program.nodes.flatMap(({ name }, i) =>
    outputs[i]!.name === name ? [] : [`${name} over ${outputs[i]!.name}`],
  );
}

test("an activation lies over what is before it, if the output tells all that its gradient asks for", () => {
  const dense = (activation: unknown) => [{ type: "dense", units: 4, activation }];
  for (const activation of ["relu", "leakyRelu", "tanh", { type: "leakyRelu", alpha: 0 }]) {
    assert.equal(sharing(dense(activation)), ["dense_0.activation over dense_0"], JSON.stringify(activation));
  }
  const apart = ["elu", "selu", "gelu", "silu", "softplus", "hardSwish", "sigmoid", "softmax", "logSoftmax", "linear"];
  for (const activation of [...apart, { type: "leakyRelu", alpha: -0.1 }, { type: "leakyRelu", alpha: 1.1 }]) {
    assert.equal(sharing(dense(activation)), [], JSON.stringify(activation));
  }
});

test("an activation lies over a layer with weights, which nobody else reads", () => {
  const relu = { type: "activation", activation: "relu" };
  const over = ["activation_0 over batchNormalization_0"];
  assert.equal(sharing([{ type: "batchNormalization" }, relu, { type: "dense", units: 4 }]), over);
  // Data is read again in the next epoch, and what a pool gave again in its backward pass.
  assert.equal(sharing([relu]), []);
  assert.equal(sharing([{ type: "maxPooling1d", poolSize: 2 }, relu]), []);
  assert.equal(sharing([{ type: "dense", units: 4 }, { type: "flatten" }, relu]), []);
  const layers = [{ type: "dense", units: 8 }, relu, { type: "add" }];
  const calls = [
    { layer: 0, from: [] },
    { layer: 1, from: [0] },
    { layer: 2, from: [1] },
    { layer: 3, from: [1, 2] },
  ];
  assert.equal(sharing(layers, { calls, outputs: [3] }), []);
  const chain = calls.slice(0, 3);
  assert.equal(sharing(layers.slice(0, 2), { calls: chain, outputs: [2] }), ["activation_0 over dense_0"]);
  assert.equal(sharing(layers.slice(0, 2), { calls: chain, outputs: [1, 2] }), []);
});

test("a layout holds what asks for no more than it has", () => {
  const none = { ...request, train: null, validation: null, best: false, inputGradient: false };
  assert.ok(holds(request, request));
  assert.ok(holds(request, { ...none, batch: 1 }));
  assert.not.ok(holds(request, { ...request, batch: 18 }));
  assert.not.ok(holds(request, { ...request, workers: 2 }));
  assert.not.ok(holds(request, { ...request, train: { rows: 102, types: ["float32"], weighted: false } }));
  assert.not.ok(holds(request, { ...request, train: { rows: 101, types: ["uint8"], weighted: false } }));
  assert.not.ok(holds(request, { ...request, held: 5, validation: null }));
  assert.not.ok(holds({ ...request, best: false }, request));
  assert.not.ok(holds({ ...request, inputGradient: false }, request));
});

test("the window takes a gradient as wide as the output, also where targets are labels", () => {
  const spec = {
    layers: [
      { type: "input", shape: [4] },
      { type: "dense", units: 9, activation: "softmax" },
    ],
  } as const;
  const labels = compileProgram(
    spec,
    { optimizer: { type: "sgd" }, loss: { name: "sparseCategoricalCrossentropy" }, metrics: [] },
    0,
  );
  const { window } = createLayout(labels, { ...request, train: null, validation: null });
  assert.is(window.y[0]!.bytes, window.rows * 9 * 4);
});

test.run();
