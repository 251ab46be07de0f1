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

const test = suite("decisions");

oracle<Case & { threshold: number }>(test, {
  kernel: "decided_class",
  cases: cases.flatMap((c) => [0, 0.5].map((threshold) => ({ ...c, threshold }))),
  tensors: ({ B, width }, random) => ({
    found: { data: new Float32Array(B), write: true },
    pred: { data: dirtyMatrix(B, width, () => coarse(random)) },
  }),
  args: ({ width, threshold }, p) => [p("found"), p("pred"), threshold, width, stride(width)],
  extent: ({ B }) => B,
  expected: ({ B, width, threshold }, { pred }) => ({
    found: Float64Array.from({ length: B }, (_, r) => {
      const values = row(pred!, r, width);
      return width === 1 ? Number(values[0]! > threshold) : values.indexOf(Math.max(...values));
    }),
  }),
  tolerance: 0,
});

oracle<Case>(test, {
  kernel: "decision_score",
  cases: cases.filter(({ width }) => width !== 3).map(({ B, width }) => ({ B, width: width === 1 ? 1 : 2 })),
  tensors: ({ B, width }, random) => ({
    score: { data: new Float32Array(B), write: true },
    pred: { data: dirtyMatrix(B, width, random) },
  }),
  args: ({ width }, p) => [p("score"), p("pred"), width, stride(width)],
  extent: ({ B }) => B,
  expected: ({ B, width }, { pred }) => ({
    score: Float64Array.from({ length: B }, (_, r) => {
      const [no, yes] = row(pred!, r, width);
      return width === 1 ? no! : yes! - no!;
    }),
  }),
  tolerance: 1e-7,
});

for (const { name, kernels, memory, base } of kernelBuilds()) {
  const first = (kernel: "decided_class" | "decision_score", pred: number[]) => {
    new Float32Array(memory.buffer, base, 8).set([...pred, ...Array(8 - pred.length).fill(9)]);
    const width = pred.length;
    if (kernel === "decided_class") kernels.decided_class(base + 64, base, 0.5, width, 8, 0, 1);
    else kernels.decision_score(base + 64, base, width, 8, 0, 1);
    return new Float32Array(memory.buffer, base + 64, 1)[0];
  };

  test(`what is not a number decides for nothing, and has no score (${name})`, () => {
    for (const pred of [[Number.NaN], [Number.NaN, 1], [1, Number.NaN], [1, 2, 3, 4, Number.NaN]]) {
      assert.is(first("decided_class", pred), -1);
    }
    for (const pred of [[Number.NaN], [Number.NaN, 1], [1, Number.NaN]]) {
      assert.ok(Number.isNaN(first("decision_score", pred)));
    }
  });

  test(`at the threshold the answer is no, and infinities count (${name})`, () => {
    const infinity = Number.POSITIVE_INFINITY;
    const inputs = [[0.5], [0.50001], [infinity], [-infinity], [-infinity, -infinity], [-infinity, 3]];
    assert.equal(
      inputs.map((pred) => first("decided_class", pred)),
      [0, 1, 1, 0, 0, 1],
    );
    assert.equal(
      [[infinity], [0, infinity], [infinity, 0]].map((pred) => first("decision_score", pred)),
      [infinity, infinity, -infinity],
    );
  });
}

test.run();
