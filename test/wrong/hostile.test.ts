import { suite } from "uvu";
import * as assert from "uvu/assert";
import { dense, input, sequential } from "../../src/index.js";
import { anyhow, judge, rejection, withoutThreads } from "./wrong.js";

const test = suite("hostile values");

const cyclic: Record<string, unknown> = { type: "dense", units: 3 };
cyclic.self = cyclic;
cyclic.data = cyclic;
const loop: unknown[] = [];
loop.push(loop);
const long = "x".repeat(1e6);
const deep = Array.from({ length: 5e4 }).reduce((inner: unknown) => [inner], 1);

/** What nobody should pass anywhere. */
const junk: readonly (readonly [string, unknown])[] = [
  ["undefined", undefined],
  ["null", null],
  ["NaN", Number.NaN],
  ["-1", -1],
  ["0.5", 0.5],
  ["false", false],
  ["an empty text", ""],
  ["a long text", long],
  ["a symbol", Symbol(long)],
  ["a bigint", 10n ** 999n],
  ["a function", () => long],
  ["a class", class {}],
  ["a cyclic object", cyclic],
  ["a cyclic list", loop],
  ["a deep list", deep],
  ["a hole", new Array(1)],
  ["many holes", new Array(1e8)],
  ["a list of undefined", [undefined]],
  ["a list of symbols", [Symbol("s")]],
  ["a list of lists of nothing", [[], [], []]],
  ["a list of cyclic objects", [cyclic]],
  ["an object with long keys", { [long]: long }],
  ["an object without a prototype", Object.assign(Object.create(null), { a: 1 })],
  ["__proto__", JSON.parse('{"__proto__": {"units": 3}}')],
  ["a wrong type", { type: "constructor", name: "constructor" }],
  ["a type that is no text", { type: Symbol("s"), name: 10n }],
  ["a shape of symbols", { data: [1], shape: [Symbol("s")] }],
  ["a shape of many extents", { data: [1], shape: new Array(1e5).fill(1) }],
  ["a shape of infinite size", { data: [1], shape: new Array(1000).fill(2 ** 53 - 1) }],
  ["data that is itself", Object.assign(cyclic, { shape: [1] })],
  ["a map", new Map([["units", 3]])],
  ["a rejected promise's kin", { then: 5 }],
  ["other arrays", new BigInt64Array(4)],
];

const { adam, dropout, earlyStopping, flatten, inverseTimeDecay, rescaling, rmsprop, sgd, activation } = anyhow;
const first = input({ shape: [4] });
const good = { optimizer: "sgd", loss: "sparseCategoricalCrossentropy" };
// biome-ignore lint/suspicious/noExplicitAny: wrong arguments are the point
const fresh = (): any => sequential([first, dense({ units: 3, activation: "softmax" })]);
const compiled = () => {
  const model = fresh();
  model.compile(good);
  return model;
};
const x = new Float32Array(8);
const y = [0, 1];

type Place = readonly [name: string, call: (value: unknown) => unknown, ...fine: string[]];

const nothing = ["undefined", "a map"];
const factories: readonly Place[] = [
  ["sequential", (v) => anyhow.sequential!(v)],
  ["sequential's layer", (v) => anyhow.sequential!([first, v])],
  ["sequential's first layer", (v) => anyhow.sequential!([v, dense({ units: 2 })])],
  ["input", (v) => anyhow.input!(v)],
  ["input.shape", (v) => anyhow.input!({ shape: v })],
  ["input.shape's extent", (v) => anyhow.input!({ shape: [v] })],
  ["input.name", (v) => anyhow.input!({ shape: [4], name: v }), "undefined"],
  ["dense", (v) => anyhow.dense!(v)],
  ["dense.units", (v) => anyhow.dense!({ units: v })],
  ["dense.name", (v) => anyhow.dense!({ units: 2, name: v }), "undefined"],
  ["dense.activation", (v) => anyhow.dense!({ units: 2, activation: v }), "undefined"],
  ["dense.kernelInitializer", (v) => anyhow.dense!({ units: 2, kernelInitializer: v }), "undefined"],
  ["dense.kernelRegularizer", (v) => anyhow.dense!({ units: 2, kernelRegularizer: v }), ...nothing],
  ["dropout", (v) => dropout!(v)],
  ["dropout.rate", (v) => dropout!({ rate: v }), "0.5"],
  ["activation", (v) => activation!(v)],
  ["flatten", (v) => flatten!(v), ...nothing],
  ["rescaling.scale", (v) => rescaling!({ scale: v }), "-1", "0.5"],
  ["sgd", (v) => sgd!(v), ...nothing],
  ["adam", (v) => adam!(v), ...nothing],
  ["rmsprop", (v) => rmsprop!(v), ...nothing],
  ["learningRate", (v) => sgd!({ learningRate: v }), "0.5", "undefined"],
  ["inverseTimeDecay", (v) => inverseTimeDecay!(v)],
  ["inverseTimeDecay.initial", (v) => inverseTimeDecay!({ initial: v, decay: 0 }), "0.5"],
  ["earlyStopping", (v) => earlyStopping!(v), ...nothing],
  ["earlyStopping.monitor", (v) => earlyStopping!({ monitor: v }), "undefined", "an empty text", "a long text"],
  ["earlyStopping.mode", (v) => earlyStopping!({ mode: v }), "undefined"],
  ["compile", (v) => fresh().compile(v)],
  ["compile: optimizer", (v) => fresh().compile({ ...good, optimizer: v })],
  ["compile: loss", (v) => fresh().compile({ ...good, loss: v }), "undefined"],
  ["compile: metrics", (v) => fresh().compile({ ...good, metrics: v }), "undefined"],
  ["compile: seed", (v) => fresh().compile({ ...good, seed: v }), "undefined"],
  ["compile: workers", (v) => fresh().compile({ ...good, workers: v }), "undefined"],
  ["compile: numerics", (v) => fresh().compile({ ...good, numerics: v }), "undefined"],
  ["compile: memoryLimit", (v) => fresh().compile({ ...good, memoryLimit: v }), "undefined", "0.5"],
];

test(
  "factories and compile throw at once",
  withoutThreads(() => {
    for (const [name, call, ...fine] of factories) {
      for (const [what, value] of junk) {
        if (fine.includes(what)) continue;
        let error: unknown;
        try {
          call(value);
        } catch (thrown) {
          error = thrown;
        }
        judge(error, `${name} of ${what}`);
      }
    }
  }),
);

const fits = ["batchSize", "callbacks", "epochs", "onEpochEnd", "onProgress", "shuffle", "signal", "transfer"];
const numbers = ["maxSteps", "maxTime", "validationData", "validationSplit"];
const calls: readonly Place[] = [
  ["fit's x", (v) => compiled().fit(v, y)],
  ["fit's y", (v) => compiled().fit(x, v)],
  ["fit's options", (v) => compiled().fit(x, y, v), ...nothing],
  ...[...fits, ...numbers].map((key): Place => [`fit: ${key}`, (v) => compiled().fit(x, y, { [key]: v })]),
  ["fit: validationData's x", (v) => compiled().fit(x, y, { validationData: [v, y] })],
  ["fit: validationData's y", (v) => compiled().fit(x, y, { validationData: [x, v] })],
  ["fit: a callback", (v) => compiled().fit(x, y, { callbacks: [v] })],
  ["evaluate's x", (v) => compiled().evaluate(v, y)],
  ["evaluate's y", (v) => compiled().evaluate(x, v)],
  ["evaluate's options", (v) => compiled().evaluate(x, y, v), ...nothing],
  ["predict's x", (v) => compiled().predict(v)],
  ["predict: batchSize", (v) => compiled().predict(x, { batchSize: v }), "undefined"],
  ["trainOnBatch's x", (v) => compiled().trainOnBatch(v, y)],
  ["trainOnBatch's y", (v) => compiled().trainOnBatch(x, v)],
  ["gradients' x", (v) => compiled().gradients(v, y)],
  ["gradients' options", (v) => compiled().gradients(x, y, v), ...nothing],
  ["backward's outputGradient", (v) => compiled().backward(x, v)],
  ["applyGradients", (v) => compiled().applyGradients(v)],
  ["applyGradients' tensor", (v) => compiled().applyGradients([v])],
  ["setWeights", (v) => compiled().setWeights(v)],
  ["setWeights' tensor", (v) => compiled().setWeights([v])],
  ["setWeights' data", (v) => compiled().setWeights([{ name: "dense_0.bias", data: v }])],
];
/** Values that are right for an option of fit; a fit with them would start. */
const right: Record<string, readonly string[]> = {
  callbacks: [],
  maxTime: ["0.5"],
  onEpochEnd: ["a function", "a class"],
  onProgress: ["a function", "a class"],
  shuffle: ["false"],
  transfer: ["false"],
  validationSplit: ["0.5"],
};

test(
  "calls reject, and never throw at once",
  withoutThreads(async () => {
    for (const [name, call, ...fine] of calls) {
      const key = name.startsWith("fit: ") ? name.slice(5) : "";
      const leftOut = [...fits, ...numbers].includes(key) ? ["undefined", ...(right[key] ?? [])] : [];
      for (const [what, value] of junk) {
        if (fine.includes(what) || leftOut.includes(what)) continue;
        judge(await rejection(() => call(value), `${name} of ${what}`), `${name} of ${what}`);
      }
    }
  }),
);

test(
  "a loop over a fit that cannot start ends",
  withoutThreads(async () => {
    let error: unknown;
    try {
      for await (const _ of compiled().fit()) assert.unreachable();
    } catch (thrown) {
      error = thrown;
    }
    judge(error, "for await", "E_DATA");
    const run = compiled().fit(x, y, { epochs: 0 });
    for (const verb of ["stop", "pause", "resume"] as const) run[verb]();
    judge(await rejection(() => run.finally(() => {}), "finally"), "finally", "E_OPTION");
    judge(await run.catch((caught: unknown) => caught), "catch", "E_OPTION");
  }),
);

test.run();
