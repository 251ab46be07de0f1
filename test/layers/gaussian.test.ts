import { suite } from "uvu";
import * as assert from "uvu/assert";
import { philox } from "../../src/random.js";
import { type Build, kernelBuilds } from "../kernelbuilds.js";
import { matrix, type Oracle, oracle, SIZES, stride } from "../oracle.js";

const test = suite("gaussian");

interface Case {
  B: number;
  width: number;
  deviation: number;
  step?: number;
  seed?: [low: number, high: number];
  stream?: number;
  inPlace?: boolean;
}
const SEED: [number, number] = [0xdeadbeef, 0x1a2b3];
const cases: Case[] = [
  ...SIZES.flatMap((B) => SIZES.map((width) => ({ B, width, deviation: 0.5 }))),
  ...[0, 0.1, 3].map((deviation) => ({ B: 5, width: 40, deviation })),
  ...[1, 77, -1].map((step) => ({ B: 3, width: 24, deviation: 1, step })),
  { B: 3, width: 24, deviation: 1, seed: [1, 0] },
  { B: 3, width: 24, deviation: 1, seed: [1, 1] },
  { B: 3, width: 24, deviation: 1, stream: 8 },
  { B: 3, width: 24, deviation: 1, inPlace: true },
];

/** Words 2p and 2p + 1 of a counter are one random point: the first of its coordinates belongs to the first word's column. */
function normal(row: number, column: number, { step = 0, seed = SEED, stream = 3 }: Case): number {
  const words = philox([4 * (column >> 4) + (column & 3), row, step >>> 0, stream], seed);
  const word = (column >> 2) & 3;
  const [distance, angle] = [words[word & 2]!, words[word | 1]!];
  const radius = Math.sqrt(-2 * Math.log((distance + 0.5) / 2 ** 32));
  const turn = (Math.PI * ((angle << 2) | 0)) / 2 ** 33;
  const mirrored = (angle & 0x40000000) !== 0;
  const coordinate = ((word & 1) === 0) === mirrored ? Math.sin(turn) : Math.cos(turn);
  return radius * coordinate * (angle >>> 31 ? -1 : 1);
}

type Name = "gaussian_noise_forward" | "gaussian_dropout_forward" | "gaussian_dropout_backward";
const row = (kernel: Name, out: string, inp: string, mix: (x: number, noise: number) => number): Oracle<Case> => ({
  kernel,
  cases,
  tensors: ({ B, width, step = 0, inPlace }, random) => ({
    [inp]: { data: matrix(B, width, random) },
    counter: { data: Int32Array.of(step) },
    ...(inPlace ? {} : { [out]: { data: new Float32Array(B * stride(width)), write: true } }),
  }),
  args: ({ width, deviation, seed = SEED, stream = 3, inPlace }, p) => [
    p(inPlace ? inp : out),
    p(inp),
    p("counter"),
    deviation,
    seed[0] | 0,
    seed[1] | 0,
    stream,
    stride(width),
  ],
  extent: ({ B }) => B,
  expected: (c, tensors) => {
    const size = stride(c.width);
    const noisy = tensors[inp]!.map((x, i) => mix(x, c.deviation * normal(Math.floor(i / size), i % size, c)));
    return { [c.inPlace ? inp : out]: noisy };
  },
  tolerance: 3e-6,
});
oracle(
  test,
  row("gaussian_noise_forward", "out", "inp", (x, noise) => x + noise),
);
oracle(
  test,
  row("gaussian_dropout_forward", "out", "inp", (x, noise) => x * (1 + noise)),
);
oracle(
  test,
  row("gaussian_dropout_backward", "dinp", "dout", (x, noise) => x * (1 + noise)),
);

/** Rows of `width` (a multiple of 8) values that all are `value`, with noise. */
function run({ kernels, memory, base }: Build, kernel: Name, value: number, rows: number, width: number, step: number) {
  const source = base + 64;
  const length = rows * width;
  const target = source + 4 * length;
  new Int32Array(memory.buffer, base, 1)[0] = step;
  new Float32Array(memory.buffer, source, length).fill(value);
  kernels[kernel](target, source, base, 1, 11, 22, 33, width, 0, rows);
  return new Float32Array(memory.buffer.slice(target, target + 4 * length));
}

const COUNT = 1 << 18;
function mean(n: Float32Array, f: (x: number, i: number) => number): number {
  let sum = 0;
  for (let i = 0; i < COUNT; i++) sum += f(n[i]!, i);
  return sum / COUNT;
}
/** Fails where a mean of `count` values of this variance lies five standard errors off. */
const near = (what: string, got: number, want: number, variance: number, count = COUNT) =>
  assert.ok(Math.abs(got - want) < 5 * Math.sqrt(variance / count), `${what}: ${got}, want ${want}`);

for (const build of kernelBuilds()) {
  test(`262144 numbers have the moments and the tails of a normal distribution (${build.name})`, () => {
    // Long rows take whole blocks of columns, the shortest ones halves.
    for (const [rows, width] of [
      [512, 512],
      [COUNT / 8, 8],
    ] as const) {
      const n = run(build, "gaussian_noise_forward", 0, rows, width, 5);
      near(
        "mean",
        mean(n, (x) => x),
        0,
        1,
      );
      near(
        "square",
        mean(n, (x) => x * x),
        1,
        2,
      );
      near(
        "cube",
        mean(n, (x) => x ** 3),
        0,
        15,
      );
      near(
        "fourth power",
        mean(n, (x) => x ** 4),
        3,
        96,
      );
      near(
        "sixth power",
        mean(n, (x) => x ** 6),
        15,
        10170,
      );
      // The share beyond so many standard deviations, on one side.
      for (const [edge, share] of [
        [0.5, 0.30853753872598694],
        [1, 0.15865525393145707],
        [2, 0.02275013194817921],
        [3, 0.0013498980316300957],
        [4, 3.167124183311986e-5],
      ] as const) {
        near(
          `above ${edge}`,
          mean(n, (x) => (x > edge ? 1 : 0)),
          share,
          share,
        );
        near(
          `below -${edge}`,
          mean(n, (x) => (x < -edge ? 1 : 0)),
          share,
          share,
        );
      }
      assert.ok(n.every((x) => Math.abs(x) < 6.8));
    }
  });

  test(`columns, rows and steps are independent (${build.name})`, () => {
    const n = run(build, "gaussian_noise_forward", 0, 512, 512, 0);
    const next = run(build, "gaussian_noise_forward", 0, 512, 512, 1);
    for (const distance of [1, 2, 3, 4, 8, 12, 16, 512, 513]) {
      near(
        `at ${distance}`,
        mean(n, (x, i) => x * n[(i + distance) % COUNT]!),
        0,
        1,
      );
      // Two coordinates of one point share its distance: their squares must not show it.
      near(
        `squares at ${distance}`,
        mean(n, (x, i) => (x * x - 1) * (n[(i + distance) % COUNT]! ** 2 - 1)),
        0,
        4,
      );
    }
    near(
      "the next step",
      mean(n, (x, i) => x * next[i]!),
      0,
      1,
    );
  });

  test(`backward takes the numbers of forward, zero stays zero (${build.name})`, () => {
    const out = run(build, "gaussian_dropout_forward", 1.5, 50, 40, 12);
    assert.equal(run(build, "gaussian_dropout_backward", 1.5, 50, 40, 12), out);
    assert.not.equal(run(build, "gaussian_dropout_backward", 1.5, 50, 40, 13), out);
    assert.ok(run(build, "gaussian_dropout_forward", 0, 50, 40, 12).every((x) => x === 0));
  });

  test(`what is not a number stays so (${build.name})`, () => {
    for (const kernel of ["gaussian_noise_forward", "gaussian_dropout_forward"] as const)
      assert.ok(run(build, kernel, Number.NaN, 50, 40, 1).every(Number.isNaN));
  });
}

test.run();
