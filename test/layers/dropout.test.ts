import { suite } from "uvu";
import * as assert from "uvu/assert";
import { philox } from "../../src/random.js";
import { type Build, kernelBuilds } from "../kernelbuilds.js";
import { generator, matrix, type Oracle, oracle, SIZES, stride } from "../oracle.js";

const test = suite("dropout");

interface Case {
  B: number;
  width: number;
  rate: number;
  step?: number;
  seed?: [low: number, high: number];
  stream?: number;
  inPlace?: boolean;
}
const SEED: [number, number] = [0xdeadbeef, 0x1a2b3];
/** The number that decides over the first column, and the next ones: it is kept at this rate and dropped just above. */
const EDGES = [0, 1, 2, 3].flatMap((lane) => {
  const edge = (philox([lane, 0, 0, 3], SEED)[0] >>> 8) / 16777216;
  return [edge - 2 ** -25, edge, edge + 2 ** -25, edge + 2 ** -24];
});
const cases: Case[] = [
  ...EDGES.map((rate) => ({ B: 1, width: 8, rate })),
  ...SIZES.flatMap((B) => SIZES.map((width) => ({ B, width, rate: 0.5 }))),
  ...[0, 0.1, 0.25, 0.9, 1].map((rate) => ({ B: 5, width: 40, rate })),
  ...[1, 77, -1].map((step) => ({ B: 3, width: 24, rate: 0.3, step })),
  { B: 3, width: 24, rate: 0.3, seed: [1, 0] },
  { B: 3, width: 24, rate: 0.3, seed: [1, 1] },
  { B: 3, width: 24, rate: 0.3, stream: 8 },
  { B: 3, width: 24, rate: 0.3, inPlace: true },
];

/** The mask from src/random.ts: column 16g + 4w + l takes word w of the counter (4g + l, row, step, stream). */
function isKept(row: number, column: number, { rate, step = 0, seed = SEED, stream = 3 }: Case): boolean {
  const block = column >> 4;
  const word = (column >> 2) & 3;
  const lane = column & 3;
  const words = philox([4 * block + lane, row, step >>> 0, stream], seed);
  return (words[word]! >>> 8) / 16777216 >= Math.fround(rate);
}

const row = (kernel: "dropout_forward" | "dropout_backward", out: string, inp: string): Oracle<Case> => ({
  kernel,
  cases,
  tensors: ({ B, width, step = 0, inPlace }, random) => ({
    [inp]: { data: matrix(B, width, random) },
    counter: { data: Int32Array.of(step) },
    ...(inPlace ? {} : { [out]: { data: new Float32Array(B * stride(width)), write: true } }),
  }),
  args: ({ width, rate, seed = SEED, stream = 3, inPlace }, p) => [
    p(inPlace ? inp : out),
    p(inp),
    p("counter"),
    rate,
    seed[0] | 0,
    seed[1] | 0,
    stream,
    stride(width),
  ],
  extent: ({ B }) => B,
  expected: (c, tensors) => {
    const size = stride(c.width);
    const masked = tensors[inp]!.map((x, i) =>
      isKept(Math.floor(i / size), i % size, c) ? x / (1 - Math.fround(c.rate)) : 0,
    );
    return { [c.inPlace ? inp : out]: masked };
  },
  tolerance: 1e-6,
});
oracle(test, row("dropout_forward", "out", "inp"));
oracle(test, row("dropout_backward", "dinp", "dout"));

/** What dropout makes of `inp`, rows of `width`, a multiple of 8. */
function run(
  { kernels, memory, base }: Build,
  kernel: "dropout_forward" | "dropout_backward",
  inp: Float32Array,
  width: number,
  rate: number,
  step: number,
): Float32Array {
  const source = base + 64;
  const target = source + inp.byteLength;
  new Int32Array(memory.buffer, base, 1)[0] = step;
  new Float32Array(memory.buffer, source, inp.length).set(inp);
  kernels[kernel](target, source, base, rate, 11, 22, 33, width, 0, inp.length / width);
  return new Float32Array(memory.buffer.slice(target, target + inp.byteLength));
}

for (const build of kernelBuilds()) {
  test(`a rate is reached, and the mean is kept (${build.name})`, () => {
    const ones = new Float32Array(1000 * 200).fill(1);
    for (const rate of [0.1, 0.5, 0.8]) {
      const out = run(build, "dropout_forward", ones, 200, rate, 4);
      const kept = out.filter((x) => x !== 0);
      const error = kept.length / ones.length - (1 - rate);
      // Five standard errors of a share.
      assert.ok(Math.abs(error) < 5 * Math.sqrt((rate * (1 - rate)) / ones.length), `${error} at ${rate}`);
      assert.ok(kept.every((x) => Math.abs(x * (1 - rate) - 1) < 1e-6));
    }
  });

  test(`rows, columns and steps are dropped independently (${build.name})`, () => {
    const ones = new Float32Array(256 * 256).fill(1);
    const first = run(build, "dropout_forward", ones, 256, 0.5, 0);
    const second = run(build, "dropout_forward", ones, 256, 0.5, 1);
    /** How often two places at this distance agree; half of the time if they are independent. */
    const agreement = (a: Float32Array, b: Float32Array, distance: number) => {
      let equal = 0;
      for (let i = 0; i < a.length - distance; i++) equal += (a[i] === 0) === (b[i + distance] === 0) ? 1 : 0;
      return equal / (a.length - distance);
    };
    const tolerance = 5 * Math.sqrt(0.25 / ones.length);
    for (const distance of [1, 2, 4, 8, 16, 64, 256, 257]) {
      assert.ok(Math.abs(agreement(first, first, distance) - 0.5) < tolerance, `distance ${distance}`);
    }
    assert.ok(Math.abs(agreement(first, second, 0) - 0.5) < tolerance, "the next step");
  });

  test(`backward drops what forward dropped (${build.name})`, () => {
    const random = generator(3);
    const inp = Float32Array.from({ length: 50 * 40 }, () => random() + 2);
    const out = run(build, "dropout_forward", inp, 40, 0.4, 12);
    assert.equal(run(build, "dropout_backward", inp, 40, 0.4, 12), out);
    assert.not.equal(run(build, "dropout_backward", inp, 40, 0.4, 13), out);
  });

  test(`rate 0 keeps every bit, rate 1 nothing (${build.name})`, () => {
    const random = generator(5);
    const inp = Float32Array.from({ length: 50 * 40 }, random);
    assert.equal(run(build, "dropout_forward", inp, 40, 0, 1), inp);
    assert.ok(run(build, "dropout_forward", inp, 40, 1, 1).every((x) => x === 0));
  });

  test(`what is not a number stays so, dropped or not (${build.name})`, () => {
    const nan = new Float32Array(160).fill(NaN);
    assert.ok(run(build, "dropout_forward", nan, 40, 0.5, 1).every(Number.isNaN));
  });
}

test.run();
