import { suite } from "uvu";
import { sgd } from "../../src/index.js";
import { net } from "./models.js";
import { eachThrows, withoutThreads } from "./wrong.js";

const test = suite("wrong options of compile");

/** compile() with these options on a model of 3 softmax units. */
const compile = (options: unknown) => () => {
  const model = net(3, "softmax");
  return (model.compile as (options: unknown) => void)(options);
};
const good = { optimizer: "sgd", loss: "sparseCategoricalCrossentropy" };

test(
  "compile throws at once",
  withoutThreads(() =>
    eachThrows([
      [
        "nothing",
        compile(undefined),
        "E_OPTION",
        /^compile: expected an object of options \(optimizer, loss, .*\), got undefined\.$/,
      ],
      ["null", compile(null), "E_OPTION", /got null/],
      [
        "key",
        compile({ ...good, optimiser: "sgd" }),
        "E_OPTION",
        /unknown option "optimiser"\. Did you mean "optimizer"/,
      ],
      [
        "no optimizer",
        compile({ loss: good.loss }),
        "E_OPTION",
        /compile: optimizer: expected one of sgd, adam, adamw, .*, got undefined/,
      ],
      [
        "optimizer",
        compile({ ...good, optimizer: "sdg" }),
        "E_OPTION",
        /compile: optimizer: unknown name "sdg"\. Did you mean "sgd"\? Known: sgd, adam, adamw, /,
      ],
      [
        "optimizer's type",
        compile({ ...good, optimizer: { type: "adamo" } }),
        "E_OPTION",
        /compile: optimizer\.type: unknown name "adamo"\. Did you mean "adam"/,
      ],
      ["optimizer not called", compile({ ...good, optimizer: sgd }), "E_OPTION", /got a function\. Call the function/],
      [
        "optimizer's option",
        compile({ ...good, optimizer: { type: "sgd", rate: 1 } }),
        "E_OPTION",
        /sgd: unknown option "rate"/,
      ],
      [
        "loss",
        compile({ ...good, loss: "crossentropy" }),
        "E_OPTION",
        /compile: loss: unknown name "crossentropy"\. Known: meanSquaredError, .*, sparseCategoricalCrossentropy, /,
      ],
      [
        "loss misspelt",
        compile({ ...good, loss: "sparse_categorical_crossentropy" }),
        "E_OPTION",
        /Did you mean "sparseCategoricalCrossentropy"/,
      ],
      ["mse", compile({ ...good, loss: "mse" }), "E_OPTION", /Did you mean "meanSquaredError"/],
      [
        "loss a function",
        compile({ ...good, loss: () => 0 }),
        "E_OPTION",
        /compile: loss: expected one of .* got a function/,
      ],
      ["loss null", compile({ ...good, loss: null }), "E_OPTION", /compile: loss: expected one of .* got null/],
      [
        "loss's option",
        compile({ ...good, loss: { name: good.loss, delta: 1 } }),
        "E_OPTION",
        /unknown option "delta"\. Known: name, fromLogits, labelSmoothing/,
      ],
      [
        "labelSmoothing",
        compile({ ...good, loss: { name: good.loss, labelSmoothing: 1 } }),
        "E_OPTION",
        /labelSmoothing: expected a number >= 0 and < 1, got 1/,
      ],
      [
        "delta",
        compile({ ...good, loss: { name: "huber", delta: 0 } }),
        "E_OPTION",
        /huber\.delta: expected a number > 0, got 0/,
      ],
      [
        "metric",
        compile({ ...good, metrics: ["acurracy"] }),
        "E_OPTION",
        /compile: metrics: unknown name "acurracy"\. Did you mean "accuracy"\? Known: accuracy, /,
      ],
      ["metric acc", compile({ ...good, metrics: ["acc"] }), "E_OPTION", /Did you mean "accuracy"/],
      [
        "metrics not a list",
        compile({ ...good, metrics: "accuracy" }),
        "E_OPTION",
        /compile: metrics: expected an array such as \["accuracy"\], got "accuracy"/,
      ],
      [
        "metric undefined",
        compile({ ...good, metrics: [undefined] }),
        "E_OPTION",
        /metrics: expected one of accuracy, .* got undefined/,
      ],
      ["metric a bigint", compile({ ...good, metrics: [10n] }), "E_OPTION", /metrics: expected one of .* got 10n/],
      [
        "metric twice",
        compile({ ...good, metrics: ["accuracy", "accuracy"] }),
        "E_OPTION",
        /expected each name once, got \["accuracy", "accuracy"\]/,
      ],
      [
        "metric of other targets",
        compile({ ...good, metrics: ["meanSquaredError"] }),
        "E_OPTION",
        /expected one for integer labels, .* got "meanSquaredError"\. Use "accuracy"/,
      ],
      [
        "metric without a loss",
        compile({ optimizer: "sgd", metrics: ["accuracy"] }),
        "E_OPTION",
        /compile: loss: expected one to go with the metrics, got none/,
      ],
      [
        "workers 0",
        compile({ ...good, workers: 0 }),
        "E_OPTION",
        /compile: workers: expected "auto" or a whole number >= 1 and <= 64, got 0/,
      ],
      ["workers 1.5", compile({ ...good, workers: 1.5 }), "E_OPTION", /got 1\.5/],
      ["workers as text", compile({ ...good, workers: "2" }), "E_OPTION", /got "2"/],
      ["seed -1", compile({ ...good, seed: -1 }), "E_OPTION", /compile: seed: expected a whole number >= 0, got -1/],
      ["seed 1.5", compile({ ...good, seed: 1.5 }), "E_OPTION", /got 1\.5/],
      ["seed null", compile({ ...good, seed: null }), "E_OPTION", /got null/],
      [
        "numerics",
        compile({ ...good, numerics: "exact" }),
        "E_OPTION",
        /compile: numerics: unknown name "exact"\. Known: strict, fast/,
      ],
      [
        "memoryLimit",
        compile({ ...good, memoryLimit: -1 }),
        "E_OPTION",
        /compile: memoryLimit: expected a number > 0, got -1/,
      ],
      ["memoryLimit as text", compile({ ...good, memoryLimit: "2GB" }), "E_OPTION", /got "2GB"/],
      [
        "workerUrl",
        compile({ ...good, workerUrl: 5 }),
        "E_OPTION",
        /compile: workerUrl: expected a text or a URL, got 5/,
      ],
    ]),
  ),
);

test.run();
