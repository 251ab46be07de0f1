import { suite } from "uvu";
import * as assert from "uvu/assert";
import { averageNumbers, checkAverage } from "../../src/optimizers/average.js";
import { kernelBuilds } from "../kernelbuilds.js";
import { oracle } from "../oracle.js";

const test = suite("average");

const sizes = [
  { unit: 8, units: 1 },
  { unit: 8, units: 7 },
  { unit: 64, units: 4 },
];
const of = ({ unit, units }: (typeof sizes)[number], random: () => number) => ({
  data: Float32Array.from({ length: unit * units }, random),
});

oracle(test, {
  kernel: "average_weights",
  cases: sizes.flatMap((size) =>
    [0, 1].flatMap((overwrite) => [1, 0.5, 0.01, 0.0001].map((rest) => ({ ...size, rest, overwrite }))),
  ),
  tensors: (size, random) => ({
    average: of(size, random),
    weight: of(size, random),
    numbers: { data: Float32Array.of(size.rest, size.overwrite) },
  }),
  args: ({ unit }, p) => [p("average"), p("weight"), p("numbers"), unit],
  extent: ({ units }) => units,
  expected: ({ overwrite }, { average, weight, numbers }) => {
    const mean = average!.map((a, i) => (1 - numbers![0]!) * a + numbers![0]! * weight![i]!);
    return { average: mean, weight: overwrite ? mean : weight! };
  },
});

oracle(test, {
  kernel: "swap_values",
  cases: sizes,
  tensors: (size, random) => ({ a: of(size, random), b: of(size, random) }),
  args: ({ unit }, p) => [p("a"), p("b"), unit],
  extent: ({ units }) => units,
  expected: (_, { a, b }) => ({ a: b!, b: a! }),
});

for (const build of kernelBuilds()) {
  test(`a weight that stays is its average, whatever the share; padding stays zero (${build.name})`, () => {
    const floats = new Float32Array(build.memory.buffer, build.base, 64);
    for (const rest of [0.01, 0.0001, 1 / 3]) {
      floats.fill(0);
      floats.set([0.1, -0.3, 1e20], 8);
      const at = (index: number) => build.base + 4 * index;
      floats[32] = 1;
      build.kernels.average_weights(at(0), at(8), at(32), 8, 0, 1);
      floats[32] = rest;
      for (let t = 0; t < 1000; t++) build.kernels.average_weights(at(0), at(8), at(32), 8, 0, 1);
      for (const i of [0, 1, 2]) assert.ok(Math.abs(floats[i]! / floats[8 + i]! - 1) < 3e-7, `${floats[i]}`);
      assert.equal([...floats.subarray(4, 8)], [0, 0, 0, 0]);
    }
  });
}

test("the first update is all of its average", () => {
  assert.equal(averageNumbers({ useEma: true }, 1), [1, 0]);
  assert.equal(averageNumbers({ useEma: true }, 2), [1 - 0.99, 0]);
  const config = { useEma: true, emaMomentum: 0.75, emaOverwriteFrequency: 3 };
  assert.equal(
    [1, 2, 3, 4, 5, 6].map((t) => averageNumbers(config, t)),
    [
      [1, 0],
      [0.25, 0],
      [0.25, 1],
      [0.25, 0],
      [0.25, 0],
      [0.25, 1],
    ],
  );
});

test("wrong options are refused", () => {
  const wrong = (config: object, message: RegExp) => assert.throws(() => checkAverage(config, "sgd"), message);
  wrong({ useEma: 1 }, /^sgd\.useEma: expected true or false, got 1/);
  wrong({ useEma: true, emaMomentum: 1 }, /^sgd\.emaMomentum: expected a number >= 0 and < 1, got 1/);
  wrong({ useEma: true, emaMomentum: Number.NaN }, /emaMomentum: .* got NaN/);
  wrong({ useEma: true, emaOverwriteFrequency: 0 }, /emaOverwriteFrequency: expected a whole number >= 1, got 0/);
  wrong({ emaMomentum: 0.9 }, /^sgd\.emaMomentum: expected useEma: true with it, got none\. Add it/);
  wrong({ useEma: false, emaOverwriteFrequency: 3 }, /emaOverwriteFrequency: expected useEma: true with it, got false/);
  checkAverage({ useEma: false }, "sgd");
  checkAverage({ useEma: true, emaMomentum: 0, emaOverwriteFrequency: 1 }, "sgd");
});

test.run();
