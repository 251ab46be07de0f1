import { suite } from "uvu";
import { net, sparse, x, y } from "./models.js";
import { eachRejects, eachThrows, withoutThreads } from "./wrong.js";

const test = suite("wrong metrics");

/** compile() of a model with these metrics. */
const compile =
  (metrics: unknown, units = 8, loss: string = sparse, activation = "softmax") =>
  () => {
    const model = net(units, activation);
    (model.compile as (options: unknown) => void)({ optimizer: "sgd", loss, metrics });
    return model;
  };

test(
  "options and metrics that do not fit throw at once",
  withoutThreads(() =>
    eachThrows([
      [
        "no name",
        compile([{ k: 3 }]),
        "E_OPTION",
        /^compile: metrics\.name: expected one of accuracy, .* got undefined/,
      ],
      [
        "name unknown",
        compile([{ name: "f2" }]),
        "E_OPTION",
        /^compile: metrics\.name: unknown name "f2"\. Did you mean "f1"/,
      ],
      ["rmse", compile(["rmse"]), "E_OPTION", /Did you mean "rootMeanSquaredError"/],
      ["r2", compile(["r2"]), "E_OPTION", /Did you mean "rSquared"/],
      ["a list in the list", compile([["f1"]]), "E_OPTION", /^compile: metrics: expected one of accuracy, /],
      ["null", compile([null]), "E_OPTION", /^compile: metrics: expected one of accuracy, .* got null/],
      [
        "option of none",
        compile([{ name: "accuracy", k: 1 }]),
        "E_OPTION",
        /^accuracy: unknown option "k"\. Known: name\.$/,
      ],
      [
        "option of another",
        compile([{ name: "precision", k: 1 }]),
        "E_OPTION",
        /^precision: unknown option "k"\. Known: name, average\.$/,
      ],
      [
        "average",
        compile([{ name: "f1", average: "weighted" }]),
        "E_OPTION",
        /^f1\.average: unknown name "weighted"\. Known: macro, micro\.$/,
      ],
      ["average null", compile([{ name: "recall", average: null }]), "E_OPTION", /^recall\.average: .* got null/],
      [
        "k 0",
        compile([{ name: "sparseTopKCategoricalAccuracy", k: 0 }]),
        "E_OPTION",
        /^sparseTopKCategoricalAccuracy\.k: expected a whole number >= 1, got 0\.$/,
      ],
      ["k 1.5", compile([{ name: "sparseTopKCategoricalAccuracy", k: 1.5 }]), "E_OPTION", /got 1\.5/],
      [
        "k of all",
        compile(["sparseTopKCategoricalAccuracy"], 5),
        "E_OPTION",
        /sparseTopKCategoricalAccuracy\.k: expected fewer than the 5 outputs, got 5\. Give a smaller k\.$/,
      ],
      [
        "top k of labels",
        compile(["topKCategoricalAccuracy"]),
        "E_OPTION",
        /expected one for integer labels, .* got "topKCategoricalAccuracy"/,
      ],
      [
        "sparse top k of values",
        compile(["sparseTopKCategoricalAccuracy"], 8, "categoricalCrossentropy"),
        "E_OPTION",
        /expected one for targets with a value per output, .* got "sparseTopKCategoricalAccuracy"/,
      ],
      ["r squared of labels", compile(["rSquared"]), "E_OPTION", /expected one for integer labels, .* got "rSquared"/],
      [
        "auc of many",
        compile(["auc"]),
        "E_OPTION",
        /^compile: metrics: auc: expected one output or two classes, got 8\. Use "accuracy" or "f1"\.$/,
      ],
      [
        "several yes or no",
        compile(["recall"], 3, "binaryCrossentropy", "sigmoid"),
        "E_OPTION",
        /^compile: metrics: recall: expected one output, or one per class .* got 3 that each say yes or no\./,
      ],
      [
        "twice, with other options",
        compile(["f1", { name: "f1", average: "micro" }]),
        "E_OPTION",
        /expected each name once, got \["f1", "f1"\]/,
      ],
    ]),
  ),
);

test(
  "evaluate rejects a table of classes that there is not",
  withoutThreads(() => {
    const one = new Float32Array(8);
    return eachRejects([
      [
        "not a boolean",
        () => compile([])().evaluate(x, y, { confusionMatrix: 1 as unknown as true }),
        "E_OPTION",
        /^evaluate: confusionMatrix: expected true or false, got 1\.$/,
      ],
      [
        "misspelt",
        () => compile([])().evaluate(x, y, { confusion: true } as object),
        "E_OPTION",
        /^evaluate: unknown option "confusion"/,
      ],
      [
        "several yes or no",
        () =>
          compile([], 3, "binaryCrossentropy", "sigmoid")().evaluate(x, new Float32Array(24), {
            confusionMatrix: true,
          }),
        "E_OPTION",
        /^evaluate: confusionMatrix: expected one output, or one per class/,
      ],
      [
        "too many classes",
        () => compile([], 3000)().evaluate(x, y, { confusionMatrix: true }),
        "E_OPTION",
        /^evaluate: confusionMatrix: expected at most 2048 classes, got 3000/,
      ],
      [
        "predict has none",
        () => compile([], 1, "meanSquaredError", "linear")().predict(one, { confusionMatrix: true } as object),
        "E_OPTION",
        /^predict: unknown option "confusionMatrix"/,
      ],
    ]);
  }),
);

test.run();
