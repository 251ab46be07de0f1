import { suite } from "uvu";
import * as assert from "uvu/assert";
import { kernelBuilds } from "../kernelbuilds.js";
import { dirtyMatrix } from "../losses/losses.js";
import { oracle, SIZES, stride } from "../oracle.js";

interface Case {
  B: number;
  width: number;
}
const cases: Case[] = SIZES.flatMap((B) => SIZES.map((width) => ({ B, width })));
/** Few distinct values, so that ties are common. */
const coarse = (random: () => number) => Math.round(random() * 3) / 2;
const row = (values: Float64Array, r: number, width: number) =>
  values.slice(r * stride(width), r * stride(width) + width);
const argmax = (values: Float64Array) => values.indexOf(values.reduce((a, b) => Math.max(a, b)));
const perRow = ({ B }: Case, hit: (r: number) => number) => ({
  hit: Float64Array.from({ length: B }, (_, r) => hit(r)),
});

const test = suite("accuracy");

oracle<Case>(test, {
  kernel: "sparse_categorical_accuracy",
  cases,
  tensors: ({ B, width }, random) => ({
    hit: { data: new Float32Array(B), write: true },
    pred: { data: dirtyMatrix(B, width, () => coarse(random)) },
    label: { data: Int32Array.from({ length: B }, () => Math.floor(((random() + 1) / 2) ** 2 * width)) },
  }),
  args: ({ width }, p) => [p("hit"), p("pred"), p("label"), width, stride(width)],
  extent: ({ B }) => B,
  expected: (c, { pred, label }) => perRow(c, (r) => Number(argmax(row(pred!, r, c.width)) === label![r])),
  tolerance: 0,
});

oracle<Case>(test, {
  kernel: "categorical_accuracy",
  cases,
  tensors: ({ B, width }, random) => ({
    hit: { data: new Float32Array(B), write: true },
    pred: { data: dirtyMatrix(B, width, () => coarse(random)) },
    target: { data: dirtyMatrix(B, width, () => coarse(random)) },
  }),
  args: ({ width }, p) => [p("hit"), p("pred"), p("target"), width, stride(width), stride(width)],
  extent: ({ B }) => B,
  expected: (c, { pred, target }) =>
    perRow(c, (r) => Number(argmax(row(pred!, r, c.width)) === argmax(row(target!, r, c.width)))),
  tolerance: 0,
});

oracle<Case & { threshold: number }>(test, {
  kernel: "binary_accuracy",
  cases: cases.flatMap((c) => [0, 0.5].map((threshold) => ({ ...c, threshold }))),
  tensors: ({ B, width }, random) => ({
    hit: { data: new Float32Array(B), write: true },
    pred: { data: dirtyMatrix(B, width, () => coarse(random)) },
    target: { data: dirtyMatrix(B, width, () => coarse(random)) },
  }),
  args: ({ width, threshold }, p) => [p("hit"), p("pred"), p("target"), threshold, width, stride(width), stride(width)],
  extent: ({ B }) => B,
  expected: (c, { pred, target }) =>
    perRow(c, (r) => {
      const wanted = row(target!, r, c.width);
      const hits = row(pred!, r, c.width).filter((x, i) => x > c.threshold === wanted[i]! > 0.5);
      return hits.length / c.width;
    }),
  tolerance: 1e-7,
});

for (const { name, kernels, memory, base } of kernelBuilds()) {
  const floats = (at: number, values: number[]) =>
    new Float32Array(memory.buffer, base + at, values.length).set(values);
  const hit = () => new Float32Array(memory.buffer, base + 256, 1)[0];
  const sparse = (pred: number[], label: number) => {
    floats(0, [...pred, ...Array(8).fill(9)]);
    new Int32Array(memory.buffer, base + 128, 1)[0] = label;
    kernels.sparse_categorical_accuracy(base + 256, base, base + 128, pred.length, stride(pred.length), 0, 1);
    return hit();
  };

  test(`the first of equal values counts, -0 is 0, and infinities are values (${name})`, () => {
    assert.equal(
      [0, 1, 2].map((label) => sparse([1, 2, 2], label)),
      [0, 1, 0],
    );
    assert.equal(
      [0, 1, 2, 3, 4].map((label) => sparse([0, 0, 0, 0, 3, 3], label)),
      [0, 0, 0, 0, 1],
    );
    assert.equal(
      [0, 1].map((label) => sparse([-0, 0], label)),
      [1, 0],
    );
    const none = Number.NEGATIVE_INFINITY;
    assert.equal(
      [0, 1].map((label) => sparse([none, -3], label)),
      [0, 1],
    );
    assert.equal(
      [0, 1].map((label) => sparse([none, none], label)),
      [1, 0],
    );
    assert.equal(
      [0, 1].map((label) => sparse([3, Number.POSITIVE_INFINITY], label)),
      [0, 1],
    );
  });

  test(`a row with a value that is not a number is never a hit (${name})`, () => {
    for (const pred of [
      [Number.NaN, 1, 2],
      [1, 2, 3, 4, 5, Number.NaN],
    ])
      for (let label = 0; label < pred.length; label++) assert.is(sparse(pred, label), 0);
    floats(0, [Number.NaN, 1, 0, 0, 0, 0, 0, 0]);
    floats(64, [Number.NaN, 1, 0, 0, 0, 0, 0, 0]);
    kernels.categorical_accuracy(base + 256, base, base + 64, 2, 8, 8, 0, 1);
    assert.is(hit(), 0);
  });

  test(`binary accuracy at the thresholds: above counts, equal does not (${name})`, () => {
    floats(0, [0.25, 0.25, 0.5, 0.5, 9, 9, 9, 9]);
    floats(64, [0.5, 0.75, 0.5, 0.75, 0, 0, 0, 0]);
    kernels.binary_accuracy(base + 256, base, base + 64, 0.25, 4, 8, 8, 0, 1);
    assert.is(hit(), 0.5);
  });
}

test.run();
