import { suite } from "uvu";
import { activation, dense, dropout, flatten, input, lstm, rescaling, sequential } from "../../src/index.js";
import { anyhow, eachThrows, withoutThreads } from "./wrong.js";

const test = suite("wrong layers");

const of = (...layers: unknown[]) => anyhow.sequential!(layers);
const first = input({ shape: [4] });
const holed: unknown[] = [first];
holed[2] = dense({ units: 2 });

test(
  "the other layers",
  withoutThreads(() =>
    eachThrows([
      [
        "rate 1.5",
        () => dropout({ rate: 1.5 }),
        "E_OPTION",
        /^dropout\.rate: expected a number >= 0 and < 1, got 1\.5\.$/,
      ],
      ["rate -0.1", () => dropout({ rate: -0.1 }), "E_OPTION", /got -0\.1/],
      ["rate 1", () => dropout({ rate: 1 }), "E_OPTION", /< 1, got 1\./],
      ["rate missing", () => anyhow.dropout!({}), "E_OPTION", /dropout\.rate: .* got undefined/],
      [
        "the rate alone",
        () => anyhow.dropout!(0.5),
        "E_OPTION",
        /expected an object of options \(rate, name\), got 0\.5/,
      ],
      ["p", () => anyhow.dropout!({ p: 0.5 }), "E_OPTION", /unknown option "p"\. Known: rate, name/],
      ["activation layer", () => activation("tahn"), "E_OPTION", /unknown name "tahn"\. Did you mean "tanh"/],
      [
        "activation layer empty",
        () => anyhow.activation!({}),
        "E_OPTION",
        /activation\.activation: expected one of linear, .* got undefined/,
      ],
      [
        "activation layer of nothing",
        () => anyhow.activation!(),
        "E_OPTION",
        /activation: expected an object of options/,
      ],
      [
        "flatten's option",
        () => anyhow.flatten!({ units: 3 }),
        "E_OPTION",
        /flatten: unknown option "units"\. Known: name/,
      ],
      ["scale missing", () => anyhow.rescaling!({}), "E_OPTION", /rescaling\.scale: expected a number, got undefined/],
      ["scale NaN", () => rescaling({ scale: Number.NaN }), "E_OPTION", /got NaN/],
      [
        "offset",
        () => anyhow.rescaling!({ scale: 1, offset: null }),
        "E_OPTION",
        /rescaling\.offset: expected a number, got null/,
      ],
      [
        "shape []",
        () => input({ shape: [] }),
        "E_SHAPE",
        /^input\.shape: expected an array of 1 to 8 whole numbers >= 1 such as \[784\] .*, got \[\]\.$/,
      ],
      [
        "shape [0]",
        () => input({ shape: [0] }),
        "E_SHAPE",
        /^input\.shape: expected .* whole numbers >= 1 .*, got \[0\]\.$/,
      ],
      ["shape [null]", () => anyhow.input!({ shape: [null, 4] }), "E_SHAPE", /got \[null, 4\]/],
      ["shape a number", () => anyhow.input!({ shape: 784 }), "E_SHAPE", /such as \[784\] .*, got 784/],
      [
        "the shape alone",
        () => anyhow.input!([784]),
        "E_OPTION",
        /input: expected an object of options \(shape, name\), got \[784\]/,
      ],
      ["no shape", () => anyhow.input!(), "E_OPTION", /input: expected an object of options/],
      [
        "inputShape",
        () => anyhow.input!({ inputShape: [4] }),
        "E_OPTION",
        /input: unknown option "inputShape"\. Known: shape, name/,
      ],
      ["too many extents", () => input({ shape: new Array(1e5).fill(1) }), "E_SHAPE", /got an array of 100000/],
      [
        "too many values",
        () => input({ shape: [4096, 4096, 4096] }),
        "E_SHAPE",
        /expected at most 16777216 values an example, got \[4096, 4096, 4096\]/,
      ],
      [
        "input's name",
        () => anyhow.input!({ shape: [4], name: Symbol("n") }),
        "E_OPTION",
        /input\.name: .* got Symbol\(n\)/,
      ],
    ]),
  ),
);

test(
  "sequential",
  withoutThreads(() =>
    eachThrows([
      [
        "nothing",
        () => anyhow.sequential!(),
        "E_OPTION",
        /sequential: expected an array of layers such as \[input\(.*, got undefined/,
      ],
      ["null", () => anyhow.sequential!(null), "E_OPTION", /got null/],
      ["one layer", () => anyhow.sequential!(first), "E_OPTION", /expected an array of layers/],
      ["layers not a list", () => anyhow.sequential!({ layers: 5 }), "E_OPTION", /expected an array of layers/],
      ["no layers", () => of(), "E_OPTION", /expected input\(\{ shape: \[\.\.\.\] \}\) as the first layer, got none/],
      [
        "input missing",
        () => of(dense({ units: 2 })),
        "E_OPTION",
        /as the first layer, got \{ units: 2, type: "dense" \}/,
      ],
      ["input not called", () => of(input, dense({ units: 2 })), "E_OPTION", /as the first layer, got a function/],
      [
        "input twice",
        () => of(first, first),
        "E_OPTION",
        /expected input\(\) as the first layer alone, got another one at position 1\. Drop it/,
      ],
      ["a hole", () => anyhow.sequential!(holed), "E_OPTION", /got undefined at position 1/],
      [
        "a function",
        () => of(first, dense),
        "E_OPTION",
        /expected layers such as dense\(\{ units: 8 \}\), got a function at position 1\. Call the function/,
      ],
      ["a text", () => of(first, "dense"), "E_OPTION", /got "dense" at position 1/],
      [
        "unknown layer",
        () => of(first, { type: "dence", units: 2 }),
        "E_OPTION",
        /layer at position 1: unknown name "dence"\. Did you mean "dense"\? Known: dense, dropout, activation, flatten, rescaling/,
      ],
      [
        "no type",
        () => of(first, { units: 2 }),
        "E_OPTION",
        /layer at position 1: expected one of dense, .* got undefined/,
      ],
      [
        "same names",
        () => of(first, dense({ units: 2, name: "a" }), dense({ units: 2, name: "a" })),
        "E_OPTION",
        /expected a name of its own for each layer, got "a" twice\. Rename one/,
      ],
      [
        "the name of another by default",
        () => of(first, dense({ units: 2, name: "dense_1" }), dense({ units: 2 })),
        "E_OPTION",
        /"dense_1" twice/,
      ],
      [
        "a sequence's layer on a vector",
        () => of(input({ shape: [28] }), lstm({ units: 2 })),
        "E_SHAPE",
        /^lstm_0 on input: expected sequences \(B, steps, channels\), got \(B, 28\)\. Put reshape/,
      ],
      [
        "the same, by its name and that of the layer below",
        () => of(input({ shape: [3, 2] }), lstm({ units: 2 }), lstm({ units: 2, name: "top" })),
        "E_SHAPE",
        /^top on lstm_0: .* got \(B, 2\)\. .* say returnSequences: true in a recurrent layer below/,
      ],
      [
        "softmax after softmax",
        () => of(first, dense({ units: 2, activation: "softmax" }), activation("softmax")),
        "E_OPTION",
        /^activation_0: expected no softmax directly after a softmax, got .*\. Drop one of the two\.$/,
      ],
      [
        "softmax after softmax behind flatten",
        () => of(first, dense({ units: 2, activation: "softmax" }), flatten(), activation("logSoftmax")),
        "E_OPTION",
        /Drop one of the two/,
      ],
    ]),
  ),
);

test("layers that are right pass", () => {
  const image = input({ shape: [2, 3, 1], name: "image" });
  const model = sequential([
    image,
    rescaling({ scale: 1 / 255 }),
    flatten(),
    dense({ units: 2 }),
    dropout({ rate: 0 }),
  ]);
  sequential(model.toJSON());
  sequential(JSON.parse(JSON.stringify(model)));
});

test.run();
