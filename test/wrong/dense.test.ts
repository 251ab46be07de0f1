import { suite } from "uvu";
import { dense } from "../../src/index.js";
import { anyhow, eachThrows, withoutThreads } from "./wrong.js";

const test = suite("wrong options of dense");

test(
  "dense",
  withoutThreads(() =>
    eachThrows([
      ["units 0", () => dense({ units: 0 }), "E_OPTION", /^dense\.units: expected a whole number >= 1 .*, got 0\.$/],
      ["units 1.5", () => dense({ units: 1.5 }), "E_OPTION", /dense\.units: .* got 1\.5/],
      ["units as text", () => anyhow.dense!({ units: "8" }), "E_OPTION", /dense\.units: .* got "8"/],
      ["units NaN", () => dense({ units: Number.NaN }), "E_OPTION", /dense\.units: .* got NaN/],
      ["units Infinity", () => dense({ units: Number.POSITIVE_INFINITY }), "E_OPTION", /got Infinity/],
      ["units missing", () => anyhow.dense!({}), "E_OPTION", /dense\.units: .* got undefined/],
      [
        "no options",
        () => anyhow.dense!(),
        "E_OPTION",
        /dense: expected an object of options \(units, .*\), got undefined/,
      ],
      [
        "a number",
        () => anyhow.dense!(8),
        "E_OPTION",
        /expected an object of options \(units, activation, .*, got 8\./,
      ],
      [
        "option key",
        () => anyhow.dense!({ unit: 8 }),
        "E_OPTION",
        /unknown option "unit"\. Did you mean "units"\? Known: units,/,
      ],
      ["type as option", () => anyhow.dense!({ units: 8, type: "dropout" }), "E_OPTION", /unknown option "type"/],
      [
        "activation",
        () => dense({ units: 8, activation: "rleu" }),
        "E_OPTION",
        /unknown name "rleu"\. Did you mean "relu"\? Known: linear, relu, leakyRelu, .*softmax/,
      ],
      ["activation called swish", () => dense({ units: 8, activation: "swish" }), "E_OPTION", /Did you mean "silu"/],
      [
        "activation's type",
        () => dense({ units: 8, activation: { type: "lrelu" } }),
        "E_OPTION",
        /dense\.activation\.type: unknown name "lrelu"\. Did you mean "relu"/,
      ],
      [
        "activation a function",
        () => anyhow.dense!({ units: 8, activation: () => 1 }),
        "E_OPTION",
        /got a function\. Call the function, or give the name as a text/,
      ],
      [
        "activation null",
        () => anyhow.dense!({ units: 8, activation: null }),
        "E_OPTION",
        /dense\.activation: expected one of linear, .* got null/,
      ],
      [
        "alpha of relu",
        () => dense({ units: 8, activation: { type: "relu", alpha: 1 } }),
        "E_OPTION",
        /unknown option "alpha"\. Known: type/,
      ],
      [
        "alpha as text",
        () => anyhow.dense!({ units: 8, activation: { type: "elu", alpha: "1" } }),
        "E_OPTION",
        /alpha: expected a number, got "1"/,
      ],
      [
        "initializer",
        () => anyhow.dense!({ units: 8, kernelInitializer: "glorot" }),
        "E_OPTION",
        /dense\.kernelInitializer: unknown name "glorot"\. Known: zeros, ones, glorotUniform/,
      ],
      [
        "initializer in Keras' spelling",
        () => anyhow.dense!({ units: 8, kernelInitializer: "glorot_uniform" }),
        "E_OPTION",
        /Did you mean "glorotUniform"/,
      ],
      [
        "initializer's option",
        () => anyhow.dense!({ units: 8, biasInitializer: { type: "zeros", seed: 1 } }),
        "E_OPTION",
        /dense\.biasInitializer: unknown option "seed"\. Known: type/,
      ],
      [
        "useBias",
        () => anyhow.dense!({ units: 8, useBias: 1 }),
        "E_OPTION",
        /dense\.useBias: expected true or false, got 1/,
      ],
      [
        "l2 negative",
        () => dense({ units: 8, kernelRegularizer: { l2: -0.1 } }),
        "E_OPTION",
        /dense\.kernelRegularizer\.l2: expected a number >= 0, got -0\.1/,
      ],
      [
        "l2 as text",
        () => anyhow.dense!({ units: 8, kernelRegularizer: "l2" }),
        "E_OPTION",
        /kernelRegularizer: expected an object of options \(l1, l2, proximal\), got "l2"/,
      ],
      [
        "penalty key",
        () => anyhow.dense!({ units: 8, biasRegularizer: { L2: 0.1 } }),
        "E_OPTION",
        /unknown option "L2"\. Did you mean "l2"/,
      ],
      [
        "name empty",
        () => dense({ units: 8, name: "" }),
        "E_OPTION",
        /dense\.name: expected a text of 1 to 64 characters, got ""/,
      ],
      ["name a number", () => anyhow.dense!({ units: 8, name: 3 }), "E_OPTION", /dense\.name: .* got 3/],
      ["named in texts", () => dense({ units: 0, name: "hidden" }), "E_OPTION", /^hidden\.units: /],
    ]),
  ),
);

test.run();
