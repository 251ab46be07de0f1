import { suite } from "uvu";
import * as assert from "uvu/assert";
import { hook, reads, step, writes } from "../../src/kernels.js";
import { findRaces, insertBarriers, type Phases, printPlan } from "../../src/plan/barriers.js";
import { createLayout } from "../../src/plan/layout.js";
import {
  applyPlan,
  backwardPlan,
  evaluatePlan,
  gradientsPlan,
  penaltyPlan,
  predictPlan,
  trainPlan,
} from "../../src/plan/plan.js";
import { compileProgram } from "../../src/plan/program.js";
import type { ModelSpec, TrainingSpec } from "../../src/spec.js";

const training: TrainingSpec = {
  optimizer: { type: "sgd", learningRate: 0.1, momentum: 0.9, nesterov: false },
  loss: { name: "sparseCategoricalCrossentropy" },
  metrics: ["accuracy"],
};
const deep: ModelSpec = {
  layers: [
    { type: "input", shape: [3, 3] },
    { type: "flatten" },
    { type: "rescaling", scale: 2 },
    { type: "dense", units: 5, activation: "tanh", kernelRegularizer: { l1: 0.1 } },
    { type: "dropout", rate: 0.5 },
    { type: "dense", units: 4, activation: "softmax" },
  ],
};
const normalized: ModelSpec = {
  layers: [
    { type: "input", shape: [3, 3] },
    { type: "batchNormalization", center: false, scale: false },
    { type: "dense", units: 5, activation: "relu" },
    { type: "batchNormalization" },
    { type: "activation", activation: "relu" },
    { type: "layerNormalization" },
    { type: "batchNormalization", trainable: false },
    { type: "batchNormalization", scale: false },
    { type: "flatten" },
    { type: "dense", units: 4, activation: "softmax" },
  ],
};
const stateful: ModelSpec = {
  layers: [
    { type: "input", shape: [3, 3] },
    { type: "lstm", units: 5, stateful: true, returnSequences: true },
    { type: "gru", units: 4, stateful: true, trainable: false },
    { type: "dense", units: 4, activation: "softmax" },
  ],
};
const small: ModelSpec = {
  layers: [
    { type: "input", shape: [2] },
    { type: "dense", units: 3, activation: "relu" },
    { type: "dense", units: 2, activation: "softmax" },
  ],
};

/** Rows wide enough for lists of what is not zero. */
const wide: ModelSpec = {
  layers: [
    { type: "input", shape: [33] },
    { type: "dense", units: 40, activation: "relu" },
    { type: "dense", units: 32, activation: "relu", kernelRegularizer: { l1: 0.1 } },
    { type: "dense", units: 2, activation: "softmax" },
  ],
};

/** Weights enough for each of six rows to share a product by groups of units: the second layer's come out even for two. */
const grouped: ModelSpec = {
  layers: [
    { type: "input", shape: [64] },
    { type: "dense", units: 40, activation: "relu" },
    { type: "dense", units: 128, activation: "relu", kernelRegularizer: { l1: 0.1 } },
    { type: "dense", units: 64, trainable: false },
    { type: "dense", units: 2, activation: "softmax" },
  ],
};

/** Two such products one behind the other. */
const [input, last] = [grouped.layers[0]!, grouped.layers.at(-1)!];
const linear = { layers: [input, { type: "dense", units: 128 }, { type: "dense", units: 128 }, last] } as ModelSpec;

const steps: ModelSpec = {
  layers: [
    { type: "input", shape: [3, 2] },
    { type: "masking" },
    { type: "dense", units: 4 },
    { type: "lstm", units: 5, returnSequences: true },
    { type: "dense", units: 4, activation: "softmax" },
  ],
};

/** What data and optimizer may ask for besides. */
interface Extras {
  weighted?: boolean;
  mixed?: boolean;
  workers?: number;
  clip?: { clipValue?: number; clipNorm?: number; globalClipNorm?: number };
}

function plans(
  spec: ModelSpec,
  rows = 6,
  { weighted = false, mixed = false, clip = {}, workers = 2 }: Extras = {},
): Record<string, Phases> {
  const program = compileProgram(spec, { ...training, optimizer: { ...training.optimizer, ...clip } }, 1);
  const data = { rows: 20, types: ["float32"], weighted, mixed } as const;
  const layout = createLayout(program, {
    workers,
    batch: rows,
    train: data,
    validation: data,
    held: 0,
    accumulates: true,
    best: true,
    inputGradient: true,
  });
  const source = layout.train!;
  return {
    train: trainPlan(program, layout, source, { rows, total: rows, part: "whole" }),
    first: trainPlan(program, layout, source, { rows, total: 3 * rows, part: "first" }),
    middle: trainPlan(program, layout, source, { rows, total: 3 * rows, part: "middle" }),
    last: trainPlan(program, layout, source, { rows, total: 3 * rows, part: "last" }),
    evaluate: evaluatePlan(program, layout, source, rows),
    predict: predictPlan(program, layout, source, rows).phases,
    gradients: gradientsPlan(program, layout, source, rows, true),
    backward: backwardPlan(program, layout, layout.window, rows, true),
    apply: applyPlan(program, layout),
    penalty: penaltyPlan(layout),
  };
}

const test = suite("barriers");

test("no plan has a race", () => {
  for (const spec of [deep, normalized, stateful, small, wide, grouped, linear, steps]) {
    const clips = [{ clipValue: 1 }, { clipNorm: 1 }, { globalClipNorm: 1 }].map((clip) => ({ clip }));
    for (const extras of [{}, { weighted: true }, { weighted: true, mixed: true }, ...clips]) {
      for (const [name, phases] of Object.entries(plans(spec, 6, extras))) assert.equal(findRaces(phases), [], name);
    }
  }
});

test("a training step of a dense net has two barriers", () => {
  assert.is(plans(small).train!.length, 2);
  assert.is(plans(deep).train!.length, 2);
  assert.is(plans(wide).train!.length, 2);
  // Neither does what goes on in the next batch add one.
  assert.is(plans(stateful).train!.length, 2);
});

test("a product that is shared by groups of units, each with the weights of its own worker, has two more", () => {
  const { train, evaluate, predict } = plans(grouped);
  const forward = (phases: Phases) => phases.flat().filter(({ kernel }) => /^sparse_forward/.test(kernel));
  const shared = (phases: Phases) => forward(phases).filter(({ kernel }) => kernel === "sparse_forward_units");
  assert.equal(
    shared(train!).map(({ split, arguments: [out] }) => [split, (out as { tensor: { name: string } }).tensor.name]),
    [[{ axis: "group", extent: 4 }, "dense_1"]],
  );
  assert.is(train!.length, 4);
  assert.match(findRaces(train!, [false, true, true, true]).join(), /sparse_forward_units reads dense_0 by group/);
  assert.match(findRaces(train!, [true, false, true, true]).join(), /relu_forward reads dense_1 by batch:6/);
  const behind = plans(linear).train!;
  // No barrier before the first of them: each worker has all rows of the input for itself.
  assert.is(behind.length, 4);
  assert.match(findRaces(behind, [false, true, true, true]).join(), /units reads dense_0 by group:4 while sparse/);
  const image = [
    { type: "input", shape: [8, 8, 4] },
    { type: "conv2d", filters: 16, kernelSize: 3, padding: "same" },
  ];
  const flat = [{ type: "flatten" }, { type: "dense", units: 128 }, { type: "dense", units: 2, activation: "softmax" }];
  const convolved = { layers: [...image, { type: "maxPooling2d", poolSize: 4 }, ...flat] } as unknown as ModelSpec;
  // By rows alone: one worker, three for whom groups are not even, more rows, more work on images, and where nothing is trained.
  for (const phases of [
    plans(grouped, 6, { workers: 1 }).train!,
    plans(grouped, 6, { workers: 3 }).train!,
    plans(grouped, 33).train!,
    plans(convolved).train!,
    evaluate!,
    predict!,
  ]) {
    assert.is(shared(phases).length, 0);
    assert.ok(forward(phases).length > 0);
  }
});

test("metrics of whole sets read the batch's targets in the middle of a step, without a barrier more", () => {
  for (const metrics of [["f1"], ["accuracy", "f1"], ["accuracy"]] as const) {
    const program = compileProgram(deep, { ...training, metrics }, 1);
    const data = { rows: 20, types: ["float32"], weighted: false } as const;
    const rest = { validation: null, held: 0, best: false, inputGradient: false, accumulates: false };
    const need = { workers: 2, batch: 6, train: data, ...rest };
    const layout = createLayout(program, need);
    const phases = trainPlan(program, layout, layout.train!, { rows: 6, total: 6, part: "whole" });
    assert.is(phases.length, 2);
    assert.equal(findRaces(phases), []);
    const decide = phases.flat().find(({ kernel }) => kernel === "decide")!;
    const touched = decide.arguments.map((argument) => (argument as { tensor: { name: string } }).tensor.name);
    assert.is(
      touched.includes("target"),
      metrics.some((name) => name === "f1"),
    );
  }
});

test("predict and evaluate have no barrier but the last", () => {
  for (const spec of [deep, stateful]) {
    const { predict, evaluate } = plans(spec);
    assert.is(predict!.length, 1);
    assert.is(evaluate!.length, 1);
  }
});

test("without any one barrier the checker names the race", () => {
  for (const name of ["train", "gradients", "backward"]) {
    const phases = plans(deep)[name]!;
    phases.forEach((_, dropped) => {
      const races = findRaces(
        phases,
        phases.map((__, i) => i !== dropped),
      );
      assert.ok(races.length > 0, `${name} without barrier ${dropped}`);
    });
  }
  const { train } = plans(deep);
  assert.match(findRaces(train!, [false, true]).join("\n"), /dense_backward_kernel reads dense_1.delta by parameter/);
  assert.match(findRaces(train!, [false, true]).join("\n"), /guard reads loss by each:1 while sparse_cat\S+ writes it/);
  assert.match(findRaces(train!, [true, false]).join("\n"), /dense_forward reads dense_0.kernel by batch/);
  assert.match(
    findRaces(train!, [true, false]).join("\n"),
    /gather_float32 reads hyper by batch:6 while decide writes/,
  );
});

test("the two halves of hyper are told apart by parity", () => {
  // The update of a step reads one half while the lead writes the other: no barrier between them.
  const { train } = plans(small);
  const last = train!.at(-1)!.map(({ kernel }) => kernel);
  assert.ok(last.includes("decide") && last.includes("sgd_momentum_update"));
});

test("the same range of the same axis needs no barrier, another does", () => {
  const tensor = (name: string) => ({ name, pointer: 64, bytes: 64, width: 8, stride: 8 });
  const [a, b] = [tensor("a"), tensor("b")];
  const copy = (axis: "batch" | "parameter" | "group", extent: number, from: typeof a, to: typeof a) =>
    step("exp_forward", { axis, extent }, writes(to), reads(from), 8);
  assert.is(insertBarriers([copy("batch", 4, a, b), copy("batch", 4, b, a)]).length, 1);
  assert.is(insertBarriers([copy("batch", 4, a, b), copy("batch", 3, b, a)]).length, 2);
  assert.is(insertBarriers([copy("batch", 4, a, b), copy("parameter", 4, b, a)]).length, 2);
  // Those of a group read what the others have written.
  assert.is(insertBarriers([copy("group", 4, a, b), copy("group", 4, b, a)]).length, 2);
  assert.is(insertBarriers([copy("batch", 4, a, b), hook("decide", "once", reads(b))]).length, 2);
  assert.is(insertBarriers([hook("guard", "each", reads(b)), hook("decide", "once", reads(b))]).length, 1);
});

test("a plan prints as one step a line", () => {
  const text = printPlan(plans(small, 4).train!);
  assert.snapshot(
    text,
    `collect                    once            flags
gather_float32             batch:4         =input train.x train.order hyper+8 2 8
gather_int32               batch:4         =target train.y train.order hyper+8 1
dense_forward              batch:4         =dense_0 input dense_0.kernel dense_0.bias 2 3 8 8
relu_forward               batch:4         =dense_0 dense_0 8
dense_forward              batch:4         =dense_1 dense_0 dense_1.kernel dense_1.bias 3 2 8 8
sparse_categorical_crossentropy_backward batch:4         =loss =dense_1.delta dense_1 target 0 0.25 2 8
sparse_categorical_accuracy batch:4         =metric.accuracy dense_1 target 2 8
dense_backward_input       batch:4         =dense_0.delta dense_1.delta dense_1.kernelTransposed 3 2 8 8
relu_backward              batch:4         =dense_0.delta dense_0.delta dense_0 dense_0 8
--- barrier
guard                      each            loss
decide                     once            loss metric.accuracy =hyper' =train.order
dense_backward_kernel      parameter:1     =dense_1.kernel.gradient dense_0 dense_1.delta 4 3 8 8
dense_backward_bias        parameter:1     =dense_1.bias.gradient dense_1.delta 4 8
dense_backward_kernel      parameter:1     =dense_0.kernel.gradient input dense_0.delta 4 2 8 8
dense_backward_bias        parameter:1     =dense_0.bias.gradient dense_0.delta 4 8
sgd_momentum_update        parameter:1     +=dense_0.kernel +=dense_0.kernel.velocity dense_0.kernel.gradient 0 !flags hyper+64 0 0 64
sgd_momentum_update        parameter:1     +=dense_0.bias +=dense_0.bias.velocity dense_0.bias.gradient 0 !flags+4 hyper+64 0 0 8
sgd_momentum_update        parameter:1     +=dense_1.kernel +=dense_1.kernel.velocity dense_1.kernel.gradient 0 !flags+8 hyper+64 0 0 64
sgd_momentum_update        parameter:1     +=dense_1.bias +=dense_1.bias.velocity dense_1.bias.gradient 0 !flags+12 hyper+64 0 0 8
dense_transpose            parameter:1     =dense_1.kernelTransposed dense_1.kernel 3 2
--- barrier`,
  );
});

test.run();
