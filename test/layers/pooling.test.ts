import { suite } from "uvu";
import { matrix, oracle, stride } from "../oracle.js";

const test = suite("pooling kernels");

interface Pool {
  B: number;
  image: [number, number, number];
  out: [number, number];
  window: [number, number];
  step: [number, number];
  before: [number, number];
}

const cases: Pool[] = [
  { B: 2, image: [4, 6, 3], out: [2, 3], window: [2, 2], step: [2, 2], before: [0, 0] },
  { B: 3, image: [5, 5, 1], out: [3, 3], window: [3, 3], step: [2, 2], before: [1, 1] },
  { B: 1, image: [3, 4, 8], out: [3, 4], window: [2, 3], step: [1, 1], before: [0, 1] },
  { B: 4, image: [1, 7, 5], out: [1, 3], window: [1, 3], step: [1, 2], before: [0, 0] },
  { B: 2, image: [2, 2, 13], out: [1, 1], window: [2, 2], step: [1, 1], before: [0, 0] },
  { B: 2, image: [2, 4, 2], out: [2, 4], window: [1, 1], step: [1, 1], before: [0, 0] },
  // Windows of 2x2, of whole vectors, with a line and a pixel that are in none, and some that leave the image.
  { B: 3, image: [4, 6, 8], out: [2, 3], window: [2, 2], step: [2, 2], before: [0, 0] },
  { B: 3, image: [5, 7, 12], out: [2, 3], window: [2, 2], step: [2, 2], before: [0, 0] },
  { B: 2, image: [3, 4, 4], out: [2, 2], window: [2, 2], step: [2, 2], before: [0, 0] },
  { B: 2, image: [4, 5, 4], out: [2, 3], window: [2, 2], step: [2, 2], before: [0, 0] },
];

const widthOf = ({ image: [H, W, C] }: Pool) => H * W * C;
const outWidthOf = ({ image: [, , C], out: [H, W] }: Pool) => H * W * C;
const sizes = (c: Pool) => [
  ...[...c.image, ...c.out, ...c.window, ...c.step, ...c.before],
  ...[stride(outWidthOf(c)), stride(widthOf(c))],
];

/** For every output, its index and those of the pixels in its window. */
function* windows(c: Pool): Generator<{ at: number; pixels: number[] }> {
  const [H, W, C] = c.image;
  for (let b = 0; b < c.B; b++)
    for (let y = 0; y < c.out[0]; y++)
      for (let x = 0; x < c.out[1]; x++)
        for (let channel = 0; channel < C; channel++) {
          const pixels: number[] = [];
          for (let i = 0; i < c.window[0]; i++)
            for (let j = 0; j < c.window[1]; j++) {
              const [line, pixel] = [y * c.step[0] - c.before[0] + i, x * c.step[1] - c.before[1] + j];
              if (line < 0 || line >= H || pixel < 0 || pixel >= W) continue;
              pixels.push(b * stride(widthOf(c)) + (line * W + pixel) * C + channel);
            }
          yield { at: b * stride(outWidthOf(c)) + (y * c.out[1] + x) * C + channel, pixels };
        }
}

/** Undefined where nothing is written: padding. */
const blank = (B: number, width: number): number[] =>
  Array.from({ length: B * stride(width) }, (_, i) => (i % stride(width) < width ? 0 : undefined) as number);

/** Few different values, so that some windows have their largest one twice. */
const coarse = (random: () => number) => Math.round(random() * 3);

const forward = (
  kernel: "max_pool_forward" | "average_pool_forward",
  pool: (values: number[]) => number,
  value = (random: () => number) => random(),
) =>
  oracle<Pool>(test, {
    kernel,
    cases,
    tensors: (c, random) => ({
      inp: { data: matrix(c.B, widthOf(c), () => value(random)) },
      out: { data: new Float32Array(c.B * stride(outWidthOf(c))), write: true },
    }),
    args: (c, p) => [p("out"), p("inp"), ...sizes(c)],
    extent: ({ B }) => B,
    expected: (c, { inp }) => {
      const out = blank(c.B, outWidthOf(c));
      for (const { at, pixels } of windows(c)) out[at] = pool(pixels.map((pixel) => inp![pixel]!));
      return { out };
    },
  });

const largest = (values: number[]) => Math.max(...values);
forward("max_pool_forward", largest);
// What is not a number stays so, wherever it stands in a window.
forward("max_pool_forward", largest, (random) => (random() < -0.7 ? Number.NaN : random()));
forward("average_pool_forward", (values) => values.reduce((sum, value) => sum + value, 0) / values.length);

oracle<Pool>(test, {
  kernel: "max_pool_backward",
  cases,
  tensors: (c, random) => {
    const inp = matrix(c.B, widthOf(c), () => coarse(random));
    const out = matrix(c.B + 1, outWidthOf(c), () => 0);
    for (const { at, pixels } of windows(c)) out[at] = Math.max(...pixels.map((pixel) => inp[pixel]!));
    return {
      dout: { data: matrix(c.B + 1, outWidthOf(c), random) },
      inp: { data: inp },
      out: { data: out },
      dinp: { data: new Float32Array(c.B * stride(widthOf(c))), write: true },
    };
  },
  args: (c, p) => [p("dinp"), p("dout"), p("inp"), p("out"), ...sizes(c)],
  extent: ({ B }) => B,
  expected: (c, { dout, inp }) => {
    const dinp = blank(c.B, widthOf(c));
    for (const { at, pixels } of windows(c)) {
      const best = Math.max(...pixels.map((pixel) => inp![pixel]!));
      dinp[pixels.find((pixel) => inp![pixel] === best)!]! += dout![at]!;
    }
    return { dinp };
  },
});

oracle<Pool>(test, {
  kernel: "average_pool_backward",
  cases,
  tensors: (c, random) => ({
    dout: { data: matrix(c.B + 1, outWidthOf(c), random) },
    dinp: { data: new Float32Array(c.B * stride(widthOf(c))), write: true },
  }),
  args: (c, p) => [p("dinp"), p("dout"), ...sizes(c)],
  extent: ({ B }) => B,
  expected: (c, { dout }) => {
    const dinp = blank(c.B, widthOf(c));
    for (const { at, pixels } of windows(c)) for (const pixel of pixels) dinp[pixel]! += dout![at]! / pixels.length;
    return { dinp };
  },
});

test.run();
