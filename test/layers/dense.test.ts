import { suite } from "uvu";
import { matrix, type Oracle, oracle, panelIndex, panels, SIZES, stride } from "../oracle.js";

interface Case {
  B: number;
  I: number;
  O: number;
  bias?: boolean;
}
const some: Case[] = SIZES.flatMap((B) =>
  SIZES.flatMap((I) => SIZES.map((O) => ({ B, I, O, bias: (B + I + O) % 3 !== 0 }))),
);
const cases: Case[] = [...some, { B: 32, I: 50, O: 10, bias: true }, { B: 30, I: 9, O: 33, bias: false }];

const test = suite("dense");

const forward: Oracle<Case> = {
  kernel: "dense_forward",
  cases,
  tensors: ({ B, I, O, bias }, random) => ({
    inp: { data: matrix(B, I, random) },
    weight: { data: panels(I, O, random) },
    ...(bias ? { bias: { data: matrix(1, O, random) } } : {}),
    out: { data: new Float32Array(B * stride(O)), write: true },
  }),
  args: ({ I, O, bias }, p) => [p("out"), p("inp"), p("weight"), bias ? p("bias") : 0, I, O, stride(O), stride(I)],
  extent: ({ B }) => B,
  expected: ({ B, I, O }, { inp, weight, bias }) => {
    const out = new Float64Array(B * stride(O));
    for (let b = 0; b < B; b++)
      for (let o = 0; o < O; o++) {
        let sum = bias?.[o] ?? 0;
        for (let i = 0; i < I; i++) sum += inp![b * stride(I) + i]! * weight![panelIndex(i, o, I)]!;
        out[b * stride(O) + o] = sum;
      }
    return { out };
  },
};
oracle(test, forward);
// More floats than are taken at once.
oracle(test, { ...forward, cases: [{ B: 16410, I: 9, O: 9, bias: true }] });

oracle(test, {
  kernel: "dense_backward_input",
  cases,
  tensors: ({ B, I, O }, random) => ({
    dout: { data: matrix(B, O, random) },
    weight_t: { data: panels(O, I, random) },
    dinp: { data: new Float32Array(B * stride(I)), write: true },
  }),
  args: ({ I, O }, p) => [p("dinp"), p("dout"), p("weight_t"), I, O, stride(I), stride(O)],
  extent: ({ B }) => B,
  expected: ({ B, I, O }, { dout, weight_t }) => {
    const dinp = new Float64Array(B * stride(I));
    for (let b = 0; b < B; b++)
      for (let i = 0; i < I; i++)
        for (let o = 0; o < O; o++)
          dinp[b * stride(I) + i]! += dout![b * stride(O) + o]! * weight_t![panelIndex(o, i, O)]!;
    return { dinp };
  },
});

oracle(test, {
  kernel: "dense_backward_kernel",
  cases,
  tensors: ({ B, I, O }, random) => ({
    inp: { data: matrix(B, I, random) },
    dout: { data: matrix(B, O, random) },
    dweight: { data: new Float32Array(stride(I) * stride(O)) },
  }),
  args: ({ B, I, O }, p) => [p("dweight"), p("inp"), p("dout"), B, I, stride(I), stride(O)],
  extent: ({ I, O }) => (stride(I) * stride(O)) / 64,
  expected: ({ B, I, O }, { inp, dout }) => {
    const dweight = new Float64Array(stride(I) * stride(O));
    for (let b = 0; b < B; b++)
      for (let i = 0; i < I; i++)
        for (let o = 0; o < O; o++)
          dweight[panelIndex(i, o, I)]! += inp![b * stride(I) + i]! * dout![b * stride(O) + o]!;
    return { dweight };
  },
});

oracle(test, {
  kernel: "dense_backward_bias",
  cases,
  tensors: ({ B, O }, random) => ({
    dout: { data: matrix(B, O, random) },
    dbias: { data: new Float32Array(stride(O)), write: true },
  }),
  args: ({ B, O }, p) => [p("dbias"), p("dout"), B, stride(O)],
  extent: ({ O }) => stride(O) / 8,
  expected: ({ B, O }, { dout }) => {
    const dbias = new Float64Array(stride(O));
    for (let b = 0; b < B; b++) for (let o = 0; o < O; o++) dbias[o]! += dout![b * stride(O) + o]!;
    return { dbias };
  },
});

oracle(test, {
  kernel: "dense_transpose",
  cases,
  tensors: ({ I, O }, random) => ({
    weight: { data: panels(I, O, random) },
    weight_t: { data: new Float32Array(stride(I) * stride(O)), write: true },
  }),
  args: ({ I, O }, p) => [p("weight_t"), p("weight"), I, O],
  extent: ({ I, O }) => (stride(I) * stride(O)) / 64,
  expected: ({ I, O }, { weight }) => {
    const weight_t = new Float64Array(stride(I) * stride(O));
    for (let o = 0; o < O; o++)
      for (let i = 0; i < I; i++) weight_t[panelIndex(o, i, O)] = weight![panelIndex(i, o, I)]!;
    return { weight_t };
  },
  tolerance: 0,
});

test.run();
