import { suite } from "uvu";
import { matrix, oracle, stride } from "../oracle.js";

const test = suite("images with zeros around them");

interface Pad {
  B: number;
  lines: number;
  width: number;
  C: number;
  top: number;
  left: number;
  down: number;
  across: number;
  outLines: number;
  outWidth: number;
}
const pads: Pad[] = [
  { B: 3, lines: 2, width: 3, C: 1, top: 1, left: 1, down: 1, across: 1, outLines: 4, outWidth: 5 },
  { B: 2, lines: 3, width: 2, C: 5, top: 0, left: 2, down: 1, across: 1, outLines: 4, outWidth: 4 },
  { B: 4, lines: 2, width: 2, C: 3, top: 1, left: 0, down: 2, across: 3, outLines: 5, outWidth: 4 },
  { B: 1, lines: 1, width: 1, C: 8, top: 0, left: 0, down: 1, across: 2, outLines: 1, outWidth: 1 },
  // Beyond the output on every side, and all of it.
  { B: 3, lines: 5, width: 6, C: 2, top: -2, left: -1, down: 1, across: 1, outLines: 2, outWidth: 3 },
  { B: 2, lines: 4, width: 7, C: 3, top: -3, left: -5, down: 2, across: 3, outLines: 4, outWidth: 8 },
  { B: 2, lines: 2, width: 2, C: 1, top: -1, left: -3, down: 3, across: 2, outLines: 2, outWidth: 1 },
  { B: 2, lines: 1, width: 2, C: 1, top: 0, left: -4, down: 1, across: 3, outLines: 1, outWidth: 2 },
  { B: 2, lines: 1, width: 2, C: 1, top: 0, left: 2, down: 1, across: 1, outLines: 1, outWidth: 2 },
];

oracle(test, {
  kernel: "image_pad",
  cases: pads,
  tensors: ({ B, lines, width, C, outLines, outWidth }, random) => ({
    inp: { data: matrix(B, lines * width * C, random) },
    out: { data: new Float32Array(B * stride(outLines * outWidth * C)), write: true },
  }),
  args: ({ lines, width, C, outLines, outWidth, top, left, down, across }, p) => [
    p("out"),
    p("inp"),
    lines,
    width,
    C,
    outLines,
    outWidth,
    top,
    left,
    down,
    across,
    stride(outLines * outWidth * C),
    stride(lines * width * C),
  ],
  extent: ({ B }) => B,
  expected: ({ B, lines, width, C, outLines, outWidth, top, left, down, across }, { inp }) => {
    const size = outLines * outWidth * C;
    const out: (number | undefined)[] = new Array(B * stride(size)).fill(undefined);
    for (let b = 0; b < B; b++) {
      for (let i = 0; i < size; i++) out[b * stride(size) + i] = 0;
      for (let y = 0; y < lines; y++)
        for (let x = 0; x < width; x++)
          for (let c = 0; c < C; c++) {
            const [toY, toX] = [top + y * down, left + x * across];
            if (toY < 0 || toY >= outLines || toX < 0 || toX >= outWidth) continue;
            out[b * stride(size) + (toY * outWidth + toX) * C + c] =
              inp![b * stride(lines * width * C) + (y * width + x) * C + c]!;
          }
    }
    return { out: out as number[] };
  },
});

test.run();
