import { suite } from "uvu";
import * as assert from "uvu/assert";
import { findRaces } from "../../src/plan/barriers.js";
import { createLayout } from "../../src/plan/layout.js";
import { applyPlan, trainPlan } from "../../src/plan/plan.js";
import { compileProgram } from "../../src/plan/program.js";
import type { ModelSpec, TrainingSpec } from "../../src/spec.js";

const test = suite("directions");
const spec: ModelSpec = {
  layers: [
    { type: "input", shape: [3] },
    { type: "dense", units: 5, activation: "tanh", kernelRegularizer: { l2: 0.1 } },
    { type: "dense", units: 2 },
  ],
};
const training: TrainingSpec = {
  optimizer: { type: "lbfgs", learningRate: 1, memory: 3, globalClipNorm: 1 },
  loss: { name: "meanSquaredError" },
  metrics: [],
};

test("the pairs of L-BFGS are summed, weighed and used between barriers, penalties and limits before them", () => {
  const program = compileProgram(spec, training, 1);
  const train = { rows: 20, types: ["float32"], weighted: false } as const;
  const rest = { validation: null, held: 0, best: false, inputGradient: false, accumulates: true };
  const layout = createLayout(program, { workers: 2, batch: 6, train, ...rest });
  const batch = { rows: 6, total: 18, part: "last" } as const;
  for (const phases of [trainPlan(program, layout, layout.train!, batch), applyPlan(program, layout)]) {
    assert.equal(findRaces(phases), []);
    const kernels = phases.flat().map(({ kernel }) => kernel);
    const order = ["clip_norm", "lbfgs_dots", "lbfgs_add", "lbfgs_coefficients", "lbfgs_direction", "sgd_update"];
    const at = order.map((kernel) => kernels.indexOf(kernel as (typeof kernels)[number]));
    assert.equal(
      [...at].sort((a, b) => a - b),
      at,
      kernels.join(),
    );
    const found = (kernel: string) => phases.findIndex((steps) => steps.some((step) => step.kernel === kernel));
    const [dots, sums, direction] = [found("lbfgs_dots"), found("lbfgs_coefficients"), found("lbfgs_direction")];
    assert.ok(dots < sums && sums < direction);
    for (const dropped of [dots, sums]) {
      assert.ok(
        findRaces(
          phases,
          phases.map((_, i) => i !== dropped),
        ).length > 0,
      );
    }
  }
  const early = trainPlan(program, layout, layout.train!, { ...batch, part: "middle" });
  assert.not(early.flat().some(({ kernel }) => kernel.startsWith("lbfgs")));
});

test("a parameter's slots lie evenly, moves before changes", () => {
  const layout = createLayout(compileProgram(spec, training, 1), {
    ...{ workers: 1, batch: 6, train: null, validation: null, held: 0, best: false },
    ...{ inputGradient: false, accumulates: false },
  });
  for (const { slots } of layout.parameters) {
    assert.equal([...slots.keys()], ["s0", "s1", "s2", "s3", "y0", "y1", "y2", "y3"]);
    const places = [...slots.values()].map(({ pointer }) => pointer);
    const gap = places[1]! - places[0]!;
    assert.ok(places.every((place, i) => place === places[0]! + i * gap));
  }
});

test.run();
