import { suite } from "uvu";
import { dense, input, loadModel, reduceOnPlateau, sequential, sgd } from "../../src/index.js";
import { CLASSES, WIDTH } from "../fingerprints.js";
import { bytesOf, changed } from "../io/strict.js";
import { eachRejects, judge, rejection, withoutThreads } from "./wrong.js";

const test = suite("wrong files");

let good: Uint8Array<ArrayBuffer>;
test("a file to spoil", async () => {
  const model = sequential([
    input({ shape: [WIDTH] }),
    dense({ units: 13, activation: "relu" }),
    dense({ units: CLASSES, activation: "softmax" }),
  ]);
  model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
  good = await bytesOf(model);
  await model.dispose();
});

const spoilt = (change: Parameters<typeof changed>[1]) => () => loadModel(changed(good, change));
const text = (key: string, value: string | undefined) =>
  spoilt((_, metadata) => {
    if (value === undefined) delete metadata[key];
    else metadata[key] = value;
  });
const training = (value: object) => text("training", JSON.stringify(value));
const rename = (from: string, to: string) =>
  spoilt((header) => {
    Object.assign(header, Object.fromEntries([[to, header[from]]]));
    delete header[from];
  });
const counters = (index: number, value: number) => () => {
  const bytes = good.slice();
  const view = new DataView(bytes.buffer);
  view.setFloat64(8 + view.getUint32(0, true) + 8 * index, value, true);
  return loadModel(bytes);
};
const loss = "meanSquaredError";

test("a plateau's state that cannot be one", async () => {
  const model = sequential([input({ shape: [WIDTH] }), dense({ units: CLASSES, activation: "softmax" })]);
  const learningRate = reduceOnPlateau({ initial: 0.1, minimum: 0.01 });
  model.compile({ optimizer: sgd({ learningRate }), loss: "sparseCategoricalCrossentropy" });
  const before = good;
  good = await bytesOf(model);
  await model.dispose();
  const text = /in optimizer\/counters/;
  await eachRejects([
    ["a rate above the first", counters(3, 0.2), "E_FILE", text],
    ["a rate below the least", counters(3, 0.001), "E_FILE", text],
    ["half an epoch waited", counters(5, 0.5), "E_FILE", text],
    ["a cooldown below zero", counters(6, -1), "E_FILE", text],
  ]);
  const loaded = await counters(4, 4)();
  await loaded.dispose();
  good = before;
});

test(
  "files that are no model of ours, and none that starts a thread",
  withoutThreads(() =>
    eachRejects([
      ["nothing", () => loadModel(new Uint8Array(0)), "E_FILE", /got 0 bytes/],
      ["an empty Blob", () => loadModel(new Blob([])), "E_FILE", /got 0 bytes/],
      ["another origin", text("format", undefined), "E_FILE", /another origin/],
      ["a later format", text("formatVersion", "2"), "E_FILE", /format 1, got "2" of version "0\.1\.0"/],
      ["no model", text("model", undefined), "E_FILE", /expected/],
      ["a model that is no JSON", text("model", "{"), "E_FILE", /expected/],
      ["a model without layers", text("model", "{}"), "E_FILE", /layers/],
      ["null", text("model", "null"), "E_FILE", /layers/],
      ["layers of another kind", text("model", '{"layers":{"length":1}}'), "E_FILE", /layers/],
      ["no layers", text("model", '{"layers":[]}'), "E_FILE", /input/],
      ["layers null", text("model", '{"layers":[null,null]}'), "E_FILE", /input/],
      [
        "an unknown layer",
        text("model", '{"layers":[{"type":"input","shape":[2]},{"type":"constructor"}]}'),
        "E_FILE",
        /expected/,
      ],
      ["a prototype", text("model", '{"layers":[{"type":"input","__proto__":{"shape":[2]}}]}'), "E_FILE", /__proto__/],
      [
        "a huge layer",
        spoilt((_, metadata) => {
          metadata.model = metadata.model!.replace('"units":13', '"units":9999999');
        }),
        "E_FILE",
        /9999999/,
      ],
      ["a deep model", text("model", `{"layers":${"[".repeat(1e5)}${"]".repeat(1e5)}}`), "E_FILE", /expected/],
      ["no seed", text("seed", undefined), "E_FILE", /expected/],
      ["a seed with a fraction", text("seed", "0.5"), "E_FILE", /seed/],
      ["a training that is no object", text("training", "3"), "E_FILE", /expected/],
      ["an unknown optimizer", training({ optimizer: { type: "__proto__" }, loss, metrics: [] }), "E_FILE", /expected/],
      ["no optimizer", training({ loss, metrics: [] }), "E_FILE", /expected/],
      [
        "a rate of zero",
        training({ optimizer: { type: "adam", learningRate: 0 }, loss, metrics: [] }),
        "E_FILE",
        /learningRate/,
      ],
      [
        "an unknown loss",
        training({ optimizer: { type: "adam" }, loss: "toString", metrics: [] }),
        "E_FILE",
        /expected/,
      ],
      ["unknown metrics", training({ optimizer: { type: "adam" }, loss, metrics: ["a"] }), "E_FILE", /expected/],
      [
        "workers in a file",
        training({ optimizer: { type: "adam" }, loss, metrics: [], workers: 64 }),
        "E_FILE",
        /workers/,
      ],
      [
        "an address in a file",
        training({ optimizer: { type: "adam" }, loss, metrics: [], workerUrl: "x" }),
        "E_FILE",
        /expected/,
      ],
      [
        "another optimizer",
        training({ optimizer: { type: "sgd" }, loss, metrics: [] }),
        "E_FILE",
        /optimizer\/.* besides/,
      ],
      ["no training, but its state", text("training", undefined), "E_FILE", /"optimizer\/counters" besides/],
      ["an unknown tensor", rename("dense_0.bias", "dense_9.bias"), "E_FILE", /"dense_9\.bias" besides/],
      ["a missing one", rename("dense_0.bias", "optimizer/counters "), "E_FILE", /"optimizer\/counters " besides/],
      [
        "another shape",
        spoilt((header) => Object.assign(header["dense_0.kernel"]!, { shape: [13, 11] })),
        "E_FILE",
        /"dense_0\.kernel" as F32 \[11, 13\], got F32 \[13, 11\]/,
      ],
      [
        "another type",
        spoilt((header) => Object.assign(header["dense_0.kernel"]!, { dtype: "I32" })),
        "E_FILE",
        /got I32/,
      ],
      ["steps that are no number", counters(0, Number.NaN), "E_FILE", /NaN in optimizer\/counters/],
      ["steps below zero", counters(0, -1), "E_FILE", /-1 in/],
      ["half an epoch", counters(1, 0.5), "E_FILE", /0\.5 in/],
      ["a factor of the rate beyond one", counters(2, 1.5), "E_FILE", /1\.5 in/],
      ["no learning rate", counters(2, 0), "E_FILE", /0 in/],
      ["a product beyond one", counters(3, 1.5), "E_FILE", /1\.5 in/],
      ["no bytes", () => loadModel(3 as never), "E_OPTION", /expected a path as a text, or bytes, got 3/],
      ["null for bytes", () => loadModel(null as never), "E_OPTION", /got null/],
      ["an empty path", () => loadModel(""), "E_OPTION", /path/],
      ["options null", () => loadModel(good, null as never), "E_OPTION", /loadModel: expected an object of options/],
      [
        "an unknown option",
        () => loadModel(good, { optimizer: "sgd" } as never),
        "E_OPTION",
        /unknown option "optimizer"/,
      ],
      ["workers", () => loadModel(good, { workers: 0 }), "E_OPTION", /^loadModel: workers: /],
      ["numerics", () => loadModel(good, { numerics: "exact" as never }), "E_OPTION", /^loadModel: numerics: /],
      ["memoryLimit", () => loadModel(good, { memoryLimit: -1 }), "E_OPTION", /^loadModel: memoryLimit: /],
      ["workerUrl", () => loadModel(good, { workerUrl: 3 as never }), "E_OPTION", /^loadModel: workerUrl: /],
    ]),
  ),
);

test("a missing tensor, weights that are not finite", async () => {
  const bare = sequential([input({ shape: [1] }), dense({ units: 1 })]);
  const file = await bytesOf(bare);
  await bare.dispose();
  const without = changed(file, (header) => void delete header["dense_0.bias"]).slice(0, -4);
  judge(
    await rejection(() => loadModel(without), "a file"),
    "missing",
    "E_FILE",
    /"dense_0\.bias" as F32 \[1\], got none/,
  );
  new DataView(file.buffer).setFloat32(file.length - 4, Number.POSITIVE_INFINITY, true);
  judge(await rejection(() => loadModel(file), "a file"), "infinite", "E_FILE", /finite numbers in "dense_0\.bias"/);
});

test("any byte of the header changed: a model, or a FileError", async () => {
  const bare = sequential([input({ shape: [3] }), dense({ units: 2, activation: "relu" })]);
  bare.compile({ optimizer: "sgd", loss, seed: 1 });
  const file = await bytesOf(bare);
  await bare.dispose();
  const header = 8 + new DataView(file.buffer).getUint32(0, true);
  for (let at = 0; at < header; at++) {
    for (const flip of [1, 4, 16, 64]) {
      const spoiled = file.slice();
      spoiled[at]! ^= flip;
      await loadModel(spoiled).catch((error) => judge(error, `byte ${at} ^ ${flip}`, "E_FILE"));
    }
  }
});

test.run();
