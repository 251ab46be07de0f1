// What the smaller bundles are made of: the sources of the whole, with fewer rows in the tables, and without what is listed here.
import { edition } from "./edition.mjs";

/** Both leave out what goes beyond training, evaluating, predicting, saving and loading. */
const TRAINER = {
  rows: {
    "losses/index": {
      losses: "meanSquaredError binaryCrossentropy categoricalCrossentropy sparseCategoricalCrossentropy",
    },
    "metrics/index": { metrics: "binaryAccuracy categoricalAccuracy sparseCategoricalAccuracy" },
    "optimizers/index": { optimizers: "sgd adam adamw rmsprop" },
    "schedules/index": {
      plain: "constant exponentialDecay stepDecay piecewise linearDecay cosineDecay",
    },
    "schedules/batchsizes": { table: "" },
    "constraints/index": { constraints: "" },
    "model/callbacks": { policies: "stop" },
  },
  /** What can be asked for: the functions that nothing else comes to. */
  leftOut: {
    "a stream": {
      "model/streamOptions": ["readStream"],
      "model/streaming": ["StreamCourse"],
      "engine/stream": ["StreamRows"],
    },
    pixels: { "data/pixels": ["readPixels"] },
    "a loss or metric of one's own": {
      "expressions/check": ["checkCustom"],
      "expressions/tape": ["compileTape", "tapeStep"],
      "losses/custom": ["checkCustomLoss", "customLoss"],
      "metrics/custom": ["customMetric"],
    },
    "a schedule of batch sizes": {
      "schedules/batchsizes": ["batchSizeSpec", "batchSizeAt", "observeGrowth", "startGrowth"],
      "model/batchsizes": ["growthOf"],
    },
    "a confusion matrix": { "metrics/classes": ["Confusion", "confusedClasses", "decision"] },
    "a profile": { "engine/profile": ["Profile"] },
    "a summary": { "model/summary": ["summarize"] },
    "gradients to look at": {
      "model/gradients": ["readGradients", "readBackward", "runGradients"],
      "engine/jobs": ["gradientsWindow", "applyGradients"],
      "plan/plan": ["gradientsPlan", "backwardPlan", "applyPlan"],
    },
    "a rate that goes by results": { "schedules/plateau": ["completePlateau", "observe", "start"] },
    setbacks: { "engine/setbacks": ["Lenient"] },
    "layers to freeze": { "model/freezing": ["withTrainable"] },
    "what a layer gives": { "model/layers": ["findLayer"], "engine/jobs": ["layerWindow"] },
  },
  /** Definitions that are others here. */
  instead: {
    // Names are listed, and none is guessed.
    check: { nearest: "() => undefined" },
    // Rows of zeros take the dense kernels, to the same bits.
    "layers/sparse": {
      isListed: "() => false",
      isByGroups: "() => false",
      listScratch: "() => ({})",
      sparseForward: "() => undefined",
      sparseBackwardInput: "() => undefined",
      sparseBackwardKernel: "() => undefined",
    },
    // Floats stay floats, to the same bits.
    "plan/listed": { listedLayout: "(layout) => layout", gatherListed: "() => undefined" },
    "engine/packed": { packInputs: "() => {}", keptSource: "(_, source) => source" },
    // No row of the optimizers keeps pairs.
    "plan/direction": { pairsOf: "() => 0", takePairs: "() => undefined", pairSteps: "() => []" },
    // No row of the schedules goes by results.
    "schedules/index": {
      plateauIn: "() => undefined",
      checkStrength: "(value, who) => void number(value, who, { min: 0 })",
    },
    "plan/counters": { readPlateau: "() => undefined", writePlateau: "() => {}" },
    "model/batchsizes": { keepGrowth: "() => {}" },
    // No loss or metric is somebody's own.
    "plan/tapes": { tapesOf: "() => []", takeRegisters: "() => {}", tapePlace: "() => undefined" },
    // Strengths of penalties and of a decay are numbers.
    "plan/strengths": {
      isScheduled: "() => false",
      strengthBytes: "() => 0",
      scheduledValue: "() => undefined",
      scheduledGradient: "() => undefined",
      scheduledThreshold: "() => undefined",
    },
    "engine/strengths": { writeStepStrengths: "() => {}", writeOwnStrengths: "() => {}" },
    "optimizers/decay": { isAdaptive: "() => false" },
    "plan/decay": { decaySteps: "() => []" },
    // Weights have no averages.
    "optimizers/average": { AVERAGE: "[]", checkAverage: "() => {}", averageNumbers: "() => []" },
    "plan/average": { averageSteps: "() => []" },
    "engine/averages": {
      Averages: "class { toTrained() {} toAverages() {} unite() {} during(work) { work(); } }",
    },
    // By the page, not by the worker that leads: its team would end with it.
    "model/options": { checkProfile: '(profile) => boolean(profile, "fit: profile") && refuse("a profile")' },
    "model/mixing": { checkMixup: '(mixup) => void (mixup && refuse("mixed batches"))' },
    "plan/mixup": { takeMix: "() => undefined" },
    "engine/mixup": { mixBatch: "() => {}" },
    "plan/rows": { mixSteps: "() => ({ inputs: [], losses: [] })" },
    "model/weights": { readSampler: '({ sampler }) => sampler !== undefined && refuse("a sampler")' },
    "engine/order": { balance: "undefined" },
    // Labels are numbers, and what a run's losses and labels are like is not looked at.
    "model/naming": { numberTargets: "(y) => y" },
    "model/hint": { hintOf: "() => undefined" },
    "model/warnings": { warningsOf: "() => []" },
    // Rows that esbuild keeps though no table has them, since they are made of others.
    "losses/crossentropy": { kullbackLeiblerDivergence: "undefined" },
    "losses/regression": { cosineSimilarity: "undefined", poisson: "undefined" },
    "metrics/accuracy": {
      topKCategoricalAccuracy: "undefined",
      sparseTopKCategoricalAccuracy: "undefined",
    },
  },
};

/** Room for layers: what of training is asked for least. */
const LAYERS = {
  leftOut: { "class weights": { "model/weights": ["multiplyClasses"] } },
  instead: {
    "optimizers/adam": {
      checkLargest: '({ amsgrad }) => amsgrad && refuse("amsgrad")',
      adamUpdate:
        '(plain) => (_, { split, weight, slot, common }) => step(plain, split, weight, slot("mean"), slot("variance"), ...common)',
    },
    "optimizers/rmsprop": {
      checkKind: '({ momentum, centered }) => (momentum || centered) && refuse("more than plain rmsprop")',
      rmspropUpdate:
        '(_, { split, weight, slot, common }) => step("rmsprop_update", split, weight, slot("square"), ...common)',
    },
    "layers/bilinear": { upSampling2d: "nearest2d" },
  },
};

/** Layers stand one behind the other, are called once, have one input and one output, and end in vectors. */
const DENSE = {
  rows: {
    "layers/index": { layers: "dense dropout activation flatten rescaling normalization activityRegularization" },
    "initializers/index": {
      initializers: "zeros ones constant glorotUniform heUniform lecunUniform randomUniform",
    },
  },
  leftOut: {
    "dense on more than vectors": { "layers/dense": ["along"] },
    "a loss on more than vectors": { "plan/outcome": ["stepsOf"] },
    "a graph of layers": { "plan/graph": ["readGraph"], "factories/graph": ["call"] },
    "several inputs or outputs": {
      "model/ports": ["eachByPort"],
      "model/training": ["readSeveral"],
      "plan/outcome": ["compileSeveral"],
    },
    "stateful layers": { "model/stateful": ["runReset"] },
  },
  instead: {
    // No layer is stateful.
    "model/stateful": { statefulLayer: "() => undefined", checkWhole: "() => {}", checkStateful: "() => {}" },
    "engine/carried": { clearCarried: "() => false", takeCarried: "() => {}" },
    "plan/graph": { checkCount: "() => {}" },
    "plan/edges": { takeEdges: "() => new Map()" },
    "plan/nodes": { checkBegins: "() => {}", pushEnds: "() => []", checkNames: "() => {}" },
    "plan/walk": { shareSteps: "() => []", maskOf: "() => undefined", maskBehind: "() => undefined" },
    "plan/rows": { sumSteps: "() => []" },
    "plan/steps": { takeSteps: "() => []", splitSteps: "() => []", stepped: "() => undefined" },
    // No layer takes what it has vectors for.
    "engine/check": { checkIndices: "() => {}" },
  },
};

/** By name of its files: what imports it, its entry, and esbuild's plugin that reads the sources for it. */
export const editions = {
  "whetstone.layers": { index: "src/index.layers.ts", plugin: edition("whetstone/layers", TRAINER, LAYERS) },
  "whetstone.core": { index: "src/index.core.ts", plugin: edition("whetstone/core", TRAINER, DENSE) },
};
