import { suite } from "uvu";
import * as assert from "uvu/assert";
import { philox } from "../../src/random.js";
import { kernelBuilds } from "../kernelbuilds.js";
import { matrix, type Oracle, oracle, SIZES, stride } from "../oracle.js";

const test = suite("spatial dropout");

interface MaskCase {
  B: number;
  channels: number;
  rate: number;
  step?: number;
  stream?: number;
  seed?: [low: number, high: number];
}
const SEED: [number, number] = [0xdeadbeef, 0x1a2b3];
const maskCases: MaskCase[] = [
  ...[1, 3, 5].flatMap((B) => [...SIZES, 2, 12, 31, 32].map((channels) => ({ B, channels, rate: 0.5 }))),
  ...[0, 0.1, 0.9, 1].map((rate) => ({ B: 5, channels: 40, rate })),
  { B: 3, channels: 24, rate: 0.3, step: -1 },
  { B: 3, channels: 24, rate: 0.3, stream: 8 },
  { B: 3, channels: 24, rate: 0.3, seed: [1, 1] },
];
const maskStride = (channels: number) => stride(channels + 4);

oracle<MaskCase>(test, {
  kernel: "spatial_dropout_mask",
  cases: maskCases,
  tensors: ({ B, channels, step = 0 }) => ({
    counter: { data: Int32Array.of(step) },
    mask: { data: new Float32Array(B * maskStride(channels)), write: true },
  }),
  args: ({ channels, rate, seed = SEED, stream = 3 }, p) => [
    ...[p("mask"), p("counter"), rate, seed[0] | 0, seed[1] | 0, stream],
    ...[channels, maskStride(channels)],
  ],
  extent: ({ B }) => B,
  expected: ({ B, channels, rate, step = 0, stream = 3, seed = SEED }) => ({
    mask: Array.from({ length: B * maskStride(channels) }, (_, i) => {
      const [row, place] = [Math.floor(i / maskStride(channels)), i % maskStride(channels)];
      if (place >= channels + 4) return undefined as unknown as number;
      const channel = place % channels;
      const words = philox([4 * (channel >> 4) + (channel & 3), row, step >>> 0, stream], seed);
      const kept = (words[(channel >> 2) & 3]! >>> 8) / 16777216 >= Math.fround(rate);
      return kept ? 1 / (1 - Math.fround(rate)) : 0;
    }),
  }),
  tolerance: 1e-6,
});

interface Case {
  B: number;
  positions: number;
  channels: number;
  inPlace?: boolean;
  /** One mask for all rows, as columnDropout has it. */
  shared?: boolean;
}
const cases: Case[] = [
  { B: 4, positions: 3, channels: 5, shared: true },
  { B: 4, positions: 1, channels: 13, shared: true, inPlace: true },
  ...SIZES.flatMap((positions) => [1, 2, 3, 4, 5, 8, 13].map((channels) => ({ B: 3, positions, channels }))),
  { B: 2, positions: 9, channels: 7, inPlace: true },
];
const row = (
  kernel: "spatial_dropout_forward" | "spatial_dropout_backward",
  out: string,
  inp: string,
): Oracle<Case> => ({
  kernel,
  cases,
  tensors: ({ B, positions, channels, inPlace }, random) => ({
    [inp]: { data: matrix(B, positions * channels, random) },
    mask: {
      data: Float32Array.from({ length: B * maskStride(channels) }, (_, i) => {
        const [b, place] = [Math.floor(i / maskStride(channels)), i % maskStride(channels)];
        return place < channels + 4 ? 1 + b + (place % channels) : Number.NaN;
      }),
    },
    ...(inPlace ? {} : { [out]: { data: new Float32Array(B * stride(positions * channels)), write: true } }),
  }),
  args: ({ positions, channels, inPlace, shared }, p) => [
    ...[p(inPlace ? inp : out), p(inp), p("mask"), channels],
    ...[shared ? 0 : maskStride(channels), stride(positions * channels)],
  ],
  extent: ({ B }) => B,
  expected: ({ positions, channels, inPlace, shared }, tensors) => {
    const size = stride(positions * channels);
    const maskOf = (i: number) => 1 + (shared ? 0 : Math.floor(i / size)) + ((i % size) % channels);
    const masked = tensors[inp]!.map((x, i) => x * maskOf(i));
    return { [inPlace ? inp : out]: masked };
  },
  tolerance: 1e-6,
});
oracle(test, row("spatial_dropout_forward", "out", "inp"));
oracle(test, row("spatial_dropout_backward", "dinp", "dout"));

for (const { name, kernels, memory, base } of kernelBuilds()) {
  test(`a vector is dropped as by dropout, bit for bit (${name})`, () => {
    const [rows, width] = [40, 32];
    const length = rows * width;
    const [source, mask, target] = [base + 64, base + 16384, base + 65536];
    new Int32Array(memory.buffer, base, 1)[0] = 5;
    new Float32Array(memory.buffer, source, length).forEach((_, i, inp) => {
      inp[i] = Math.sin(i);
    });
    const out = () => new Float32Array(memory.buffer.slice(target, target + 4 * length));
    kernels.dropout_forward(target, source, base, 0.3, 1, 2, 3, width, 0, rows);
    const wanted = out();
    kernels.spatial_dropout_mask(mask, base, 0.3, 1, 2, 3, width, width + 8, 0, rows);
    kernels.spatial_dropout_forward(target, source, mask, width, width + 8, width, 0, rows);
    assert.equal(out(), wanted);
  });
}

test.run();
