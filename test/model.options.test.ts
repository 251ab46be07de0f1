import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  adam,
  dense,
  dropout,
  earlyStopping,
  input,
  inverseTimeDecay,
  MemoryLimitError,
  rmsprop,
  sequential,
  sgd,
} from "../src/index.js";
import type { ModelSpec } from "../src/spec.js";
import { anyhow, eachRejects, eachThrows, rejection, type Wrong, withoutThreads } from "./wrong.js";

const test = suite("wrong options");

const first = input({ shape: [4] });
const net = (units: number, activation = "linear", ...rest: ModelSpec["layers"][1][]) =>
  sequential([first, dense({ units, activation }), ...rest]);
const compiled = (units: number, activation: string, options: object) => {
  const model = net(units, activation);
  model.compile({ optimizer: "sgd", ...options });
  return model;
};
const classifier = () => compiled(3, "softmax", { loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });

const x = new Float32Array(8 * 4);
const y = new Int32Array(8);

test(
  "optimizers, schedules and callbacks throw at once",
  withoutThreads(() =>
    eachThrows([
      ["rate 0", () => sgd({ learningRate: 0 }), "E_OPTION", /^sgd\.learningRate: expected a number > 0, got 0\.$/],
      ["rate negative", () => adam({ learningRate: -0.1 }), "E_OPTION", /^adam\.learningRate: .* got -0\.1/],
      ["rate NaN", () => rmsprop({ learningRate: Number.NaN }), "E_OPTION", /got NaN/],
      ["rate as text", () => anyhow.sgd!({ learningRate: "0.1" }), "E_OPTION", /expected a number > 0 or a schedule, got "0\.1"/],
      ["rate null", () => anyhow.sgd!({ learningRate: null }), "E_OPTION", /got null/],
      ["the rate alone", () => anyhow.sgd!(0.1), "E_OPTION", /sgd: expected an object of options \(learningRate, momentum, nesterov\), got 0\.1/],
      ["options null", () => anyhow.adam!(null), "E_OPTION", /adam: expected an object of options .* got null/],
      ["lr", () => anyhow.sgd!({ lr: 0.1 }), "E_OPTION", /unknown option "lr"\. Did you mean "learningRate"\? Known: learningRate, momentum, nesterov/],
      ["learning_rate", () => anyhow.sgd!({ learning_rate: 0.1 }), "E_OPTION", /Did you mean "learningRate"/],
      ["momentum 1", () => sgd({ momentum: 1 }), "E_OPTION", /sgd\.momentum: expected a number >= 0 and < 1, got 1/],
      ["nesterov", () => anyhow.sgd!({ nesterov: 1 }), "E_OPTION", /sgd\.nesterov: expected true or false/],
      ["beta1 1", () => adam({ beta1: 1 }), "E_OPTION", /adam\.beta1: .* got 1/],
      ["epsilon 0", () => adam({ epsilon: 0 }), "E_OPTION", /adam\.epsilon: expected a number > 0, got 0/],
      ["rho", () => rmsprop({ rho: 1.5 }), "E_OPTION", /rmsprop\.rho/],
      ["schedule unknown", () => anyhow.sgd!({ learningRate: { type: "cosine" } }), "E_OPTION", /sgd\.learningRate\.type: unknown name "cosine"\. Known: inverseTimeDecay/],
      ["schedule not called", () => anyhow.sgd!({ learningRate: inverseTimeDecay }), "E_OPTION", /got a function\. Call the function/],
      ["schedule's initial", () => anyhow.inverseTimeDecay!({ decay: 0.1 }), "E_OPTION", /inverseTimeDecay\.initial: .* got undefined/],
      ["schedule's decay", () => inverseTimeDecay({ initial: 0.1, decay: -1 }), "E_OPTION", /inverseTimeDecay\.decay: expected a number >= 0, got -1/],
      ["schedule's key", () => anyhow.inverseTimeDecay!({ initial: 1, decay: 1, step: 1 }), "E_OPTION", /unknown option "step"\. Known: initial, decay/],
      ["schedule of nothing", () => anyhow.inverseTimeDecay!(), "E_OPTION", /expected an object of options \(initial, decay\), got undefined/],
      ["patience", () => earlyStopping({ patience: -1 }), "E_OPTION", /^earlyStopping\.patience: expected a whole number >= 0, got -1\.$/],
      ["patience 1.5", () => earlyStopping({ patience: 1.5 }), "E_OPTION", /patience: .* got 1\.5/],
      ["minDelta", () => earlyStopping({ minDelta: -1 }), "E_OPTION", /minDelta/],
      ["mode", () => anyhow.earlyStopping!({ mode: "smallest" }), "E_OPTION", /earlyStopping\.mode: unknown name "smallest"\. Known: min, max, auto/],
      ["monitor", () => anyhow.earlyStopping!({ monitor: Symbol("m") }), "E_OPTION", /earlyStopping\.monitor: expected a key of the logs/],
      ["restoreBestWeights", () => anyhow.earlyStopping!({ restoreBestWeights: "yes" }), "E_OPTION", /expected true or false, got "yes"/],
      ["key of earlyStopping", () => anyhow.earlyStopping!({ patients: 3 }), "E_OPTION", /Did you mean "patience"/],
      ["the patience alone", () => anyhow.earlyStopping!(3), "E_OPTION", /earlyStopping: expected an object of options/],
    ]),
  ),
);

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
      ["nothing", compile(undefined), "E_OPTION", /^compile: expected an object of options \(optimizer, loss, .*\), got undefined\.$/],
      ["null", compile(null), "E_OPTION", /got null/],
      ["key", compile({ ...good, optimiser: "sgd" }), "E_OPTION", /unknown option "optimiser"\. Did you mean "optimizer"/],
      ["no optimizer", compile({ loss: good.loss }), "E_OPTION", /compile: optimizer: expected one of sgd, adam, rmsprop, got undefined/],
      ["optimizer", compile({ ...good, optimizer: "sdg" }), "E_OPTION", /compile: optimizer: unknown name "sdg"\. Did you mean "sgd"\? Known: sgd, adam, rmsprop/],
      ["optimizer's type", compile({ ...good, optimizer: { type: "adamax" } }), "E_OPTION", /compile: optimizer\.type: unknown name "adamax"\. Did you mean "adam"/],
      ["optimizer not called", compile({ ...good, optimizer: sgd }), "E_OPTION", /got a function\. Call the function/],
      ["optimizer's option", compile({ ...good, optimizer: { type: "sgd", rate: 1 } }), "E_OPTION", /sgd: unknown option "rate"/],
      ["loss", compile({ ...good, loss: "crossentropy" }), "E_OPTION", /compile: loss: unknown name "crossentropy"\. Known: meanSquaredError, .*, sparseCategoricalCrossentropy, /],
      ["loss misspelt", compile({ ...good, loss: "sparse_categorical_crossentropy" }), "E_OPTION", /Did you mean "sparseCategoricalCrossentropy"/],
      ["mse", compile({ ...good, loss: "mse" }), "E_OPTION", /Did you mean "meanSquaredError"/],
      ["loss a function", compile({ ...good, loss: () => 0 }), "E_OPTION", /compile: loss: expected one of .* got a function/],
      ["loss null", compile({ ...good, loss: null }), "E_OPTION", /compile: loss: expected one of .* got null/],
      ["loss's option", compile({ ...good, loss: { name: good.loss, delta: 1 } }), "E_OPTION", /unknown option "delta"\. Known: name, fromLogits, labelSmoothing/],
      ["labelSmoothing", compile({ ...good, loss: { name: good.loss, labelSmoothing: 1 } }), "E_OPTION", /labelSmoothing: expected a number >= 0 and < 1, got 1/],
      ["delta", compile({ ...good, loss: { name: "huber", delta: 0 } }), "E_OPTION", /huber\.delta: expected a number > 0, got 0/],
      ["metric", compile({ ...good, metrics: ["acurracy"] }), "E_OPTION", /compile: metrics: unknown name "acurracy"\. Did you mean "accuracy"\? Known: accuracy, /],
      ["metric acc", compile({ ...good, metrics: ["acc"] }), "E_OPTION", /Did you mean "accuracy"/],
      ["metrics not a list", compile({ ...good, metrics: "accuracy" }), "E_OPTION", /compile: metrics: expected an array such as \["accuracy"\], got "accuracy"/],
      ["metric undefined", compile({ ...good, metrics: [undefined] }), "E_OPTION", /metrics: expected one of accuracy, .* got undefined/],
      ["metric a bigint", compile({ ...good, metrics: [10n] }), "E_OPTION", /metrics: expected one of .* got 10n/],
      ["metric twice", compile({ ...good, metrics: ["accuracy", "accuracy"] }), "E_OPTION", /expected each name once, got \["accuracy", "accuracy"\]/],
      ["metric of other targets", compile({ ...good, metrics: ["meanSquaredError"] }), "E_OPTION", /expected one for integer labels, .* got "meanSquaredError"\. Use "accuracy"/],
      ["metric without a loss", compile({ optimizer: "sgd", metrics: ["accuracy"] }), "E_OPTION", /compile: loss: expected one to go with the metrics, got none/],
      ["workers 0", compile({ ...good, workers: 0 }), "E_OPTION", /compile: workers: expected "auto" or a whole number >= 1 and <= 64, got 0/],
      ["workers 1.5", compile({ ...good, workers: 1.5 }), "E_OPTION", /got 1\.5/],
      ["workers as text", compile({ ...good, workers: "2" }), "E_OPTION", /got "2"/],
      ["seed -1", compile({ ...good, seed: -1 }), "E_OPTION", /compile: seed: expected a whole number >= 0, got -1/],
      ["seed 1.5", compile({ ...good, seed: 1.5 }), "E_OPTION", /got 1\.5/],
      ["seed null", compile({ ...good, seed: null }), "E_OPTION", /got null/],
      ["numerics", compile({ ...good, numerics: "exact" }), "E_OPTION", /compile: numerics: unknown name "exact"\. Known: strict, fast/],
      ["memoryLimit", compile({ ...good, memoryLimit: -1 }), "E_OPTION", /compile: memoryLimit: expected a number > 0, got -1/],
      ["memoryLimit as text", compile({ ...good, memoryLimit: "2GB" }), "E_OPTION", /got "2GB"/],
      ["workerUrl", compile({ ...good, workerUrl: 5 }), "E_OPTION", /compile: workerUrl: expected a text or a URL, got 5/],
    ]),
  ),
);

/** compile() of a model whose last layer has these units and activation, with this loss. */
const pair = (units: number, activation: string, loss: unknown) => () => compiled(units, activation, { loss });
const image = sequential([input({ shape: [2, 3] }), dropout({ rate: 0.5 })]);
const sparse = "sparseCategoricalCrossentropy";

test(
  "losses that the last layer does not fit",
  withoutThreads(() =>
    eachThrows([
      ["linear", pair(3, "linear", sparse), "E_OPTION", /expected a last activation "softmax" .*, got "linear"\. Add activation: "softmax" to the last layer, or say fromLogits: true/],
      ["linear, binary", pair(1, "linear", "binaryCrossentropy"), "E_OPTION", /expected a last activation "sigmoid", got "linear"\. Add activation: "sigmoid"/],
      ["relu", pair(3, "relu", sparse), "E_OPTION", /got "relu"\. Change the last layer's activation to "softmax"/],
      ["sigmoid", pair(3, "sigmoid", "categoricalCrossentropy"), "E_OPTION", /got "sigmoid"\. Outputs of a sigmoid go with "binaryCrossentropy"/],
      ["softmax, binary", pair(3, "softmax", "binaryCrossentropy"), "E_OPTION", /got "softmax"\. Outputs of a softmax go with "sparseCategoricalCrossentropy"/],
      ["fromLogits after softmax", pair(3, "softmax", { name: sparse, fromLogits: true }), "E_OPTION", /expected a last layer without an activation for fromLogits: true, got "softmax"\. Drop one of the two/],
      ["fromLogits after sigmoid", pair(1, "sigmoid", { name: "binaryCrossentropy", fromLogits: true }), "E_OPTION", /got "sigmoid"\. Drop one/],
      ["one unit", pair(1, "softmax", sparse), "E_OPTION", /expected an output of at least 2 units, one per class, got 1\. Use "binaryCrossentropy" with one sigmoid unit/],
      ["an image", () => image.compile({ optimizer: "sgd", loss: "meanSquaredError" }), "E_SHAPE", /expected an output \(B, units\), got \(B, 2, 3\)\. Add flatten\(\) at the end/],
    ]),
  ),
);
test("losses that it does fit", () => {
  for (const activation of ["softmax", "logSoftmax"]) pair(3, activation, sparse)();
  for (const activation of ["linear", "relu"]) pair(3, activation, { name: sparse, fromLogits: true })();
  pair(3, "softmax", "meanSquaredError")();
});

/** fit() of a compiled classifier with right data and these options. */
const fit = (options: unknown) => () => classifier().fit(x, y, options as object);
const split = { validationSplit: 0.25 };

test(
  "fit rejects",
  withoutThreads(() =>
    eachRejects([
      ["null", fit(null), "E_OPTION", /^fit: expected an object of options \(epochs, .*\), got null\.$/],
      ["a number", fit(10), "E_OPTION", /got 10/],
      ["key", fit({ epoch: 3 }), "E_OPTION", /fit: unknown option "epoch"\. Did you mean "epochs"\? Known: epochs, batchSize, /],
      ["epochs 0", fit({ epochs: 0 }), "E_OPTION", /^fit: epochs: expected a whole number >= 1, got 0\.$/],
      ["epochs as text", fit({ epochs: "3" }), "E_OPTION", /got "3"/],
      ["batchSize 0", fit({ batchSize: 0 }), "E_OPTION", /^fit: batchSize: expected a whole number >= 1, got 0\.$/],
      ["batchSize 1.5", fit({ batchSize: 1.5 }), "E_OPTION", /got 1\.5/],
      ["shuffle", fit({ shuffle: 1 }), "E_OPTION", /fit: shuffle: expected true or false, got 1/],
      ["transfer", fit({ transfer: "x" }), "E_OPTION", /fit: transfer: expected true or false/],
      ["validationSplit 1", fit({ validationSplit: 1 }), "E_OPTION", /fit: validationSplit: expected a number >= 0 and < 1, got 1/],
      ["validationSplit -0.1", fit({ validationSplit: -0.1 }), "E_OPTION", /got -0\.1/],
      ["both validations", fit({ ...split, validationData: [x, y] }), "E_OPTION", /validationSplit: expected it or validationData, got both\. Drop one/],
      ["validationData null", fit({ validationData: null }), "E_OPTION", /fit: validationData: expected \[x, y\], got null/],
      ["validationData x alone", fit({ validationData: [x] }), "E_OPTION", /expected \[x, y\], got \[Float32Array\(32\)\]/],
      ["nothing to split", () => classifier().fit(x.subarray(4, 8), [0], split), "E_OPTION", /validationSplit: expected at least 2 rows to split, got 1/],
      ["monitor without validation", fit({ callbacks: [earlyStopping()] }), "E_OPTION", /^earlyStopping\.monitor: unknown name "valLoss"\. Known: dataLoss, penalty, loss, accuracy\. Validation values need validationSplit or validationData\.$/],
      ["monitor", fit({ ...split, callbacks: [earlyStopping({ monitor: "val_loss" })] }), "E_OPTION", /unknown name "val_loss"\. Did you mean "valLoss"\? Known: .*valAccuracy\.$/],
      ["callbacks not a list", fit({ callbacks: earlyStopping() }), "E_OPTION", /fit: callbacks: expected an array, got/],
      ["callback", fit({ callbacks: [{ type: "earlyStoping" }] }), "E_OPTION", /callbacks\.type: unknown name "earlyStoping"\. Did you mean "earlyStopping"\? Known: earlyStopping/],
      ["callback not called", fit({ callbacks: [earlyStopping] }), "E_OPTION", /got a function\. Call the function/],
      ["callback null", fit({ callbacks: [null] }), "E_OPTION", /expected one of earlyStopping, got null/],
      ["callback's option", fit({ ...split, callbacks: [{ type: "earlyStopping", patience: "3" }] }), "E_OPTION", /patience: .* got "3"/],
      ["two callbacks", fit({ ...split, callbacks: [earlyStopping(), earlyStopping()] }), "E_OPTION", /expected one earlyStopping\(\), got 2/],
      ["onEpochEnd", fit({ onEpochEnd: true }), "E_OPTION", /fit: onEpochEnd: expected a function, got true/],
      ["onProgress", fit({ onProgress: null }), "E_OPTION", /fit: onProgress: expected a function, got null/],
      ["signal", fit({ signal: 5 }), "E_OPTION", /fit: signal: expected an AbortSignal, got 5/],
      ["the controller", fit({ signal: new AbortController() }), "E_OPTION", /got an AbortController\. Pass its signal: controller\.signal/],
      ["maxSteps", fit({ maxSteps: 0 }), "E_OPTION", /fit: maxSteps/],
      ["maxTime", fit({ maxTime: -1 }), "E_OPTION", /fit: maxTime/],
    ]),
  ),
);

const weights = { name: "dense_0.kernel", data: new Float32Array(12) };
const bias = { name: "dense_0.bias", data: [0, 0, 0] };
const set = (list: unknown) => () => classifier().setWeights(list as []);
const apply = (list: unknown) => () => classifier().applyGradients(list as []);
const tensors: readonly Wrong[] = [
  ["setWeights of nothing", set(undefined), "E_OPTION", /^setWeights: expected a list of \{ name, shape, data \}, got undefined\.$/],
  ["setWeights of one", set(weights), "E_OPTION", /expected a list of/],
  ["setWeights of arrays", set([new Float32Array(12)]), "E_OPTION", /expected a list of \{ name, shape, data \}, got \[Float32Array\(12\)\]/],
  ["setWeights by a wrong name", set([{ ...weights, name: "dense_0.kernal" }]), "E_OPTION", /setWeights: unknown weights "dense_0\.kernal"\. Did you mean "dense_0\.kernel"\? Known: dense_0\.kernel, dense_0\.bias/],
  ["setWeights twice", set([bias, bias]), "E_OPTION", /expected dense_0\.bias once, got it twice/],
  ["setWeights of a wrong size", set([{ ...weights, data: [1, 2] }]), "E_SHAPE", /setWeights: expected 12 values for dense_0\.kernel \(4, 3\), got 2/],
  ["setWeights transposed", set([{ ...weights, shape: [3, 4] }]), "E_SHAPE", /for dense_0\.kernel \(4, 3\), got 12 \(3, 4\)/],
  ["setWeights of too many", set([weights, bias, bias].map(({ data }) => ({ data }))), "E_OPTION", /unknown weights "number 2"/],
  ["setWeights of NaN", set([{ ...bias, data: [0, Number.NaN, 0] }]), "E_DATA", /dense_0\.bias: expected finite numbers, got NaN at index 1/],
  ["setWeights of texts", set([{ ...bias, data: ["0", "0", "0"] }]), "E_DATA", /expected a number, got "0" at index 0/],
  ["applyGradients of nothing", apply(null), "E_OPTION", /applyGradients: expected a list of .* got null/],
  ["applyGradients of some", apply([bias]), "E_SHAPE", /applyGradients: expected 2 gradients, got 1/],
  ["applyGradients of Infinity", apply({ weights: [weights, { ...bias, data: [1, 1, 1 / 0] }] }), "E_DATA", /got Infinity at index 2/],
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
      ...calls(compiled(3, "linear", {})).map(([name, call]): Wrong => [`${name} without a loss`, call, "E_OPTION", lossless]),
    ];
    const trained = sequential([first]);
    trained.compile({ optimizer: "sgd", loss: "meanSquaredError" });
    const model = classifier();
    const any = model as unknown as Record<string, (...given: unknown[]) => unknown>;
    return eachRejects([
      ...rows,
      ...tensors,
      ["fit of a model without weights", () => trained.fit(x, x), "E_OPTION", /expected a model with weights to train, got none\. Add a layer such as dense\(\)/],
      ["evaluate's options", () => any.evaluate!(x, y, null), "E_OPTION", /evaluate: expected an object of options \(batchSize\), got null/],
      ["evaluate's batchSize", () => any.evaluate!(x, y, { batchSize: 0 }), "E_OPTION", /evaluate: batchSize: .* got 0/],
      ["predict's key", () => any.predict!(x, { batchsize: 1 }), "E_OPTION", /predict: unknown option "batchsize"\. Did you mean "batchSize"/],
      ["predict's batchSize", () => any.predict!(x, { batchSize: 1.5 }), "E_OPTION", /predict: batchSize: .* got 1\.5/],
      ["gradients' training", () => any.gradients!(x, y, { training: 1 }), "E_OPTION", /gradients: training: expected true or false, got 1/],
      ["backward's options", () => any.backward!(x, x, 1), "E_OPTION", /backward: expected an object of options \(training\), got 1/],
    ]);
  }),
);

test(
  "memory",
  withoutThreads(async () => {
    const big = sequential([first, dense({ units: 1000, activation: "softmax" })]);
    big.compile({ optimizer: "sgd", loss: sparse, memoryLimit: 1e6 });
    const huge = sequential([first, dense({ units: 2 ** 16 }), dense({ units: 2 ** 15 }), dense({ units: 2 })]);
    huge.compile({ optimizer: "adam", loss: "meanSquaredError", memoryLimit: 2 ** 40 });
    const data = /^memoryLimit: expected a model and data within \d+ bytes, got \d+ bytes\. Take fewer units,/;
    await eachRejects([
      ["fit", () => big.fit(x, y), "E_MEMORY", data],
      ["predict", () => big.predict(x), "E_MEMORY", data],
      ["evaluate", () => big.evaluate(x, y), "E_MEMORY", data],
      ["trainOnBatch", () => big.trainOnBatch(x, y), "E_MEMORY", data],
      ["getWeights", () => big.getWeights(), "E_MEMORY", data],
      ["more than 4 GiB", () => huge.predict(x), "E_MEMORY", data],
      ["more than a number can hold", () => sequential([input({ shape: [2 ** 24] }), dense({ units: 2 ** 24 })]).predict(new Uint8Array(2 ** 24)), "E_MEMORY", data],
    ]);
    const limited = [
      [big, 1e6],
      [huge, 4294901760],
    ] as const;
    for (const [model, limit] of limited) {
      const error = (await rejection(() => model.predict(x), "predict")) as MemoryLimitError;
      assert.instance(error, MemoryLimitError);
      assert.is(error.limit, limit);
      assert.ok(error.bytes > limit);
      assert.ok(error.message.includes(`${error.bytes} bytes`) && error.message.includes(`${limit} bytes`), error.message);
      assert.is(error.message.includes("raise memoryLimit"), model === big);
    }
  }),
);

test.run();
