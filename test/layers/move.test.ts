import { suite } from "uvu";
import { matrix, oracle, stride } from "../oracle.js";

const test = suite("move kernels");

interface Move {
  B: number;
  /** Blocks of the input, and their values. */
  inp: number;
  size: number;
  /** For each block of the output. */
  table: number[];
}

const cases: Move[] = [
  { B: 1, inp: 1, size: 1, table: [0] },
  { B: 3, inp: 5, size: 1, table: [4, -1, 0, 0, 2, 2, 2, -1] },
  { B: 2, inp: 3, size: 3, table: [2, 1, -1, 0, 1] },
  { B: 4, inp: 2, size: 4, table: [-1, 1] },
  { B: 2, inp: 3, size: 5, table: [0, 0, 1, 1, 2, 2] },
  { B: 3, inp: 2, size: 8, table: [1, 1, -1] },
  { B: 2, inp: 2, size: 13, table: [1, -1, 0, 1] },
];
const tableCase = ({ table }: Move) => ({ data: Int32Array.from(table) });
const widths = ({ inp, size, table }: Move) => ({ inp: inp * size, out: table.length * size });
/** Undefined where nothing is written: padding. */
const blank = (B: number, width: number): number[] =>
  Array.from({ length: B * stride(width) }, (_, i) => (i % stride(width) < width ? 0 : undefined) as number);

/** Every value that is moved, with its index in the input and in the output. */
function* moves(c: Move): Generator<[from: number, to: number]> {
  for (let b = 0; b < c.B; b++)
    for (const [i, place] of c.table.entries())
      for (let k = 0; k < c.size && place >= 0; k++)
        yield [b * stride(widths(c).inp) + place * c.size + k, b * stride(widths(c).out) + i * c.size + k];
}

oracle(test, {
  kernel: "move_forward",
  cases,
  tensors: (c, random) => ({
    inp: { data: matrix(c.B + 1, widths(c).inp, random) },
    table: tableCase(c),
    out: { data: new Float32Array(c.B * stride(widths(c).out)), write: true },
  }),
  args: (c, p) => [
    ...[p("out"), p("inp"), p("table"), c.table.length, c.size],
    ...[stride(widths(c).out), stride(widths(c).inp)],
  ],
  extent: ({ B }) => B,
  expected: (c, { inp }) => {
    const out = blank(c.B, widths(c).out);
    for (const [from, to] of moves(c)) out[to] = inp![from]!;
    return { out };
  },
});

oracle(test, {
  kernel: "move_backward",
  cases,
  tensors: (c, random) => ({
    dout: { data: matrix(c.B + 1, widths(c).out, random) },
    table: tableCase(c),
    dinp: { data: new Float32Array(c.B * stride(widths(c).inp)), write: true },
  }),
  args: (c, p) => [
    ...[p("dinp"), p("dout"), p("table"), c.table.length, c.size, widths(c).inp],
    ...[stride(widths(c).out), stride(widths(c).inp)],
  ],
  extent: ({ B }) => B,
  expected: (c, { dout }) => {
    const dinp = blank(c.B, widths(c).inp);
    for (const [from, to] of moves(c)) dinp[from]! += dout![to]!;
    return { dinp };
  },
});

test.run();
