import { suite } from "uvu";
import * as assert from "uvu/assert";
import { sequential } from "../../src/index.js";
import { classifier, compiled, first, net, x, y } from "./models.js";
import { eachRejects, type Wrong, withoutThreads } from "./wrong.js";

const test = suite("wrong options of other calls");

const weights = { name: "dense_0.kernel", data: new Float32Array(12) };
const bias = { name: "dense_0.bias", data: [0, 0, 0] };
const set = (list: unknown) => () => classifier().setWeights(list as []);
const apply = (list: unknown) => () => classifier().applyGradients(list as []);
const tensors: readonly Wrong[] = [
  [
    "setWeights of nothing",
    set(undefined),
    "E_OPTION",
    /^setWeights: expected a list of \{ name, shape, data \}, got undefined\.$/,
  ],
  ["setWeights of one", set(weights), "E_OPTION", /expected a list of/],
  [
    "setWeights of arrays",
    set([new Float32Array(12)]),
    "E_OPTION",
    /expected a list of \{ name, shape, data \}, got \[Float32Array\(12\)\]/,
  ],
  [
    "setWeights by a wrong name",
    set([{ ...weights, name: "dense_0.kernal" }]),
    "E_OPTION",
    /setWeights: unknown weights "dense_0\.kernal"\. Did you mean "dense_0\.kernel"\? Known: dense_0\.kernel, dense_0\.bias/,
  ],
  ["setWeights twice", set([bias, bias]), "E_OPTION", /expected dense_0\.bias once, got it twice/],
  [
    "setWeights of a wrong size",
    set([{ ...weights, data: [1, 2] }]),
    "E_SHAPE",
    /setWeights: expected 12 values for dense_0\.kernel \(4, 3\), got 2/,
  ],
  [
    "setWeights transposed",
    set([{ ...weights, shape: [3, 4] }]),
    "E_SHAPE",
    /for dense_0\.kernel \(4, 3\), got 12 \(3, 4\)/,
  ],
  [
    "setWeights of too many",
    set([weights, bias, bias].map(({ data }) => ({ data }))),
    "E_OPTION",
    /setWeights: unknown weights "number 2"\. Known: /,
  ],
  [
    "setWeights of NaN",
    set([{ ...bias, data: [0, Number.NaN, 0] }]),
    "E_DATA",
    /dense_0\.bias: expected finite numbers, got NaN at index 1/,
  ],
  ["setWeights of texts", set([{ ...bias, data: ["0", "0", "0"] }]), "E_DATA", /expected a number, got "0" at index 0/],
  ["applyGradients of nothing", apply(null), "E_OPTION", /applyGradients: expected a list of .* got null/],
  ["applyGradients of some", apply([bias]), "E_SHAPE", /applyGradients: expected 2 gradients, got 1/],
  [
    "applyGradients of Infinity",
    apply({ weights: [weights, { ...bias, data: [1, 1, 1 / 0] }] }),
    "E_DATA",
    /got Infinity at index 2/,
  ],
];

test(
  "the other calls reject",
  withoutThreads(() => {
    const calls = (model: ReturnType<typeof net>): [string, () => unknown][] => [
      ["fit", () => model.fit(x, y)],
      ["evaluate", () => model.evaluate(x, y)],
      ["trainOnBatch", () => model.trainOnBatch(x, y)],
      ["gradients", () => model.gradients(x, y)],
    ];
    const bare = /expected a compiled model, got none\. Call compile\(\{ optimizer, loss \}\) first/;
    const applied = ["applyGradients", () => net(3).applyGradients([weights, bias])] as const;
    const lossless = /expected a model with a loss, got none\. Name one in compile\(\{ loss \}\)/;
    const rows: Wrong[] = [
      ...[...calls(net(3)), applied].map(([name, call]): Wrong => [`${name} before compile`, call, "E_OPTION", bare]),
      ...calls(compiled(3, "linear", {})).map(
        ([name, call]): Wrong => [`${name} without a loss`, call, "E_OPTION", lossless],
      ),
    ];
    const trained = sequential([first]);
    trained.compile({ optimizer: "sgd", loss: "meanSquaredError" });
    const model = classifier();
    const any = model as unknown as Record<string, (...given: unknown[]) => unknown>;
    return eachRejects([
      ...rows,
      ...tensors,
      [
        "fit of a model without weights",
        () => trained.fit(x, x),
        "E_OPTION",
        /expected a model with weights to train, got none\. Add a layer such as dense\(\)/,
      ],
      [
        "evaluate's options",
        () => any.evaluate!(x, y, null),
        "E_OPTION",
        /evaluate: expected an object of options \(batchSize, confusionMatrix\), got null/,
      ],
      [
        "evaluate's batchSize",
        () => any.evaluate!(x, y, { batchSize: 0 }),
        "E_OPTION",
        /evaluate: batchSize: .* got 0/,
      ],
      [
        "predict's key",
        () => any.predict!(x, { batchsize: 1 }),
        "E_OPTION",
        /predict: unknown option "batchsize"\. Did you mean "batchSize"/,
      ],
      ["predict's batchSize", () => any.predict!(x, { batchSize: 1.5 }), "E_OPTION", /predict: batchSize: .* got 1\.5/],
      [
        "gradients' training",
        () => any.gradients!(x, y, { training: 1 }),
        "E_OPTION",
        /gradients: training: expected true or false, got 1/,
      ],
      [
        "backward's options",
        () => any.backward!(x, x, 1),
        "E_OPTION",
        /backward: expected an object of options \(training\), got 1/,
      ],
    ]);
  }),
);

test("a thread that cannot be started is a PlatformError, and these tests notice one", async () => {
  const right: Wrong = [
    "predict",
    () => net(3).predict(x),
    "E_PLATFORM",
    /expected a new thread, got: a thread was started/,
  ];
  let noticed: unknown;
  try {
    await withoutThreads(() => eachRejects([right]))();
  } catch (error) {
    noticed = error;
  }
  assert.match((noticed as Error).message, /threads were started/);
});

test.run();
