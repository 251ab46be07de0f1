import { suite } from "uvu";
import { input, sequential } from "../../src/index.js";
import { anyhow, eachThrows, type Wrong, withoutThreads } from "./wrong.js";

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

test(
  "windows of a series",
  withoutThreads(() => {
    const windows = (series: unknown, options: unknown) => () => anyhow.timeSeriesWindows!(series, options);
    const who = "timeSeriesWindows";
    return eachThrows([
      [
        "no options",
        windows([1, 2], undefined),
        "E_OPTION",
        /^timeSeriesWindows: expected an object of options \(length/,
      ],
      [
        "no length",
        windows([1, 2], {}),
        "E_OPTION",
        /^timeSeriesWindows\.length: expected a whole number >= 1, got undef/,
      ],
      ["horizon", windows([1, 2], { length: 1, horizon: 0 }), "E_OPTION", new RegExp(`^${who}\\.horizon: .* got 0`)],
      ["stride", windows([1, 2], { length: 1, stride: 0.5 }), "E_OPTION", new RegExp(`^${who}\\.stride: .* got 0.5`)],
      [
        "an option",
        windows([1, 2], { length: 1, target_: 1 }),
        "E_OPTION",
        /unknown option "target_"\. Did you mean "target"/,
      ],
      ["a target", windows([[1], [2]], { length: 1, target: 1 }), "E_OPTION", /\.target: .* >= 0 and <= 0, got 1/],
      [
        "targets",
        windows([[1], [2]], { length: 1, target: [] }),
        "E_OPTION",
        /\.target: expected at least one feature/,
      ],
      [
        "too short",
        windows([1, 2, 3], { length: 3 }),
        "E_DATA",
        /^timeSeriesWindows: expected at least 4 steps, length \+ horizon, got 3\. Give more steps/,
      ],
      ["nothing", windows([], { length: 1 }), "E_DATA", /expected at least 2 steps.* got 0/],
      ["no series", windows(undefined, { length: 1 }), "E_DATA", /^timeSeriesWindows: series: expected a Float32Array/],
      [
        "extents",
        windows({ data: new Float32Array(8), shape: [2, 2, 2] }, { length: 1 }),
        "E_SHAPE",
        /^timeSeriesWindows: expected a series of shape \[steps\] or \[steps, features\], got \[2, 2, 2\]/,
      ],
    ]);
  }),
);

test(
  "normalization",
  withoutThreads(() => {
    const { normalization, adaptNormalization } = anyhow as Record<string, (...given: unknown[]) => never>;
    const holed = { data: Float32Array.of(1, 2, 3, Number.NaN), shape: [2, 2] };
    return eachThrows([
      [
        "no options",
        () => normalization!(),
        "E_OPTION",
        /^normalization: expected an object of options \(mean, variance/,
      ],
      [
        "no means",
        () => normalization!({ variance: [1] }),
        "E_OPTION",
        /^normalization\.mean: expected an array of numbers, one per feature, got undefined\. adaptNormalization\(\) makes/,
      ],
      [
        "typed",
        () => normalization!({ mean: new Float32Array(1), variance: [1] }),
        "E_OPTION",
        /got Float32Array\(1\)/,
      ],
      [
        "a text",
        () => normalization!({ mean: ["1"], variance: [1] }),
        "E_OPTION",
        /^normalization\.mean\[0\]: .* got "1"/,
      ],
      [
        "variance 0",
        () => normalization!({ mean: [1], variance: [0] }),
        "E_OPTION",
        /^normalization\.variance\[0\]: .* got 0/,
      ],
      [
        "not as many",
        () => normalization!({ mean: [1, 2], variance: [1] }),
        "E_OPTION",
        /^normalization\.variance: expected as many numbers as in mean, 2, got 1\.$/,
      ],
      [
        "another input",
        () => sequential([input({ shape: [3, 4] }), normalization!({ mean: [1, 2], variance: [1, 1] })]),
        "E_SHAPE",
        /^normalization_0 on input: expected input \(B, \.\.\., 2\) for as many means, got \(B, 3, 4\)\. Adapt to data of that shape/,
      ],
      ["adapt to nothing", () => adaptNormalization!([]), "E_DATA", /^adaptNormalization: expected at least one row/],
      ["adapt to undefined", () => adaptNormalization!(), "E_DATA", /^adaptNormalization: x: expected a Float32Array/],
      [
        "adapt to NaN",
        () => adaptNormalization!(holed),
        "E_DATA",
        /^adaptNormalization: expected finite numbers in x, got NaN in row 1, column 1\. Drop the row/,
      ],
    ]);
  }),
);

test.run();
