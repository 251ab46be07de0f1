// Proof: what is promised of every net, on nets, data and fits drawn at random. One that breaks a promise is made smaller until nothing
// more can be left out of it, and told as JSON.
import fc from "fast-check";

const WORKERS = [2, 3];
const EPOCHS = 3;

/** Any of these options, or none. */
const some = (fields) => fc.record(fields, { requiredKeys: [] });
const layer = (type, fields = {}) => some(fields).map((options) => ({ type, ...options }));
const whole = (min, max) => fc.integer({ min, max });
const rate = fc.constantFrom(0.1, 0.4);
const activationName = fc.constantFrom(
  ...["relu", "tanh", "sigmoid", "softplus", "gelu", "elu", "silu", "hardSwish", "leakyRelu", "softmax"],
);
const penalty = fc.constantFrom({ l2: 0.01 }, { l1: 0.01 }, { l1: 0.01, proximal: true }, { l1: 0.01, l2: 0.02 });
const weighted = {
  activation: activationName,
  useBias: fc.boolean(),
  kernelRegularizer: penalty,
  activityRegularizer: fc.constantFrom({ l1: 0.01 }, { l2: 0.02 }),
  kernelConstraint: fc.constantFrom("nonNegative", { type: "maxNorm", maximum: 1 }),
  trainable: fc.boolean(),
};
/** Layers with these options, or with one drawn from `values`. */
const needs = (arbitrary, options) => arbitrary.map((spec) => ({ ...spec, ...options }));
const drawn = (arbitrary, option, values) =>
  fc.tuple(arbitrary, values).map(([spec, value]) => ({ ...spec, [option]: value }));
const anywhere = [
  drawn(layer("activation"), "activation", activationName),
  drawn(layer("dropout"), "rate", rate),
  drawn(layer("alphaDropout"), "rate", rate),
  drawn(layer("gaussianNoise"), "stddev", rate),
  layer("batchNormalization", { trainable: fc.boolean() }),
  needs(layer("rescaling"), { scale: 0.5, offset: 0.1 }),
];
const units = fc.constantFrom(1, 3, 8, 17, 33, 40, 64, 70);
const recurrent = ["simpleRnn", "lstm", "gru"].map((type) =>
  drawn(needs(layer(type, { trainable: fc.boolean() }), { returnSequences: true }), "units", whole(1, 9)),
);
const image = { ...weighted, padding: fc.constantFrom("same", "valid"), strides: whole(1, 2) };

/** By what an example is: its extents, and the layers that may follow each other. */
const KINDS = {
  vector: {
    shape: fc.tuple(fc.constantFrom(3, 8, 33, 40, 64, 100)),
    layers: [
      drawn(layer("dense", weighted), "units", units),
      drawn(layer("columnDropout"), "rate", rate),
      layer("layerNormalization"),
      layer("rmsNormalization"),
    ],
  },
  sequence: {
    shape: fc.tuple(whole(2, 6), whole(1, 6)),
    layers: [
      ...recurrent,
      recurrent[2].map((inner) => ({ type: "bidirectional", layer: inner })),
      drawn(layer("dense", weighted), "units", whole(1, 12)),
      drawn(layer("conv1d", { ...weighted, padding: fc.constantFrom("same", "causal") }), "filters", whole(1, 6)).map(
        (spec) => ({ ...spec, kernelSize: 2 }),
      ),
      needs(layer("multiHeadAttention", { causal: fc.boolean() }), { heads: 1, headSize: 5 }),
      layer("layerNormalization"),
      layer("positionEmbedding"),
      layer("masking"),
    ],
  },
  image: {
    shape: fc.tuple(whole(3, 8), whole(3, 8), whole(1, 3)),
    layers: [
      drawn(drawn(layer("conv2d", image), "filters", whole(1, 9)), "kernelSize", whole(1, 3)),
      drawn(drawn(layer("conv2dTranspose", image), "filters", whole(1, 4)), "kernelSize", whole(1, 3)),
      drawn(layer("depthwiseConv2d"), "kernelSize", whole(1, 3)),
      drawn(drawn(layer("separableConv2d"), "filters", whole(1, 5)), "kernelSize", whole(1, 3)),
      needs(layer("maxPooling2d"), { poolSize: 2 }),
      needs(layer("averagePooling2d"), { poolSize: 2 }),
      needs(layer("groupNormalization"), { groups: 1 }),
      needs(layer("upSampling2d"), { size: 2 }),
      needs(layer("spatialDropout"), { rate: 0.2 }),
      layer("randomFlip"),
    ],
  },
};

const shared = some({
  clipValue: fc.constant(0.05),
  gradientAccumulationSteps: whole(2, 3),
  weightDecay: fc.constant(0.01),
  useEma: fc.boolean(),
});
const optimizer = fc
  .tuple(
    fc.constantFrom("sgd", "adam", "adamw", "nadam", "radam", "adamax", "rmsprop", "adagrad", "adadelta", "lion"),
    shared,
  )
  .map(([type, options]) => ({ type, learningRate: 0.003, ...options }));

const netOf = ([kind, { shape, layers }]) =>
  fc.record({
    kind: fc.constant(kind),
    shape,
    layers: fc.array(fc.oneof(...layers, ...anywhere), { minLength: 1, maxLength: 5 }),
    loss: fc.constantFrom("meanSquaredError", "huber", "sparseCategoricalCrossentropy", "binaryCrossentropy"),
    optimizer,
    numerics: fc.constantFrom("strict", undefined),
    seed: whole(0, 1000),
    rows: whole(5, 23),
    sparse: fc.boolean(),
    fit: some({
      batchSize: whole(1, 9),
      shuffle: fc.boolean(),
      validationSplit: fc.constant(0.3),
      mixup: fc.constant(0.3),
      weighted: fc.constant(true),
    }),
  });
const nets = fc.oneof(...Object.entries(KINDS).map(netOf));

/** Numbers in [0, 1), the same for the same seed. */
function numbers(seed) {
  let state = seed + 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) >>> 8) / 2 ** 24;
  };
}

/** Rows for a net, and its fit's options. */
function dataOf({ shape, rows, sparse, seed, loss, fit: { weighted, ...fit } }) {
  const next = numbers(seed);
  const width = shape.reduce((product, extent) => product * extent);
  const value = () => (sparse && next() < 0.7 ? 0 : 2 * next() - 1);
  const x = { data: Float32Array.from({ length: rows * width }, value), shape: [rows, ...shape] };
  const target = { meanSquaredError: next, huber: next }[loss] ?? (() => Math.floor(2 * next()));
  const kind = loss === "sparseCategoricalCrossentropy" ? Int32Array : Float32Array;
  const y = kind.from({ length: rows }, target);
  return { x, y, fit: { ...fit, ...(weighted && { sampleWeight: Array.from({ length: rows }, next) }) } };
}

const ENDS = { sparseCategoricalCrossentropy: [2, "softmax"], binaryCrossentropy: [1, "sigmoid"] };
function modelOf(library, { shape, layers, loss, optimizer, numerics, seed }, workers) {
  const [units, activation] = ENDS[loss] ?? [1, "linear"];
  const top = [library.flatten(), library.dense({ units, activation })];
  const model = library.sequential([library.input({ shape }), ...layers, ...top]);
  model.compile({ optimizer, loss, seed, workers, numerics });
  return model;
}

const sameBits = (one, other) => one.length === other.length && one.every((value, i) => Object.is(value, other[i]));
const sameTensors = (one, other) => one.every(({ data }, i) => sameBits(data, other[i].data));
const logsOf = ({ epochs }) => JSON.stringify(epochs.map(({ seconds, samplesPerSecond, ...log }) => log));

/** The promises that a net breaks. */
async function breaks(library, net, note) {
  const { x, y, fit } = dataOf(net);
  const models = [];
  const own = (model) => {
    models.push(model);
    return model;
  };
  const broken = [];
  const expect = (promise, kept) => kept || broken.push(promise);
  try {
    const alone = own(modelOf(library, net, 1));
    const history = await alone.fit(x, y, { ...fit, epochs: EPOCHS });
    const weights = await alone.getWeights();
    const { data } = await alone.predict(x);
    for (const workers of WORKERS) {
      const team = own(modelOf(library, net, workers));
      const other = await team.fit(x, y, { ...fit, epochs: EPOCHS });
      expect(`weights by ${workers} workers`, sameTensors(weights, await team.getWeights()));
      expect(`logs by ${workers} workers`, logsOf(history) === logsOf(other));
      expect("predict in batches of 2", sameBits(data, (await team.predict(x, { batchSize: 2 })).data));
    }
    const begun = own(modelOf(library, net, 1));
    await begun.fit(x, y, { ...fit, epochs: 1 });
    const loaded = own(await library.loadModel(await begun.toBlob()));
    await loaded.fit(x, y, { ...fit, epochs: EPOCHS - 1 });
    expect("a fit that goes on from a file", sameTensors(weights, await loaded.getWeights()));
    const fresh = own(modelOf(library, net, 2));
    await fresh.setWeights(weights);
    expect("predict by weights alone", sameBits(data, (await fresh.predict(x)).data));
    const losses = [await alone.evaluate(x, y), await fresh.evaluate(x, y, { batchSize: 3 })];
    expect("evaluate by weights alone", losses[0].loss === losses[1].loss);
    const [one, other] = [alone, fresh].map((model) => model.gradients(x, y, { training: false }));
    expect("gradients by weights alone", sameTensors((await one).weights, (await other).weights));
    note(net);
  } catch (error) {
    // Not every layer can follow every other one, and a loss may diverge.
    if (!["E_SHAPE", "E_OPTION", "E_DIVERGED"].includes(error.code)) throw error;
    fc.pre(false);
  } finally {
    for (const model of models) await model.dispose();
  }
  return broken;
}

/** Tries so many nets; what is wrong with the smallest one that breaks a promise, if any does, and how many of each kind were tried. */
export async function tryNets({ count, seed, library }) {
  // The package itself, which need not be built when this file is loaded.
  const tested = library ?? (await import("whetstone"));
  const tried = {};
  const note = ({ kind }) => {
    tried[kind] = (tried[kind] ?? 0) + 1;
  };
  const property = fc.asyncProperty(nets, async (net) => {
    const broken = await breaks(tested, net, note);
    if (broken.length) throw new Error(broken.join(", "));
  });
  const { failed, counterexample, errorInstance } = await fc.check(property, { numRuns: count, seed });
  const problem = failed && `${errorInstance?.message}: ${JSON.stringify(counterexample?.[0])}`;
  return { tried, problems: problem ? [problem] : [] };
}

/** The proof on many nets. */
export async function proveNets() {
  const { tried, problems } = await tryNets({ count: 500, seed: 1 });
  const lines = [
    "Nets of 1 to 5 layers, their data, optimizers and fits drawn at random. Of each is expected, to the last bit: the same weights and",
    "logs by one, two and three workers; the same predictions whatever the batches; the same weights by a fit that goes on from a file;",
    "and the same predictions, losses and gradients by a new model with its weights.",
    "",
    "| examples | nets |",
    "|---|---:|",
    ...Object.entries(tried).map(([kind, count]) => `| ${kind} | ${count} |`),
  ];
  return { lines, problems };
}
