import { suite } from "uvu";
import { dense, input, type Model, sequential } from "../../src/index.js";
import { eachRejects, type Wrong, withoutThreads } from "./wrong.js";

const test = suite("wrong data");

/** 4 inputs; 3 classes by labels, 3 by one-hot rows, or 2 numbers. */
const model = (units: number, activation: string, loss: string) => {
  const made = sequential([input({ shape: [4] }), dense({ units, activation })]);
  made.compile({ optimizer: "sgd", loss: loss as "meanSquaredError" });
  return made;
};
const labels = model(3, "softmax", "sparseCategoricalCrossentropy");
const hot = model(3, "softmax", "categoricalCrossentropy");
const numbers = model(2, "linear", "meanSquaredError");

const x = new Float32Array(6 * 4);
const y = new Int32Array(6);
const rows = (n: number, width: number) => Array.from({ length: n }, () => new Array<number>(width).fill(0));
const holed = rows(6, 4);
delete holed[2];
const holedRow = rows(6, 4);
delete holedRow[1]![3];

const holes = rows(6, 4).map((row) => row.map((value) => [value]));
delete holes[2];
const cyclic: unknown[] = [];
cyclic.push(cyclic);

type Call = (x: unknown, y: unknown) => unknown;
const fit =
  (m: Model): Call =>
  (x, y) =>
    m.fit(x as [], y as []);

/** The same wrong data in every call that takes data. */
const everywhere = (what: string, x: unknown, y: unknown, code: string, text: RegExp): Wrong[] => {
  const [a, b] = [x as Float32Array, y as Int32Array];
  const [xv, yv] = [new Float32Array(8), new Int32Array(2)];
  return [
    [`${what}, fit`, () => labels.fit(a, b), code, text],
    [`${what}, validationData`, () => labels.fit(xv, yv, { validationData: [a, b] }), code, text],
    [`${what}, evaluate`, () => labels.evaluate(a, b), code, text],
    [`${what}, trainOnBatch`, () => labels.trainOnBatch(a, b), code, text],
    [`${what}, gradients`, () => labels.gradients(a, b), code, text],
    [
      `${what}, backward`,
      () => (x === good ? labels.trainOnBatch(a, b) : labels.backward(a, new Float32Array(18))),
      code,
      text,
    ],
    [`${what}, predict`, () => (x === good ? labels.evaluate(a, b) : labels.predict(a)), code, text],
  ];
};
const good = x;
const wrongX = (what: string, x: unknown, code: string, text: RegExp) => everywhere(what, x, y, code, text);
const wrongY = (what: string, y: unknown, code: string, text: RegExp) => everywhere(what, good, y, code, text);

test(
  "x",
  withoutThreads(() =>
    eachRejects([
      ...wrongX(
        "undefined",
        undefined,
        "E_DATA",
        /: x: expected a Float32Array, Uint8Array, Int32Array, number\[\], number\[\]\[\] or \{ data, shape \}, got undefined\.$/,
      ),
      ...wrongX("null", null, "E_DATA", /: x: .* got null\.$/),
      ...wrongX("a text", "1,2,3,4", "E_DATA", /got "1,2,3,4"\. Turn texts into numbers/),
      ...wrongX("a promise", Promise.resolve(x), "E_DATA", /got a Promise\. Await it first/),
      ...wrongX(
        "other typed arrays",
        new Int16Array(24),
        "E_DATA",
        /got Int16Array\(24\)\. Convert it with Float32Array\.from\(\)/,
      ),
      ...wrongX("a DataView", new DataView(new ArrayBuffer(8)), "E_DATA", /got DataView\(8\)\. Convert it/),
      ...wrongX("an ArrayBuffer", new ArrayBuffer(8), "E_DATA", /got an ArrayBuffer\. Make a Float32Array of it/),
      ...wrongX(
        "nothing in it",
        new Float32Array(0),
        "E_DATA",
        /: expected at least one row in x, got none\. An array given to a fit with transfer: true is empty/,
      ),
      ...wrongX("an empty list", [], "E_DATA", /expected at least one row in x, got none\.$/),
      ...wrongX("empty rows", [[], []], "E_DATA", /expected at least one row in x/),
      ...wrongX(
        "ragged rows",
        [
          [1, 2, 3, 4],
          [1, 2, 3],
        ],
        "E_SHAPE",
        /: x: expected rows of equal length, got 4 values in row 0 and 3 in row 1/,
      ),
      ...wrongX("a row that is none", [[1, 2, 3, 4], null], "E_SHAPE", /in row 0 and null in row 1/),
      ...wrongX("a missing row", holed, "E_SHAPE", /in row 0 and undefined in row 2/),
      ...wrongX("a missing value", holedRow, "E_DATA", /: x: expected a number, got undefined in row 1, column 3/),
      ...wrongX(
        "a text in a row",
        [[1, 2, 3, "4"]],
        "E_DATA",
        /expected a number, got "4" in row 0, column 3\. Turn texts/,
      ),
      ...wrongX("a text in a list", [1, 2, "3", 4], "E_DATA", /: x\[2\]: expected a number, got "3"\. Turn texts/),
      ...wrongX("null in a list", [1, 2, null, 4], "E_DATA", /: x\[2\]: expected a number, got null/),
      ...wrongX("bigints", [[1n, 2n, 3n, 4n]], "E_DATA", /got 1n in row 0, column 0\. Convert it with Number\(\)/),
      ...wrongX(
        "a text in a third extent",
        [
          [[1], [2], [3], [4]],
          [[1], [2], ["3"], [4]],
        ],
        "E_DATA",
        /got "3" in row 1, column 2\./,
      ),
      ...wrongX("steps that differ", [[[1, 2], [3]]], "E_SHAPE", /got 2 values in row 0 and 1 in row 0/),
      ...wrongX("rows of other steps", [[[1], [2]], [[3]]], "E_SHAPE", /got 2 values in row 0 and 1 in row 1/),
      ...wrongX(
        "a hole among steps",
        [[[1], holed[2], [2]]],
        "E_SHAPE",
        /got 1 values in row 0 and undefined in row 0/,
      ),
      ...wrongX("a hole among rows of steps", holes, "E_SHAPE", /got 4 values in row 0 and undefined in row 2/),
      ...wrongX("an array in itself", cyclic, "E_DATA", /expected a number, got/),
      ...wrongX(
        "rows of 3",
        rows(6, 3),
        "E_SHAPE",
        /: expected x of shape \(rows, 4\), got \(6, 3\)\. Give 4 values a row, or change input\(\{ shape \}\)/,
      ),
      ...wrongX(
        "23 values",
        x.subarray(1),
        "E_SHAPE",
        /expected x of shape \(rows, 4\), got 23 values, not a multiple of 4/,
      ),
      ...wrongX(
        "one example by shape",
        { data: [1, 2, 3, 4], shape: [4] },
        "E_SHAPE",
        /expected x of shape \(rows, 4\), got \(4\)/,
      ),
      ...wrongX(
        "a shape of another size",
        { data: x, shape: [5, 4] },
        "E_SHAPE",
        /: x: expected 20 values for shape \(5, 4\), got 24/,
      ),
      ...wrongX(
        "a shape with a fraction",
        { data: x, shape: [1.5, 16] },
        "E_SHAPE",
        /: x\.shape: expected an array of extents, rows first, got \[1\.5, 16\]/,
      ),
      ...wrongX("no extents", { data: [1], shape: [] }, "E_SHAPE", /x\.shape: .* got \[\]/),
      ...wrongX("a number as shape", { data: x, shape: 24 }, "E_SHAPE", /x\.shape: .* got 24/),
      ...wrongX("no data", { data: undefined, shape: [6, 4] }, "E_DATA", /x\.data: expected a Float32Array/),
      ...wrongX("data and no shape", { data: x }, "E_DATA", /got \{ data: Float32Array\(24\) \}/),
    ]),
  ),
);

test(
  "y",
  withoutThreads(() =>
    eachRejects([
      ...wrongY("undefined", undefined, "E_DATA", /: expected targets y, got undefined\. Pass them after x/),
      ...wrongY("null", null, "E_DATA", /expected targets y, got null/),
      ...wrongY("empty", [], "E_DATA", /expected at least one row in y, got none/),
      ...wrongY("fewer", new Int32Array(5), "E_SHAPE", /: expected one label in y for each of 6 rows, got 5 values/),
      ...wrongY("more", new Array(7).fill(0), "E_SHAPE", /for each of 6 rows, got 7 values/),
      ...wrongY(
        "fewer rows",
        rows(5, 1),
        "E_SHAPE",
        /expected as many rows in y as in x, got 5 and 6\. Each row of x needs one of y/,
      ),
      ...wrongY("fewer by shape", { data: new Int32Array(5), shape: [5] }, "E_SHAPE", /rows in y as in x, got 5 and 6/),
      ...wrongY(
        "class names that do not fit",
        ["cat", "dog", "cat", "dog", "cat", "dog"],
        "E_DATA",
        /: y: expected (as many different labels as outputs, 3, got 2 \(cat, dog\)|a model that knows names)/,
      ),
      ...wrongY("true and false", new Array(6).fill(true), "E_DATA", /: y\[0\]: expected a number, got true/),
      ...wrongY(
        "one-hot rows for labels",
        rows(6, 3),
        "E_SHAPE",
        /one label in y for each of 6 rows, got \(6, 3\)\. For one value per class use the loss "categoricalCrossentropy"/,
      ),
      ...wrongY(
        "one-hot values for labels",
        new Float32Array(18),
        "E_SHAPE",
        /got 18 values\. For one value per class use the loss "categoricalCrossentropy"/,
      ),
    ]),
  ),
);

test(
  "targets with a value per output",
  withoutThreads(() =>
    eachRejects([
      [
        "labels for one-hot",
        () => fit(hot)(x, y),
        "E_SHAPE",
        /^fit: expected y of shape \(6, 3\), got 6 values\. For integer labels use the loss "sparseCategoricalCrossentropy"\.$/,
      ],
      [
        "a list of labels for one-hot",
        () => fit(hot)(x, [0, 1, 2, 0, 1, 2]),
        "E_SHAPE",
        /For integer labels use the loss/,
      ],
      ["a column of labels", () => fit(hot)(x, rows(6, 1)), "E_SHAPE", /got \(6, 1\)\. For integer labels/],
      [
        "one number for two outputs",
        () => fit(numbers)(x, y),
        "E_SHAPE",
        /^fit: expected y of shape \(6, 2\), got 6 values\.$/,
      ],
      ["rows of three", () => fit(numbers)(x, rows(6, 3)), "E_SHAPE", /expected y of shape \(6, 2\), got \(6, 3\)/],
      [
        "ragged",
        () => fit(numbers)(x, [[1, 2], [1], [1, 2], [1, 2], [1, 2], [1, 2]]),
        "E_SHAPE",
        /fit: y: expected rows of equal length, got 2 values in row 0 and 1 in row 1/,
      ],
      [
        "outputGradient's width",
        () => labels.backward(x, rows(6, 4)),
        "E_SHAPE",
        /^backward: expected outputGradient of shape \(rows, 3\), got \(6, 4\)\. Give one value per output\.$/,
      ],
      [
        "outputGradient's rows",
        () => labels.backward(x, rows(5, 3)),
        "E_SHAPE",
        /^backward: expected as many rows in outputGradient as in x, got 5 and 6\.$/,
      ],
      [
        "no outputGradient",
        () => labels.backward(x, undefined as unknown as []),
        "E_DATA",
        /^backward: outputGradient: expected a Float32Array, .*, got undefined/,
      ],
      [
        "validationData is named",
        () => labels.fit(x, y, { validationData: [x, [0]] }),
        "E_SHAPE",
        /^fit: validationData: expected one label in y/,
      ],
    ]),
  ),
);

test.run();
