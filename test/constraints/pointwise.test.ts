import { suite } from "uvu";
import * as assert from "uvu/assert";
import { kernelBuilds } from "../kernelbuilds.js";
import { oracle } from "../oracle.js";

const test = suite("pointwise constraints");

interface Case {
  unit: number;
  units: number;
  rate: number;
  l1: number;
}
const cases: Case[] = [
  [8, 1],
  [8, 7],
  [16, 3],
  [64, 4],
].flatMap(([unit, units]) =>
  [
    [1, 0],
    [0.5, 0.25],
    [0.125, 4],
    [2, 1],
  ].map(([rate, l1]) => ({ unit: unit!, units: units!, rate: rate!, l1: l1! })),
);
const weights = ({ unit, units }: Case, random: () => number) => ({
  data: Float32Array.from({ length: unit * units }, random),
});

oracle<Case>(test, {
  kernel: "non_negative",
  cases,
  tensors: (c, random) => ({ weight: weights(c, random) }),
  args: ({ unit }, p) => [p("weight"), unit],
  extent: ({ units }) => units,
  expected: (_, { weight }) => ({ weight: weight!.map((w) => Math.max(w, 0)) }),
  tolerance: 0,
});

oracle<Case>(test, {
  kernel: "soft_threshold",
  cases,
  tensors: (c, random) => ({ weight: weights(c, random), rate: { data: Float32Array.of(c.rate) } }),
  args: ({ unit, l1 }, p) => [p("weight"), p("rate"), l1, unit],
  extent: ({ units }) => units,
  expected: ({ rate, l1 }, { weight }) => ({
    weight: weight!.map((w) => (Math.abs(w) > rate * l1 ? w - Math.sign(w) * rate * l1 : 0)),
  }),
  tolerance: 1e-7,
});

for (const { name, kernels, memory, base } of kernelBuilds()) {
  const weight = new Float32Array(memory.buffer, base, 8);
  const rate = new Float32Array(memory.buffer, base + 32, 1);

  test(`zeros are exact and have no sign, the rest keeps its own (${name})`, () => {
    weight.set([0.25, -0.25, 0.1, -0.1, -0, 1, -1, Number.NaN]);
    rate[0] = 0.5;
    kernels.soft_threshold(base, base + 32, 0.5, 8, 0, 1);
    assert.equal([...weight], [0, 0, 0, 0, 0, 0.75, -0.75, Number.NaN]);
    for (const i of [0, 1, 2, 3, 4]) assert.ok(Object.is(weight[i], 0), `[${i}] is ${weight[i]}`);
  });

  test(`what is not a number is not lost (${name})`, () => {
    weight.set([-1, Number.NaN, -Infinity, Infinity, -1e-45, 1e-45, 0, 2]);
    kernels.non_negative(base, 8, 0, 1);
    assert.equal([...weight], [0, Number.NaN, 0, Infinity, 0, 1.401298464324817e-45, 0, 2]);
  });
}

test.run();
