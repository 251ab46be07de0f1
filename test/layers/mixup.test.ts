import { suite } from "uvu";
import { matrix, oracle, SIZES, stride } from "../oracle.js";

const test = suite("mixup");

const cases = SIZES.flatMap((B) => SIZES.flatMap((width) => [0.5, 0.8125, 1].map((share) => ({ B, width, share }))));

oracle(test, {
  kernel: "mix_rows",
  cases,
  tensors: ({ B, width, share }, random) => ({
    out: { data: matrix(B, width, random) },
    other: { data: matrix(B, width, random) },
    share: { data: Float32Array.of(share) },
  }),
  args: ({ width }, p) => [p("out"), p("other"), p("share"), stride(width)],
  extent: ({ B }) => B,
  expected: ({ share }, { out, other }) => ({ out: out!.map((x, i) => share * x + (1 - share) * other![i]!) }),
  tolerance: 2e-7,
});

oracle(test, {
  kernel: "mix_losses",
  cases,
  tensors: ({ B, share }, random) => ({
    loss: { data: Float32Array.from({ length: B }, random) },
    other: { data: Float32Array.from({ length: B }, random) },
    share: { data: Float32Array.of(share) },
  }),
  args: (_, p) => [p("loss"), p("other"), p("share")],
  extent: ({ B }) => B,
  expected: ({ share }, { loss, other }) => ({ loss: loss!.map((x, i) => share * x + (1 - share) * other![i]!) }),
  tolerance: 2e-7,
});

test.run();
