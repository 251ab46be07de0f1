// The bundle for dense nets: the same numbers as the whole one, to the bit, and plain words where something is not in it.
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type * as Whole from "../src/index.js";

const test = suite("whetstone/core");
const root = process.cwd();
const load = (file: string): Promise<typeof Whole> => import(pathToFileURL(join(root, "build", file)).href);
const whole = await load("whetstone.js");
const core = await load("whetstone.core.js");
const { namedKernels } = await import(join(root, "edition.mjs"));

const [ROWS, WIDTH, CLASSES] = [48, 5, 3];
const x = Array.from({ length: ROWS }, (_, i) =>
  Array.from({ length: WIDTH }, (_, j) => ((i * 7 + j * 5) % 11) / 5 - 1),
);
const labels = Int32Array.from({ length: ROWS }, (_, i) => (i * i) % CLASSES);
const oneHot = Array.from(labels, (label) => Array.from({ length: CLASSES }, (_, k) => Number(k === label)));
const column = Float32Array.from({ length: ROWS }, (_, i) => i % 2);

/** Last layers, targets and metrics by loss. */
const LOSSES = {
  meanSquaredError: { units: 1, activation: "linear", y: column },
  binaryCrossentropy: { units: 1, activation: "sigmoid", y: column },
  categoricalCrossentropy: { units: CLASSES, activation: "softmax", y: oneHot },
  sparseCategoricalCrossentropy: { units: CLASSES, activation: "softmax", y: labels },
} as const;
type Loss = keyof typeof LOSSES;

interface Run {
  loss?: Loss;
  hidden?: string;
  optimizer?: (from: typeof Whole) => Whole.CompileOptions["optimizer"];
  dense?: object;
  compile?: object;
  fit?: object;
}

/** Everything that a short training gives, as one text. */
async function outcome(from: typeof Whole, run: Run): Promise<string> {
  const { loss = "sparseCategoricalCrossentropy", hidden = "relu", optimizer = () => "adam" as const } = run;
  const { units, activation, y } = LOSSES[loss];
  await using model = from.sequential([
    from.input({ shape: [WIDTH] }),
    from.adaptNormalization(x),
    from.rescaling({ scale: 0.5 }),
    from.dense({ units: 7, ...run.dense }),
    from.activation({ activation: hidden }),
    from.dropout({ rate: 0.2 }),
    from.flatten(),
    from.dense({ units, activation }),
  ]);
  const metrics = loss === "meanSquaredError" ? [] : (["accuracy"] as const);
  model.compile({ optimizer: optimizer(from), loss, metrics, seed: 3, workers: 2, ...run.compile });
  const options = { epochs: 3, batchSize: 8, validationSplit: 0.25, ...run.fit };
  const { fingerprint, epochs, numerics } = await model.fit(x, y, options);
  const { seconds: _, samplesPerSecond: __, ...last } = epochs.at(-1)!;
  const predicted = await model.predict(x.slice(0, 4));
  await using again = await from.loadModel(await (await model.toBlob()).arrayBuffer());
  const loaded = await again.predict(x.slice(0, 4));
  assert.equal(loaded, predicted);
  return JSON.stringify({ fingerprint, numerics, last, predicted });
}

const ACTIVATIONS = [
  "leakyRelu",
  "elu",
  "selu",
  "gelu",
  "silu",
  "softplus",
  "hardSwish",
  "tanh",
  "sigmoid",
  "logSoftmax",
];
const RUNS: Readonly<Record<string, Run>> = {
  ...Object.fromEntries(Object.keys(LOSSES).map((loss) => [loss, { loss: loss as Loss }])),
  ...Object.fromEntries(ACTIVATIONS.map((hidden) => [hidden, { hidden }])),
  sgd: {
    optimizer: ({ sgd, exponentialDecay }) => sgd({ learningRate: exponentialDecay({ initial: 0.1, gamma: 0.9 }) }),
  },
  momentum: { optimizer: ({ sgd }) => sgd({ momentum: 0.9, nesterov: true, weightDecay: 0.01, clipNorm: 1 }) },
  amsgrad: { optimizer: ({ adam }) => adam({ amsgrad: true, globalClipNorm: 1, gradientAccumulationSteps: 2 }) },
  adamw: { optimizer: ({ adamw, warmup }) => adamw({ learningRate: warmup({ steps: 3, schedule: 0.01 }) }) },
  "adamw, amsgrad": { optimizer: ({ adamw }) => adamw({ amsgrad: true, clipValue: 0.1 }) },
  rmsprop: { optimizer: ({ rmsprop }) => rmsprop() },
  "rmsprop, momentum": { optimizer: ({ rmsprop }) => rmsprop({ momentum: 0.5, centered: true }) },
  penalties: { dense: { kernelRegularizer: { l1: 0.01, l2: 0.01 }, activityRegularizer: { l2: 0.01 } } },
  initializers: { dense: { kernelInitializer: "heUniform", biasInitializer: { type: "constant", value: 0.5 } } },
  strict: { compile: { numerics: "strict" } },
  weights: { fit: { classWeight: { 0: 1, 1: 2, 2: 1 } } },
};

for (const [name, run] of Object.entries(RUNS)) {
  test(`the same bits: ${name}`, async () => {
    assert.is(await outcome(core, run), await outcome(whole, run));
  });
}

test("the same bits on data of zeros, which the whole leaves out of its products", async () => {
  const width = 40;
  const zeros = Float32Array.from({ length: ROWS * width }, (_, i) => (i % 5 ? 0 : i % 7));
  const fingerprints = [core, whole].map(async ({ sequential, input, dense }) => {
    await using model = sequential([
      input({ shape: [width] }),
      dense({ units: 4, activation: "relu" }),
      dense({ units: 1 }),
    ]);
    model.compile({ optimizer: "sgd", loss: "meanSquaredError", seed: 1, workers: 1 });
    const { fingerprint } = await model.fit(zeros, column, { epochs: 2 });
    return fingerprint;
  });
  const [small, all] = await Promise.all(fingerprints);
  assert.is(small, all);
});

test("every name of it is one of the whole", () => {
  const foreign = Object.keys(core).filter((name) => !(name in whole));
  assert.equal(foreign, []);
});

const built = (layers: object[]) => core.sequential([core.input({ shape: [4, 4] }), ...layers] as never);

test("a row that it has not names the whole", () => {
  const cure = /unknown name "\w+".*More is in "whetstone"/;
  assert.throws(() => built([{ type: "conv1d", filters: 2, kernelSize: 2 }]), cure);
  assert.throws(() => built([core.flatten()]).compile({ optimizer: "lion" as never, loss: "meanSquaredError" }), cure);
  assert.throws(() => built([core.flatten()]).compile({ optimizer: "adam", loss: "huber" as never }), cure);
  assert.throws(() => built([core.dense({ units: 2 })]), /got dense on more than vectors. Import from "whetstone"/);
  assert.throws(() => whole.sequential([core.input({ shape: [4] }), { type: "none" } as never]), /Known: [^"]*more\.$/);
});

const refused = async (call: () => unknown, what: RegExp) => {
  try {
    await call();
  } catch (error) {
    assert.instance(error, core.OptionError);
    return assert.match((error as Error).message, what);
  }
  assert.unreachable(`nothing refused ${what}`);
};

test("what it leaves out is refused", async () => {
  await using model = built([core.flatten(), core.dense({ units: 1 })]);
  const custom = whole.defineLoss((target, prediction) => prediction.subtract(target).square());
  const compile = (loss: unknown) => model.compile({ optimizer: "adam", loss: loss as "meanSquaredError" });
  assert.throws(() => compile(custom), /got a loss or metric of one's own/);
  compile("meanSquaredError");
  const [x, y] = [new Float32Array(16), new Float32Array(1)];
  await refused(() => model.fit(function* () {} as never, {} as never), /got a stream/);
  await refused(() => model.fit(x, y, { profile: true }), /got a profile/);
  await refused(() => model.fit(x, y, { mixup: 0.2 }), /got mixed batches/);
  await refused(() => model.fit(x, y, { sampler: "balanced" }), /got a sampler/);
  await refused(
    () => model.fit(x, y, { onNonFinite: "skip" }),
    /onNonFinite: unknown name "skip". Known: stop. More is in/,
  );
  const batchSize = { type: "randomBatchSize", maximum: 4 } as never;
  await refused(() => model.fit(x, y, { batchSize }), /got a schedule of batch sizes/);
  await refused(() => model.resetStates(), /got stateful layers/);
  await refused(() => model.evaluate(x, y, { confusionMatrix: true }), /matrix/);
  await refused(() => model.gradients(x, y), /got gradients to look at/);
  await refused(() => model.backward(x, y), /got gradients to look at/);
  await refused(() => model.applyGradients([]), /got gradients to look at/);
  await refused(() => model.predict(x, { layer: "dense_0" }), /got what a layer gives/);
  assert.throws(() => model.summary(), /got a summary/);
  assert.throws(() => model.freeze("dense_0"), /got layers to freeze/);
});

test("a fit that is refused leaves the team as it was", async () => {
  const [x, y] = [new Float32Array(16), new Float32Array(1)];
  for (const workers of [1, 2]) {
    await using model = built([core.flatten(), core.dense({ units: 1 })]);
    model.compile({ optimizer: "adam", loss: "meanSquaredError", workers });
    await model.fit(x, y);
    for (const given of [{ profile: true }, { onNonFinite: "rollback" }] as const) {
      await refused(() => model.fit(x, y, given), /More is in|Import from/);
      await model.fit(x, y);
    }
  }
});

test("options that it has not name the whole", async () => {
  const cure = /More is in "whetstone"; this is "whetstone\/core"/;
  assert.throws(() => core.adam({ useEma: true }), cure);
  assert.throws(() => core.dense({ units: 1, kernelInitializer: "heNormal" }), cure);
  const decay = core.exponentialDecay({ initial: 0.1, gamma: 0.5 });
  assert.throws(() => core.sgd({ weightDecay: decay }), /weightDecay: expected a number >= 0/);
  assert.throws(() => core.dense({ units: 1, kernelRegularizer: { l2: decay } as never }), /expected a number >= 0/);
  await using model = built([core.flatten(), core.dense({ units: 2, activation: "softmax" })]);
  model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
  await refusedData(
    () => model.fit(new Float32Array(16), ["cat"]),
    /expected a number, got "cat".*number classes from 0/,
  );
});

async function refusedData(call: () => unknown, what: RegExp): Promise<void> {
  try {
    await call();
  } catch (error) {
    assert.instance(error, core.DataError);
    return assert.match((error as Error).message, what);
  }
  assert.unreachable(`nothing refused ${what}`);
}

test("a loss on more than vectors is refused, and what stands on several axes below is not", async () => {
  const losses = { meanSquaredError: "linear", categoricalCrossentropy: "softmax" } as const;
  for (const [loss, activation] of Object.entries(losses)) {
    await using model = built([core.activation({ activation })]);
    const compile = () => model.compile({ optimizer: "adam", loss: loss as Loss });
    assert.throws(compile, /got a loss on more than vectors. Import from "whetstone"/);
    assert.is((await model.predict(new Float32Array(16).fill(1))).data.length, 16);
  }
});

test("graphs are refused, called and in files", async () => {
  const what = /got a graph of layers. Import from "whetstone"/;
  assert.throws(() => core.dense({ units: 1 }).apply(core.input({ shape: [2] })), what);
  const [a, b] = [whole.input({ shape: [2], name: "a" }), whole.input({ shape: [2], name: "b" })];
  await using model = whole.functional({ inputs: [a, b], outputs: whole.add().apply([a, b]) });
  const file = await (await model.toBlob()).arrayBuffer();
  try {
    await core.loadModel(file);
  } catch (error) {
    assert.instance(error, core.FileError);
    return assert.match((error as Error).message, what);
  }
  assert.unreachable("the graph was loaded");
});

test("a kernel is kept if code names it, whole or by its formula", () => {
  const names = ["dense_forward", "relu_forward", "relu_backward", "gelu_forward", "scan_nonfinite"];
  const code = `step("dense_forward"); plain('relu'); kernels.scan_nonfinite(1); '\\'elu\\''`;
  assert.equal(namedKernels(names, code), ["dense_forward", "relu_forward", "relu_backward", "scan_nonfinite"]);
});

test.run();
