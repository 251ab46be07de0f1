import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  bidirectional,
  dense,
  embedding,
  functional,
  gru,
  input,
  lstm,
  masking,
  sequential,
  simpleRnn,
} from "../../src/index.js";
import { anyhow, eachRejects, eachThrows, withoutThreads } from "./wrong.js";

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
        /^lstm\.activation: unknown name "relu"\. Known: tanh/,
      ],
      [
        "gates' own",
        () => anyhow.gru!({ units: 2, recurrentActivation: "hardSigmoid" }),
        "E_OPTION",
        /^gru\.recurrentActivation: unknown name "hardSigmoid"\. Known: sigmoid/,
      ],
      ["returnSequences 1", () => anyhow.gru!({ units: 2, returnSequences: 1 }), "E_OPTION", /expected true or false/],
      ["goBackwards", () => anyhow.gru!({ units: 2, goBackwards: "yes" }), "E_OPTION", /expected true or false/],
      ["stateful", () => anyhow.gru!({ units: 2, stateful: 1 }), "E_OPTION", /^gru\.stateful: expected true or false/],
      [
        "stateful both ways",
        () => bidirectional(gru({ units: 2, stateful: true })),
        "E_OPTION",
        /^bidirectional\.layer: .* got stateful\. Call a layer/,
      ],
      [
        "returnState 1",
        () => anyhow.gru!({ units: 2, returnState: 1 }),
        "E_OPTION",
        /^gru\.returnState: expected true/,
      ],
      [
        "states both ways",
        () => bidirectional(gru({ units: 2, returnState: true })),
        "E_OPTION",
        /^bidirectional\.layer: .* got returnState\. Call a layer/,
      ],
      [
        "one of two first states",
        () => lstm({ units: 2 }).apply([input({ shape: [3, 2] }), input({ shape: [2] })]),
        "E_OPTION",
        /^lstm\.apply: expected one input, or that and 2 first states, got 2/,
      ],
      [
        "first states of a stateful one",
        () => gru({ units: 2, stateful: true }).apply([input({ shape: [3, 2] }), input({ shape: [2] })]),
        "E_OPTION",
        /^gru\.apply: expected one input, got 2/,
      ],
      [
        "a first state of another width",
        () => {
          const [x, h] = [input({ shape: [3, 2], name: "x" }), input({ shape: [4], name: "h" })];
          return functional({ inputs: [x, h], outputs: gru({ units: 2 }).apply([x, h]) });
        },
        "E_SHAPE",
        /^gru_0: expected a first state \(B, 2\), got \(B, 4\) of h\. Give as many units/,
      ],
      [
        "a value that is not given",
        () => {
          const layers = [input({ shape: [3, 2] }), gru({ units: 2 }), dense({ units: 1 })] as const;
          const calls = [
            { layer: 0, from: [] },
            { layer: 1, from: [0] },
            { layer: 2, from: [[1, 1]] },
          ];
          return anyhow.functional!({ layers, graph: { calls, outputs: [2] } });
        },
        "E_OPTION",
        /^graph: .*got number 1 of gru_0, which gives 1\. Say returnState: true/,
      ],
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
        /^simpleRnn_0 on input: expected sequences \(B, steps, channels\), got \(B, 4\)\. Put reshape/,
      ],
      [
        "a reset before the product",
        () => anyhow.gru!({ units: 2, resetAfter: false }),
        "E_OPTION",
        /^gru\.resetAfter: expected true, got false\. There is no other form\.$/,
      ],
      [
        "the usual reset, on a vector",
        () => sequential([input({ shape: [4] }), gru({ units: 2, resetAfter: true })]),
        "E_SHAPE",
        /^gru_0/,
      ],
      [
        "no layer",
        () => anyhow.bidirectional!(),
        "E_OPTION",
        /^bidirectional\.layer: expected one of .* got undefined/,
      ],
      [
        "a name",
        () => anyhow.bidirectional!("lstm"),
        "E_OPTION",
        /^bidirectional\.layer: expected an object of options .* got "lstm"/,
      ],
      ["a function", () => anyhow.bidirectional!(lstm), "E_OPTION", /Call the function/],
      [
        "dense both ways",
        () => anyhow.bidirectional!(dense({ units: 2 })),
        "E_OPTION",
        /unknown name "dense"\. Known: simpleRnn/,
      ],
      [
        "an inner option",
        () => anyhow.bidirectional!({ type: "gru", units: 0 }),
        "E_OPTION",
        /^bidirectional\.layer\.units: .* got 0/,
      ],
      [
        "backwards both ways",
        () => bidirectional(gru({ units: 2, goBackwards: true })),
        "E_OPTION",
        /got goBackwards\. Call a layer each way\.$/,
      ],
      [
        "mergeMode",
        () => anyhow.bidirectional!(gru({ units: 2 }), { mergeMode: "max" }),
        "E_OPTION",
        /unknown name "max"/,
      ],
      [
        "both ways on a vector",
        () => sequential([input({ shape: [4] }), bidirectional(gru({ units: 2 }))]),
        "E_SHAPE",
        /^bidirectional_0 on input: expected sequences/,
      ],
      ["maskValue", () => anyhow.masking!({ maskValue: "0" }), "E_OPTION", /^masking\.maskValue: .* got "0"/],
      ["a masked vector", () => sequential([input({ shape: [4] }), masking()]), "E_SHAPE", /^masking_0 on input: /],
      ["inputDim 0", () => embedding({ inputDim: 0, outputDim: 2 }), "E_OPTION", /^embedding\.inputDim: .* got 0/],
      ["no outputDim", () => anyhow.embedding!({ inputDim: 3 }), "E_OPTION", /^embedding\.outputDim: .* undefined/],
      ["maskZero", () => anyhow.embedding!({ inputDim: 3, outputDim: 2, maskZero: 1 }), "E_OPTION", /true or false/],
      [
        "an embedding of sequences",
        () => sequential([input({ shape: [4, 2] }), embedding({ inputDim: 3, outputDim: 2 })]),
        "E_SHAPE",
        /^embedding_0 on input: expected whole numbers \(B, steps\), got \(B, 4, 2\)\. Put flatten/,
      ],
      [
        "an embedding on a layer",
        () => sequential([input({ shape: [4] }), dense({ units: 2 }), embedding({ inputDim: 3, outputDim: 2 })]),
        "E_OPTION",
        /^embedding_0: expected the data's numbers, got the output of dense_0\. Put it first\.$/,
      ],
    ]),
  ),
);

test("numbers that an embedding has no vector for name their row", async () => {
  await using model = sequential([input({ shape: [2] }), embedding({ inputDim: 5, outputDim: 2 }), lstm({ units: 1 })]);
  model.compile({ optimizer: "sgd", loss: "meanSquaredError", workers: 1 });
  const rows = (...values: number[]) => ({ data: [0, 1, 2, 3, ...values], shape: [3, 2] });
  const bytes = { data: Uint8Array.from([0, 1, 5, 3]), shape: [2, 2] };
  const y = [[0], [1], [0]];
  await eachRejects([
    [
      "5 of 5",
      () => model.predict(rows(4, 5)),
      "E_DATA",
      /whole numbers from 0 to 4 in x, got 5 in row 2, column 1\. /,
    ],
    ["-1", () => model.fit(rows(-1, 0), y), "E_DATA", /got -1 in row 2, column 0/],
    ["a fraction", () => model.evaluate(rows(0.5, 0), y), "E_DATA", /got 0\.5 in row 2, column 0/],
    ["a byte", () => model.predict(bytes), "E_DATA", /got 5 in row 1, column 0/],
  ]);
});

test("a row of a stateful layer goes on in the same row of the next batch, or not at all", async () => {
  await using model = sequential([input({ shape: [2, 1] }), lstm({ units: 1, stateful: true })]);
  model.compile({ optimizer: "sgd", loss: "meanSquaredError", workers: 1 });
  const x = { data: new Float32Array(24), shape: [12, 2, 1] };
  const y = new Float32Array(12);
  const few = { data: new Float32Array(20), shape: [10, 2, 1] };
  const rest = new Float32Array(10);
  const fit = (options: object) => () => model.fit(x, y, { batchSize: 4, shuffle: false, ...options });
  const stream = (options: object) => () => model.fit(() => [[x, y]] as const, { batchSize: 4, ...options });
  await eachRejects([
    [
      "shuffled by default",
      () => model.fit(x, y, { batchSize: 4 }),
      "E_OPTION",
      /^fit: shuffle: expected false, as lstm_0 is stateful, got true\. Row i of a batch/,
    ],
    ["a share", fit({ validationSplit: 0.5 }), "E_OPTION", /^fit: validationSplit: expected none, .* got 0\.5/],
    ["a sampler", fit({ sampler: "balanced" }), "E_OPTION", /^fit: sampler: expected none/],
    ["mixup", fit({ mixup: 0.2 }), "E_OPTION", /^fit: mixup: expected none, .* got 0\.2/],
    [
      "full batches",
      fit({ batchSize: "full" }),
      "E_OPTION",
      /^fit: batchSize: expected a number that divides 12 rows, .* "full"/,
    ],
    ["a rest", fit({ batchSize: 5 }), "E_OPTION", /^fit: batchSize: expected a number that divides 12 rows, .* got 5/],
    [
      "a rest in validation",
      fit({ validationData: [few, rest] }),
      "E_OPTION",
      /^fit: validationData: batchSize: expected a number that divides 10 rows, as lstm_0 is stateful, got 4/,
    ],
    ["shuffled windows", stream({ shuffle: "window" }), "E_OPTION", /^fit: shuffle: expected false, .* got "window"/],
    ["a mixed stream", stream({ mixup: 1 }), "E_OPTION", /^fit: mixup: expected none/],
    ["a stream's validation", stream({ validationData: [few, rest] }), "E_OPTION", /divides 10 rows/],
    ["predict", () => model.predict(few, { batchSize: 4 }), "E_OPTION", /^predict: batchSize: .* divides 10 rows/],
    ["evaluate", () => model.evaluate(few, rest, { batchSize: 3 }), "E_OPTION", /^evaluate: batchSize: .* got 3/],
  ]);
  const run = model.fit(x, y, { batchSize: 4, shuffle: false, epochs: 100_000 });
  await eachRejects([
    [
      "larger batches than the fit's",
      () => model.predict(x, { batchSize: 6 }),
      "E_OPTION",
      /^predict: batchSize: expected at most 4 in this fit, got 6\. /,
    ],
  ]);
  run.stop();
  await run;
  assert.equal((await model.predict(x, { batchSize: 6 })).shape, [12, 1]);
});

test.run();
