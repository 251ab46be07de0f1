import { suite } from "uvu";
import { compiled, sparse } from "./models.js";
import { eachThrows, withoutThreads } from "./wrong.js";

const test = suite("losses that do not fit");

/** compile() of a model whose last layer has these units and activation, with this loss. */
const pair = (units: number, activation: string, loss: unknown) => () => compiled(units, activation, { loss });

test(
  "losses that the last layer does not fit",
  withoutThreads(() =>
    eachThrows([
      [
        "linear",
        pair(3, "linear", sparse),
        "E_OPTION",
        /expected a last activation "softmax" .*, got "linear"\. Add activation: "softmax" to the last layer, or say fromLogits: true/,
      ],
      [
        "linear, binary",
        pair(1, "linear", "binaryCrossentropy"),
        "E_OPTION",
        /expected a last activation "sigmoid", got "linear"\. Add activation: "sigmoid"/,
      ],
      ["relu", pair(3, "relu", sparse), "E_OPTION", /got "relu"\. Change the last layer's activation to "softmax"/],
      [
        "sigmoid",
        pair(3, "sigmoid", "categoricalCrossentropy"),
        "E_OPTION",
        /got "sigmoid"\. Outputs of a sigmoid go with "binaryCrossentropy"/,
      ],
      [
        "softmax, binary",
        pair(3, "softmax", "binaryCrossentropy"),
        "E_OPTION",
        /got "softmax"\. Outputs of a softmax go with "sparseCategoricalCrossentropy"/,
      ],
      [
        "fromLogits after softmax",
        pair(3, "softmax", { name: sparse, fromLogits: true }),
        "E_OPTION",
        /expected a last layer without an activation for fromLogits: true, got "softmax"\. Drop one of the two/,
      ],
      [
        "fromLogits after sigmoid",
        pair(1, "sigmoid", { name: "binaryCrossentropy", fromLogits: true }),
        "E_OPTION",
        /got "sigmoid"\. Drop one/,
      ],
      [
        "one unit",
        pair(1, "softmax", sparse),
        "E_OPTION",
        /expected an output of at least 2 units, one per class, got 1\. Use "binaryCrossentropy" with one sigmoid unit/,
      ],
    ]),
  ),
);
test("losses that it does fit", () => {
  for (const activation of ["softmax", "logSoftmax"]) pair(3, activation, sparse)();
  for (const activation of ["linear", "relu"]) pair(3, activation, { name: sparse, fromLogits: true })();
  pair(3, "softmax", "meanSquaredError")();
});

test.run();
