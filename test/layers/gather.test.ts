import { suite } from "uvu";
import { type Data, type Oracle, oracle, SIZES, stride } from "../oracle.js";

const test = suite("gather");

interface Case {
  B: number;
  width: number;
}
const cases: Case[] = [...SIZES.flatMap((B) => SIZES.map((width) => ({ B, width }))), { B: 6, width: 784 }];

/** Rows in the dataset, and the place in `order` where the batch begins. */
const N = 40;
const CURSOR = 9;

/** An order with repeated rows, the first and the last row among those the batch takes. */
const order = (B: number, random: () => number) => {
  const rows = Int32Array.from({ length: CURSOR + B + 3 }, () => Math.floor(((random() + 1) / 2) * N));
  rows[CURSOR] = N - 1;
  rows[CURSOR + B - 1] = B > 1 ? 0 : N - 1;
  return rows;
};

/** A row of the harness for the kernel that gathers what `values` makes. */
const gather = (
  kernel: "gather_float32" | "gather_uint8",
  values: (size: number, random: () => number) => Data,
): Oracle<Case> => ({
  kernel,
  cases,
  tensors: ({ B, width }, random) => ({
    data: { data: values(N * width, random) },
    order: { data: order(B, random) },
    cursor: { data: Int32Array.of(CURSOR) },
    out: { data: new Float32Array(B * stride(width)), write: true },
  }),
  args: ({ width }, p) => [p("out"), p("data"), p("order"), p("cursor"), width, stride(width)],
  extent: ({ B }) => B,
  expected: ({ B, width }, inputs) => {
    const out = new Float64Array(B * stride(width));
    for (let b = 0; b < B; b++) {
      const row = inputs.order![CURSOR + b]!;
      for (let i = 0; i < width; i++) out[b * stride(width) + i] = inputs.data![row * width + i]!;
    }
    return { out };
  },
  tolerance: 0,
});

oracle(
  test,
  gather("gather_float32", (size, random) => Float32Array.from({ length: size }, random)),
);

// Every byte from 0 to 255 comes up.
oracle(
  test,
  gather("gather_uint8", (size, random) => Uint8Array.from({ length: size }, (_, i) => i * 37 + 8 * random())),
);

oracle(test, {
  kernel: "gather_int32",
  cases: SIZES.flatMap((B) => [1, 3, 8].map((width) => ({ B, width }))),
  tensors: ({ B, width }, random) => ({
    data: { data: Int32Array.from({ length: N * width }, () => 2147483647 * random()) },
    order: { data: order(B, random) },
    cursor: { data: Int32Array.of(CURSOR) },
    out: { data: new Int32Array(B * width), write: true },
  }),
  args: ({ width }, p) => [p("out"), p("data"), p("order"), p("cursor"), width],
  extent: ({ B }) => B,
  expected: ({ B, width }, inputs) => ({
    out: Float64Array.from({ length: B * width }, (_, i) => {
      const row = inputs.order![CURSOR + Math.floor(i / width)]!;
      return inputs.data![row * width + (i % width)]!;
    }),
  }),
  tolerance: 0,
});

test.run();
