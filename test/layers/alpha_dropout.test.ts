import { suite } from "uvu";
import * as assert from "uvu/assert";
import { alphaDropout as definition } from "../../src/layers/alpha_dropout.js";
import type { NodeContext } from "../../src/layers/layer.js";
import { philox } from "../../src/random.js";
import { kernelBuilds } from "../kernelbuilds.js";
import { matrix, oracle, SIZES, stride } from "../oracle.js";

const test = suite("alpha dropout");

interface Case {
  B: number;
  width: number;
  rate: number;
  step?: number;
  inPlace?: boolean;
}
const [SCALE, KEPT, DROPPED] = [0.75, 0.5, -1.25];
const SEED: [number, number] = [0xdeadbeef, 0x1a2b3];
const STREAM = 3;
const cases: Case[] = [
  ...SIZES.flatMap((B) => SIZES.map((width) => ({ B, width, rate: 0.5 }))),
  ...[0, 0.1, 0.9, 1].map((rate) => ({ B: 5, width: 40, rate })),
  { B: 3, width: 24, rate: 0.3, step: -1 },
  { B: 3, width: 24, rate: 0.3, inPlace: true },
];

const isKept = (i: number, { width, rate, step = 0 }: Case) => {
  const [row, column] = [Math.floor(i / stride(width)), i % stride(width)];
  const words = philox([4 * (column >> 4) + (column & 3), row, step >>> 0, STREAM], SEED);
  return (words[(column >> 2) & 3]! >>> 8) / 16777216 >= Math.fround(rate);
};
const tensors = (inp: string, out: string) => (c: Case, random: () => number) => ({
  [inp]: { data: matrix(c.B, c.width, random) },
  counter: { data: Int32Array.of(c.step ?? 0) },
  ...(c.inPlace ? {} : { [out]: { data: new Float32Array(c.B * stride(c.width)), write: true } }),
});
const end = ({ width }: Case) => [SEED[0] | 0, SEED[1] | 0, STREAM, stride(width)];

oracle<Case>(test, {
  kernel: "alpha_dropout_forward",
  cases,
  tensors: tensors("inp", "out"),
  args: (c, p) => [p(c.inPlace ? "inp" : "out"), p("inp"), p("counter"), c.rate, SCALE, KEPT, DROPPED, ...end(c)],
  extent: ({ B }) => B,
  expected: (c, { inp }) => ({
    [c.inPlace ? "inp" : "out"]: inp!.map((x, i) => (isKept(i, c) ? x * SCALE + KEPT : DROPPED)),
  }),
  tolerance: 1e-6,
});
oracle<Case>(test, {
  kernel: "alpha_dropout_backward",
  cases,
  tensors: tensors("dout", "dinp"),
  args: (c, p) => [p(c.inPlace ? "dout" : "dinp"), p("dout"), p("counter"), c.rate, SCALE, ...end(c)],
  extent: ({ B }) => B,
  expected: (c, { dout }) => ({
    [c.inPlace ? "dout" : "dinp"]: dout!.map((x, i) => (isKept(i, c) ? x * SCALE : 0)),
  }),
  tolerance: 1e-6,
});

/** Scale and the two constants that the layer gives its kernel. */
function lineOf(rate: number): number[] {
  const tensor = { name: "t", pointer: 64, bytes: 64, width: 8, stride: 8 };
  const rows = { axis: "batch", extent: 1 } as const;
  const context = { batch: rows, inp: tensor, out: tensor, counter: tensor, counterOffset: 0, seed: [1, 2], stream: 3 };
  const [step] = definition.forward({ rate }, context as unknown as NodeContext);
  return step!.arguments.slice(4, 7) as number[];
}

test("the constants are those of Klambauer et al.", () => {
  const low = -1.0507009873554805 * 1.6732632423543772;
  for (const rate of [0.05, 0.1, 0.5, 0.9]) {
    const q = 1 - rate;
    const a = (q + low * low * q * rate) ** -0.5;
    const b = -a * rate * low;
    lineOf(rate).forEach((x, i) => {
      assert.ok(Math.abs(x - [a, b, a * low + b][i]!) < 1e-14, `${rate}: ${x}`);
    });
  }
});

for (const { name, kernels, memory, base } of kernelBuilds()) {
  test(`mean 0 and variance 1 stay (${name})`, () => {
    const [rows, width] = [1000, 800];
    const [source, target] = [base + 64, base + 64 + 4 * rows * width];
    new Int32Array(memory.buffer, base, 1)[0] = 7;
    const inp = new Float32Array(memory.buffer, source, rows * width);
    // Any values with these moments: here ±1 and ±sqrt(1.5) by turns, and zeros.
    inp.forEach((_, i) => {
      inp[i] = [1, -1, Math.sqrt(1.5), -Math.sqrt(1.5), 0][i % 5]!;
    });
    for (const rate of [0.05, 0.3, 0.7]) {
      const [scale, kept, dropped] = lineOf(rate) as [number, number, number];
      kernels.alpha_dropout_forward(target, source, base, rate, scale, kept, dropped, 1, 2, 3, width, 0, rows);
      const out = new Float32Array(memory.buffer, target, rows * width);
      const mean = out.reduce((sum, x) => sum + x, 0) / out.length;
      const square = out.reduce((sum, x) => sum + x * x, 0) / out.length;
      assert.ok(Math.abs(mean) < 5 * Math.sqrt(1 / out.length), `${rate}: mean ${mean}`);
      assert.ok(Math.abs(square - 1) < 5 * Math.sqrt(10 / out.length), `${rate}: square ${square}`);
    }
  });

  test(`what is not a number stays so, dropped or not (${name})`, () => {
    new Float32Array(memory.buffer, base + 64, 160).fill(Number.NaN);
    kernels.alpha_dropout_forward(base + 64, base + 64, base, 0.5, 1, 2, 3, 1, 2, 3, 40, 0, 4);
    assert.ok(new Float32Array(memory.buffer, base + 64, 160).every(Number.isNaN));
  });
}

test.run();
