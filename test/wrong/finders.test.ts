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

const sizes = (given: unknown) => anyhow.findBatchSize!(model, x, y, given);

test(
  "findBatchSize",
  withoutThreads(() =>
    eachRejects([
      ["null", () => sizes(null), "E_OPTION", /^findBatchSize: expected an object of options/],
      ["key", () => sizes({ sizes: [8] }), "E_OPTION", /unknown option "sizes"/],
      ["none", () => sizes({ candidates: [] }), "E_OPTION", /candidates: expected an array of batch sizes .* got \[\]/],
      ["zero", () => sizes({ candidates: [8, 0] }), "E_OPTION", /candidates\[1\]: expected a whole number >= 1, got 0/],
      ["a hole", () => sizes({ candidates: new Array(1) }), "E_OPTION", /candidates\[0\]: .* got undefined/],
      ["base", () => sizes({ base: 0 }), "E_OPTION", /^findBatchSize: base: .* got 0/],
      ["epochs", () => sizes({ epochs: 0 }), "E_OPTION", /epochs: expected a whole number >= 1, got 0/],
      ["target", () => sizes({ target: "0" }), "E_OPTION", /target: expected a number, got "0"/],
      ["scaling", () => sizes({ scaling: "root" }), "E_OPTION", /scaling: unknown name "root"/],
      ["fit", () => sizes({ fit: { batchSize: 5 } }), "E_OPTION", /fit: unknown option "batchSize"/],
      ["callback", () => sizes({ onCandidate: 1 }), "E_OPTION", /onCandidate: expected a function, got 1/],
    ]),
  ),
);

test.run();
