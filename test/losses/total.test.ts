import { suite } from "uvu";
import { oracle, SIZES } from "../oracle.js";

const test = suite("total");

oracle(test, {
  kernel: "sum_losses",
  cases: SIZES.flatMap((B) => [0, 1].map((first) => ({ B, first }))),
  tensors: ({ B }, random) => ({
    total: { data: Float32Array.from({ length: B }, random) },
    loss: { data: Float32Array.from({ length: B }, random) },
  }),
  args: ({ first }, p) => [p("total"), p("loss"), 0.25, first],
  extent: ({ B }) => B,
  expected: ({ first }, { total, loss }) => ({
    total: total!.map((value, r) => (first ? 0 : value) + 0.25 * loss![r]!),
  }),
});

test.run();
