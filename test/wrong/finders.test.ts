import { suite } from "uvu";
import { anyhow, eachRejects, withoutThreads } from "./wrong.js";

const test = suite("wrong options of finders");

const { dense, input, sequential } = anyhow;
const model = sequential!([input!({ shape: [2] }), dense!({ units: 1 })]);
model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
const [x, y] = [
  [
    [1, 2],
    [3, 4],
  ],
  [1, 2],
];
const range = (given: unknown) => anyhow.findLearningRate!(model, x, y, given);

test(
  "findLearningRate",
  withoutThreads(() =>
    eachRejects([
      ["no model", () => anyhow.findLearningRate!(), "E_OPTION", /expected an array of layers/],
      [
        "a model that is not compiled",
        () => anyhow.findLearningRate!(sequential!(model.toJSON()), x, y),
        "E_OPTION",
        /^findLearningRate: expected a compiled model/,
      ],
      ["null", () => range(null), "E_OPTION", /^findLearningRate: expected an object of options/],
      ["key", () => range({ min: 1 }), "E_OPTION", /unknown option "min"/],
      ["minimum", () => range({ minimum: 0 }), "E_OPTION", /^findLearningRate: minimum: expected a number > 0, got 0/],
      ["maximum", () => range({ minimum: 1, maximum: 1 }), "E_OPTION", /maximum: expected a number > 1, got 1/],
      ["steps", () => range({ steps: 5 }), "E_OPTION", /steps: expected a whole number >= 10, got 5/],
      ["batchSize", () => range({ batchSize: 0 }), "E_OPTION", /batchSize: expected a whole number >= 1, got 0/],
      ["smoothing", () => range({ smoothing: 1 }), "E_OPTION", /smoothing: expected a number >= 0 and < 1, got 1/],
      ["skip", () => range({ skip: 0.5 }), "E_OPTION", /skip: .* got 0\.5/],
      ["fit", () => range({ fit: { epochs: 5 } }), "E_OPTION", /fit: unknown option "epochs"/],
      ["seed", () => range({ seed: -1 }), "E_OPTION", /seed: .* got -1/],
    ]),
  ),
);

test.run();
