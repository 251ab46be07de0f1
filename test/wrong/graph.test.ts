import { suite } from "uvu";
import {
  add,
  concatenate,
  dense,
  dot,
  embedding,
  functional,
  input,
  reshape,
  sequential,
  subtract,
} from "../../src/index.js";
import { anyhow, eachThrows, withoutThreads } from "./wrong.js";

const test = suite("wrong graphs");

const x = input({ shape: [4] });
const wide = dense({ units: 8, name: "wide" }).apply(x);
const image = dense({ units: 8 }).apply(input({ shape: [2, 4] }));
const model = (outputs: typeof wide) => functional({ inputs: x, outputs });
const json = (calls: unknown, outputs: unknown = [2]) =>
  anyhow.functional!({ layers: [x, dense({ units: 4 }), add()], graph: { calls, outputs } });
const calls = (last: unknown, second: unknown = { layer: 1, from: [0] }) =>
  json([{ layer: 0, from: [] }, second, last]);
const merge = { layer: 2, from: [1, 0] };

test(
  "calls of layers",
  withoutThreads(() =>
    eachThrows([
      ["a number", () => anyhow.dense!({ units: 2 }).apply(3), "E_OPTION", /^dense\.apply: .* got 3/],
      ["nothing", () => anyhow.dense!({ units: 2 }).apply(), "E_OPTION", /^dense\.apply: .* got undefined/],
      [
        "a layer",
        () => anyhow.dense!({ units: 2 }).apply(dense({ units: 2 })),
        "E_OPTION",
        /got the layer dense\. Call dense/,
      ],
      ["several", () => dense({ units: 2 }).apply([x, wide]), "E_OPTION", /expected one input, got 2\. Merge inputs/],
      ["a merge of one", () => add().apply(x), "E_OPTION", /^add\.apply: expected several inputs, got 1/],
      ["a merge of none", () => add({ name: "sum" }).apply([]), "E_OPTION", /^sum\.apply: expected several/],
      ["a merge in a list", () => sequential([x, add()]), "E_OPTION", /^add_0: expected several inputs, got 1/],
    ]),
  ),
);

test(
  "graphs",
  withoutThreads(() =>
    eachThrows([
      ["nothing", () => anyhow.functional!(), "E_OPTION", /functional: expected an object/],
      ["no outputs", () => anyhow.functional!({ inputs: x }), "E_OPTION", /functional: outputs: .* got undefined/],
      ["output as input", () => functional({ inputs: wide, outputs: wide }), "E_OPTION", /got the output of dense/],
      [
        "an output twice",
        () => functional({ inputs: x, outputs: [wide, wide] }),
        "E_OPTION",
        /value once, got one twice/,
      ],
      ["an input twice", () => functional({ inputs: [x, x], outputs: wide }), "E_OPTION", /inputs: .* one twice/],
      ["no output of an array", () => functional({ inputs: x, outputs: [] }), "E_OPTION", /outputs: .* got none/],
      [
        "a list of wrong ones",
        () => anyhow.functional!({ inputs: [x, 3], outputs: wide }),
        "E_OPTION",
        /inputs: .* got 3/,
      ],
      [
        "an input that nothing reads",
        () => functional({ inputs: [x, input({ shape: [2], name: "idle" })], outputs: wide }),
        "E_OPTION",
        /^functional: inputs: expected what outputs read, got .* name: "idle".*\. Drop it/,
      ],
      [
        "inputs of one name",
        () => {
          const [a, b] = [input({ shape: [2], name: "a" }), input({ shape: [2], name: "a" })];
          return functional({ inputs: [a, b], outputs: add().apply([a, b]) });
        },
        "E_OPTION",
        /a name of its own for each input, got \["a", "a"\]/,
      ],
      ["another input", () => model(image), "E_OPTION", /got another input of the shape \[2, 4\]/],
      [
        "shapes",
        () => model(add().apply([wide, x])),
        "E_SHAPE",
        /add_0: .*\(B, 8\) of wide and \(B, 4\) of input\. Give/,
      ],
      ["axis 0", () => concatenate({ axis: 0 }), "E_OPTION", /^concatenate\.axis: .* got 0\. Axis 0 is the batch/],
      ["axis 2", () => model(concatenate({ axis: 2 }).apply([x, x])), "E_SHAPE", /with axis 2, got \(B, 4\) of input/],
      [
        "other lines",
        () => model(concatenate({ axis: 1 }).apply([x, reshape({ targetShape: [4, 1] }).apply(x)])),
        "E_SHAPE",
        /alike in all extents but that of axis 1, got \(B, 4\) of input and \(B, 4, 1\) of reshape_0/,
      ],
      [
        "no axes",
        () => anyhow.dot!({}),
        "E_OPTION",
        /^dot\.axes: expected a whole number .* got undefined\. Axis 0 is/,
      ],
      ["the batch's axis", () => dot({ axes: [1, 0] }), "E_OPTION", /^dot\.axes: .* got \[1, 0\]/],
      ["normalize", () => anyhow.dot!({ axes: 1, normalize: 1 }), "E_OPTION", /^dot\.normalize: .* true or false/],
      [
        "axes of other extents",
        () => model(dot({ axes: 1 }).apply([wide, x])),
        "E_SHAPE",
        /^dot_0: expected one extent along axes 1 and 1, got \(B, 8\) of wide and \(B, 4\) of input\. Count the axes/,
      ],
      [
        "no such axis",
        () => model(dot({ axes: [1, -2] }).apply([x, x])),
        "E_SHAPE",
        /expected one extent along axes 1 and -2/,
      ],
      [
        "three of a product",
        () => model(dot({ axes: 1 }).apply([x, x, x])),
        "E_SHAPE",
        /^dot_0: expected 2 inputs, got/,
      ],
      ["three", () => model(subtract().apply([x, x, x])), "E_SHAPE", /subtract_0: expected 2 inputs, got 3/],
      [
        "other extents",
        () => functional({ inputs: x, outputs: concatenate().apply([dense({ units: 2 }).apply(x), image]) }),
        "E_OPTION",
        /another input/,
      ],
      [
        "a shared layer on another shape",
        () => {
          const shared = dense({ units: 3, name: "shared" });
          return model(shared.apply(shared.apply(x)));
        },
        "E_SHAPE",
        /^shared:2: .*\(B, 4\) that shared had, got \(B, 3\) of shared\. Make a layer/,
      ],
      [
        "an embedding of outputs",
        () => model(embedding({ inputDim: 3, outputDim: 2 }).apply(wide)),
        "E_OPTION",
        /got the output of wide/,
      ],
    ]),
  ),
);

test(
  "graphs from JSON",
  withoutThreads(() =>
    eachThrows([
      ["no calls", () => json(undefined), "E_OPTION", /^graph\.calls: .* got undefined/],
      ["a call of nothing", () => calls(null), "E_OPTION", /^graph\.calls\[2\]: expected an object/],
      ["a circle", () => calls(merge, { layer: 1, from: [2] }), "E_OPTION", /calls\[1\]\.from: .*before it, 0 to 0/],
      ["itself", () => calls({ layer: 2, from: [2, 1] }), "E_OPTION", /calls\[2\]\.from: .* got \[2, 1\]/],
      ["no such call", () => calls({ layer: 2, from: [1, 0.5] }), "E_OPTION", /calls\[2\]\.from/],
      ["no such layer", () => calls({ layer: 3, from: [1] }), "E_OPTION", /calls\[2\]\.layer: .*<= 2, got 3/],
      ["the input again", () => calls({ layer: 0, from: [1] }), "E_OPTION", /calls\[2\]\.layer: .*>= 1/],
      ["idle call", () => calls({ layer: 2, from: [0, 0] }), "E_OPTION", /calls\[1\]: .*none reads; drop it/],
      ["idle layer", () => calls({ layer: 1, from: [1] }), "E_OPTION", /a call of each layer, got .*layer 2/],
      ["outputs", () => json([{ layer: 0, from: [] }], [1]), "E_OPTION", /graph\.outputs: .*0 to 0, got \[1\]/],
      ["no outputs", () => json([{ layer: 0, from: [] }], []), "E_OPTION", /graph\.outputs: .*got \[\]/],
      ["outputs twice", () => json([{ layer: 0, from: [] }], [0, 0]), "E_OPTION", /graph\.outputs: .*each call once/],
      [
        "an input that reads",
        () => json([{ layer: 0, from: [0] }], [0]),
        "E_OPTION",
        /calls\[0\]\.from: expected \[\]/,
      ],
      ["a graph that is none", () => anyhow.sequential!({ layers: [x], graph: 3 }), "E_OPTION", /^graph: expected an/],
    ]),
  ),
);

test.run();
