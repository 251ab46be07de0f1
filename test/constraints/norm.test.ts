import { suite } from "uvu";
import * as assert from "uvu/assert";
import { kernelBuilds } from "../kernelbuilds.js";
import { oracle, panels, SIZES, stride } from "../oracle.js";

const test = suite("norm constraints");

interface Case {
  I: number;
  O: number;
  low: number;
  high: number;
  /** Sizes of the weights: about 1 times this. */
  size: number;
}
const bounds = [
  [0, 1],
  [0, 1e30],
  [1, 1],
  [0.5, 0.75],
] as const;
const cases: Case[] = SIZES.flatMap((I) =>
  SIZES.flatMap((O) => bounds.map(([low, high]) => ({ I, O, low, high, size: 1 }))),
);
cases.push(...[1e-25, 1e-12, 1e19, 1e25].map((size) => ({ I: 9, O: 11, low: 0, high: 1e-3, size })));
cases.push(...[1e-25, 1e-12, 1e19, 1e25].map((size) => ({ I: 9, O: 11, low: 1, high: 1, size })));

/** The weights of each group of places, scaled. */
function scaled(weight: Float64Array, groups: number[][], { low, high }: Case): Float64Array {
  const want = weight.slice();
  for (const places of groups) {
    const norm = Math.sqrt(places.reduce((sum, i) => sum + weight[i]! ** 2, 0));
    const wanted = Math.min(Math.max(norm, low), Math.fround(high));
    for (const i of places) if (norm > 0) want[i] = (weight[i]! * wanted) / norm;
  }
  return want;
}
const range = (count: number) => Array.from({ length: count }, (_, i) => i);
const place = (i: number, o: number, I: number) => (o >> 3) * stride(I) * 8 + i * 8 + (o & 7);

oracle<Case>(test, {
  kernel: "norm_columns",
  cases,
  tensors: ({ I, O, size }, random) => ({ weight: { data: panels(I, O, () => size * random()) } }),
  args: ({ I, low, high }, p) => [p("weight"), stride(I), low, high],
  extent: ({ O }) => stride(O) / 8,
  expected: (c, { weight }) => {
    const columns = range(c.O).map((o) => range(c.I).map((i) => place(i, o, c.I)));
    return { weight: scaled(weight!, columns, c) };
  },
  tolerance: 3e-7,
});

oracle<Case>(test, {
  kernel: "norm_rows",
  cases,
  tensors: ({ I, O, size }, random) => ({ weight: { data: panels(I, O, () => size * random()) } }),
  args: ({ I, O, low, high }, p) => [p("weight"), stride(O) / 8, 8 * stride(I), low, high],
  extent: ({ I }) => stride(I),
  expected: (c, { weight }) => {
    const rows = range(c.I).map((i) => range(c.O).map((o) => place(i, o, c.I)));
    return { weight: scaled(weight!, rows, c) };
  },
  tolerance: 3e-7,
});

for (const { name, kernels, memory, base } of kernelBuilds()) {
  /** What becomes of 16 rows of 8 columns. */
  const columns = (values: number[], low: number, high: number) => {
    const weight = new Float32Array(memory.buffer, base, 128);
    weight.fill(0);
    weight.set(values);
    kernels.norm_columns(base, 16, low, high, 0, 1);
    return [...weight];
  };

  test(`a norm within the bounds changes no bit, zeros stay zeros (${name})`, () => {
    const values = Array.from({ length: 128 }, (_, i) => Math.fround(0.2 * Math.sin(i)));
    assert.equal(columns(values, 0, 1), values);
    assert.equal(columns([], 1, 1), new Array(128).fill(0));
    assert.equal(columns([1], 1, 1)[0], 1);
  });

  test(`what is not a number spoils its own column alone (${name})`, () => {
    const values = new Array(128).fill(2);
    values[11] = Number.NaN;
    const got = columns(values, 0, 4);
    for (let i = 0; i < 128; i++) {
      if (i === 11) assert.ok(Number.isNaN(got[i]!));
      else assert.is(got[i], i % 8 === 3 ? 2 : 1);
    }
  });

  test(`small columns are brought to norm 1, at any size (${name})`, () => {
    for (const size of [1e-29, 1e-20, 1e20, 3e38]) {
      const got = columns([size, 0, 0, 0, 0, 0, 0, 0, size], 1, 1);
      assert.ok(Math.abs(got[0]! - Math.SQRT1_2) < 2e-7 && got[0] === got[8], `${size}: ${got[0]}`);
    }
  });
}

test.run();
