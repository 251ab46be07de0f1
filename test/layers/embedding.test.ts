import { suite } from "uvu";
import { ANY, matrix, oracle, panelIndex, panels, SIZES, stride } from "../oracle.js";

const test = suite("embedding kernels");

const cases = SIZES.flatMap((D) => [1, 3, 11].map((V) => ({ B: 5, steps: V === 3 ? 1 : 4, V, D, mask: D % 2 === 1 })));
type Case = (typeof cases)[number];
const numbers = ({ B, steps, V }: Case, random: () => number) =>
  matrix(B, steps, () => Math.min(V - 1, Math.floor((V / 2) * (random() + 1))));

oracle(test, {
  kernel: "embedding_forward",
  cases,
  tensors: (c, random) => ({
    inp: { data: numbers(c, random) },
    weight: { data: panels(c.V, c.D, random) },
    out: { data: new Float32Array(c.B * stride(c.steps * c.D)), write: true },
    ...(c.mask ? { mask: { data: new Float32Array(c.B * stride(c.steps)), write: true } } : {}),
  }),
  args: ({ V, D, steps, mask }, p) => [
    ...[p("out"), mask ? p("mask") : 0, p("inp"), p("weight"), V, D, steps],
    ...[stride(steps * D), stride(steps), stride(steps)],
  ],
  extent: ({ B }) => B,
  expected({ B, V, D, steps, mask }, { inp, weight }) {
    const out: number[] = new Array(B * stride(steps * D)).fill(ANY);
    const counts: number[] = new Array(B * stride(steps)).fill(ANY);
    for (let b = 0; b < B; b++)
      for (let k = 0; k < steps; k++) {
        const number = inp![b * stride(steps) + k]!;
        counts[b * stride(steps) + k] = number ? 1 : 0;
        for (let d = 0; d < D; d++) out[b * stride(steps * D) + k * D + d] = weight![panelIndex(number, d, V)]!;
      }
    return { out, ...(mask ? { mask: counts } : {}) };
  },
});

oracle(test, {
  kernel: "embedding_backward",
  cases,
  tensors: (c, random) => ({
    inp: { data: numbers(c, random) },
    // A little more than there is: the last step's vector reaches beyond it.
    dout: { data: matrix(c.B + 1, c.steps * c.D, random) },
    dweight: { data: new Float32Array(stride(c.V) * stride(c.D)), write: true },
  }),
  args: ({ B, V, D, steps }, p) => [
    p("dweight"),
    p("inp"),
    p("dout"),
    B,
    V,
    D,
    steps,
    stride(steps),
    stride(steps * D),
  ],
  extent: ({ D }) => stride(D) / 8,
  expected({ B, V, D, steps }, { inp, dout }) {
    const dweight = new Float64Array(stride(V) * stride(D));
    for (let b = 0; b < B; b++)
      for (let k = 0; k < steps; k++)
        for (let d = 0; d < D; d++)
          dweight[panelIndex(inp![b * stride(steps) + k]!, d, V)]! += dout![b * stride(steps * D) + k * D + d]!;
    return { dweight };
  },
});

test.run();
