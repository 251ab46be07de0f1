import { suite } from "uvu";
import * as assert from "uvu/assert";
import { concatenate, dense, functional, input } from "../../src/index.js";
import { findRaces, printPlan } from "../../src/plan/barriers.js";
import { createLayout } from "../../src/plan/layout.js";
import { gradientsPlan, trainPlan } from "../../src/plan/plan.js";
import { compileProgram } from "../../src/plan/program.js";
import type { ModelSpec, TrainingSpec } from "../../src/spec.js";

const test = suite("plans of graphs");

const training: TrainingSpec = {
  optimizer: { type: "sgd", learningRate: 0.1, momentum: 0, nesterov: false },
  loss: { name: "sparseCategoricalCrossentropy" },
  metrics: [],
};
/** A layer called twice, its outputs and the input added. */
const graph: ModelSpec = {
  layers: [
    { type: "input", shape: [3] },
    { type: "dense", units: 3, name: "shared" },
    { type: "add" },
    { type: "dense", units: 2, activation: "softmax", name: "top" },
  ],
  graph: {
    calls: [
      { layer: 0, from: [] },
      { layer: 1, from: [0] },
      { layer: 1, from: [1] },
      { layer: 2, from: [2, 1, 0] },
      { layer: 3, from: [3] },
    ],
    outputs: [4],
  },
};

function plansOf(spec: ModelSpec, trained = training) {
  const program = compileProgram(spec, trained, 1);
  const each = <T>(value: T) => program.inputs.map(() => value);
  const data = { rows: 20, types: each("float32"), weighted: true, mixed: true } as const;
  const layout = createLayout(program, {
    workers: 2,
    batch: 6,
    train: data,
    validation: data,
    inputGradient: true,
  } as never);
  const train = trainPlan(program, layout, layout.train!, { rows: 6, total: 6, part: "whole" });
  return { train, gradients: gradientsPlan(program, layout, layout.window, 6, false), layout };
}

test("no races; a value's further gradients are added at once, a layer's behind all of them", () => {
  const { train, gradients } = plansOf(graph);
  assert.equal([findRaces(train), findRaces(gradients)], [[], []]);
  const joins = (text: string) => text.split("\n").filter((line) => /^(merge_sum|gradient_complete)/.test(line));
  const lines = joins(printPlan(train).replace(/ +/g, " "));
  assert.equal(lines, [
    "merge_sum batch:6 =add_0 shared:2 1 1 8",
    "merge_sum batch:6 +=add_0 shared 1 0 8",
    "merge_sum batch:6 +=add_0 input 1 0 8",
    "merge_sum batch:6 =shared:2.delta add_0.delta 1 1 8",
    "merge_sum batch:6 =shared.delta add_0.delta 1 1 8",
    "merge_sum batch:6 +=shared.delta shared:2.below0 1 0 8",
    "gradient_complete parameter:1 +=shared.kernel.gradient shared:2.kernel.gradient 64",
    "gradient_complete parameter:1 +=shared.bias.gradient shared:2.bias.gradient 8",
  ]);
});

test("several outputs: losses write the first gradients, readers of the same values add theirs, losses are summed up", () => {
  const [first, second] = [input({ shape: [3], name: "a" }), input({ shape: [2], name: "b" })];
  const inner = dense({ units: 2, activation: "softmax", name: "inner" }).apply(first);
  const outer = dense({ units: 2, activation: "softmax", name: "outer" }).apply(concatenate().apply([inner, second]));
  const { train, gradients } = plansOf(functional({ inputs: [first, second], outputs: [inner, outer] }).toJSON(), {
    ...training,
    loss: [{ name: "sparseCategoricalCrossentropy" }, { name: "categoricalCrossentropy" }],
    lossWeights: [1, 0.5],
    metrics: [["accuracy"], []],
  });
  assert.equal([findRaces(train), findRaces(gradients)], [[], []]);
  const written = /^(\w+) .*? \+?=(inner\.delta|inner\.activation\.below0|loss\w*) /;
  const lines = printPlan(gradients).replace(/ +/g, " ").split("\n");
  assert.equal(
    lines.flatMap((line) => written.exec(line)?.slice(1, 3).join(" ") ?? []),
    [
      "sparse_categorical_crossentropy_backward loss0",
      "categorical_crossentropy_backward loss1",
      "sum_losses loss",
      "sum_losses loss",
      "softmax_backward inner.activation.below0",
      "merge_sum inner.delta",
    ],
  );
});

test("a chain has the plan of a list, and no memory besides", () => {
  const layers = graph.layers.filter(({ type }) => type !== "add") as unknown as ModelSpec["layers"];
  const calls = layers.map((_, layer) => ({ layer, from: layer ? [layer - 1] : [] }));
  const [chain, list] = [plansOf({ layers, graph: { calls, outputs: [2] } }), plansOf({ layers })];
  assert.is(printPlan(chain.train), printPlan(list.train));
  assert.is(printPlan(chain.gradients), printPlan(list.gradients));
  assert.is(chain.layout.bytes, list.layout.bytes);
  assert.is(list.layout.edges.size, 0);
});

test.run();
