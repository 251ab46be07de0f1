import { suite } from "uvu";
import { anyhow, eachThrows, type Wrong, withoutThreads } from "./wrong.js";

const test = suite("wrong options of initializers");

const ROWS: readonly (readonly [initializer: unknown, text: RegExp])[] = [
  ["henormal2", /: unknown name "henormal2"\. Did you mean "heNormal"\? Known: zeros, ones, glorotUniform, /],
  ["xavier", /: unknown name "xavier"\. Did you mean "glorotUniform"/],
  ["toString", /: unknown name "toString"/],
  [null, /: expected one of zeros, .* got null/],
  [0, /: expected one of zeros, .* got 0/],
  [() => 1, /: expected one of .* got a function\. Call the function/],
  [[], /: expected one of .* got \[\]/],
  [{}, /\.type: expected one of .* got undefined/],
  [{ type: "he" }, /\.type: unknown name "he"/],
  [{ type: "heNormal", seed: 1 }, /: unknown option "seed"\. Known: type/],
  [{ type: "heNormal", gain: 1 }, /: unknown option "gain"/],
  ["constant", /\.value: expected a number >= -1e\+37 and <= 1e\+37, got undefined/],
  [{ type: "constant", value: Number.NaN }, /\.value: .* got NaN/],
  [{ type: "constant", value: 1e38 }, /\.value: .* got 1e\+38/],
  [{ type: "constant", value: "1" }, /\.value: .* got "1"/],
  [{ type: "randomUniform", minimum: 2, maximum: 1 }, /\.maximum: expected a number >= 2 and .* got 1/],
  [{ type: "randomUniform", minimum: 2 }, /\.maximum: expected a number >= 2 and .* got 0\.05/],
  [{ type: "randomUniform", min: 2 }, /unknown option "min"\. .*Known: type, minimum, maximum/],
  [{ type: "randomUniform", minimum: Number.NEGATIVE_INFINITY }, /\.minimum: .* got -Infinity/],
  [{ type: "randomNormal", deviation: 0 }, /\.deviation: expected a number > 0 and <= 1e\+37, got 0/],
  [{ type: "randomNormal", deviation: -1 }, /\.deviation: .* got -1/],
  [{ type: "randomNormal", mean: null }, /\.mean: .* got null/],
  [{ type: "truncatedNormal", stddev: 1 }, /unknown option "stddev"\. Known: type, mean, deviation/],
  [{ type: "truncatedNormal", deviation: [] }, /\.deviation: .* got \[\]/],
  [{ type: "orthogonal", gain: 0 }, /\.gain: expected a number > 0 and <= 1e\+37, got 0/],
  [{ type: "orthogonal", gain: Number.NaN }, /\.gain: .* got NaN/],
];

test(
  "layers throw at once",
  withoutThreads(() =>
    eachThrows(
      ["kernelInitializer", "biasInitializer"].flatMap((option) =>
        ROWS.map(
          ([wrong, text]): Wrong => [
            `${option} ${typeof wrong === "object" ? JSON.stringify(wrong) : String(wrong)}`,
            () => anyhow.dense!({ units: 8, [option]: wrong }),
            "E_OPTION",
            new RegExp(`^dense\\.${option}.*${text.source}`),
          ],
        ),
      ),
    ),
  ),
);

test.run();
