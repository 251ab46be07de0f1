import { suite } from "uvu";
import { losses } from "../../src/losses/index.js";
import { compiled } from "./models.js";
import { eachRejects, eachThrows, type Wrong, withoutThreads } from "./wrong.js";

const test = suite("losses with wrong options, outputs or targets");

const pair = (units: number, activation: string, loss: unknown) => () => compiled(units, activation, { loss });
const binary = "binaryFocalCrossentropy";
const categorical = "categoricalFocalCrossentropy";
const sparse = "sparseCategoricalFocalCrossentropy";
const option = (name: string, options: object) =>
  pair(3, name === binary ? "sigmoid" : "softmax", { name, ...options });

test(
  "options of focal losses",
  withoutThreads(() =>
    eachThrows([
      ...[binary, categorical, sparse].flatMap((name): Wrong[] => [
        [
          `${name} gamma`,
          option(name, { gamma: -1 }),
          "E_OPTION",
          /FocalCrossentropy\.gamma: expected a number >= 0, got -1/,
        ],
        [`${name} NaN`, option(name, { gamma: Number.NaN }), "E_OPTION", /gamma: expected a number >= 0, got NaN/],
        [`${name} text`, option(name, { gamma: "2" }), "E_OPTION", /gamma: expected a number >= 0, got "2"/],
        [
          `${name} smoothing`,
          option(name, { labelSmoothing: 1 }),
          "E_OPTION",
          /labelSmoothing: expected a number >= 0 and < 1/,
        ],
        [`${name} logits`, option(name, { fromLogits: 1 }), "E_OPTION", /fromLogits: expected true or false, got 1/],
        [`${name} typo`, option(name, { gama: 2 }), "E_OPTION", /unknown option "gama"\. Did you mean "gamma"\?/],
      ]),
      ["alpha 0", option(categorical, { alpha: 0 }), "E_OPTION", /Crossentropy\.alpha: expected a number > 0, got 0/],
      [
        "a list",
        option(categorical, { alpha: [1, 2, 3] }),
        "E_OPTION",
        /alpha: expected a number > 0, got \[1, 2, 3\]/,
      ],
      [
        "alpha above 1",
        option(binary, { alpha: 1.5, applyClassBalancing: true }),
        "E_OPTION",
        /alpha: expected a number >= 0 and <= 1, got 1\.5/,
      ],
      [
        "alpha without a part",
        option(binary, { alpha: 0.5 }),
        "E_OPTION",
        /binaryFocalCrossentropy\.alpha: expected applyClassBalancing: true with it, got undefined\. Say so, or drop alpha/,
      ],
      [
        "balancing",
        option(binary, { applyClassBalancing: "yes" }),
        "E_OPTION",
        /applyClassBalancing: expected true or false, got "yes"/,
      ],
      [
        "balancing classes",
        option(categorical, { applyClassBalancing: true }),
        "E_OPTION",
        /unknown option "applyClassBalancing"/,
      ],
    ]),
  ),
);

test(
  "losses without options",
  withoutThreads(() =>
    eachThrows(
      Object.entries(losses)
        .filter(([, { options }]) => !options.length)
        .map(([name]) => [name, pair(3, "relu", { name, delta: 1 }), "E_OPTION", /unknown option "delta"/]),
    ),
  ),
);

test(
  "last layers",
  withoutThreads(() =>
    eachThrows([
      ...["linear", "tanh", "logSoftmax", "elu"].map(
        (activation): Wrong => [
          `poisson after ${activation}`,
          pair(2, activation, "poisson"),
          "E_OPTION",
          /poisson: expected a last activation "softplus" or "relu" .*, got "\w+"\. Change the last layer's activation to "softplus"/,
        ],
      ),
      [
        "cosine of one unit",
        pair(1, "linear", "cosineSimilarity"),
        "E_OPTION",
        /cosineSimilarity: expected an output of at least 2 units, got 1\. A single number has no direction/,
      ],
      [
        "hinge of one class",
        pair(1, "linear", "categoricalHinge"),
        "E_OPTION",
        /categoricalHinge: expected an output of at least 2 units, got 1\. Use "hinge" with one unit/,
      ],
      ...[categorical, sparse].flatMap((name): Wrong[] => [
        [
          `${name}, one unit`,
          pair(1, "softmax", name),
          "E_OPTION",
          /one per class, got 1\. Use "binaryFocalCrossentropy" with/,
        ],
        [
          `${name}, linear`,
          pair(3, "linear", name),
          "E_OPTION",
          /got "linear"\. Add activation: "softmax" to the last layer/,
        ],
        [
          `${name}, sigmoid`,
          pair(3, "sigmoid", name),
          "E_OPTION",
          /Outputs of a sigmoid go with "binaryFocalCrossentropy"/,
        ],
        [
          `${name}, twice`,
          pair(3, "softmax", { name, fromLogits: true }),
          "E_OPTION",
          /expected a last layer without an activation for fromLogits: true, got "softmax"/,
        ],
      ]),
      ["binary, linear", pair(1, "linear", binary), "E_OPTION", /expected a last activation "sigmoid", got "linear"/],
      [
        "binary, softmax",
        pair(3, "softmax", binary),
        "E_OPTION",
        /Outputs of a softmax go with "sparseCategoricalFocalCrossentropy" \(labels\)/,
      ],
    ]),
  ),
);

test("last layers that fit", () => {
  for (const activation of ["softplus", "relu", "sigmoid", "softmax"]) pair(2, activation, "poisson")();
  for (const name of ["hinge", "squaredHinge"]) for (const last of ["linear", "tanh"]) pair(1, last, name)();
  for (const name of [categorical, sparse]) {
    for (const last of ["softmax", "logSoftmax"]) pair(3, last, name)();
    pair(3, "relu", { name, fromLogits: true })();
  }
  pair(1, "sigmoid", { name: binary, gamma: 0, alpha: 0, applyClassBalancing: true })();
});

test("targets of a wrong width or value", () => {
  const x = [
    [1, 2, 3, 4],
    [4, 3, 2, 1],
  ];
  const fit = (activation: string, loss: string, y: unknown) => async () => {
    await using model = compiled(3, activation, { loss });
    await model.fit(x, y as number[][]);
  };
  const plain = Object.entries(losses).filter(([, { fused }]) => !fused);
  return eachRejects([
    ...plain.map(
      ([name]): Wrong => [
        name,
        fit("relu", name, [
          [1, 2],
          [3, 4],
        ]),
        "E_SHAPE",
        /expected y of shape \(2, 3\), got \(2, 2\)/,
      ],
    ),
    [
      "labels",
      fit("softmax", categorical, [0, 2]),
      "E_SHAPE",
      /expected y of shape \(2, 3\), got 2 values\. For integer labels use the loss "sparseCategoricalFocalCrossentropy"/,
    ],
    [
      "one-hot",
      fit("softmax", sparse, [0, 1, 0, 0, 0, 1]),
      "E_SHAPE",
      /expected one label in y for each of 2 rows, got 6 values\. For one value per class use the loss "categoricalFocalCrossentropy"/,
    ],
    [
      "no label",
      fit("softmax", sparse, [0, 3]),
      "E_DATA",
      /expected labels as whole numbers from 0 to 2, got 3 in row 1/,
    ],
    [
      "no probability",
      fit("sigmoid", binary, [
        [0, 1, 0],
        [0, -1, 1],
      ]),
      "E_DATA",
      /expected targets from 0 to 1 in y, got -1 in row 1, column 1/,
    ],
  ]);
});

test.run();
