import { suite } from "uvu";
import {
  batchNormalization,
  groupNormalization,
  input,
  layerNormalization,
  rmsNormalization,
  sequential,
} from "../../src/index.js";
import { anyhow, eachThrows, type Wrong, withoutThreads } from "./wrong.js";

const test = suite("wrong options of normalization layers");

const all = Object.entries({ batchNormalization, layerNormalization, rmsNormalization, groupNormalization }).flatMap(
  ([name, layer]): Wrong[] => [
    [
      `${name} of epsilon 0`,
      () => layer({ epsilon: 0 }),
      "E_OPTION",
      new RegExp(`^${name}\\.epsilon: expected .* got 0`),
    ],
    [`${name} of a scale`, () => anyhow[name]!({ scale: 1 }), "E_OPTION", new RegExp(`^${name}\\.scale: .* got 1`)],
    [
      `${name} of an initializer`,
      () => anyhow[name]!({ gammaInitializer: "one" }),
      "E_OPTION",
      new RegExp(`^${name}\\.gammaInitializer: unknown name "one"\\. Did you mean "ones"`),
    ],
    [`${name} of an axis`, () => anyhow[name]!({ axis: 1 }), "E_OPTION", /unknown option "axis"/],
  ],
);

test(
  "normalization layers",
  withoutThreads(() =>
    eachThrows([
      ...all,
      ["center of rms", () => anyhow.rmsNormalization!({ center: true }), "E_OPTION", /unknown option "center"/],
      ["beta of rms", () => anyhow.rmsNormalization!({ betaInitializer: "ones" }), "E_OPTION", /unknown option "beta/],
      ["momentum 2", () => batchNormalization({ momentum: 2 }), "E_OPTION", /^batchNormalization\.momentum: .* got 2/],
      ["no groups", () => groupNormalization({ groups: 0 }), "E_OPTION", /^groupNormalization\.groups: .* got 0/],
      [
        "groups that do not divide",
        () => sequential([input({ shape: [3, 5] }), groupNormalization({ groups: 2 })]),
        "E_SHAPE",
        /^groupNormalization_0 on input: expected channels in 2 groups .* got \(B, 3, 5\)\. Take groups that divide 5/,
      ],
    ]),
  ),
);

test.run();
