import { suite } from "uvu";
import { ANY, matrix, numericGradient, oracle, panelIndex, panels, stride } from "../oracle.js";

const test = suite("attention kernels");

interface Case {
  B: number;
  steps: number;
  heads: number;
  size: number;
  causal?: boolean;
  mask?: boolean;
}
const cases: Case[] = [
  { B: 1, steps: 1, heads: 1, size: 1 },
  { B: 5, steps: 3, heads: 2, size: 3, causal: true },
  { B: 3, steps: 5, heads: 3, size: 4, mask: true },
  { B: 2, steps: 7, heads: 1, size: 5, causal: true, mask: true },
  { B: 3, steps: 8, heads: 2, size: 8, mask: true },
  { B: 1, steps: 9, heads: 2, size: 9, causal: true },
  { B: 2, steps: 1, heads: 3, size: 8, mask: true },
  { B: 1, steps: 13, heads: 1, size: 17 },
  // More steps than a causal product takes together.
  { B: 1, steps: 14, heads: 2, size: 8, causal: true },
  { B: 2, steps: 27, heads: 1, size: 2, causal: true, mask: true },
];

/** Lengths in floats: of the heads side by side, of all steps, and of the rows. */
function sizes({ steps, heads, size }: Case) {
  const width = heads * size;
  const apart = stride(steps * width);
  return { width, apart, pitch: stride(steps), row: 3 * apart + 8, dinp: 3 * apart, dout: apart + 8 };
}
/** Working memory of a worker: where no tensor of a case lies. */
const TILES = 8 << 20;

type Values = ArrayLike<number>;
const counts = (c: Case, mask: Values | undefined, b: number, query: number, key: number) =>
  (!c.causal || key <= query) && mask?.[b * stride(c.steps) + key] !== 0;

/** The shares of all keys for a query of a head, in one example's q, k and v. */
function sharesOf(c: Case, row: Values, head: number, query: number, counted: (key: number) => boolean): number[] {
  const { width, apart } = sizes(c);
  const scores = Array.from({ length: c.steps }, (_, key) => {
    let sum = 0;
    for (let d = head * c.size; d < (head + 1) * c.size; d++)
      sum += row[query * width + d]! * row[apart + key * width + d]!;
    return sum / Math.sqrt(c.size);
  });
  const powers = scores.map((score, key) => (counted(key) ? Math.exp(score) : 0));
  const total = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => (total ? power / total : 0));
}

/** out (steps, width) of one example. */
function attend(c: Case, row: Values, mask: Values | undefined, b: number): number[] {
  const { width, apart } = sizes(c);
  const out: number[] = new Array(c.steps * width).fill(0);
  for (let head = 0; head < c.heads; head++)
    for (let query = 0; query < c.steps; query++) {
      const shares = sharesOf(c, row, head, query, (key) => counts(c, mask, b, query, key));
      for (let key = 0; key < c.steps; key++)
        for (let d = head * c.size; d < (head + 1) * c.size; d++)
          out[query * width + d]! += shares[key]! * row[2 * apart + key * width + d]!;
    }
  return out;
}

/** q, k and v, with garbage where nobody has written. */
const inputs = (c: Case, random: () => number) =>
  Float32Array.from({ length: c.B * sizes(c).row }, (_, i) =>
    i % sizes(c).row < 3 * sizes(c).apart && (i % sizes(c).row) % sizes(c).apart < c.steps * sizes(c).width
      ? 2 * random()
      : Number.NaN,
  );
/** Not every example has a first step, and one has none at all. */
const masks = (c: Case, random: () => number) => matrix(c.B, c.steps, (b) => (b === 1 ? 0 : random() < -0.3 ? 0 : 1));
const shareSize = (c: Case) => c.heads * c.steps * sizes(c).pitch;

oracle(test, {
  kernel: "attention_forward",
  cases,
  tensors: (c, random) => ({
    inp: { data: inputs(c, random) },
    ...(c.mask ? { mask: { data: masks(c, random) } } : {}),
    out: { data: new Float32Array(c.B * sizes(c).dout), write: true },
    share: { data: new Float32Array(c.B * shareSize(c)), write: true },
  }),
  args: (c, p) => [
    ...[p("out"), p("share"), TILES, p("inp"), c.mask ? p("mask") : 0, c.steps, c.heads, c.size, c.causal ? 1 : 0],
    ...[sizes(c).apart, sizes(c).dout, shareSize(c), sizes(c).row, stride(c.steps)],
  ],
  extent: ({ B }) => B,
  expected(c, { inp, mask }) {
    const { width, pitch, row, dout } = sizes(c);
    const out: number[] = new Array(c.B * dout).fill(ANY);
    const share: number[] = new Array(c.B * shareSize(c)).fill(0);
    for (let b = 0; b < c.B; b++) {
      const values = inp!.subarray(b * row, (b + 1) * row);
      attend(c, values, mask, b).forEach((value, i) => {
        out[b * dout + i] = value;
      });
      for (let i = 0; i < c.heads * c.steps; i++) {
        const [head, query] = [Math.floor(i / c.steps), i % c.steps];
        sharesOf(c, values, head, query, (key) => counts(c, mask, b, query, key)).forEach((value, key) => {
          share[b * shareSize(c) + i * pitch + key] = value;
        });
      }
    }
    if (width * c.steps > dout) throw new Error("rows are too short");
    return { out, share };
  },
});

oracle(test, {
  kernel: "attention_backward",
  cases,
  tensors(c, random) {
    const { row, pitch, dout } = sizes(c);
    const inp = inputs(c, random);
    const mask = c.mask ? masks(c, random) : undefined;
    const share = new Float32Array(c.B * shareSize(c));
    for (let b = 0; b < c.B; b++)
      for (let i = 0; i < c.heads * c.steps; i++)
        share.set(
          sharesOf(c, inp.subarray(b * row, (b + 1) * row), Math.floor(i / c.steps), i % c.steps, (key) =>
            counts(c, mask, b, i % c.steps, key),
          ),
          b * shareSize(c) + i * pitch,
        );
    return {
      inp: { data: inp },
      ...(mask ? { mask: { data: mask } } : {}),
      share: { data: share },
      dout: {
        data: Float32Array.from({ length: c.B * dout }, (_, i) =>
          i % dout < c.steps * sizes(c).width ? random() : Number.NaN,
        ),
      },
      dinp: { data: new Float32Array(c.B * sizes(c).dinp), write: true },
    };
  },
  args: (c, p) => [
    ...[p("dinp"), TILES, p("dout"), p("share"), p("inp"), c.steps, c.heads, c.size],
    ...[c.causal ? 1 : 0, sizes(c).apart, sizes(c).dinp, sizes(c).dout, shareSize(c), sizes(c).row],
  ],
  extent: ({ B }) => B,
  expected(c, { inp, mask, dout }) {
    const { width, apart, row, dinp: length, dout: apartOut } = sizes(c);
    const dinp: number[] = new Array(c.B * length).fill(ANY);
    for (let b = 0; b < c.B; b++) {
      const value = (values: Values) =>
        attend(c, values, mask, b).reduce((sum, out, i) => sum + out * dout![b * apartOut + i]!, 0);
      const gradient = numericGradient(value, inp!.slice(b * row, (b + 1) * row));
      for (let part = 0; part < 3; part++)
        for (let i = 0; i < c.steps * width; i++) dinp[b * length + part * apart + i] = gradient[part * apart + i]!;
    }
    return { dinp };
  },
});

oracle(test, {
  kernel: "attention_transpose",
  cases: [
    { I: 1, O: 1, first: 0 },
    { I: 5, O: 3, first: 3 },
    { I: 8, O: 8, first: 16 },
    { I: 17, O: 13, first: 13 },
  ],
  tensors: ({ I, O }, random) => ({
    weight: { data: panels(I, O, random) },
    weight_t: { data: new Float32Array(stride(3 * O) * stride(I)), write: true },
  }),
  args: ({ I, O, first }, p) => [p("weight_t"), p("weight"), I, O, first, 3 * O],
  extent: ({ I, O }) => (stride(I) * stride(O)) / 64,
  expected({ I, O, first }, { weight }) {
    const transposed: number[] = new Array(stride(3 * O) * stride(I)).fill(ANY);
    for (let o = 0; o < O; o++)
      for (let i = 0; i < I; i++) transposed[panelIndex(first + o, i, 3 * O)] = weight![panelIndex(i, o, I)]!;
    return { weight_t: transposed };
  },
});

test.run();
