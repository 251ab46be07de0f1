import { suite } from "uvu";
import { matrix, numericGradient, oracle, SIZES, stride } from "../oracle.js";

const test = suite("dot kernels");

interface Rows {
  B: number;
  outer: number;
  K: number;
  inner: number;
  normalize: boolean;
  /** Rows are so short that they count as longer. */
  short?: boolean;
}
const rowCases: Rows[] = SIZES.flatMap((K) =>
  [false, true].flatMap((normalize) => [
    { B: 3, outer: 1, K, inner: 1, normalize },
    { B: 2, outer: 3, K, inner: 1, normalize },
    { B: 2, outer: 2, K, inner: 5, normalize },
  ]),
);
const shorts: Rows[] = [{ B: 2, outer: 2, K: 5, inner: 1, normalize: true, short: true }];

const widthOf = ({ outer, K, inner }: Rows) => outer * K * inner;
const rowsOf = ({ outer, inner }: Rows) => outer * inner;
/** Where value k of row r of example b lies in an input. */
const place = (c: Rows, b: number, r: number, k: number) =>
  b * stride(widthOf(c)) + (Math.floor(r / c.inner) * c.K + k) * c.inner + (r % c.inner);
/** And among padded rows. */
const packed = ({ K, ...c }: Rows, b: number, r: number, k: number) =>
  b * rowsOf({ K, ...c }) * stride(K) + r * stride(K) + k;

const unitOf = (x: ArrayLike<number>) => Math.max(1e-6, Math.hypot(...Array.from(x)));
function eachRow(c: Rows, f: (b: number, r: number) => void): void {
  for (let b = 0; b < c.B; b++) for (let r = 0; r < rowsOf(c); r++) f(b, r);
}
/** Padded rows of an input, divided by their lengths where the case says so, and the lengths. */
function pack(c: Rows, inp: ArrayLike<number>): { out: number[]; lengths: number[] } {
  const out = new Array<number>(c.B * rowsOf(c) * stride(c.K)).fill(0);
  const lengths = new Array<number>(c.B * stride(rowsOf(c)));
  eachRow(c, (b, r) => {
    const row = Array.from({ length: c.K }, (_, k) => inp[place(c, b, r, k)]!);
    const length = c.normalize ? unitOf(row) : 1;
    lengths[b * stride(rowsOf(c)) + r] = length;
    row.forEach((value, k) => {
      out[packed(c, b, r, k)] = value / length;
    });
  });
  return { out, lengths };
}
const inputOf = (c: Rows, random: () => number) => matrix(c.B, widthOf(c), () => random() * (c.short ? 1e-7 : 1));
const lengthsOf = (c: Rows) => new Float32Array(c.B * stride(rowsOf(c)));
const strides = (c: Rows) => [c.outer, c.K, c.inner] as const;

oracle(test, {
  kernel: "dot_rows",
  cases: [...rowCases, ...shorts],
  tensors: (c, random) => ({
    inp: { data: inputOf(c, random) },
    out: { data: new Float32Array(c.B * rowsOf(c) * stride(c.K)), write: true },
    ...(c.normalize ? { lengths: { data: lengthsOf(c), write: true } } : {}),
  }),
  args: (c, p) => [
    p("out"),
    c.normalize ? p("lengths") : 0,
    p("inp"),
    ...strides(c),
    rowsOf(c) * stride(c.K),
    stride(rowsOf(c)),
    stride(widthOf(c)),
  ],
  extent: ({ B }) => B,
  expected(c, { inp }) {
    const { out, lengths } = pack(c, inp!);
    return { out, ...(c.normalize ? { lengths } : {}) };
  },
});

oracle(test, {
  kernel: "dot_rows_backward",
  cases: [...rowCases, ...shorts],
  tensors(c, random) {
    const { out, lengths } = pack(c, inputOf(c, random));
    return {
      drows: { data: matrix(c.B * rowsOf(c), c.K, () => random() * (c.short ? 1e-6 : 1)) },
      rows: { data: Float32Array.from(out) },
      ...(c.normalize ? { lengths: { data: Float32Array.from(lengths, (length) => length ?? 0) } } : {}),
      dinp: { data: new Float32Array(c.B * stride(widthOf(c))), write: true },
    };
  },
  args: (c, p) => [
    p("dinp"),
    p("drows"),
    p("rows"),
    c.normalize ? p("lengths") : 0,
    ...strides(c),
    stride(widthOf(c)),
    rowsOf(c) * stride(c.K),
    stride(rowsOf(c)),
  ],
  extent: ({ B }) => B,
  expected(c, { drows, rows, lengths }) {
    const dinp = new Array<number>(c.B * stride(widthOf(c)));
    eachRow(c, (b, r) => {
      const length = lengths?.[b * stride(rowsOf(c)) + r] ?? 1;
      const at = packed(c, b, r, 0);
      const slope = drows!.subarray(at, at + c.K);
      const row = rows!.subarray(at, at + c.K).map((value) => value * length);
      const sum = (x: Float64Array) => slope.reduce((s, d, k) => s + (d * x[k]!) / (c.normalize ? unitOf(x) : 1), 0);
      const gradient = numericGradient(sum, row, c.short ? 1e-9 : 1e-5);
      gradient.forEach((value, k) => {
        dinp[place(c, b, r, k)] = value;
      });
    });
    return { dinp };
  },
});

/** Working memory of a worker: where no tensor of a case lies. */
const TILES = 8 << 20;

interface Product {
  B: number;
  M: number;
  N: number;
  K: number;
}
const products: Product[] = [
  { B: 3, M: 1, N: 1, K: 1 },
  ...SIZES.flatMap((size) => [
    { B: 2, M: size, N: 3, K: 5 },
    { B: 2, M: 2, N: size, K: 4 },
    { B: 2, M: 7, N: 9, K: size },
  ]),
];
/** B matrices of padded rows. */
const matrices = (B: number, rows: number, K: number, random: () => number) => matrix(B * rows, K, random);

oracle(test, {
  kernel: "dot_forward",
  cases: products,
  tensors: ({ B, M, N, K }, random) => ({
    left: { data: matrices(B, M, K, random) },
    right: { data: matrices(B, N, K, random) },
    out: { data: new Float32Array(B * stride(M * N)), write: true },
  }),
  args: ({ M, N, K }, p) => [
    ...[p("out"), TILES, p("left"), p("right"), M, N, K],
    ...[stride(M * N), M * stride(K), N * stride(K)],
  ],
  extent: ({ B }) => B,
  expected: ({ B, M, N, K }, { left, right }) => {
    const out = new Array<number>(B * stride(M * N));
    for (let b = 0; b < B; b++)
      for (let m = 0; m < M; m++)
        for (let n = 0; n < N; n++) {
          let sum = 0;
          for (let k = 0; k < K; k++) sum += left![(b * M + m) * stride(K) + k]! * right![(b * N + n) * stride(K) + k]!;
          out[b * stride(M * N) + m * N + n] = sum;
        }
    return { out };
  },
});

for (const side of ["left", "right"] as const) {
  const sizes = ({ M, N }: Product) => (side === "left" ? ([M, N, N, 1] as const) : ([N, M, 1, N] as const));
  oracle(test, {
    kernel: "dot_backward",
    cases: products,
    tensors: (c, random) => ({
      dout: { data: matrix(c.B, c.M * c.N, random) },
      other: { data: matrices(c.B, sizes(c)[1], c.K, random) },
      drows: { data: new Float32Array(c.B * sizes(c)[0] * stride(c.K)), write: true },
    }),
    args(c, p) {
      const [rows, others, rowStep, step] = sizes(c);
      const last = [rows * stride(c.K), stride(c.M * c.N), others * stride(c.K)];
      return [p("drows"), p("dout"), p("other"), rows, others, c.K, rowStep, step, ...last];
    },
    extent: ({ B }) => B,
    expected(c, { dout, other }) {
      const [rows, others, rowStep, step] = sizes(c);
      const drows = new Array<number>(c.B * rows * stride(c.K)).fill(0);
      for (let b = 0; b < c.B; b++)
        for (let i = 0; i < rows; i++)
          for (let j = 0; j < others; j++)
            for (let k = 0; k < c.K; k++)
              drows[(b * rows + i) * stride(c.K) + k]! +=
                dout![b * stride(c.M * c.N) + i * rowStep + j * step]! * other![(b * others + j) * stride(c.K) + k]!;
      return { drows };
    },
  });
}

test.run();
