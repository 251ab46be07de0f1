import { suite } from "uvu";
import { dense } from "../../src/index.js";
import { anyhow, eachThrows, withoutThreads } from "./wrong.js";

const test = suite("wrong constraints");

const kernel = (kernelConstraint: unknown) => () => anyhow.dense!({ units: 8, kernelConstraint });
const bias = (biasConstraint: unknown) => () => anyhow.dense!({ units: 8, name: "out", biasConstraint });

test(
  "constraints and proximal penalties",
  withoutThreads(() =>
    eachThrows([
      [
        "an unknown name",
        kernel("nonNeg"),
        "E_OPTION",
        /^dense\.kernelConstraint: unknown name "nonNeg"\. Known: nonNegative, maxNorm, unitNorm\.$/,
      ],
      ["Keras' spelling", kernel("non_negative"), "E_OPTION", /Did you mean "nonNegative"/],
      ["an unknown type", bias({ type: "max" }), "E_OPTION", /^out\.biasConstraint\.type: unknown name "max"/],
      [
        "no type",
        kernel({ maximum: 1 }),
        "E_OPTION",
        /kernelConstraint\.type: expected one of nonNegative, maxNorm, unitNorm, got undefined/,
      ],
      ["a number", kernel(2), "E_OPTION", /expected one of nonNegative, maxNorm, unitNorm, got 2/],
      ["null", bias(null), "E_OPTION", /expected one of nonNegative, .* got null/],
      [
        "maxNorm by name",
        kernel("maxNorm"),
        "E_OPTION",
        /kernelConstraint\.maximum: expected a number >= 1e-15 and <= 1e\+30, got undefined/,
      ],
      ["maximum 0", kernel({ type: "maxNorm", maximum: 0 }), "E_OPTION", /\.maximum: .* got 0\./],
      ["maximum as text", kernel({ type: "maxNorm", maximum: "2" }), "E_OPTION", /\.maximum: .* got "2"/],
      ["maxValue", kernel({ type: "maxNorm", maxValue: 2 }), "E_OPTION", /unknown option "maxValue"/],
      [
        "axis 2",
        kernel({ type: "maxNorm", maximum: 1, axis: 2 }),
        "E_OPTION",
        /kernelConstraint\.axis: expected a whole number >= 0 and <= 1, got 2/,
      ],
      ["axis of a bias", bias({ type: "unitNorm", axis: 1 }), "E_OPTION", /out\.biasConstraint\.axis: .* <= 0, got 1/],
      ["axis of nonNegative", kernel({ type: "nonNegative", axis: 0 }), "E_OPTION", /unknown option "axis"/],
      [
        "proximal",
        () => anyhow.dense!({ units: 8, kernelRegularizer: { l1: 0.1, proximal: 1 } }),
        "E_OPTION",
        /^dense\.kernelRegularizer\.proximal: expected true or false, got 1\.$/,
      ],
      [
        "l1 of a proximal penalty",
        () => dense({ units: 8, kernelRegularizer: { l1: -1, proximal: true } }),
        "E_OPTION",
        /l1: expected a number >= 0, got -1/,
      ],
    ]),
  ),
);

test.run();
