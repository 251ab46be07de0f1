import { suite } from "uvu";
import { matrix, oracle, panelIndex, panels, stride } from "../oracle.js";

const test = suite("depthwise kernels");

interface Windows {
  B: number;
  image: [lines: number, width: number, C: number];
  out: [number, number];
  window: [number, number];
  step: [number, number];
  spread: [number, number];
  before: [number, number];
}

const cases: Windows[] = [
  { B: 1, image: [3, 3, 1], out: [1, 1], window: [3, 3], step: [1, 1], spread: [1, 1], before: [0, 0] },
  { B: 3, image: [4, 5, 3], out: [4, 5], window: [3, 3], step: [1, 1], spread: [1, 1], before: [1, 1] },
  { B: 2, image: [5, 6, 4], out: [3, 2], window: [2, 3], step: [2, 3], spread: [1, 1], before: [1, 0] },
  { B: 2, image: [6, 5, 5], out: [4, 5], window: [3, 2], step: [1, 1], spread: [2, 3], before: [1, 2] },
  { B: 4, image: [3, 2, 8], out: [3, 2], window: [1, 1], step: [1, 1], spread: [1, 1], before: [0, 0] },
  { B: 2, image: [4, 4, 13], out: [2, 2], window: [4, 3], step: [2, 2], spread: [1, 1], before: [1, 1] },
  { B: 2, image: [2, 3, 17], out: [2, 3], window: [2, 2], step: [1, 1], spread: [1, 1], before: [0, 1] },
];

const widthOf = ({ image: [H, W, C] }: Windows) => H * W * C;
const outWidthOf = ({ image: [, , C], out: [H, W] }: Windows) => H * W * C;
const heightOf = ({ window: [H, W] }: Windows) => H * W;
const sizes = (c: Windows) => [
  ...[...c.image, ...c.out, ...c.window, ...c.step, ...c.spread, ...c.before],
  ...[stride(outWidthOf(c)), stride(widthOf(c))],
];

/** Every product: where its pixel, its weight and its output lie. */
function* products(c: Windows): Generator<{ pixel: number; weight: number; at: number }> {
  const [H, W, C] = c.image;
  for (let b = 0; b < c.B; b++)
    for (let y = 0; y < c.out[0]; y++)
      for (let x = 0; x < c.out[1]; x++)
        for (let p = 0; p < heightOf(c); p++) {
          const line = y * c.step[0] - c.before[0] + Math.floor(p / c.window[1]) * c.spread[0];
          const column = x * c.step[1] - c.before[1] + (p % c.window[1]) * c.spread[1];
          if (line < 0 || line >= H || column < 0 || column >= W) continue;
          for (let channel = 0; channel < C; channel++)
            yield {
              pixel: b * stride(widthOf(c)) + (line * W + column) * C + channel,
              weight: panelIndex(p, channel, heightOf(c)),
              at: b * stride(outWidthOf(c)) + (y * c.out[1] + x) * C + channel,
            };
        }
}

/** Undefined where nothing is written: padding. */
const blank = (B: number, width: number): number[] =>
  Array.from({ length: B * stride(width) }, (_, i) => (i % stride(width) < width ? 0 : undefined) as number);

for (const withBias of [true, false]) {
  oracle(test, {
    kernel: "depthwise_forward",
    cases,
    tensors: (c, random) => ({
      inp: { data: matrix(c.B + 1, widthOf(c), random) },
      weight: { data: panels(heightOf(c), c.image[2], random) },
      ...(withBias ? { bias: { data: matrix(1, c.image[2], random) } } : {}),
      out: { data: new Float32Array(c.B * stride(outWidthOf(c))), write: true },
    }),
    args: (c, p) => [p("out"), p("inp"), p("weight"), withBias ? p("bias") : 0, ...sizes(c)],
    extent: ({ B }) => B,
    expected: (c, { inp, weight, bias }) => {
      const out = blank(c.B, outWidthOf(c));
      const start = (i: number) => bias?.[(i % stride(outWidthOf(c))) % c.image[2]] ?? 0;
      out.forEach((value, i) => {
        if (value !== undefined) out[i] = start(i);
      });
      for (const { pixel, weight: w, at } of products(c)) out[at]! += inp![pixel]! * weight![w]!;
      return { out };
    },
  });
}

oracle(test, {
  kernel: "depthwise_backward_input",
  cases,
  tensors: (c, random) => ({
    dout: { data: matrix(c.B + 1, outWidthOf(c), random) },
    weight: { data: panels(heightOf(c), c.image[2], random) },
    dinp: { data: new Float32Array(c.B * stride(widthOf(c))), write: true },
  }),
  args: (c, p) => [p("dinp"), p("dout"), p("weight"), ...sizes(c)],
  extent: ({ B }) => B,
  expected: (c, { dout, weight }) => {
    const dinp = blank(c.B, widthOf(c));
    for (const { pixel, weight: w, at } of products(c)) dinp[pixel]! += dout![at]! * weight![w]!;
    return { dinp };
  },
});

oracle(test, {
  kernel: "depthwise_backward_kernel",
  cases,
  tensors: (c, random) => ({
    inp: { data: matrix(c.B + 1, widthOf(c), random) },
    // A little more than there is: the last pixel's vector reaches beyond it.
    dout: { data: matrix(c.B + 1, outWidthOf(c), random) },
    dweight: { data: new Float32Array(stride(heightOf(c)) * stride(c.image[2])) },
  }),
  args: (c, p) => [p("dweight"), p("inp"), p("dout"), c.B, ...sizes(c)],
  extent: (c) => (stride(heightOf(c)) * stride(c.image[2])) / 64,
  expected: (c, { inp, dout }) => {
    const dweight = new Float64Array(stride(heightOf(c)) * stride(c.image[2]));
    for (const { pixel, weight: w, at } of products(c)) dweight[w]! += inp![pixel]! * dout![at]!;
    return { dweight };
  },
});

test.run();
