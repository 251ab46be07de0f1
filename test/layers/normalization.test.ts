import { suite } from "uvu";
import { matrix, oracle, SIZES, stride } from "../oracle.js";

const test = suite("normalization");

const cases = SIZES.flatMap((B) => SIZES.map((width) => ({ B, width })));

oracle(test, {
  kernel: "normalization_forward",
  cases,
  tensors: ({ B, width }, random) => ({
    inp: { data: matrix(B, width, random) },
    mean: { data: matrix(1, width, random) },
    factor: { data: matrix(1, width, () => 3 * random()) },
    out: { data: new Float32Array(B * stride(width)), write: true },
  }),
  args: ({ width }, p) => [p("out"), p("inp"), p("mean"), p("factor"), stride(width)],
  extent: ({ B }) => B,
  expected: ({ width }, { inp, mean, factor }) => ({
    out: inp!.map((x, i) => (x - mean![i % stride(width)]!) * factor![i % stride(width)]!),
  }),
  tolerance: 2e-7,
});

oracle(test, {
  kernel: "normalization_backward",
  cases,
  tensors: ({ B, width }, random) => ({
    dout: { data: matrix(B, width, random) },
    factor: { data: matrix(1, width, () => 3 * random()) },
    dinp: { data: new Float32Array(B * stride(width)), write: true },
  }),
  args: ({ width }, p) => [p("dinp"), p("dout"), p("factor"), stride(width)],
  extent: ({ B }) => B,
  expected: ({ width }, { dout, factor }) => ({ dinp: dout!.map((dy, i) => dy * factor![i % stride(width)]!) }),
  tolerance: 2e-7,
});

test.run();
