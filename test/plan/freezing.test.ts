import { suite } from "uvu";
import * as assert from "uvu/assert";
import { findRaces, type Phases } from "../../src/plan/barriers.js";
import { createLayout } from "../../src/plan/layout.js";
import { applyPlan, gradientsPlan, trainPlan } from "../../src/plan/plan.js";
import { compileProgram } from "../../src/plan/program.js";
import type { TrainingSpec } from "../../src/spec.js";

const training: TrainingSpec = {
  optimizer: { type: "sgd", learningRate: 0.1, momentum: 0.9, nesterov: false },
  loss: { name: "sparseCategoricalCrossentropy" },
  metrics: [],
};

function plans(frozen: readonly number[], { units = 9, clip = {} } = {}) {
  const dense = { type: "dense", units, activation: "tanh", kernelRegularizer: { l1: 0.1 } } as const;
  const layers = [0, 1, 2].map((i) => ({ ...dense, ...(frozen.includes(i) ? { trainable: false } : {}) }));
  const program = compileProgram(
    { layers: [{ type: "input", shape: [12] }, ...layers, { type: "dense", units: 4, activation: "softmax" }] },
    { ...training, optimizer: { ...training.optimizer, ...clip } },
    1,
  );
  const train = { rows: 20, types: ["float32"], weighted: false } as const;
  const rest = { validation: null, held: 0, accumulates: true, best: true, inputGradient: true };
  const layout = createLayout(program, { workers: 2, batch: 6, train, ...rest });
  return {
    train: trainPlan(program, layout, layout.train!, { rows: 6, total: 6, part: "whole" }),
    last: trainPlan(program, layout, layout.train!, { rows: 6, total: 18, part: "last" }),
    gradients: gradientsPlan(program, layout, layout.train!, 6, true),
    apply: applyPlan(program, layout),
  };
}
const count = (phases: Phases, kernel: string) => phases.flat().filter((step) => step.kernel === kernel).length;

const test = suite("plans with frozen layers");

test("no plan has a race", () => {
  for (const frozen of [[0], [1], [2], [0, 1], [0, 2], [0, 1, 2]]) {
    for (const extras of [{}, { units: 32 }, { clip: { globalClipNorm: 1 } }]) {
      for (const [name, phases] of Object.entries(plans(frozen, extras)))
        assert.equal(findRaces(phases), [], `${name} with ${frozen} frozen`);
    }
  }
});

test("nothing is computed by frozen weights, nor below the lowest trained layer", () => {
  const expected = [
    { frozen: [], input: 3, kernel: 4, transposed: 3 },
    { frozen: [1], input: 3, kernel: 3, transposed: 2 },
    { frozen: [0], input: 2, kernel: 3, transposed: 2 },
    { frozen: [0, 1], input: 1, kernel: 2, transposed: 1 },
    { frozen: [0, 1, 2], input: 0, kernel: 1, transposed: 0 },
    { frozen: [0, 2], input: 2, kernel: 2, transposed: 1 },
  ];
  for (const { frozen, input, kernel, transposed } of expected) {
    // Rows of 32 go by the kernels that leave out zeros.
    for (const units of [9, 32]) {
      const { train, last, apply, gradients } = plans(frozen, { units });
      const kernels = (phases: Phases) =>
        count(phases, "dense_backward_kernel") + count(phases, "sparse_backward_kernel");
      const inputs = (phases: Phases) =>
        count(phases, "dense_backward_input") + count(phases, "sparse_forward") - (units === 9 ? 0 : 3);
      for (const phases of [train, last]) {
        assert.is(inputs(phases), input);
        assert.is(kernels(phases), kernel);
        assert.is(count(phases, "dense_backward_bias"), kernel);
        assert.is(count(phases, "sgd_momentum_update"), 2 * kernel);
        assert.is(count(phases, "dense_transpose"), transposed);
        assert.is(count(phases, "penalty_value"), frozen.length);
      }
      assert.is(count(last, "gradient_complete"), 2 * kernel);
      assert.is(count(apply, "sgd_momentum_update"), 2 * kernel);
      assert.is(count(gradients, "dense_backward_bias"), 4);
      assert.is(inputs(gradients), 4);
    }
  }
});

test("the barriers are those of a step without frozen layers", () => {
  for (const frozen of [[], [0], [1], [0, 1]]) assert.is(plans(frozen).train.length, 2);
});

test.run();
