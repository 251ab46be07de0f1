import { suite } from "uvu";
import { ANY, matrix, oracle, stride } from "../oracle.js";

const test = suite("masking kernels");

const cases = [1, 3, 4, 9].flatMap((C) =>
  [1, 2, 5].map((steps) => ({ B: 4, steps, C, value: steps === 2 ? -0.5 : 0 })),
);
type Case = (typeof cases)[number];
/** Rows of steps whose values are all, or all but the last, the mask's. */
const sequences = ({ B, steps, C, value }: Case, random: () => number) => {
  const kinds = Array.from({ length: B * steps }, () => Math.floor(2 * random() + 2));
  return matrix(B, steps * C, (row, i) => {
    const kind = kinds[row * steps + Math.floor(i / C)]!;
    return kind === 0 || (kind === 1 && i % C < C - 1) ? value : random();
  });
};
const stepsOf = ({ B, steps, C }: Case, width: number, value: (b: number, k: number, c: number) => number) => {
  const data: number[] = new Array(B * stride(steps * width)).fill(ANY);
  for (let b = 0; b < B; b++)
    for (let k = 0; k < steps; k++)
      for (let c = 0; c < width; c++) data[b * stride(steps * width) + k * width + c] = value(b, k, c);
  return data as (typeof C)[];
};

oracle(test, {
  kernel: "masking_forward",
  cases,
  tensors: (c, random) => ({
    inp: { data: sequences(c, random) },
    out: { data: new Float32Array(c.B * stride(c.steps * c.C)), write: true },
    mask: { data: new Float32Array(c.B * stride(c.steps)), write: true },
  }),
  args: ({ value, steps, C }, p) => [p("out"), p("mask"), p("inp"), value, steps, C, stride(steps * C), stride(steps)],
  extent: ({ B }) => B,
  expected(c, { inp }) {
    const at = (b: number, k: number, i: number) => inp![b * stride(c.steps * c.C) + k * c.C + i]!;
    const counts = (b: number, k: number) =>
      Array.from({ length: c.C }, (_, i) => at(b, k, i)).some((x) => x !== c.value);
    return {
      mask: stepsOf(c, 1, (b, k) => (counts(b, k) ? 1 : 0)),
      out: stepsOf(c, c.C, (b, k, i) => (counts(b, k) ? at(b, k, i) : 0)),
    };
  },
});

oracle(test, {
  kernel: "masking_backward",
  cases,
  tensors: (c, random) => ({
    dout: { data: matrix(c.B, c.steps * c.C, random) },
    mask: { data: matrix(c.B, c.steps, () => (random() < 0 ? 0 : 1)) },
    dinp: { data: new Float32Array(c.B * stride(c.steps * c.C)), write: true },
  }),
  args: ({ steps, C }, p) => [p("dinp"), p("dout"), p("mask"), steps, C, stride(steps * C), stride(steps)],
  extent: ({ B }) => B,
  expected: (c, { dout, mask }) => ({
    dinp: stepsOf(
      c,
      c.C,
      (b, k, i) => dout![b * stride(c.steps * c.C) + k * c.C + i]! * mask![b * stride(c.steps) + k]!,
    ),
  }),
});

test.run();
