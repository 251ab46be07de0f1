import { suite } from "uvu";
import * as assert from "uvu/assert";
import { kernelBuilds } from "../kernelbuilds.js";
import { numericGradient, oracle } from "../oracle.js";

interface Case {
  l1: number;
  l2: number;
  unit: number;
  units: number;
}
const cases: Case[] = [
  [0, 0],
  [0.25, 0],
  [0, 0.125],
  [0.5, 2],
].flatMap(([l1, l2]) =>
  [
    [8, 1],
    [8, 7],
    [16, 3],
    [64, 4],
  ].map(([unit, units]) => ({ l1: l1!, l2: l2!, unit: unit!, units: units! })),
);
const penalty = (weight: Float64Array, { l1, l2, unit, units }: Case) =>
  Float64Array.from({ length: units }, (_, u) =>
    weight.slice(u * unit, (u + 1) * unit).reduce((sum, w) => sum + l1 * Math.abs(w) + l2 * w * w, 0),
  );
const total = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0);

const test = suite("penalty");

oracle<Case>(test, {
  kernel: "penalty_value",
  cases,
  tensors: ({ unit, units }, random) => ({
    weight: { data: Float32Array.from({ length: unit * units }, random) },
    penalty: { data: new Float32Array(units), write: true },
  }),
  args: ({ l1, l2, unit }, p) => [p("penalty"), p("weight"), l1, l2, unit],
  extent: ({ units }) => units,
  expected: (c, { weight }) => ({ penalty: penalty(weight!, c) }),
});

oracle<Case>(test, {
  kernel: "penalty_gradient",
  cases,
  tensors: ({ unit, units }, random) => ({
    weight: { data: Float32Array.from({ length: unit * units }, random) },
    gradient: { data: Float32Array.from({ length: unit * units }, random) },
  }),
  args: ({ l1, l2, unit }, p) => [p("gradient"), p("weight"), l1, l2, unit],
  extent: ({ units }) => units,
  expected: (c, { weight, gradient }) => ({
    gradient: numericGradient((w) => total(penalty(w, c)), weight!, 1e-7).map((slope, i) => slope + gradient![i]!),
  }),
});

oracle<Case>(test, {
  kernel: "penalty_value_at",
  cases,
  tensors: ({ unit, units, l1, l2 }, random) => ({
    weight: { data: Float32Array.from({ length: unit * units }, random) },
    strengths: { data: Float32Array.of(l1, l2) },
    penalty: { data: new Float32Array(units), write: true },
  }),
  args: ({ unit }, p) => [p("penalty"), p("weight"), p("strengths"), unit],
  extent: ({ units }) => units,
  expected: (c, { weight }) => ({ penalty: penalty(weight!, c) }),
});

oracle<Case & { first: 0 | 1 }>(test, {
  kernel: "penalty_gradient_at",
  cases: cases.flatMap((c) => [
    { ...c, first: 0 },
    { ...c, first: 1 },
  ]),
  tensors: ({ unit, units, l1, l2 }, random) => ({
    weight: { data: Float32Array.from({ length: unit * units }, random) },
    strengths: { data: Float32Array.of(l1, l2) },
    gradient: { data: Float32Array.from({ length: unit * units }, random) },
  }),
  args: ({ unit, first }, p) => [p("gradient"), p("weight"), p("strengths"), first, unit],
  extent: ({ units }) => units,
  expected: ({ first, ...c }, { weight, gradient }) => {
    const value = (w: Float64Array) => total(penalty(w, { ...c, l1: first * c.l1 }));
    return { gradient: numericGradient(value, weight!, 1e-7).map((slope, i) => slope + gradient![i]!) };
  },
});

for (const { name, kernels, memory, base } of kernelBuilds()) {
  test(`penalty_gradient at kinks and specials (${name})`, () => {
    const weight = new Float32Array(memory.buffer, base, 8);
    const gradient = new Float32Array(memory.buffer, base + 32, 8);
    weight.set([0, -0, 1e-45, -1e-45, Number.NaN, 3, -3, 0]);
    gradient.fill(0);
    kernels.penalty_gradient(base + 32, base, 0.5, 0, 8, 0, 1);
    assert.equal([...gradient], [0, 0, 0.5, -0.5, Number.NaN, 0.5, -0.5, 0]);
  });
}

test.run();
