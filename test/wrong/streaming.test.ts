import { suite } from "uvu";
import * as assert from "uvu/assert";
import { classifier, x, y } from "./models.js";
import { eachRejects, withoutThreads } from "./wrong.js";

const test = suite("wrong options of a fit from a stream");

let asked = 0;
const chunks = () => {
  asked++;
  return [[x, y] as const];
};
/** fit() of a compiled classifier from a right source with these options. */
const fit = (options: unknown) => () => classifier().fit(chunks, options as object);
const twice = { epochs: 2 };
const given = (...all: unknown[]) => {
  const model = classifier();
  const call = model.fit.bind(model) as unknown as (...all: unknown[]) => PromiseLike<unknown>;
  return () => call(...all);
};
async function* generator() {
  yield [x, y] as const;
}

test(
  "fit rejects, and asks the source for nothing",
  withoutThreads(async () => {
    await eachRejects([
      ["null", fit(null), "E_OPTION", /^fit: expected an object of options \(epochs, .*\), got null\.$/],
      ["targets", given(chunks, y), "E_OPTION", /^fit: expected an object of options/],
      [
        "targets and options",
        given(chunks, y, { epochs: 1 }),
        "E_OPTION",
        /^fit: expected the options behind a source, got .* before them\. The targets of a stream come in its chunks\.$/,
      ],
      ["options behind nothing", given(chunks, undefined, { epochs: 0 }), "E_OPTION", /^fit: epochs: expected a whole/],
      ["a key", fit({ windowRow: 3 }), "E_OPTION", /^fit: unknown option "windowRow"\. Did you mean "windowRows"\?/],
      ["windowRows", fit({ windowRows: 0 }), "E_OPTION", /^fit: windowRows: expected a whole number >= 1, got 0\.$/],
      ["batchSize", fit({ batchSize: 0 }), "E_OPTION", /^fit: batchSize: expected a whole number >= 1, got 0\.$/],
      ["a full batch", fit({ batchSize: "full" }), "E_OPTION", /^fit: batchSize: expected a whole number for a stream/],
      [
        "shuffle",
        fit({ shuffle: true }),
        "E_OPTION",
        /^fit: shuffle: expected false or "window" for a stream, got true\. A stream is shuffled a window at a time: "window"\.$/,
      ],
      [
        "validationSplit",
        fit({ validationSplit: 0.1 }),
        "E_OPTION",
        /^fit: validationSplit: expected none for a stream, got 0\.1\. Pass validationData: \[x, y\]\.$/,
      ],
      ["sampleWeight", fit({ sampleWeight: [1] }), "E_OPTION", /expected none for a stream, got \[1\]\. Give it with/],
      ["sampler", fit({ sampler: "balanced" }), "E_OPTION", /^fit: sampler: expected none for a stream/],
      ["transfer", fit({ transfer: true }), "E_OPTION", /^fit: transfer: expected none for a stream/],
      ["classWeight", fit({ classWeight: "balanced" }), "E_OPTION", /^fit: classWeight: expected weights by label for/],
      [
        "two epochs of one pass",
        given(generator(), twice),
        "E_OPTION",
        /^fit: epochs: expected 1 for an iterable, of which there is one pass, got 2\. Pass a function .*, or stepsPerEpoch\.$/,
      ],
      ["of an iterable", given(new Map([[x, y]]), twice), "E_OPTION", /^fit: epochs: expected 1 for an iterable/],
      ["onBatchEnd", fit({ onBatchEnd: 1 }), "E_OPTION", /^fit: onBatchEnd: expected a function, got 1\.$/],
      ["validationData", fit({ validationData: chunks }), "E_OPTION", /^fit: validationData: expected \[x, y\], got a/],
      ["two callbacks", fit({ callbacks: "none" }), "E_OPTION", /^fit: callbacks: expected an array, got "none"\.$/],
      [
        "an array with shuffle by window",
        given(x, y, { shuffle: "window" }),
        "E_OPTION",
        /^fit: shuffle: expected true/,
      ],
    ]);
    assert.is(asked, 0);
  }),
);

test("what is no source of chunks", () =>
  eachRejects([
    [
      "a number",
      given(() => 5),
      "E_DATA",
      /^fit: expected a function that returns an iterable of \[x, y\] or .*, got 5/,
    ],
    ["nothing", given(() => undefined), "E_DATA", /got undefined from it\.$/],
    ["a text", given(() => "rows"), "E_DATA", /got "rows" from it\.$/],
    [
      "arrays as they are",
      given(() => [x, y]),
      "E_DATA",
      /^fit: chunk 0: expected \[x, y\] or \{ x, y, sampleWeight \}/,
    ],
    [
      "a function that throws",
      given(() => {
        throw new Error("closed");
      }),
      "E_DATA",
      /^fit: expected chunk 0 from the source, got an error: closed\. It is the cause\.$/,
    ],
    [
      "a mix of types",
      given(() => mixed),
      "E_DATA",
      /^fit: chunk 1: expected bytes in x as in the chunks before, got /,
    ],
  ]));

const mixed = [
  [Uint8Array.from(x as ArrayLike<number>), y],
  [Float32Array.from(x as ArrayLike<number>), y],
];

test.run();
