import { suite } from "uvu";
import * as assert from "uvu/assert";
import { dense, input, sequential } from "../../src/index.js";
import { type InitializerName, type InitializerSpec, initializers } from "../../src/initializers/index.js";
import { fans } from "../../src/initializers/initializer.js";
import { draw, hash, moments } from "./draws.js";

const test = suite("initializers");

const UNIFORM = 1.8;
const NORMAL = 3;
/** Of a normal distribution cut off at two deviations. */
const TRUNCATED = 2.3655;
/** Cut off at two deviations, over the deviation of what is left. */
const CUT = 2 / 0.8796256610342398;
const SHAPE = [300, 200];
const COUNT = 60000;

interface Want {
  mean?: number;
  variance: number;
  kurtosis: number;
  /** All values are in mean ± bound, and some are near it. */
  bound?: number;
}
const uniform = (variance: number): Want => ({ variance, kurtosis: UNIFORM, bound: Math.sqrt(3 * variance) });
const truncated = (variance: number): Want => ({ variance, kurtosis: TRUNCATED, bound: CUT * Math.sqrt(variance) });

const TABLE: readonly (readonly [InitializerSpec, Want])[] = [
  [{ type: "glorotUniform" }, uniform(2 / 500)],
  [{ type: "glorotNormal" }, truncated(2 / 500)],
  [{ type: "heUniform" }, uniform(2 / 300)],
  [{ type: "heNormal" }, truncated(2 / 300)],
  [{ type: "lecunUniform" }, uniform(1 / 300)],
  [{ type: "lecunNormal" }, truncated(1 / 300)],
  [{ type: "randomUniform" }, uniform(0.1 ** 2 / 12)],
  [
    { type: "randomUniform", minimum: 1, maximum: 4 },
    { ...uniform(9 / 12), mean: 2.5 },
  ],
  [{ type: "randomNormal" }, { variance: 0.0025, kurtosis: NORMAL }],
  [
    { type: "randomNormal", mean: -3, deviation: 2 },
    { mean: -3, variance: 4, kurtosis: NORMAL },
  ],
  [{ type: "truncatedNormal" }, truncated((0.05 * 0.8796256610342398) ** 2)],
  [
    { type: "truncatedNormal", mean: 10, deviation: 3 },
    { ...truncated((3 * 0.8796256610342398) ** 2), mean: 10 },
  ],
];

for (const [spec, { mean: centre = 0, variance, kurtosis, bound }] of TABLE) {
  test(`${JSON.stringify(spec)}: mean, variance, form and bounds`, () => {
    const got = moments(draw(spec, SHAPE));
    const deviation = Math.sqrt(variance);
    // Five standard errors each.
    const near = (value: number, want: number, error: number, what: string) =>
      assert.ok(Math.abs(value - want) <= 5 * error, `${what} is ${value}, want ${want} ± ${5 * error}`);
    near(got.mean, centre, deviation / Math.sqrt(COUNT), "mean");
    near(got.variance / variance, 1, Math.sqrt((kurtosis - 1) / COUNT), "variance");
    near(got.kurtosis, kurtosis, Math.sqrt(24 / COUNT), "kurtosis");
    if (bound === undefined) {
      assert.ok(got.most - centre > 3.5 * deviation && centre - got.least > 3.5 * deviation, "it has tails");
      return;
    }
    const slack = 1e-6 * bound;
    assert.ok(got.least >= centre - bound - slack && got.most <= centre + bound + slack, `${got.least} to ${got.most}`);
    assert.ok(got.least < centre - 0.99 * bound && got.most > centre + 0.99 * bound, `${got.least} to ${got.most}`);
  });
}

test("values that are given", () => {
  assert.equal([...draw("zeros", [2, 2])], [0, 0, 0, 0]);
  assert.equal([...draw("ones", [3])], [1, 1, 1]);
  assert.equal([...draw({ type: "constant", value: -2.5 }, [3])], [-2.5, -2.5, -2.5]);
  assert.equal([...draw({ type: "randomUniform", minimum: 3, maximum: 3 }, [2])], [3, 3]);
});

test("fans of matrices, convolutions and vectors", () => {
  assert.equal(fans([5, 7]), [5, 7]);
  assert.equal(fans([3, 4, 5, 7]), [60, 84]);
  assert.equal(fans([3, 5, 7]), [15, 21]);
  assert.equal(fans([5]), [5, 5]);
  assert.equal(fans([]), [1, 1]);
  const { most } = moments(draw("heUniform", [3, 3, 20, 100]));
  assert.ok(Math.abs(most / Math.sqrt(6 / 180) - 1) < 0.001, `${most}`);
});

/** The bits of [13, 9] from seed 1, stream 2, as every engine must make them. */
const BITS: Record<InitializerName, string> = {
  zeros: "b4abef55",
  ones: "bbacb378",
  constant: "c80e349f",
  glorotUniform: "9ed3e8a6",
  glorotNormal: "f0bc98b3",
  heUniform: "9dfb144e",
  heNormal: "e19f9c42",
  lecunUniform: "88560c66",
  lecunNormal: "e3470020",
  orthogonal: "5325529a",
  randomUniform: "1a00ae1c",
  randomNormal: "9a7d5e7",
  truncatedNormal: "a92c88e3",
  unitForget: "ab4eeda8",
};

test("the same bits on every engine", () => {
  const made = Object.keys(initializers).map((name) => {
    const spec = { type: name, ...(name === "constant" ? { value: 0.1 } : {}) } as InitializerSpec;
    return [name, hash(draw(spec, [13, 9]))];
  });
  assert.equal(Object.fromEntries(made), BITS);
});

test("the same seed and stream give the same bits, others give others", () => {
  for (const type of Object.keys(initializers) as InitializerName[]) {
    if (["zeros", "ones", "constant", "unitForget"].includes(type)) continue;
    const first = hash(draw(type, [5, 4], 7, 3));
    assert.is(hash(draw(type, [5, 4], 7, 3)), first, type);
    const all = [first, hash(draw(type, [5, 4], 8, 3)), hash(draw(type, [5, 4], 7, 4)), hash(draw(type, [4, 5], 9, 3))];
    assert.is(new Set(all).size, all.length, type);
  }
});

test("a value depends on its index, not on how many there are", () => {
  for (const type of ["randomUniform", "randomNormal", "truncatedNormal"] as const) {
    const many = draw(type, [1003]);
    for (const count of [1, 2, 3, 4, 5, 1002]) assert.equal([...draw(type, [count])], [...many.slice(0, count)], type);
  }
});

test("a model's weights are made as its layers say, by name or as JSON", async () => {
  await using model = sequential([
    input({ shape: [6] }),
    dense({ units: 4, kernelInitializer: "orthogonal", biasInitializer: { type: "constant", value: 0.25 } }),
    dense({
      units: 3,
      kernelInitializer: { type: "randomUniform", minimum: 1, maximum: 2 },
      biasInitializer: "heNormal",
    }),
  ]);
  model.compile({ optimizer: "sgd", seed: 5 });
  const [kernel, bias, second, secondBias] = await model.getWeights();
  const row = (i: number) => [0, 1, 2, 3, 4, 5].map((r) => kernel!.data[4 * r + i]!);
  const dot = (i: number, j: number) => row(i).reduce((sum, x, r) => sum + x * row(j)[r]!, 0);
  assert.ok(Math.abs(dot(0, 0) - 1) < 1e-6 && Math.abs(dot(0, 1)) < 1e-6);
  assert.equal([...bias!.data], [0.25, 0.25, 0.25, 0.25]);
  assert.ok(second!.data.every((x) => x >= 1 && x <= 2));
  assert.is(new Set(secondBias!.data).size, 3);
});

test.run();
