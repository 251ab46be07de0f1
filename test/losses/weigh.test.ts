import { suite } from "uvu";
import { matrix, oracle, SIZES, stride } from "../oracle.js";

const test = suite("weigh");

oracle(test, {
  kernel: "weigh_rows",
  cases: SIZES.flatMap((B) => SIZES.map((width) => ({ B, width }))),
  tensors: ({ B, width }, random) => ({
    loss: { data: Float32Array.from({ length: B }, random) },
    // Next to nothing becomes nothing: it would be subnormal soon.
    dpred: { data: matrix(B, width, (r, c) => (r === 0 && c === 1 ? 1e-29 : random())) },
    weight: { data: Float32Array.from({ length: B }, (_, r) => (r === 0 ? 0.01 : r % 3)) },
  }),
  args: ({ width }, p) => [p("loss"), p("dpred"), p("weight"), stride(width)],
  extent: ({ B }) => B,
  expected: ({ width }, { loss, dpred, weight }) => ({
    loss: loss!.map((value, r) => value * weight![r]!),
    dpred: dpred!.map((value, i) => {
      const product = value * weight![Math.floor(i / stride(width))]!;
      return Math.abs(product) < 1e-30 ? 0 : product;
    }),
  }),
});

test.run();
