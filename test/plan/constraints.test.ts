// Where constraints stand in a plan: behind the update, in front of the copies, with a barrier where they divide a parameter
// in a way of their own.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Constraint } from "../../src/constraints/index.js";
import { findRaces, type Phases } from "../../src/plan/barriers.js";
import { createLayout } from "../../src/plan/layout.js";
import { applyPlan, trainPlan } from "../../src/plan/plan.js";
import { compileProgram } from "../../src/plan/program.js";
import type { TrainingSpec } from "../../src/spec.js";

const training: TrainingSpec = {
  optimizer: { type: "sgd", learningRate: 0.1, momentum: 0, nesterov: false },
  loss: { name: "meanSquaredError" },
  metrics: [],
};

function plans(kernelConstraint?: Constraint, proximal = false, inputs = 3, units = 11): Record<string, Phases> {
  const kernelRegularizer = { l1: 0.1, proximal };
  const layer = { type: "dense", units, kernelRegularizer, ...(kernelConstraint ? { kernelConstraint } : {}) } as const;
  const program = compileProgram({ layers: [{ type: "input", shape: [inputs] }, layer, layer] }, training, 1);
  const data = { rows: 20, types: ["float32"], weighted: false } as const;
  const layout = createLayout(program, {
    workers: 2,
    batch: 6,
    train: data,
    validation: null,
    held: 0,
    best: false,
    inputGradient: true,
    accumulates: false,
  });
  return {
    train: trainPlan(program, layout, layout.train!, { rows: 6, total: 6, part: "whole" }),
    apply: applyPlan(program, layout),
  };
}
const kernels = (phases: Phases) => phases.map((steps) => steps.map(({ kernel }) => kernel));

const test = suite("constraints in plans");

test("what works on the update's own units needs no barrier", () => {
  for (const [train, apply] of [
    [plans("nonNegative").train!, plans("nonNegative").apply!],
    [plans(undefined, true).train!, plans(undefined, true).apply!],
  ]) {
    assert.is(train!.length, 2);
    assert.is(apply!.length, 1);
    assert.equal(findRaces(train!), []);
  }
  const last = kernels(plans("nonNegative", true).train!).at(-1)!;
  const order = ["penalty_value", "sgd_update", "soft_threshold", "non_negative", "dense_transpose"];
  const places = order.map((name) => last.indexOf(name as never));
  assert.ok(
    places.every((place, i) => place > (places[i - 1] ?? -1)),
    last.join(),
  );
});

test("a norm has a phase of its own between the update and the copies, and no barrier can be left out", () => {
  for (const axis of [0, 1]) {
    // 3 x 11 and 11 x 11: a split by panels or rows may have as many parts as the update's.
    for (const [name, phases] of Object.entries(plans({ type: "unitNorm", axis }, true))) {
      const norm = axis ? "norm_rows" : "norm_columns";
      const at = kernels(phases).findIndex((names) => names.includes(norm));
      assert.equal(kernels(phases)[at], [norm, norm], name);
      assert.ok(kernels(phases)[at - 1]!.includes("soft_threshold"));
      assert.ok(kernels(phases)[at + 1]!.every((kernel) => kernel === "dense_transpose"));
      assert.equal(findRaces(phases), []);
      for (const dropped of [at - 1, at]) {
        const barriers = phases.map((_, i) => i !== dropped);
        assert.match(findRaces(phases, barriers).join("\n"), new RegExp(norm), `${name} without barrier ${dropped}`);
      }
    }
  }
});

test("as many panels as blocks are still another split", () => {
  // 16 x 8: two blocks of 64 floats in one panel; 8 x 16: two panels of a block each.
  for (const [inputs, units] of [
    [8, 16],
    [16, 8],
  ] as const) {
    const steps = plans("unitNorm", false, inputs, units).apply!.flat();
    const splits = steps
      .filter(({ arguments: [first] }) => typeof first === "object" && first.tensor.name === "dense_0.kernel")
      .map(({ split }) => `${split.axis}:${split.extent}`);
    assert.equal(splits, ["parameter:2", `panel:${units / 8}`]);
  }
});

test.run();
