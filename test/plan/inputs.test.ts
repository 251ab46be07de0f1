import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Access, rangeOf, type Step } from "../../src/kernels.js";
import { createLayout } from "../../src/plan/layout.js";
import { backwardPlan, evaluatePlan, gradientsPlan, predictPlan, trainPlan } from "../../src/plan/plan.js";
import { compileProgram } from "../../src/plan/program.js";
import type { ModelSpec, TrainingSpec } from "../../src/spec.js";

type LayerSpec = NonNullable<ModelSpec["layers"]>[number];

const training: TrainingSpec = {
  optimizer: { type: "sgd", learningRate: 0.1 },
  loss: { name: "sparseCategoricalCrossentropy" },
  metrics: [],
} as unknown as TrainingSpec;
const behind = [
  { type: "dense", units: 128, activation: "relu" },
  { type: "dense", units: 2, activation: "softmax" },
] as unknown as LayerSpec[];
const vectors: ModelSpec = { layers: [{ type: "input", shape: [64] }, ...behind] };
const images: ModelSpec = { layers: [{ type: "input", shape: [8, 8] }, { type: "flatten" }, ...behind] };

interface Wish {
  workers?: number;
  rows?: number;
  mixed?: boolean;
}

function made(spec: ModelSpec, { workers = 2, rows = 6, mixed = false }: Wish = {}) {
  const program = compileProgram(spec, training, 1);
  const data = { rows: 20, types: ["float32"], weighted: false, mixed } as const;
  const rest = { validation: null, held: 0, best: false, inputGradient: true, accumulates: false };
  const layout = createLayout(program, { workers, batch: rows, train: data, ...rest });
  return { program, layout, source: layout.train!, rows };
}
type Made = ReturnType<typeof made>;

const own = (spec: ModelSpec, wish?: Wish) => made(spec, wish).layout.inputs.map(({ each }) => each !== undefined);
const named = ({ arguments: args }: Step, name: string) =>
  args.find((argument) => typeof argument !== "number" && argument.tensor.name === name) as Access | undefined;
const train = ({ program, layout, source, rows }: Made) =>
  trainPlan(program, layout, source, { rows, total: rows, part: "whole" });
/** How workers share the steps that bring the input in. */
const gathered = (phases: readonly (readonly Step[])[]) =>
  phases
    .flat()
    .filter((one) => named(one, "input")?.access === "write")
    .map(({ split: { axis, extent } }) => `${axis}:${extent}`);

const test = suite("inputs of a batch");

test("what every worker reads all rows of, each has for itself", () => {
  assert.equal(own(vectors), [true]);
  assert.equal(own(images), [true]);
  const { each, bytes, stride, rows } = made(vectors).layout.inputs[0]!;
  assert.equal([each, bytes, stride, rows], [6 * 64 * 4, 2 * 6 * 64 * 4, 64, 6]);
});

test("one copy is enough for one worker, by rows, and where rows are mixed", () => {
  assert.equal(own(vectors, { workers: 1 }), [false]);
  assert.equal(own(vectors, { rows: 33 }), [false]);
  assert.equal(own(vectors, { mixed: true }), [false]);
  const [input, first, last] = vectors.layers!;
  const activated = { type: "activation", activation: "relu" } as unknown as LayerSpec;
  assert.equal(own({ layers: [input!, activated, first!, last!] }), [false]);
});

test("what lies where does not hang on what is frozen", () => {
  const [input, first, last] = vectors.layers!;
  const frozen = { layers: [input!, { ...first!, trainable: false }, last!] } as unknown as ModelSpec;
  const places = (spec: ModelSpec) => made(spec).layout.tensors.map(({ name, pointer }) => `${name} ${pointer}`);
  assert.equal(places(frozen), places(vectors));
});

test("each brings in all rows in training, and its own where nobody reads others'", () => {
  for (const spec of [vectors, images]) {
    const all = made(spec);
    const { program, layout, source } = all;
    const whole = ["batch:6", "above:6", "below:6"];
    assert.equal(gathered(train(all)), whole);
    assert.equal(gathered(gradientsPlan(program, layout, source, 6, true)), whole);
    assert.equal(gathered(backwardPlan(program, layout, layout.window, 6, true)), whole);
    // The lead alone takes what a layer gives, which may be the input.
    assert.equal(gathered(predictPlan(program, layout, source, 6, 1).phases), whole);
    for (const phases of [evaluatePlan(program, layout, source, 6), predictPlan(program, layout, source, 6).phases]) {
      assert.equal(gathered(phases), ["batch:6"]);
      for (const one of phases.flat()) if (named(one, "input")) assert.is(one.split.axis, "batch", one.kernel);
    }
  }
  assert.equal(gathered(train(made(vectors, { workers: 1 }))), ["batch:6"]);
});

test("all of them together are all rows, each once", () => {
  for (const count of [1, 2, 3, 4, 7]) {
    for (let index = 0; index < count; index++) {
      const ranges = (["below", "batch", "above"] as const).map((axis) => rangeOf({ axis, extent: 6 }, index, count));
      assert.equal(
        ranges.flatMap(([from, to]) => Array.from({ length: to - from }, (_, i) => from + i)),
        [0, 1, 2, 3, 4, 5],
      );
    }
  }
  assert.equal(rangeOf({ axis: "each", extent: 6 }, 1, 2), [0, 6]);
});

test("nothing but that writes it", () => {
  const writers = train(made(vectors))
    .flat()
    .filter((one) => ["write", "update"].includes(named(one, "input")?.access ?? "read"));
  assert.equal(
    writers.map(({ kernel }) => kernel),
    ["gather_float32", "gather_float32", "gather_float32"],
  );
});

test.run();
