import { suite } from "uvu";
import { kernelBuilds } from "../kernelbuilds.js";
import { matrix, oracle, panelIndex, panels, stride } from "../oracle.js";

const test = suite("convolution kernels");

/** Windows: B images, rows x segments x K values of each window, and where they lie. */
interface Windows {
  B: number;
  lines: number;
  pixels: number;
  O: number;
  rows: number;
  segments: number;
  K: number;
  down: number;
  segmentStep: number;
  lineStep: number;
  pixelStep: number;
  bias?: boolean;
}

/** Windows of kernel (rows, columns) on images of C channels. */
function image(
  B: number,
  O: number,
  C: number,
  [lines, pixels]: [number, number],
  [rows, columns]: [number, number],
  step = 1,
  dilation = 1,
): Windows {
  const width = (pixels - 1) * step + (columns - 1) * dilation + 1;
  const dense = dilation === 1;
  return {
    ...{ B, O, lines, pixels, rows, bias: (B + O) % 2 === 0 },
    segments: dense ? 1 : columns,
    K: dense ? columns * C : C,
    down: dilation * width * C,
    segmentStep: dilation * C,
    lineStep: step * width * C,
    pixelStep: step * C,
  };
}

const cases: Windows[] = [
  image(1, 1, 1, [1, 1], [1, 1]),
  image(2, 3, 1, [2, 5], [3, 3]),
  image(3, 8, 1, [3, 6], [5, 5]),
  image(2, 5, 3, [2, 13], [3, 2]),
  image(2, 9, 4, [3, 7], [2, 3], 2),
  image(2, 17, 2, [2, 8], [3, 3], 1, 2),
  image(1, 16, 8, [2, 4], [1, 1]),
  image(5, 4, 2, [2, 4], [2, 2], 3),
  image(3, 1, 2, [2, 4], [2, 2]),
  image(3, 2, 1, [5, 1], [2, 2]),
  image(2, 1, 1, [2, 3], [1, 1]),
  image(3, 12, 1, [2, 2], [1, 2]),
  // So many pixels that the gradient by the kernel takes the images in turns.
  image(3, 9, 7, [10, 20], [1, 1]),
];

/** Floats of an image: to the end of the last window. */
const sizeOf = (c: Windows) =>
  (c.lines - 1) * c.lineStep +
  (c.pixels - 1) * c.pixelStep +
  (c.rows - 1) * c.down +
  (c.segments - 1) * c.segmentStep +
  c.K;
const heightOf = ({ rows, segments, K }: Windows) => rows * segments * K;

/** Calls with the index in an image and in a window, and the pixel's number, for every value of every window. */
function each(c: Windows, visit: (inImage: number, k: number, pixel: number) => void): void {
  for (let y = 0; y < c.lines; y++)
    for (let x = 0; x < c.pixels; x++)
      for (let k = 0; k < heightOf(c); k++) {
        const [row, segment, i] = [Math.floor(k / c.K / c.segments), Math.floor(k / c.K) % c.segments, k % c.K];
        const at = y * c.lineStep + x * c.pixelStep + row * c.down + segment * c.segmentStep + i;
        visit(at, k, y * c.pixels + x);
      }
}
const geometry = (c: Windows) => [c.down, c.segmentStep, c.lineStep, c.pixelStep];

oracle(test, {
  kernel: "convolve",
  cases,
  tensors: (c, random) => ({
    inp: { data: matrix(c.B, sizeOf(c), random) },
    weight: { data: panels(heightOf(c), c.O, random) },
    ...(c.bias ? { bias: { data: matrix(1, c.O, random) } } : {}),
    out: { data: new Float32Array(c.B * stride(c.lines * c.pixels * c.O)), write: true },
  }),
  args: (c, p) => [
    p("out"),
    p("inp"),
    p("weight"),
    c.bias ? p("bias") : 0,
    c.lines,
    c.pixels,
    c.O,
    c.rows,
    c.segments,
    c.K,
    ...geometry(c),
    stride(c.lines * c.pixels * c.O),
    stride(sizeOf(c)),
  ],
  extent: ({ B }) => B,
  expected: (c, { inp, weight, bias }) => {
    const width = c.lines * c.pixels * c.O;
    const out: (number | undefined)[] = new Array(c.B * stride(width)).fill(undefined);
    for (let b = 0; b < c.B; b++) {
      for (let i = 0; i < width; i++) out[b * stride(width) + i] = bias?.[i % c.O] ?? 0;
      each(c, (inImage, k, pixel) => {
        for (let o = 0; o < c.O; o++)
          out[b * stride(width) + pixel * c.O + o]! +=
            inp![b * stride(sizeOf(c)) + inImage]! * weight![panelIndex(k, o, heightOf(c))]!;
      });
    }
    return { out: out as number[] };
  },
});

oracle(test, {
  kernel: "convolve_backward_kernel",
  cases,
  tensors: (c, random) => ({
    inp: { data: matrix(c.B, sizeOf(c), random) },
    // A little more than there is: the last pixel's vector reaches beyond it.
    dout: { data: matrix(c.B + 1, c.lines * c.pixels * c.O, random) },
    dweight: { data: new Float32Array(stride(heightOf(c)) * stride(c.O)) },
  }),
  args: (c, p) => [
    p("dweight"),
    p("inp"),
    p("dout"),
    0,
    c.B,
    c.lines,
    c.pixels,
    c.O,
    c.rows,
    c.segments,
    c.K,
    ...geometry(c),
    stride(c.lines * c.pixels * c.O),
    stride(sizeOf(c)),
  ],
  extent: (c) => (stride(heightOf(c)) * stride(c.O)) / 64,
  expected: (c, { inp, dout }) => {
    const dweight = new Float64Array(stride(heightOf(c)) * stride(c.O));
    for (let b = 0; b < c.B; b++)
      each(c, (inImage, k, pixel) => {
        for (let o = 0; o < c.O; o++)
          dweight[panelIndex(k, o, heightOf(c))]! +=
            inp![b * stride(sizeOf(c)) + inImage]! * dout![b * stride(c.lines * c.pixels * c.O) + pixel * c.O + o]!;
      });
    return { dweight };
  },
});

oracle(test, {
  kernel: "convolve_backward_bias",
  cases,
  tensors: ({ B, lines, pixels, O }, random) => ({
    dout: { data: matrix(B + 1, lines * pixels * O, random) },
    dbias: { data: new Float32Array(stride(O)), write: true },
  }),
  args: ({ B, lines, pixels, O }, p) => [p("dbias"), p("dout"), B, lines * pixels, O, stride(lines * pixels * O)],
  extent: ({ O }) => stride(O) / 8,
  expected: ({ B, lines, pixels, O }, { dout }) => {
    const dbias = new Float64Array(stride(O));
    for (let b = 0; b < B; b++)
      for (let i = 0; i < lines * pixels * O; i++) dbias[i % O]! += dout![b * stride(lines * pixels * O) + i]!;
    return { dbias };
  },
});

const flips = [1, 3, 8, 9].flatMap((C) =>
  [1, 5, 8, 17].flatMap((O) => [1, 4, 9].map((positions) => ({ C, O, positions }))),
);

oracle(test, {
  kernel: "convolve_flip",
  cases: flips,
  tensors: ({ C, O, positions }, random) => ({
    weight: { data: panels(positions * C, O, random) },
    weight_t: { data: new Float32Array(stride(positions * O) * stride(C)) },
  }),
  args: ({ C, O, positions }, p) => [p("weight_t"), p("weight"), positions, C, O],
  extent: ({ C, O, positions }) => (stride(positions * C) * stride(O)) / 64,
  expected: ({ C, O, positions }, { weight }) => {
    const turned = new Float64Array(stride(positions * O) * stride(C));
    for (let p = 0; p < positions; p++)
      for (let c = 0; c < C; c++)
        for (let o = 0; o < O; o++)
          turned[panelIndex((positions - 1 - p) * O + o, c, positions * O)] =
            weight![panelIndex(p * C + c, o, positions * C)]!;
    return { weight_t: turned };
  },
});

/** What the memory map leaves behind the last tensor. */
const SLACK = 192;

for (const { name, kernels, memory, base } of kernelBuilds()) {
  test(`the gradient of a kernel reads little behind an image (${name})`, () => {
    const [width, extent, O] = [400, 3, 1];
    for (const C of [1, 2, 3, 5, 6]) {
      const floats = stride(extent * width * C);
      const inp = memory.buffer.byteLength - SLACK - 4 * floats;
      const pixels = width - extent + 1;
      const windows = [1, pixels, O, extent, 1, extent * C, width * C, C, width * C, C] as const;
      const [dweight, dout] = [base, base + 4 * 8 * stride(extent * extent * C)];
      const blocks = stride(extent * extent * C) / 8;
      kernels.convolve_backward_kernel(dweight, inp, dout, 0, 1, ...windows, stride(pixels), floats, 0, blocks);
    }
  });
}

test.run();
