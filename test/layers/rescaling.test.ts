import { suite } from "uvu";
import { matrix, oracle, SIZES, stride } from "../oracle.js";

const test = suite("rescaling");

const cases = SIZES.flatMap((B) =>
  SIZES.flatMap((width) => [
    { B, width, scale: 1 / 255, offset: 0 },
    { B, width, scale: -2.5, offset: 0.75 },
  ]),
);

oracle(test, {
  kernel: "rescaling_forward",
  cases,
  tensors: ({ B, width }, random) => ({
    inp: { data: matrix(B, width, () => 255 * random()) },
    out: { data: new Float32Array(B * stride(width)), write: true },
  }),
  args: ({ width, scale, offset }, p) => [p("out"), p("inp"), scale, offset, stride(width)],
  extent: ({ B }) => B,
  expected: ({ scale, offset }, { inp }) => ({ out: inp!.map((x) => x * scale + offset) }),
  tolerance: 2e-7,
});

oracle(test, {
  kernel: "rescaling_backward",
  cases,
  tensors: ({ B, width }, random) => ({
    dout: { data: matrix(B, width, random) },
    dinp: { data: new Float32Array(B * stride(width)), write: true },
  }),
  args: ({ width, scale }, p) => [p("dinp"), p("dout"), scale, stride(width)],
  extent: ({ B }) => B,
  expected: ({ scale }, { dout }) => ({ dinp: dout!.map((dy) => dy * scale) }),
  tolerance: 2e-7,
});

test.run();
