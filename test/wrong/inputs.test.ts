import { suite } from "uvu";
import { dense, input, sequential } from "../../src/index.js";
import { eachRejects, eachThrows, withoutThreads } from "./wrong.js";

const test = suite("wrong texts and pixels");

const x = new Float32Array(12);
const y = new Int32Array(6);

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
