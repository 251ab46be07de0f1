import { suite } from "uvu";
import * as assert from "uvu/assert";
import { kernelBuilds } from "../kernelbuilds.js";
import { dirtyMatrix } from "../losses/losses.js";
import { oracle, SIZES, stride } from "../oracle.js";

interface Case {
  B: number;
  width: number;
  k: number;
}
const cases: Case[] = SIZES.flatMap((B) => SIZES.flatMap((width) => [1, 2, 5].map((k) => ({ B, width, k }))));
/** Few distinct values, so that ties are common. */
const coarse = (random: () => number) => Math.round(random() * 3) / 2;
const row = (values: Float64Array, r: number, width: number) =>
  values.slice(r * stride(width), r * stride(width) + width);
/** Among the k first columns, sorted by value, of equal ones the left one first. */
const among = (values: Float64Array, column: number, k: number) =>
  [...values.keys()].sort((a, b) => values[b]! - values[a]! || a - b).indexOf(column) < k;
const argmax = (values: Float64Array) => values.indexOf(Math.max(...values));

const test = suite("top k");

oracle<Case>(test, {
  kernel: "sparse_top_k_accuracy",
  cases,
  tensors: ({ B, width }, random) => ({
    hit: { data: new Float32Array(B), write: true },
    pred: { data: dirtyMatrix(B, width, () => coarse(random)) },
    label: { data: Int32Array.from({ length: B }, () => Math.floor(((random() + 1) / 2) * width)) },
  }),
  args: ({ width, k }, p) => [p("hit"), p("pred"), p("label"), k, width, stride(width)],
  extent: ({ B }) => B,
  expected: ({ B, width, k }, { pred, label }) => ({
    hit: Float64Array.from({ length: B }, (_, r) => Number(among(row(pred!, r, width), label![r]!, k))),
  }),
  tolerance: 0,
});

oracle<Case>(test, {
  kernel: "top_k_accuracy",
  cases,
  tensors: ({ B, width }, random) => ({
    hit: { data: new Float32Array(B), write: true },
    pred: { data: dirtyMatrix(B, width, () => coarse(random)) },
    target: { data: dirtyMatrix(B, width, () => coarse(random), 2) },
  }),
  args: ({ width, k }, p) => [p("hit"), p("pred"), p("target"), k, width, stride(width), stride(width)],
  extent: ({ B }) => B,
  expected: ({ B, width, k }, { pred, target }) => ({
    hit: Float64Array.from({ length: B }, (_, r) =>
      Number(among(row(pred!, r, width), argmax(row(target!, r, width)), k)),
    ),
  }),
  tolerance: 0,
});

for (const { name, kernels, memory, base } of kernelBuilds()) {
  const hits = (pred: number[], k: number) => {
    new Float32Array(memory.buffer, base, 16).set([...pred, ...Array(16 - pred.length).fill(9)]);
    return pred.map((_, label) => {
      new Int32Array(memory.buffer, base + 64, 1)[0] = label;
      kernels.sparse_top_k_accuracy(base + 128, base, base + 64, k, pred.length, stride(pred.length), 0, 1);
      return new Float32Array(memory.buffer, base + 128, 1)[0]!;
    });
  };

  test(`k columns are hits, whatever is equal (${name})`, () => {
    assert.equal(hits([2, 2, 2, 2, 2, 2], 2), [1, 1, 0, 0, 0, 0]);
    assert.equal(hits([1, 3, 2, 3, 2], 3), [0, 1, 1, 1, 0]);
    assert.equal(hits([0, -0, 0], 1), [1, 0, 0]);
    assert.equal(hits([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 0], 2), [0, 1, 1]);
  });

  test(`what is not a number comes first and is never a hit itself (${name})`, () => {
    assert.equal(hits([Number.NaN, 5, 4, 3], 1), [0, 0, 0, 0]);
    assert.equal(hits([Number.NaN, 5, 4, 3], 2), [0, 1, 0, 0]);
    assert.equal(hits([1, 2, 3, 4, 5, Number.NaN], 5), [0, 1, 1, 1, 1, 0]);
    const target = base + 192;
    new Float32Array(memory.buffer, base, 8).set([1, 2, 3, 9, 9, 9, 9, 9]);
    new Float32Array(memory.buffer, target, 8).set([Number.NaN, 0, 1, 9, 9, 9, 9, 9]);
    kernels.top_k_accuracy(base + 128, base, target, 2, 3, 8, 8, 0, 1);
    assert.is(new Float32Array(memory.buffer, base + 128, 1)[0], 0);
  });
}

test.run();
