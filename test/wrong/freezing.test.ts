import { suite } from "uvu";
import { dense, dropout, input, sequential } from "../../src/index.js";
import { anyhow, eachRejects, eachThrows, withoutThreads } from "./wrong.js";

const net = (trainable?: boolean) => {
  const more = trainable === undefined ? {} : { trainable };
  const model = sequential([
    input({ shape: [2] }),
    dense({ units: 2, name: "lower", activation: "relu", ...more }),
    dropout({ rate: 0.1 }),
    dense({ units: 1, ...more }),
  ]);
  model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
  return model;
};
type Any = ReturnType<typeof net> & { freeze(...names: unknown[]): void };

const test = suite("wrong layers to freeze");

test(
  "names and options",
  withoutThreads(() =>
    eachThrows([
      [
        "unknown",
        () => net().freeze("dense_7"),
        "E_OPTION",
        /^freeze: unknown layer "dense_7".*Known: lower, dense_1\.$/,
      ],
      ["a guess", () => net().thaw("dense1"), "E_OPTION", /^thaw: .* Did you mean "dense_1"\?/],
      ["no weights", () => net().freeze("dropout_0"), "E_OPTION", /Known: lower, dense_1\./],
      ["an activation", () => net().freeze("lower.activation"), "E_OPTION", /unknown layer "lower\.activation"/],
      [
        "none",
        () => net().freeze(),
        "E_OPTION",
        /^freeze: expected a layer's name \(lower, dense_1\), got undefined\./,
      ],
      ["a number", () => (net() as Any).freeze(0), "E_OPTION", /expected a layer's name .* got 0\./],
      ["a list", () => (net() as Any).freeze(["lower"]), "E_OPTION", /expected a layer's name/],
      ["trainable", () => anyhow.dense!({ units: 1, trainable: 0 }), "E_OPTION", /^dense\.trainable: expected true or/],
      ["trainable null", () => anyhow.dense!({ units: 1, trainable: null }), "E_OPTION", /^dense\.trainable: expected/],
      ["no weights", () => anyhow.dropout!({ rate: 0.1, trainable: false }), "E_OPTION", /unknown option "trainable"/],
      [
        "in JSON",
        () => anyhow.sequential!([input({ shape: [2] }), { type: "flatten", trainable: false }]),
        "E_OPTION",
        /flatten: unknown option "trainable"/,
      ],
    ]),
  ),
);

test(
  "a model without anything to train",
  withoutThreads(() =>
    eachRejects([
      ["fit", () => net(false).fit([[1, 2]], [1]), "E_OPTION", /^fit: .* got frozen ones alone\. Thaw a layer\.$/],
      ["trainOnBatch", () => net(false).trainOnBatch([[1, 2]], [1]), "E_OPTION", /^trainOnBatch: .* frozen ones alone/],
    ]),
  ),
);

test("while a fit runs", async () => {
  await using model = net();
  const run = model.fit([[1, 2]], [1], { epochs: 1e6 });
  await eachThrows([
    ["freeze", () => model.freeze("lower"), "E_BUSY", /^freeze: .*fit is running/],
    ["thaw", () => model.thaw("lower"), "E_BUSY", /^thaw: /],
  ]);
  run.stop();
  await run;
  model.freeze("lower");
});

test.run();
