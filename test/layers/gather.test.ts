import { suite } from "uvu";
import * as assert from "uvu/assert";
import { kernelBuilds } from "../kernelbuilds.js";
import { ANY, type Data, type Oracle, oracle, SIZES, stride } from "../oracle.js";

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

/** A row of the harness for the kernel that gathers what `values` makes, each 1 / `scale` of its number. */
const gather = (
  kernel: "gather_float32" | "gather_uint8",
  values: (size: number, random: () => number) => Data,
  scale = 1,
  kind: readonly number[] = [],
): Oracle<Case> => ({
  kernel,
  cases,
  tensors: ({ B, width }, random) => ({
    data: { data: values(N * width, random) },
    order: { data: order(B, random) },
    cursor: { data: Int32Array.of(CURSOR) },
    out: { data: new Float32Array(B * stride(width)), write: true },
  }),
  args: ({ width }, p) => [p("out"), p("data"), p("order"), p("cursor"), width, stride(width), ...kind],
  extent: ({ B }) => B,
  expected: ({ B, width }, inputs) => {
    const out = new Float64Array(B * stride(width));
    for (let b = 0; b < B; b++) {
      const row = inputs.order![CURSOR + b]!;
      for (let i = 0; i < width; i++) out[b * stride(width) + i] = Math.fround(inputs.data![row * width + i]! / scale);
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
const everyByte = (size: number, random: () => number) =>
  Uint8Array.from({ length: size }, (_, i) => i * 37 + 8 * random());
oracle(test, gather("gather_uint8", everyByte, 1, [0]));
oracle(test, gather("gather_uint8", everyByte, 255, [1]));

/** Floats that can be kept as bytes, unless a spoilt one is among them. */
interface Packed {
  count: number;
  scale: 1 | 255;
  spoilt?: number;
  at?: "first" | "last";
}
const SPOILT = [-0, -1, 0.5, 256, 1e9, 1 / 510, -1 / 255, 1 + 2 ** -23, 255 + 2 ** -15, 1e-40, Number.NaN, Infinity];
const packs: Packed[] = ([1, 255] as const).flatMap((scale) =>
  [...SIZES, 300].flatMap((count): Packed[] => [
    { count, scale },
    ...SPOILT.map((spoilt, i) => ({ count, scale, spoilt, at: i % 2 ? "first" : "last" }) as const),
  ]),
);
/** Among 17 and more, all values from 0 to 1 that are not both a byte and a byte by 255 come up. */
const bytesOf = (count: number, random: () => number) => everyByte(count, random).map((byte, i) => (i ? byte : 2));

oracle(test, {
  kernel: "pack_uint8",
  cases: packs,
  tensors({ count, scale, spoilt, at }, random) {
    const data = Float32Array.from(bytesOf(count, random), (byte) => byte / scale);
    if (spoilt !== undefined) data[at === "first" ? 0 : count - 1] = spoilt;
    // As bytes, for what is expected of each of them.
    return { result: { data: new Int32Array(1), write: true }, data: { data: new Uint8Array(data.buffer) } };
  },
  args: ({ count }, p) => [p("result"), p("data"), count],
  extent: () => 1,
  expected({ count, scale, spoilt }, { data }) {
    const before = Uint8Array.from(data!);
    const floats = new Float32Array(before.buffer);
    const bytes = Array.from(before, (byte, i) =>
      i < count ? Math.round(floats[i]! * scale) : i < ((count + 3) & ~3) ? ANY : byte,
    );
    if (spoilt === undefined) return { result: [scale === 1 ? 1 : 2], data: bytes };
    return { result: [0], data: before };
  },
  tolerance: 0,
});

for (const { name, kernels, memory, base } of kernelBuilds()) {
  test(`floats come back from their bytes bit for bit (${name})`, () => {
    for (const scale of [1, 255]) {
      const [result, cursor, order, data, out] = [base, base + 16, base + 32, base + 64, base + 2048];
      const floats = Float32Array.from({ length: 256 }, (_, k) => k / scale);
      new Int32Array(memory.buffer, cursor, 8).fill(0);
      new Float32Array(memory.buffer, data, 256).set(floats);
      kernels.pack_uint8(result, data, 256, 0, 1);
      assert.is(new Int32Array(memory.buffer)[result >> 2], scale === 1 ? 1 : 2);
      assert.equal(
        Array.from(new Uint8Array(memory.buffer, data, 256)),
        Array.from(floats, (_, k) => k),
      );
      kernels.gather_uint8(out, data, order, cursor, 256, 256, scale === 1 ? 0 : 1, 0, 1);
      assert.equal(new Int32Array(memory.buffer.slice(out, out + 1024)), new Int32Array(floats.buffer));
    }
  });
}

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
