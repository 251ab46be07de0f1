import { suite } from "uvu";
import { activation, adam, crossValidate, dense, functional, input, type Model, select } from "../../src/index.js";
import { eachRejects, eachThrows, withoutThreads } from "./wrong.js";

const test = suite("wrong data and losses of several inputs and outputs");

const [a, b] = [input({ shape: [3], name: "a" }), input({ shape: [2], name: "b" })];
const outputs = [
  dense({ units: 4, activation: "softmax", name: "kind" }).apply(a),
  dense({ units: 1, name: "size" }).apply(b),
];
const made = () => functional({ inputs: [a, b], outputs });
const compiled = (options: object = {}) => {
  const model = made();
  const loss = ["sparseCategoricalCrossentropy", "meanSquaredError"] as const;
  model.compile({ optimizer: adam(), loss, seed: 1, ...options } as never);
  return model;
};
const compile =
  (options: object, model = made()) =>
  () =>
    model.compile({ optimizer: adam(), ...options } as never);
const x = { a: [[1, 2, 3]], b: [[1, 2]] };
const y = { kind: [2], size: [[1]] };
const fit =
  (x: unknown, y: unknown, options: object = {}, model: Model = compiled()) =>
  async () =>
    void (await model.fit(x as never, y as never, options));

test(
  "compile",
  withoutThreads(() =>
    eachThrows([
      ["one short", compile({ loss: ["meanSquaredError"] }), "E_OPTION", /^compile: loss: .*each of kind, size, got 1/],
      ["one missing", compile({ loss: { kind: "huber" } }), "E_OPTION", /^compile: loss: .*got none for size/],
      [
        "an unknown output",
        compile({ loss: { kin: "huber" } }),
        "E_OPTION",
        /unknown option "kin"\. Did you mean "kind"/,
      ],
      [
        "an unknown loss",
        compile({ loss: { kind: "huber", size: "hubert" } }),
        "E_OPTION",
        /^compile: loss\.size: unknown/,
      ],
      [
        "a loss for none",
        compile({ loss: "sparseCategoricalCrossentropy" }),
        "E_OPTION",
        /at least 2 units|activation/,
      ],
      ["weights alone", compile({ lossWeights: [1, 2] }), "E_OPTION", /^compile: loss: .*got none/],
      [
        "a weight of -1",
        compile({ loss: "huber", lossWeights: { kind: -1 } }),
        "E_OPTION",
        /lossWeights\.kind: .*got -1/,
      ],
      ["metrics in a row", compile({ loss: "huber", metrics: ["accuracy"] }), "E_OPTION", /^compile: metrics: .*got 1/],
      [
        "metrics of one",
        compile({ loss: "huber", metrics: { kind: "accuracy" } }),
        "E_OPTION",
        /metrics\.kind: .*array/,
      ],
      [
        "weights of one output",
        compile({ loss: "huber", lossWeights: [1] }, functional({ inputs: b, outputs: outputs[1]! })),
        "E_OPTION",
        /^compile: lossWeights: expected none for one output/,
      ],
      [
        "the same values twice",
        () => {
          const logits = dense({ units: 2, name: "logits" }).apply(a);
          const soft = activation({ activation: "softmax", name: "soft" }).apply(logits);
          const model = functional({ inputs: a, outputs: [logits, soft] });
          compile({ loss: ["meanSquaredError", "categoricalCrossentropy"] }, model)();
        },
        "E_OPTION",
        /^compile: loss: .*got the same values from logits and soft/,
      ],
    ]),
  ),
);

test(
  "data",
  withoutThreads(() =>
    eachRejects([
      ["one array", fit([1, 2, 3], y), "E_OPTION", /^fit: x: expected \{ a, b \}, or an array of 2 .*got \[1, 2, 3\]/],
      ["one of two", fit([[[1, 2, 3]]], y), "E_OPTION", /^fit: x: .*got an array of 1/],
      ["no b", fit({ a: x.a }, y), "E_DATA", /^fit: x: .*got none for b/],
      ["a c", fit({ ...x, c: [1] }, y), "E_OPTION", /^fit: x: unknown option "c"/],
      ["nothing", fit(undefined, y), "E_OPTION", /^fit: x: .*got undefined/],
      ["another width", fit({ ...x, b: [[1, 2, 3]] }, y), "E_SHAPE", /^fit: expected x\.b of shape \(rows, 2\)/],
      [
        "other rows",
        fit(
          {
            ...x,
            b: [
              [1, 2],
              [3, 4],
            ],
          },
          y,
        ),
        "E_SHAPE",
        /as many rows in x\.b as in x\.a, got 2 and 1/,
      ],
      ["other targets", fit(x, { ...y, size: [[1], [2]] }), "E_SHAPE", /^fit: expected as many rows in y\.size/],
      ["no target", fit(x, { kind: [2] }), "E_DATA", /^fit: y: .*got none for size/],
      ["texts", fit(x, { ...y, kind: ["cat"] }), "E_DATA", /numbers for a model of several outputs, got texts/],
      ["classWeight", fit(x, y, { classWeight: { 0: 2 } }), "E_OPTION", /^fit: classWeight: .*one output, got 2/],
      ["a sampler", fit(x, y, { sampler: "balanced" }), "E_OPTION", /^fit: sampler: .*one output, got 2/],
      [
        "a confusion matrix",
        () => compiled().evaluate(x, y, { confusionMatrix: true }),
        "E_OPTION",
        /^evaluate: confusionMatrix: .*one output, got 2/,
      ],
      [
        "a gradient short",
        () => compiled().backward(x, { kind: [[1, 2, 3, 4]] }),
        "E_DATA",
        /^backward: outputGradient: .*got none for size/,
      ],
    ]),
  ),
);

const folded =
  (options: object = {}, given: unknown = rows, targets: unknown = { kind: [0, 1, 2, 3], size: [1, 2, 3, 4] }) =>
  () =>
    crossValidate(compiled(), given as never, targets as never, { folds: 2, ...options });
const rows = { a: new Float32Array(12), b: new Float32Array(8) };
const choice = (model: Model) => [
  { name: "first", model: compiled() },
  { name: "second", model },
];
const renamed = () => {
  const model = functional({ inputs: [b, a], outputs: [outputs[1]!, outputs[0]!] });
  model.compile({ optimizer: adam(), loss: ["meanSquaredError", "sparseCategoricalCrossentropy"] });
  return model;
};

test(
  "folds and choices",
  withoutThreads(() =>
    eachRejects([
      ["no list", folded({}, new Float32Array(20)), "E_OPTION", /^crossValidate: x: expected \{ a, b \}, or an array/],
      ["an input short", folded({}, { a: rows.a }), "E_DATA", /^crossValidate: x: .*got none for b/],
      [
        "other rows",
        folded({}, { ...rows, b: new Float32Array(6) }),
        "E_SHAPE",
        /rows in x\.b as in x\.a, got 3 and 4/,
      ],
      ["other width", folded({}, { ...rows, b: [[1]] }), "E_SHAPE", /expected x\.b of shape \(rows, 2\), got \(1, 1\)/],
      [
        "other targets",
        folded({}, rows, { kind: [1, 2], size: [1, 2, 3, 4] }),
        "E_SHAPE",
        /expected one label in y\.kind for each of 4 rows, got 2 values/,
      ],
      [
        "an output short",
        folded({}, rows, [[1, 2, 3, 4]]),
        "E_OPTION",
        /y: expected \{ kind, size \}.* got an array of 1/,
      ],
      [
        "strata of either",
        folded({ stratified: true }),
        "E_OPTION",
        /stratified: expected one of kind, size, got true/,
      ],
      ["strata of none", folded({ stratified: "knd" }), "E_OPTION", /stratified: unknown name "knd"\. .*"kind"/],
      [
        "strata of no classes",
        folded({ stratified: "size" }, rows, { kind: [0, 1, 2, 3], size: [1, 2, 3, 0.5] }),
        "E_DATA",
        /stratified: expected whole numbers in y\.size, got 0\.5 in row 3/,
      ],
      ["an input to scale", folded({ standardize: ["c"] }), "E_OPTION", /standardize: unknown name "c"/],
      [
        "other names in a choice",
        () => select(choice(renamed()), rows, [], { folds: 2 }),
        "E_OPTION",
        /candidate "second": expected x\.a of 3 values, x\.b of 2 values, y\.kind of 4 values, y\.size of 1 values, as the first one's, got x\.b/,
      ],
    ]),
  ),
);

test("values are named by their input or output", async () => {
  await using model = compiled();
  await eachRejects([
    [
      "in x",
      () => model.fit({ ...x, b: [[1, Number.NaN]] }, y),
      "E_DATA",
      /numbers in x\.b, got NaN in row 0, column 1/,
    ],
    ["in y", () => model.fit(x, { ...y, size: [[Number.NaN]] }), "E_DATA", /numbers in y\.size, got NaN in row 0/],
    ["a label", () => model.fit(x, { ...y, kind: [4] }), "E_DATA", /from 0 to 3, got 4 in row 0/],
  ]);
});

test.run();
