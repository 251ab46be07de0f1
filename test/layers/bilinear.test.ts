import { suite } from "uvu";
import { matrix, oracle, SIZES, stride } from "../oracle.js";

const test = suite("bilinear kernels");

interface Case {
  B: number;
  C: number;
  inp: [height: number, width: number];
  /** Of each line, and of each column: the places that it lies between, and the share of the latter. */
  down: [low: number, high: number, share: number][];
  across: [low: number, high: number, share: number][];
}

const cases = SIZES.map((C, i): Case => {
  const sides: Case["down"][] = [
    [
      [0, 0, 0.25],
      [0, 1, 0.5],
      [1, 2, 0],
      [2, 2, 0.75],
    ],
    [
      [2, 0, 0.375],
      [1, 2, 1],
      [1, 1, 0],
    ],
  ];
  return { B: 1 + (i % 3), C, inp: [3, 3], down: sides[i % 2]!, across: sides[(i >> 1) % 2]! };
});

const table = (side: Case["down"]) => {
  const data = new Int32Array(3 * side.length);
  side.forEach(([low, high, share], i) => {
    data.set([low, high], 3 * i);
    new Float32Array(data.buffer)[3 * i + 2] = share;
  });
  return { data };
};
const widths = ({ C, inp, down, across }: Case) => [inp[0] * inp[1] * C, down.length * across.length * C] as const;
const blank = (B: number, width: number): number[] =>
  Array.from({ length: B * stride(width) }, (_, i) => (i % stride(width) < width ? 0 : undefined) as number);

/** Every value of the input that one of the output has a share of. */
function* terms(c: Case): Generator<[from: number, to: number, share: number]> {
  const [wide, narrow] = widths(c);
  for (let b = 0; b < c.B; b++)
    for (const [y, [top, bottom, v]] of c.down.entries())
      for (const [x, [left, right, u]] of c.across.entries())
        for (let k = 0; k < c.C; k++)
          for (const [line, p] of [[top, 1 - v] as const, [bottom, v] as const])
            for (const [column, q] of [[left, 1 - u] as const, [right, u] as const]) {
              const from = b * stride(wide) + (line * c.inp[1] + column) * c.C + k;
              yield [from, b * stride(narrow) + (y * c.across.length + x) * c.C + k, p * q];
            }
}

oracle(test, {
  kernel: "bilinear_forward",
  cases,
  tensors: (c, random) => ({
    inp: { data: matrix(c.B + 1, widths(c)[0], random) },
    down: table(c.down),
    across: table(c.across),
    out: { data: new Float32Array(c.B * stride(widths(c)[1])), write: true },
  }),
  args: (c, p) => [
    ...[p("out"), p("inp"), p("down"), p("across"), c.down.length, c.across.length, c.inp[1], c.C],
    ...[stride(widths(c)[1]), stride(widths(c)[0])],
  ],
  extent: ({ B }) => B,
  expected: (c, { inp }) => {
    const out = blank(c.B, widths(c)[1]);
    for (const [from, to, share] of terms(c)) out[to]! += share * inp![from]!;
    return { out };
  },
});

oracle(test, {
  kernel: "bilinear_backward",
  cases,
  tensors: (c, random) => ({
    dout: { data: matrix(c.B + 1, widths(c)[1], random) },
    down: table(c.down),
    across: table(c.across),
    dinp: { data: new Float32Array(c.B * stride(widths(c)[0])), write: true },
  }),
  args: (c, p) => [
    ...[p("dinp"), p("dout"), p("down"), p("across"), c.down.length, c.across.length, c.inp[1], c.C],
    ...[widths(c)[0], stride(widths(c)[1]), stride(widths(c)[0])],
  ],
  extent: ({ B }) => B,
  expected: (c, { dout }) => {
    const dinp = blank(c.B, widths(c)[0]);
    for (const [from, to, share] of terms(c)) dinp[from]! += share * dout![to]!;
    return { dinp };
  },
});

test.run();
