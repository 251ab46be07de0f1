import { suite } from "uvu";
import { alphaDropout, gaussianDropout, gaussianNoise, modalityDropout, spatialDropout } from "../../src/index.js";
import { anyhow, eachThrows, type Wrong, withoutThreads } from "./wrong.js";

const test = suite("wrong options of noises");

const rates = Object.entries({ gaussianDropout, alphaDropout, spatialDropout, modalityDropout }).flatMap(
  ([name, layer]): Wrong[] => [
    [
      `${name} of rate 1`,
      () => layer({ rate: 1 }),
      "E_OPTION",
      new RegExp(`^${name}\\.rate: expected a number >= 0 and < 1, got 1\\.$`),
    ],
    [`${name} of rate -0.1`, () => layer({ rate: -0.1 }), "E_OPTION", /got -0\.1/],
    [`${name} without a rate`, () => anyhow[name]!({}), "E_OPTION", /\.rate: .* got undefined/],
    [
      `${name} of the rate alone`,
      () => anyhow[name]!(0.5),
      "E_OPTION",
      /an object of options \(rate, name\), got 0\.5/,
    ],
    [
      `${name} of a stddev`,
      () => anyhow[name]!({ stddev: 1 }),
      "E_OPTION",
      /unknown option "stddev"\. Known: rate, name/,
    ],
  ],
);

test(
  "noises",
  withoutThreads(() =>
    eachThrows([
      ...rates,
      [
        "stddev -1",
        () => gaussianNoise({ stddev: -1 }),
        "E_OPTION",
        /^gaussianNoise\.stddev: expected a number >= 0 and <= 1e\+30, got -1\.$/,
      ],
      ["stddev Infinity", () => gaussianNoise({ stddev: Number.POSITIVE_INFINITY }), "E_OPTION", /got Infinity/],
      ["stddev missing", () => anyhow.gaussianNoise!({}), "E_OPTION", /got undefined/],
      ["rate of gaussianNoise", () => anyhow.gaussianNoise!({ rate: 0.5 }), "E_OPTION", /unknown option "rate"/],
      ["no options", () => anyhow.alphaDropout!(), "E_OPTION", /alphaDropout: expected an object of options/],
    ]),
  ),
);

test.run();
