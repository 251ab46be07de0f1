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

test.run();
