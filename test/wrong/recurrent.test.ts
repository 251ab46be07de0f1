import { suite } from "uvu";
import { gru, input, lstm, sequential, simpleRnn } from "../../src/index.js";
import { anyhow, eachThrows, withoutThreads } from "./wrong.js";

const test = suite("wrong options of recurrent layers");

test(
  "recurrent layers",
  withoutThreads(() =>
    eachThrows([
      ["units 0", () => lstm({ units: 0 }), "E_OPTION", /^lstm\.units: .* got 0/],
      ["no units", () => anyhow.gru!({}), "E_OPTION", /^gru\.units: .* got undefined/],
      ["units alone", () => anyhow.lstm!(4), "E_OPTION", /lstm: expected an object of options/],
      ["softmax", () => anyhow.simpleRnn!({ units: 2, activation: "softmax" }), "E_OPTION", /unknown name "softmax"/],
      [
        "gates' activation",
        () => anyhow.lstm!({ units: 2, activation: "relu" }),
        "E_OPTION",
        /unknown option "activation"/,
      ],
      ["returnSequences 1", () => anyhow.gru!({ units: 2, returnSequences: 1 }), "E_OPTION", /expected true or false/],
      ["goBackwards", () => anyhow.gru!({ units: 2, goBackwards: "yes" }), "E_OPTION", /expected true or false/],
      ["unitForgetBias", () => anyhow.lstm!({ units: 2, unitForgetBias: 1 }), "E_OPTION", /expected true or false/],
      ["unitForgetBias of a gru", () => anyhow.gru!({ units: 2, unitForgetBias: true }), "E_OPTION", /unknown option/],
      [
        "initializer",
        () => anyhow.gru!({ units: 2, recurrentInitializer: "ortho" }),
        "E_OPTION",
        /unknown name "ortho"/,
      ],
      [
        "penalty",
        () => gru({ units: 2, recurrentRegularizer: { l2: -1 } }),
        "E_OPTION",
        /^gru\.recurrentRegularizer.* got -1/,
      ],
      [
        "a vector",
        () => sequential([input({ shape: [4] }), simpleRnn({ units: 2 })]).summary(),
        "E_SHAPE",
        /^simpleRnn_0: expected sequences \(B, steps, channels\), got \(B, 4\)\.$/,
      ],
    ]),
  ),
);

test.run();
