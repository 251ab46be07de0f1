import { suite } from "uvu";
import { dense, input, sequential } from "../../src/index.js";
import { anyhow, eachRejects, eachThrows, type Wrong, withoutThreads } from "./wrong.js";

const test = suite("wrong data to prepare");
const { split, toCategorical, encodeLabels, decodeLabels } = anyhow as Record<string, (...given: unknown[]) => unknown>;

const x = new Float32Array(12);
const y = new Int32Array(6);

test(
  "split",
  withoutThreads(() =>
    eachThrows([
      ...[0, 1, -0.5, 2, Number.NaN, "0.5"].map(
        (share): Wrong => [
          `a share of ${share}`,
          () => split!(x, y, { test: share }),
          "E_OPTION",
          /^split\.test: expected a number > 0 and < 1, got /,
        ],
      ),
      [
        "an option",
        () => split!(x, y, { testSize: 0.5 }),
        "E_OPTION",
        /^split: unknown option "testSize"\. Known: test/,
      ],
      ["a seed", () => split!(x, y, { seed: -1 }), "E_OPTION", /^split\.seed: expected a whole number >= 0/],
      ["stratify", () => split!(x, y, { stratify: y }), "E_OPTION", /^split\.stratify: expected true or false/],
      [
        "options",
        () => split!(x, y, 0.2),
        "E_OPTION",
        /^split: expected an object of options \(test, stratify, seed\)/,
      ],
      [
        "flat rows",
        () => split!(new Float32Array(13), y),
        "E_SHAPE",
        /^split: expected as many rows in y as in x, got 6 values and 13 values\. Each row of x needs one of y; pass \{ data/,
      ],
      ["nested rows", () => split!([[1], [2]], [[1], [2], [3]]), "E_SHAPE", /got 3 rows and 2 rows/],
      ["more y than x", () => split!([1, 2, 3], y), "E_SHAPE", /got 6 values and 3 values/],
      ["texts", () => split!([[1], [2], [3]], ["a", "b"]), "E_SHAPE", /got 2 rows and 3 rows/],
      ["uneven rows", () => split!([[1], [2, 3]], [1, 2]), "E_SHAPE", /^split: x: expected rows of equal length/],
      ["a wrong shape", () => split!({ data: x, shape: [5, 2] }, y), "E_SHAPE", /^split: x: expected 10 values/],
      ["one row", () => split!([[1]], [1]), "E_DATA", /^split: expected at least 2 rows, got 1\. Give more rows\.$/],
      ["no rows", () => split!([], []), "E_DATA", /expected at least 2 rows, got 0/],
      ["no y", () => split!(x), "E_DATA", /^split: y: expected a Float32Array.* got undefined/],
      ["a text among numbers", () => split!([1, "2"], [1, 2]), "E_DATA", /^split: x\[1\]: expected a number, got "2"/],
      [
        "a number among texts",
        () => split!([1, 2], ["a", 2]),
        "E_DATA",
        /^split: y: expected a text as a label, got 2/,
      ],
      [
        "stratify by halves",
        () => split!(x, [0, 1, 0, 1, 0.5, 1], { stratify: true }),
        "E_DATA",
        /^split: y: expected whole numbers or texts, got 0\.5 in row 4/,
      ],
      [
        "stratify by rows",
        () =>
          split!(
            [1, 2],
            [
              [0, 1],
              [1, 0],
            ],
            { stratify: true },
          ),
        "E_SHAPE",
        /^split: y: expected one label a row for stratify, got 4 values for 2 rows/,
      ],
    ]),
  ),
);

test(
  "labels",
  withoutThreads(() =>
    eachThrows([
      [
        "a class too many",
        () => toCategorical!([0, 3], 3),
        "E_DATA",
        /^toCategorical: .* from 0 to 2, got 3 in row 1\./,
      ],
      ["a negative label", () => toCategorical!([0, -1]), "E_DATA", /got -1 in row 1\. Number the classes from 0/],
      ["half a label", () => toCategorical!([0.5]), "E_DATA", /got 0\.5 in row 0/],
      ["a text", () => toCategorical!(["a"]), "E_DATA", /got "a" in row 0\. Number texts with encodeLabels\(\)/],
      ["no labels", () => toCategorical!([]), "E_DATA", /^toCategorical: expected at least one label, got none/],
      ["no array", () => toCategorical!(3), "E_DATA", /^toCategorical: expected an array of labels, got 3/],
      ["no classes", () => toCategorical!([0], 0), "E_OPTION", /^toCategorical: classes: expected a whole number >= 1/],
      [
        "too much",
        () => toCategorical!(new Array(300).fill(16777215)),
        "E_MEMORY",
        /^toCategorical: expected room for 20/,
      ],
      [
        "encode numbers",
        () => encodeLabels!(["a", 1]),
        "E_DATA",
        /^encodeLabels: expected a text as a label, got 1 in row 1/,
      ],
      ["encode a text", () => encodeLabels!("abc"), "E_DATA", /^encodeLabels: expected an array of texts, got "abc"/],
      ["encode nothing", () => encodeLabels!([]), "E_DATA", /^encodeLabels: expected at least one label, got none/],
      [
        "no names",
        () => decodeLabels!([0], undefined),
        "E_OPTION",
        /^decodeLabels: names: expected an array of texts.* A model has labels when it was fitted on texts\.$/,
      ],
      ["a name twice", () => decodeLabels!([0], ["a", "a"]), "E_OPTION", /expected each name once, got "a" twice/],
      ["an index", () => decodeLabels!([0, 2], ["a", "b"]), "E_DATA", /^decodeLabels: .* from 0 to 1, got 2 in row 1/],
      [
        "a width",
        () => decodeLabels!({ data: new Float32Array(6), shape: [2, 3] }, ["a", "b"]),
        "E_SHAPE",
        /^decodeLabels: expected a prediction of shape \[rows, 2\], got \[2, 3\] with 6 values/,
      ],
      [
        "not a number",
        () => decodeLabels!({ data: Float32Array.of(1, 0, Number.NaN, 1), shape: [2, 2] }, ["a", "b"]),
        "E_DATA",
        /^decodeLabels: expected numbers, got NaN in row 1/,
      ],
    ]),
  ),
);

const made = (units: number, loss: "sparseCategoricalCrossentropy" | "meanSquaredError", shape = [2]) => {
  const model = sequential([input({ shape }), dense({ units })]);
  const spec = loss === "meanSquaredError" ? loss : ({ name: loss, fromLogits: true } as const);
  model.compile({ optimizer: "sgd", loss: spec });
  return model;
};

test(
  "texts for a model",
  withoutThreads(() => {
    const texts = ["a", "b", "c", "a", "b", "c"];
    const fresh = () => made(3, "sparseCategoricalCrossentropy");
    const named = fresh();
    named.labels = ["a", "b", "d"];
    return eachRejects([
      [
        "an unknown label",
        () => named.fit(x, texts),
        "E_DATA",
        /^fit: y: unknown label "c" in row 2\. Known: \["a", "b", "d"\]\./,
      ],
      ["in evaluate", () => named.evaluate(x, texts), "E_DATA", /^evaluate: y: unknown label "c" in row 2/],
      [
        "in validationData",
        () => named.fit(x, y, { validationData: [x, texts] }),
        "E_DATA",
        /^fit: validationData: y: unknown label "c" in row 2/,
      ],
      [
        "too few names",
        () => fresh().fit(x, ["a", "b", "a", "b", "a", "b"]),
        "E_DATA",
        /as many different labels as outputs, 3, got 2 \(a, b\)\. Give the last layer units: 2, or set model\.labels/,
      ],
      ["before a fit", () => fresh().evaluate(x, texts), "E_DATA", /^evaluate: y: expected a model that knows names/],
      [
        "for a loss on values",
        () => made(1, "meanSquaredError").fit(x, texts),
        "E_DATA",
        /^fit: y: expected numbers for "meanSquaredError", got texts\. Use the loss "sparseCategoricalCrossentropy"/,
      ],
      [
        "nothing among texts",
        () => fresh().fit(x, ["a", "b", undefined, "c"] as string[]),
        "E_DATA",
        /expected a text as a label, got undefined in row 2/,
      ],
      [
        "too few",
        () => named.fit(x, ["a", "b"]),
        "E_SHAPE",
        /expected one label in y for each of 6 rows, got 2 values/,
      ],
    ]);
  }),
);

test(
  "names of a model",
  withoutThreads(() => {
    const model = made(3, "sparseCategoricalCrossentropy");
    const set = (labels: unknown) => () => Object.assign(model, { labels });
    return eachThrows([
      ["too few", set(["a"]), "E_OPTION", /^model\.labels: expected a name for each of 3 outputs, got 1\.$/],
      ["numbers", set([1, 2, 3]), "E_OPTION", /^model\.labels: expected an array of texts/],
      ["null", set(null), "E_OPTION", /^model\.labels: expected an array of texts .* got null/],
      [
        "in the JSON",
        () => sequential({ ...model.toJSON(), labels: ["a"] }),
        "E_OPTION",
        /^model\.labels: expected a name/,
      ],
    ]);
  }),
);

test(
  "pixels",
  withoutThreads(() => {
    const image = (width: number, height: number, bytes = 4 * width * height) => ({
      data: new Uint8ClampedArray(bytes),
      width,
      height,
    });
    const predict = (shape: number[], x: unknown) => () => sequential([input({ shape })]).predict(x as []);
    const locked = {
      width: 2,
      height: 2,
      getContext: () => ({
        getImageData: () => {
          throw new Error("tainted");
        },
      }),
    };
    return eachRejects([
      [
        "another size",
        predict([2, 3, 1], image(2, 3)),
        "E_SHAPE",
        /^predict: x: expected an image of 3 x 2 pixels for input \(2, 3, 1\), got one of 2 x 3 pixels\. Draw it at that size/,
      ],
      [
        "in an array",
        predict([2, 2], [image(2, 2), image(2, 1)]),
        "E_SHAPE",
        /^predict: x\[1\]: expected an image of 2 x 2/,
      ],
      [
        "channels",
        predict([2, 2, 2], image(2, 2)),
        "E_SHAPE",
        /^predict: x: .* got one of 2 x 2 pixels\. Pixels need input\(\{ shape: \[height, width, channels\] \}\) with 1, 3 or 4/,
      ],
      [
        "a vector",
        predict([5], image(2, 2)),
        "E_SHAPE",
        /^predict: x: expected an image for input \(5\), got one of 2 x 2/,
      ],
      ["four extents", predict([1, 2, 2, 1], image(2, 2)), "E_SHAPE", /Pixels need input/],
      [
        "too few bytes",
        predict([2, 2], image(2, 2, 12)),
        "E_DATA",
        /a Uint8ClampedArray of 16 bytes for 2 x 2 pixels, got Uint8/,
      ],
      ["no pixels", predict([2, 2], image(0, 2)), "E_SHAPE", /expected an image of 1 x 1 pixels or more, got 0 x 2/],
      [
        "mixed",
        predict([2, 2], [image(2, 2), 5]),
        "E_DATA",
        /^predict: x\[1\]: expected an image such as ImageData or a canvas, got 5/,
      ],
      [
        "no context",
        predict([2, 2], { width: 2, height: 2, getContext: () => null }),
        "E_DATA",
        /expected a canvas with a 2d context, got null/,
      ],
      ["a locked canvas", predict([2, 2], locked), "E_DATA", /expected a canvas that may be read, got Error: tainted/],
    ]);
  }),
);

test.run();
