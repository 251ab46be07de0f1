import { suite } from "uvu";
import * as assert from "uvu/assert";
import { findRaces } from "../../src/plan/barriers.js";
import { createLayout } from "../../src/plan/layout.js";
import { listedUnits } from "../../src/plan/listed.js";
import { backwardPlan, evaluatePlan, gradientsPlan, predictPlan, trainPlan } from "../../src/plan/plan.js";
import { compileProgram } from "../../src/plan/program.js";
import type { ModelSpec, TrainingSpec } from "../../src/spec.js";

const training = {
  optimizer: { type: "sgd", learningRate: 0.1 },
  loss: { name: "meanSquaredError" },
  metrics: [],
} as unknown as TrainingSpec;

const first = { type: "dense", units: 128 };
const last = { type: "dense", units: 2 };

interface Wish {
  shape?: readonly number[];
  rows?: number;
  mixed?: boolean;
  graph?: object;
}

/** A model of layers behind an input, planned for a team of two. */
function made(layers: readonly object[], { shape = [64], rows = 6, mixed = false, graph }: Wish = {}) {
  const spec = { layers: [{ type: "input", shape }, ...layers], ...(graph && { graph }) } as unknown as ModelSpec;
  const program = compileProgram(spec, graph ? undefined : training, 1);
  const train = { rows: 20, types: ["float32"], weighted: false, mixed } as const;
  const rest = { validation: null, held: 0, best: false, inputGradient: true, accumulates: false };
  const layout = createLayout(program, { workers: 2, batch: rows, train, ...rest });
  return { program, layout, units: listedUnits(program, layout, 0) };
}

const test = suite("inputs as records");

test("where dense layers alone read an input, by the fewest units of these", () => {
  assert.is(made([first, last]).units, 128);
  assert.is(made([{ type: "flatten" }, first, last], { shape: [8, 8] }).units, 128);
  assert.is(made([{ ...first, trainable: false }, last]).units, 128);
});

test("not where units are many for each worker", () => {
  assert.is(made([{ type: "dense", units: 192 }, last]).units, 192);
  assert.is(made([{ type: "dense", units: 193 }, last]).units, 0);
});

test("not where anything else does, or rows are too short, too many, or mixed", () => {
  assert.is(made([{ type: "dropout", rate: 0.5 }, first]).units, 0);
  assert.is(made([{ type: "activation", activation: "relu" }, first]).units, 0);
  assert.is(made([first, last], { shape: [31] }).units, 0);
  assert.is(made([first, { type: "flatten" }, last], { shape: [4, 64] }).units, 0, "more than a vector an example");
  assert.is(made([{ type: "flatten" }], { shape: [64] }).units, 0, "the output");
  assert.is(made([first, last], { mixed: true }).units, 0);
  assert.is(made([first, last], { rows: 65535 }).units, 128);
  assert.is(made([first, last], { rows: 65536 }).units, 0);
});

test("by several layers: only where all of them can, and none gives out the input", () => {
  /** Two layers on one input, what they give added. */
  const graph = { calls: [[], [0], [0], [1, 2]].map((from, layer) => ({ layer, from })), outputs: [3] };
  const both = (...layers: object[]) => made([...layers, { type: "add" }], { graph }).units;
  assert.is(both({ type: "dense", units: 64 }, { type: "dense", units: 64 }), 64);
  assert.is(both({ type: "dense", units: 64 }, { type: "activation", activation: "relu" }), 0);
  const outputs = { ...graph, outputs: [3, 0] };
  assert.is(
    made([{ type: "dense", units: 64 }, { type: "dense", units: 64 }, { type: "add" }], { graph: outputs }).units,
    0,
  );
});

test("every step of every plan reads them as they are gathered, and no step races", () => {
  const { program, layout } = made([first, last]);
  const source = { ...layout.train!, types: ["pixels"] as const, records: [160] };
  const batch = { rows: 6, total: 6, part: "whole" } as const;
  const plans = [
    trainPlan(program, layout, source, batch),
    evaluatePlan(program, layout, source, 6),
    gradientsPlan(program, layout, source, 6, true),
    backwardPlan(program, layout, source, 6, true),
    predictPlan(program, layout, source, 6).phases,
  ];
  for (const phases of plans) {
    assert.equal(findRaces(phases), []);
    const readers = phases
      .flat()
      .filter(({ arguments: args }) => args.some((one) => typeof one !== "number" && one.tensor.name === "input"));
    assert.ok(readers.length > 1);
    for (const { kernel } of readers) assert.match(kernel, /listed/);
  }
});

test.run();
