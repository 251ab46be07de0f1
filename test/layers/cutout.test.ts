import { suite } from "uvu";
import * as assert from "uvu/assert";
import { kernelBuilds } from "../kernelbuilds.js";
import { matrix, type Oracle, oracle, stride } from "../oracle.js";

const test = suite("cutout");

interface Case {
  image: [height: number, width: number, channels: number];
  size: number;
  fill?: number;
  inPlace?: boolean;
}
const B = 4;
const PLACES = [
  [-1, 2],
  [0, 0],
  [2, -1],
  [3, 3],
] as const;
const cases: Case[] = [
  ...[1, 2, 3].flatMap((channels) => [1, 2, 4].map((size): Case => ({ image: [4, 5, channels], size, fill: 0.25 }))),
  { image: [4, 4, 1], size: 4 },
  { image: [9, 7, 3], size: 3, fill: -1, inPlace: true },
];

const row = (kernel: "cutout_forward" | "cutout_backward", out: string, inp: string): Oracle<Case> => ({
  kernel,
  cases,
  tensors: ({ image: [height, width, channels], inPlace }, random) => ({
    [inp]: { data: matrix(B, height * width * channels, random) },
    place: { data: Int32Array.from(PLACES.flatMap((place) => [...place, 1, 1, 9, 9, 9, 9])) },
    ...(inPlace ? {} : { [out]: { data: new Float32Array(B * stride(height * width * channels)), write: true } }),
  }),
  args: ({ image, size, fill = 0, inPlace }, p) => [
    ...[p(inPlace ? inp : out), p(inp), p("place"), size],
    ...(kernel === "cutout_forward" ? [fill] : []),
    ...[...image, stride(image[0] * image[1] * image[2])],
  ],
  extent: () => B,
  expected: ({ image: [height, width, channels], size, fill = 0, inPlace }, tensors) => {
    const length = height * width * channels;
    const covered = kernel === "cutout_forward" ? fill : 0;
    const values = matrix(B, length, (b, i) => {
      const [y, x] = [Math.floor(i / channels / width), Math.floor(i / channels) % width];
      const [top, left] = PLACES[b]!;
      const hit = y >= top && y < top + size && x >= left && x < left + size;
      return hit ? covered : tensors[inp]![b * stride(length) + i]!;
    });
    return { [inPlace ? inp : out]: values };
  },
  tolerance: 0,
});
oracle(test, row("cutout_forward", "out", "inp"));
oracle(test, row("cutout_backward", "dinp", "dout"));

for (const { name, kernels, memory, base } of kernelBuilds()) {
  test(`what is not a number stays so where nothing covers it (${name})`, () => {
    new Int32Array(memory.buffer, base, 2).set([0, 0]);
    const inp = base + 64;
    new Float32Array(memory.buffer, inp, 8).fill(NaN);
    kernels.cutout_forward(inp + 64, inp, base, 1, 0, 2, 4, 1, 8, 0, 1);
    assert.equal([...new Float32Array(memory.buffer, inp + 64, 8)], [0, ...new Array(7).fill(NaN)]);
  });
}

test.run();
