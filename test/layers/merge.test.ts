import { suite } from "uvu";
import { matrix, oracle, SIZES, stride } from "../oracle.js";

const test = suite("merge kernels");

const cases = SIZES.flatMap((width) => [1, 0.5, 0].map((scale) => ({ B: 3, width, scale })));
type Case = (typeof cases)[number];
/** Two halves in a row of memory, each padded. */
const halves = ({ B, width }: Case, random: () => number) =>
  matrix(B, 2 * stride(width), (_, column) => (column % stride(width) < width ? random() : 0));
const each = ({ B, width }: Case, value: (row: number, column: number) => number) =>
  Array.from({ length: B * stride(width) }, (_, i) => value(Math.floor(i / stride(width)), i % stride(width)));

oracle(test, {
  kernel: "merge_halves",
  cases,
  tensors: (c, random) => ({
    halves: { data: halves(c, random) },
    out: { data: new Float32Array(c.B * stride(c.width)), write: true },
  }),
  args: ({ scale, width }, p) => [p("out"), p("halves"), scale, width, stride(width), 2 * stride(width)],
  extent: ({ B }) => B,
  expected: (c, { halves: both }) => ({
    out: each(c, (row, column) => {
      const [a, b] = [0, 1].map((half) => both![(2 * row + half) * stride(c.width) + column]!);
      return c.scale ? c.scale * (a! + b!) : a! * b!;
    }),
  }),
});

oracle(test, {
  kernel: "merge_halves_backward",
  cases,
  tensors: (c, random) => ({
    halves: { data: halves(c, random) },
    dout: { data: matrix(c.B, c.width, random) },
  }),
  args: ({ scale, width }, p) => [p("halves"), p("dout"), scale, width, 2 * stride(width), stride(width)],
  extent: ({ B }) => B,
  expected(c, { halves: both, dout }) {
    const S = stride(c.width);
    const at = (row: number, half: number, column: number) => (2 * row + half) * S + column;
    const gradients = new Float64Array(both!.length);
    each(c, (row, column) => {
      for (const half of [0, 1])
        gradients[at(row, half, column)] = dout![row * S + column]! * (c.scale || both![at(row, 1 - half, column)]!);
      return 0;
    });
    return { halves: gradients };
  },
});

type Flat = { B: number; width: number; scale: number; first: number };
const flat = SIZES.flatMap((width) => [0, 1].map((first) => ({ B: 3, width, scale: first ? 0.5 : -1, first })));
/** Two tensors of the same rows; every third value of `inp` is that of `out`. */
const pair = ({ B, width }: Flat, random: () => number) => {
  const out = matrix(B, width, random);
  return { out: { data: out }, inp: { data: out.map((value, i) => (i % 3 && value ? random() : value)) } };
};
const flatArgs = ({ width }: Flat) => stride(width);

oracle(test, {
  kernel: "merge_sum",
  cases: flat,
  tensors: (c, random) => {
    const { inp, out } = pair(c, random);
    return { inp, out: c.first ? { data: out.data, write: true } : out };
  },
  args: (c, p) => [p("out"), p("inp"), c.scale, c.first, flatArgs(c)],
  extent: ({ B }) => B,
  expected: ({ scale, first }, { inp, out }) => ({ out: inp!.map((v, i) => scale * v + (first ? 0 : out![i]!)) }),
});

for (const [kernel, f] of [
  ["merge_product", (a: number, b: number) => a * b],
  ["merge_maximum", (a: number, b: number) => Math.max(a, b)],
  ["merge_minimum", (a: number, b: number) => Math.min(a, b)],
] as const) {
  oracle(test, {
    kernel,
    cases: flat,
    tensors: pair,
    args: (c, p) => [p("out"), p("inp"), flatArgs(c)],
    extent: ({ B }) => B,
    expected: (_, { inp, out }) => ({ out: inp!.map((v, i) => f(v, out![i]!)) }),
  });
}

oracle(test, {
  kernel: "merge_where",
  cases: flat,
  tensors: (c, random) => ({ ...pair(c, random), values: { data: matrix(c.B, c.width, random) } }),
  args: (c, p) => [p("values"), p("inp"), p("out"), c.first, flatArgs(c)],
  extent: ({ B }) => B,
  expected: ({ first }, { inp, out, values }) => ({
    values: values!.map((v, i) => ((inp![i] === out![i]) === (first === 1) ? v : 0)),
  }),
});

/** Blocks of a narrow tensor that are each the first values of a wider tensor's blocks, and the other way round. */
const blocks = SIZES.flatMap((width) => [0, 1].map((back) => ({ B: 3, count: 2, width, wide: width + 3, back })));
const side = (c: (typeof blocks)[number], wide: boolean) => c.count * (wide ? c.wide : c.width);

oracle(test, {
  kernel: "merge_blocks",
  cases: blocks,
  tensors: (c, random) => ({
    out: { data: matrix(c.B, side(c, !c.back), random) },
    inp: { data: matrix(c.B, side(c, !!c.back), random) },
  }),
  args(c, p) {
    const steps = c.back ? [c.width, c.wide] : [c.wide, c.width];
    const strides = [stride(side(c, !c.back)), stride(side(c, !!c.back))];
    return [p("out"), p("inp"), c.count, c.width, ...steps, ...strides];
  },
  extent: ({ B }) => B,
  expected(c, { inp, out }) {
    const result = out!.slice();
    for (let row = 0; row < c.B; row++)
      for (let k = 0; k < c.count; k++)
        for (let i = 0; i < c.width; i++)
          result[row * stride(side(c, !c.back)) + k * (c.back ? c.width : c.wide) + i] =
            inp![row * stride(side(c, !!c.back)) + k * (c.back ? c.wide : c.width) + i]!;
    return { out: result };
  },
});

test.run();
