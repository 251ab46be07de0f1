import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Build, kernelBuilds } from "../kernelbuilds.js";
import { type KernelName, matrix, numericGradient, type Oracle, oracle, SIZES, stride } from "../oracle.js";

const test = suite("softmax");

interface Case {
  B: number;
  /** Vectors of a row, without gaps; default 1. */
  steps?: number;
  width: number;
  /** The logits are uniform in [-range, range). */
  range?: number;
  inPlace?: boolean;
}
const cases: Case[] = [
  ...SIZES.flatMap((B) => SIZES.map((width) => ({ B, width }))),
  ...[3, 7].flatMap((steps) => [1, 2, 3, 4, 5, 6, 7, 8, 9, 27].map((width) => ({ B: 4, steps, width }))),
];
const more: Case[] = [
  { B: 3, width: 13, range: 80 },
  { B: 3, width: 200, range: 3 },
  { B: 4, width: 10, inPlace: true },
  { B: 4, steps: 5, width: 3, inPlace: true },
];

/** Rows whose padding is huge, so that a lane that is not masked shows. */
const littered = (B: number, width: number, value: () => number) => {
  const data = matrix(B, width, value);
  for (let i = 0; i < data.length; i++) if (i % stride(width) >= width) data[i] = i & 1 ? 3e38 : -3e38;
  return data;
};

type Row = (x: Float64Array) => Float64Array;
const softmax: Row = (x) => {
  const top = Math.max(...x);
  const powers = x.map((value) => Math.exp(value - top));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
};
const logSoftmax: Row = (x) => {
  const top = Math.max(...x);
  const sum = x.reduce((a, value) => a + Math.exp(value - top), 0);
  return x.map((value) => value - top - Math.log(sum));
};
const lengthOf = ({ steps = 1, width }: Case) => stride(steps * width);
/** f of each step of each row, zero in padding. */
const rows = (x: Float64Array, c: Case, f: (row: Float64Array, start: number) => Float64Array) => {
  const { steps = 1, width } = c;
  const result = new Float64Array(x.length);
  for (let row = 0; row < x.length; row += lengthOf(c)) {
    for (let start = row; start < row + steps * width; start += width) {
      result.set(f(x.slice(start, start + width), start), start);
    }
  }
  return result;
};

for (const [name, f] of [
  ["softmax", softmax],
  ["log_softmax", logSoftmax],
] as const) {
  const forward: Oracle<Case> = {
    kernel: `${name}_forward`,
    cases: [...cases, ...more.filter(({ inPlace }) => !inPlace || name === "softmax")],
    tensors: (c, random) => ({
      inp: { data: littered(c.B, (c.steps ?? 1) * c.width, () => (c.range ?? 1) * random()) },
      ...(c.inPlace ? {} : { out: { data: new Float32Array(c.B * lengthOf(c)), write: true } }),
    }),
    args: (c, p) => [p(c.inPlace ? "inp" : "out"), p("inp"), c.steps ?? 1, c.width, lengthOf(c)],
    extent: ({ B }) => B,
    expected: (c, { inp }) => ({ [c.inPlace ? "inp" : "out"]: rows(inp!, c, f) }),
    tolerance: 1e-6,
  };
  oracle(test, forward);

  const backward: Oracle<Case> = {
    kernel: `${name}_backward`,
    cases: [...cases, ...more],
    tensors: (c, random) => {
      const { B, steps = 1, width, range = 1, inPlace } = c;
      const inp = Float64Array.from(matrix(B, steps * width, () => range * random()));
      return {
        // Read by expected() alone.
        inp: { data: Float32Array.from(inp) },
        out: { data: Float32Array.from(rows(inp, c, f)) },
        dout: { data: littered(B, steps * width, random) },
        ...(inPlace ? {} : { dinp: { data: new Float32Array(B * lengthOf(c)), write: true } }),
      };
    },
    args: (c, p) => [p(c.inPlace ? "dout" : "dinp"), p("dout"), p("out"), c.steps ?? 1, c.width, lengthOf(c)],
    extent: ({ B }) => B,
    expected: (c, { inp, dout }) => {
      const dinp = rows(inp!, c, (row, start) =>
        numericGradient((x) => f(x).reduce((sum, y, i) => sum + y * dout![start + i]!, 0), row),
      );
      return { [c.inPlace ? "dout" : "dinp"]: dinp };
    },
    tolerance: 2e-6,
  };
  oracle(test, backward);
}

/** The kernel's result for rows of `width`, with what the padding holds. */
function run({ kernels, memory, base }: Build, kernel: KernelName, width: number, ...inputs: number[][]): number[] {
  const size = stride(width);
  const memoryOf = (place: number) => new Float32Array(memory.buffer, base + place * size * 4, size);
  inputs.forEach((input, i) => {
    memoryOf(i + 1)
      .fill(-3e38)
      .set(input);
  });
  const pointers = inputs.map((_, i) => base + (i + 1) * size * 4);
  memoryOf(0).fill(NaN);
  (kernels[kernel] as (...args: number[]) => void)(base, ...pointers, 1, width, size, 0, 1);
  return [...memoryOf(0)];
}
const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);

for (const build of kernelBuilds()) {
  test(`logits may be of any size (${build.name})`, () => {
    const pad = [0, 0, 0, 0, 0];
    assert.equal(run(build, "softmax_forward", 3, [1000, 1000, -1000]), [0.5, 0.5, 0, ...pad]);
    assert.equal(run(build, "softmax_forward", 3, [-3e38, 3e38, 0]), [0, 1, 0, ...pad]);
    assert.equal(run(build, "softmax_forward", 3, [-1e30, -1e30, -2e30]), [0.5, 0.5, 0, ...pad]);
    assert.equal(run(build, "log_softmax_forward", 3, [5000, -5000, 0]), [0, -10000, -5000, ...pad]);
    assert.equal(run(build, "log_softmax_backward", 3, [1, 2, 4], [0, -10000, -5000]), [-6, 2, 4, ...pad]);
  });

  test(`no probability is subnormal (${build.name})`, () => {
    for (let gap = 60; gap < 110; gap += 0.5) {
      const [low] = run(build, "softmax_forward", 2, [-gap, 0]);
      assert.ok(low === 0 ? gap > 69 : low! >= 1e-30, `${low} at ${gap}`);
    }
  });

  test(`a masked logit of -Infinity has probability 0 (${build.name})`, () => {
    const out = run(build, "softmax_forward", 5, [1, -Infinity, 1, -Infinity, -Infinity]);
    assert.equal(out, [0.5, 0, 0.5, 0, 0, 0, 0, 0]);
    const logs = run(build, "log_softmax_forward", 2, [0, -Infinity]);
    assert.equal(logs, [0, -Infinity, 0, 0, 0, 0, 0, 0]);
    assert.equal(run(build, "log_softmax_backward", 2, [1, 2], logs), [-2, 2, 0, 0, 0, 0, 0, 0]);
  });

  test(`NaN, Infinity and a row of -Infinity are not a number in every column, padding is zero (${build.name})`, () => {
    for (const kernel of ["softmax_forward", "log_softmax_forward"] as const) {
      for (const row of [
        [1, NaN, 2, 3, 4],
        [1, 2, 3, 4, NaN],
        [NaN, NaN, NaN, NaN, NaN],
        [-Infinity, -Infinity, -Infinity, -Infinity, -Infinity],
      ]) {
        const out = run(build, kernel, 5, row);
        assert.equal(out.slice(0, 5), [NaN, NaN, NaN, NaN, NaN]);
        assert.equal(out.slice(5), [0, 0, 0]);
      }
      const out = run(build, kernel, 5, [1, 2, Infinity, 3, 4]);
      assert.ok(Number.isNaN(sum(out)));
      assert.equal(out.slice(5), [0, 0, 0]);
    }
  });

  test(`a gradient that is not a number reaches every column, padding is zero (${build.name})`, () => {
    const third = [1 / 3, 1 / 3, 1 / 3];
    for (const kernel of ["softmax_backward", "log_softmax_backward"] as const) {
      const dinp = run(build, kernel, 3, [1, NaN, 2], kernel === "softmax_backward" ? third : third.map(Math.log));
      assert.equal(dinp, [NaN, NaN, NaN, 0, 0, 0, 0, 0]);
    }
  });

  test(`probabilities sum to one (${build.name})`, () => {
    for (const width of [1, 2, 7, 10, 100, 1000]) {
      const out = run(
        build,
        "softmax_forward",
        width,
        Array.from({ length: width }, (_, i) => Math.sin(i * i)),
      );
      assert.ok(Math.abs(sum(out) - 1) < 3e-7, `${sum(out)} for ${width}`);
    }
  });
}

test.run();
