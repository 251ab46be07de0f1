import { suite } from "uvu";
import { matrix, oracle, SIZES, stride } from "../oracle.js";

const test = suite("activity penalties");

const strengths = [
  { l1: 0.5, l2: 0 },
  { l1: 0, l2: 0.25 },
  { l1: 0.125, l2: 2 },
];
const cases = SIZES.flatMap((B) => SIZES.flatMap((width) => strengths.map((c) => ({ B, width, ...c }))));
const some = (random: () => number) => () => {
  const value = random();
  return Math.abs(value) < 0.3 ? value * 0 : value;
};

/** Rows with ones behind their values, as a sigmoid leaves what is no zero there. */
const filled = (B: number, width: number, draw: () => number) =>
  matrix(B, width, draw).map((value, i) => (isValue(width, i) ? value : 1));
const isValue = (width: number, i: number) => i % stride(width) < width;

oracle(test, {
  kernel: "activity_forward",
  cases,
  tensors: ({ B, width }, random) => ({
    inp: { data: filled(B, width, some(random)) },
    penalty: { data: new Float32Array(B), write: true },
    out: { data: new Float32Array(B * stride(width)), write: true },
  }),
  args: ({ width, l1, l2 }, p) => [p("penalty"), p("out"), p("inp"), l1, l2, width, stride(width)],
  extent: ({ B }) => B,
  expected: ({ B, width, l1, l2 }, { inp }) => ({
    out: inp!,
    penalty: Array.from({ length: B }, (_, r) =>
      inp!
        .slice(r * stride(width), r * stride(width) + width)
        .reduce((sum, x) => sum + l1 * Math.abs(x) + l2 * x * x, 0),
    ),
  }),
  tolerance: 1e-6,
});

oracle(test, {
  kernel: "activity_backward",
  cases,
  tensors: ({ B, width }, random) => ({
    dout: { data: matrix(B, width, random) },
    inp: { data: filled(B, width, some(random)) },
    dinp: { data: new Float32Array(B * stride(width)), write: true },
  }),
  args: ({ width, l1, l2 }, p) => [p("dinp"), p("dout"), p("inp"), l1, l2, width, stride(width)],
  extent: ({ B }) => B,
  expected: ({ width, l1, l2 }, { dout, inp }) => ({
    dinp: dout!.map((dy, i) => dy + (isValue(width, i) ? l1 * Math.sign(inp![i]!) + 2 * l2 * inp![i]! : 0)),
  }),
  tolerance: 1e-6,
});

test.run();
