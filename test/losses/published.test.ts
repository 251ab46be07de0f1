// Numbers that others published for small inputs, through the public API.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { activation, type CompileOptions, type DataInput, input, sequential } from "../../src/index.js";

const test = suite("losses with published numbers");
type Loss = Exclude<CompileOptions["loss"], string | undefined>;

/** The loss of outputs as they are; `last` has to leave them so. */
async function lossOf(loss: Loss, x: number[][], y: DataInput, last = "linear"): Promise<number> {
  await using model = sequential([input({ shape: [x[0]!.length] }), activation(last)]);
  model.compile({ optimizer: "sgd", loss, numerics: "strict" });
  const { loss: value } = await model.gradients(x, y);
  assert.is((await model.evaluate(x, y)).loss, value);
  return value;
}
const logit = (rows: number[][]) => rows.map((row) => row.map((p) => Math.log(p / (1 - p))));
const near = (got: number, want: number, tolerance: number) =>
  assert.ok(Math.abs(got - want) <= tolerance, `${got}, want ${want}`);

const counts = [
  [4, 8, 12],
  [8, 1, 3],
];
const wanted = [
  [1, 9, 2],
  [-5, -2, 6],
];
const shares = [
  [0.6, 0.4],
  [0.4, 0.6],
];
const yes = [
  [0, 1],
  [0, 0],
];
const hot = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];
const logits = [
  [8, 1, 1],
  [0, 9, 1],
  [2, 3, 5],
];

test("Keras' numbers for errors and hinges", async () => {
  near(await lossOf({ name: "meanAbsolutePercentageError" }, counts, wanted), 211.8518, 1e-3);
  near(await lossOf({ name: "meanSquaredLogarithmicError" }, counts, wanted), 1.437, 1e-3);
  near(await lossOf({ name: "hinge" }, shares, yes), 1.3, 1e-6);
  near(await lossOf({ name: "squaredHinge" }, shares, yes), 1.86, 1e-6);
  near(await lossOf({ name: "categoricalHinge" }, shares, yes), 1.4, 1e-6);
});

test("Keras' numbers for focal cross-entropies", async () => {
  const from = { fromLogits: true } as const;
  const binary = [
    [1.5, -2.7, 2.9],
    [-3.8, 1.2, -4.5],
  ];
  const targets = [
    [1, 1, 0],
    [0, 1, 0],
  ];
  near(await lossOf({ name: "binaryFocalCrossentropy", gamma: 3, ...from }, binary, targets), 0.799, 5e-4);
  for (const [p, y, want] of [
    [[0.9, 0.8], [1, 0], 0.515547],
    [[0.7, 0.2], [1, 0], 0.020513],
  ] as const) {
    near(await lossOf({ name: "binaryFocalCrossentropy" }, logit([[...p]]), [[...y]], "sigmoid"), want, 1e-6);
  }
  for (const [row, want] of [1.5096224e-9, 2.4136547e-11, 1.0360638e-3].entries()) {
    const got = await lossOf({ name: "categoricalFocalCrossentropy" }, [logits[row]!], [hot[row]!], "softmax");
    near(got, want, 1e-4 * want + 1e-10);
    const sparse = { name: "sparseCategoricalFocalCrossentropy", ...from } as const;
    assert.is(await lossOf(sparse, [logits[row]!], [row]), got);
  }
  const smoothed = { name: "categoricalFocalCrossentropy", labelSmoothing: 0.1, ...from } as const;
  near(await lossOf(smoothed, [[4.9, -0.5, 2.05]], [[1, 0, 0]]), 0.06685, 1e-4);
});

test("formulas by hand for the others", async () => {
  const errors = counts.flatMap((row, r) => row.map((p, c) => p - wanted[r]![c]!));
  const logCosh = errors.reduce((sum, e) => sum + Math.log(Math.cosh(e)), 0) / 6;
  near(await lossOf({ name: "logCosh" }, counts, wanted), logCosh, 1e-5);
  const cosine = (4 + 72 + 24) / Math.sqrt(86 * 224) + (-40 - 2 + 18) / Math.sqrt(65 * 74);
  near(await lossOf({ name: "cosineSimilarity" }, counts, wanted), -cosine / 2, 1e-6);
  const rates = counts.flat().map((p, i) => p - Math.abs(wanted.flat()[i]!) * Math.log(p + 1e-7));
  const positive = wanted.map((row) => row.map(Math.abs));
  near(await lossOf({ name: "poisson" }, counts, positive, "relu"), rates.reduce((a, b) => a + b) / 6, 1e-5);
});

test("class balancing weighs a yes by alpha and a no by the rest", async () => {
  const loss = (options: object) =>
    lossOf({ name: "binaryFocalCrossentropy", fromLogits: true, ...options }, [[0.5, -1]], [[1, 0]]);
  const part = (y: number, x: number) => {
    const wrong = 1 / (1 + Math.exp(y ? x : -x));
    return -(wrong ** 2) * Math.log(1 - wrong);
  };
  near(await loss({}), (part(1, 0.5) + part(0, -1)) / 2, 1e-6);
  near(await loss({ applyClassBalancing: true }), (0.25 * part(1, 0.5) + 0.75 * part(0, -1)) / 2, 1e-6);
  near(await loss({ applyClassBalancing: true, alpha: 0.9 }), (0.9 * part(1, 0.5) + 0.1 * part(0, -1)) / 2, 1e-6);
});

test("accuracy of a hinge asks for the sign", async () => {
  for (const name of ["hinge", "squaredHinge"] as const) {
    for (const no of [-1, 0]) {
      await using model = sequential([input({ shape: [3] }), activation("linear")]);
      model.compile({ optimizer: "sgd", loss: { name }, metrics: ["accuracy"] });
      const log = await model.evaluate([[0.2, -0.2, 0.3]], [[1, no, no]]);
      assert.ok(Math.abs(log.accuracy! - 2 / 3) < 1e-6, `${log.accuracy}`);
    }
  }
});

test.run();
