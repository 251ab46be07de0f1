import { suite } from "uvu";
import { type CompileOptions, crossValidate, dense, input, masking, reshape, sequential } from "../../src/index.js";
import { sparse } from "./models.js";
import { eachRejects, eachThrows, withoutThreads } from "./wrong.js";

const test = suite("wrong targets, losses and metrics of steps");

const [ROWS, STEPS, CLASSES] = [4, 3, 5];
const make = (options: Partial<CompileOptions>, units = CLASSES, activation = "softmax") => {
  const model = sequential([input({ shape: [STEPS, 2] }), masking(), dense({ units, activation })]);
  model.compile({ optimizer: "sgd", loss: sparse, ...options });
  return model;
};
const reshaped = (targetShape: number[], activation: string, loss: CompileOptions["loss"]) => {
  const last = dense({ units: CLASSES, activation });
  const model = sequential([input({ shape: [STEPS, 2] }), last, reshape({ targetShape })]);
  model.compile({ optimizer: "sgd", loss });
  return model;
};
const x = { data: new Float32Array(ROWS * STEPS * 2), shape: [ROWS, STEPS, 2] };
const labels = (shape: number[], value = 0) => ({
  data: new Int32Array(shape.reduce((a, b) => a * b)).fill(value, 7, 8),
  shape,
});

test(
  "losses and metrics throw at once",
  withoutThreads(() =>
    eachThrows([
      [
        "one unit a step",
        () => make({}, 1),
        "E_OPTION",
        /expected an output of at least 2 units, one per class, got 1\. Use "binaryCrossentropy"/,
      ],
      ...["precision", "recall", "f1", "auc"].map(
        (name) =>
          [
            name,
            () => make({ metrics: [name as "f1"] }),
            "E_OPTION",
            /: expected an output \(B, units\), got one of several axes\. Take "accuracy", or work it out from predict\(\)/,
          ] as const,
      ),
      ...[
        ["softmax", "sparseCategoricalCrossentropy"] as const,
        ["logSoftmax", "categoricalCrossentropy"] as const,
      ].map(
        ([last, loss]) =>
          [
            `${loss} of a ${last} along another axis`,
            () => reshaped([CLASSES, STEPS], last, loss),
            "E_OPTION",
            new RegExp(
              `${loss}: expected a ${last} along the output's last axis of 3, got one along 5\\. Reshape below`,
            ),
          ] as const,
      ),
      [
        "rSquared",
        () => make({ loss: "meanSquaredError", metrics: ["rSquared"] }, 2, "linear"),
        "E_OPTION",
        /rSquared: expected an output \(B, units\), got one of several axes/,
      ],
      [
        "k of all",
        () => make({ metrics: [{ name: "sparseTopKCategoricalAccuracy", k: CLASSES }] }),
        "E_OPTION",
        /expected fewer than the 5 outputs, got 5/,
      ],
    ]),
  ),
);

test("a softmax may be shown in another shape with the same last axis", () => {
  reshaped([1, STEPS, CLASSES], "softmax", sparse);
  reshaped([STEPS * CLASSES], "softmax", "meanSquaredError");
});

test(
  "targets of another shape reject without a thread",
  withoutThreads(() =>
    eachRejects([
      [
        "one label a row",
        () => make({}).fit(x, labels([ROWS])),
        "E_SHAPE",
        /expected labels in y of shape \(4, 3\), got \(4\)\.$/,
      ],
      ["a step too many", () => make({}).fit(x, labels([ROWS, STEPS + 1])), "E_SHAPE", /\(4, 3\), got \(4, 4\)\.$/],
      ["rows too many", () => make({}).fit(x, labels([ROWS + 1, STEPS])), "E_SHAPE", /as many rows in y as in x/],
      [
        "turned",
        () => make({}).evaluate(x, labels([STEPS, ROWS])),
        "E_SHAPE",
        /as many rows in y as in x, got 3 and 4/,
      ],
      ["without a shape", () => make({}).fit(x, new Int32Array(13)), "E_SHAPE", /\(4, 3\), got 13 values\.$/],
      [
        "one-hot for labels",
        () => make({}).fit(x, labels([ROWS, STEPS, CLASSES])),
        "E_SHAPE",
        /got \(4, 3, 5\)\. For one value per class use the loss "categoricalCrossentropy"\.$/,
      ],
      [
        "labels for one-hot",
        () => make({ loss: "categoricalCrossentropy" }).fit(x, labels([ROWS, STEPS])),
        "E_SHAPE",
        /expected y of shape \(4, 3, 5\), got \(4, 3\)\. For integer labels use .* "sparseCategoricalCrossentropy"\.$/,
      ],
      [
        "axes in another order",
        () => make({ loss: "categoricalCrossentropy" }).fit(x, labels([ROWS, CLASSES, STEPS])),
        "E_SHAPE",
        /expected y of shape \(4, 3, 5\), got \(4, 5, 3\)\.$/,
      ],
      [
        "weights of classes",
        () => make({}).fit(x, labels([ROWS, STEPS]), { classWeight: "balanced" }),
        "E_OPTION",
        /classWeight: expected integer labels in y, one a row, got 3\. Use sampleWeight\.$/,
      ],
      [
        "a balanced sampler",
        () => make({}).fit(x, labels([ROWS, STEPS]), { sampler: "balanced" }),
        "E_OPTION",
        /sampler: expected integer labels in y, one a row, got 3\./,
      ],
      [
        "weights of steps",
        () => make({}).fit(x, labels([ROWS, STEPS]), { sampleWeight: new Float32Array(ROWS * STEPS) }),
        "E_SHAPE",
        /sampleWeight: expected one for each of 4 rows, got 12/,
      ],
      [
        "folds with a share of each class",
        () => crossValidate(make({}), x, labels([ROWS, STEPS]), { folds: 2, stratified: true }),
        "E_OPTION",
        /stratified: expected an output \(B, units\), got one of several axes\. Give a class for each row\./,
      ],
      [
        "a table of classes",
        () => make({}).evaluate(x, labels([ROWS, STEPS]), { confusionMatrix: true }),
        "E_OPTION",
        /confusionMatrix: expected an output \(B, units\), got one of several axes/,
      ],
    ]),
  ),
);

test("labels that are no class say where: row and step", () =>
  eachRejects([
    [
      "too large",
      () => make({}).fit(x, labels([ROWS, STEPS], CLASSES)),
      "E_DATA",
      /expected labels as whole numbers from 0 to 4, got 5 in row 2, step 1\. Number the classes from 0/,
    ],
    ["below 0", () => make({}).evaluate(x, labels([ROWS, STEPS], -1)), "E_DATA", /got -1 in row 2, step 1\./],
    [
      "no whole number",
      () => make({}).fit(x, { data: new Float32Array(ROWS * STEPS).fill(0.5, 11), shape: [ROWS, STEPS] }),
      "E_DATA",
      /got 0\.5 in row 3, step 2\./,
    ],
    [
      "no share",
      () =>
        make({ loss: "categoricalCrossentropy" }).fit(x, {
          data: new Float32Array(ROWS * STEPS * CLASSES).fill(2, 17, 18),
          shape: [ROWS, STEPS, CLASSES],
        }),
      "E_DATA",
      /expected targets from 0 to 1 in y, got 2 in row 1, column 2\./,
    ],
  ]));

test.run();
