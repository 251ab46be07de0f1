import { suite } from "uvu";
import { activityRegularization, dense, input, sequential } from "../../src/index.js";
import { anyhow, eachThrows, withoutThreads } from "./wrong.js";

const test = suite("wrong activity penalties");

const behind = (activation: string) =>
  sequential([input({ shape: [2] }), dense({ units: 2, activation, activityRegularizer: { l1: 0.1 } })]);

test(
  "activity penalties",
  withoutThreads(() =>
    eachThrows([
      [
        "l1 below 0",
        () => dense({ units: 2, activityRegularizer: { l1: -1 } }),
        "E_OPTION",
        /^dense\.activityRegularizer\.l1: expected a number >= 0 and <= 1e\+30, got -1\.$/,
      ],
      [
        "proximal",
        () => anyhow.dense!({ units: 2, activityRegularizer: { proximal: true } }),
        "E_OPTION",
        /unknown option "proximal"\. Known: l1, l2\.$/,
      ],
      ["a number", () => anyhow.activation!({ activation: "relu", activityRegularizer: 1 }), "E_OPTION", /got 1\.$/],
      ["l2 as a text", () => anyhow.activityRegularization!({ l2: "1" }), "E_OPTION", /got "1"\.$/],
      ["no options", () => anyhow.activityRegularization!(), "E_OPTION", /\(l1, l2, name\)/],
      ["another option", () => anyhow.activityRegularization!({ l3: 1 }), "E_OPTION", /unknown option "l3"/],
      [
        "behind what the loss takes in",
        () => behind("softmax").compile({ optimizer: "sgd", loss: "sparseCategoricalCrossentropy" }),
        "E_OPTION",
        /^dense_0\.activity: expected no activityRegularizer behind a last softmax, .* Put it on a layer below\.$/,
      ],
      [
        "a layer there",
        () =>
          sequential([
            input({ shape: [2] }),
            dense({ units: 1, activation: "sigmoid" }),
            activityRegularization({ l2: 1 }),
          ]).compile({ optimizer: "sgd", loss: "binaryCrossentropy" }),
        "E_OPTION",
        /behind a last sigmoid/,
      ],
    ]),
  ),
);

test.run();
