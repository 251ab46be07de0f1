import { suite } from "uvu";
import * as assert from "uvu/assert";
import { philox, seedKey, shuffle, uniforms } from "../src/random.js";
import { kernelBuilds } from "./kernelbuilds.js";
import { oracle, SIZES } from "./oracle.js";

const test = suite("random");

type Words = [number, number, number, number];
const KNOWN: [Words, [number, number], Words][] = [
  [
    [0, 0, 0, 0],
    [0, 0],
    [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
  ],
  [
    [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    [0xffffffff, 0xffffffff],
    [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  ],
  [
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    [0xa4093822, 0x299f31d0],
    [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  ],
];

test("philox gives Random123's known answers", () => {
  for (const [counter, key, words] of KNOWN) assert.equal(philox(counter, key), words);
});

const SEED = [0x9e3779b9, 0x1fffff] as const;
oracle(test, {
  kernel: "philox_forward",
  cases: SIZES.map((groups) => ({ groups })),
  tensors: ({ groups }, random) => ({
    counters: { data: Int32Array.from({ length: 16 * groups }, () => 2147483648 * random()) },
    out: { data: new Int32Array(16 * groups), write: true },
  }),
  args: (_, p) => [p("out"), p("counters"), SEED[0] | 0, SEED[1]],
  extent: ({ groups }) => groups,
  expected: ({ groups }, { counters }) => {
    const out = new Int32Array(16 * groups);
    for (let group = 0; group < groups; group++)
      for (let lane = 0; lane < 4; lane++) {
        const at = (word: number) => 16 * group + 4 * word + lane;
        const counter: Words = [counters![at(0)]!, counters![at(1)]!, counters![at(2)]!, counters![at(3)]!];
        philox(counter, SEED).forEach((word, i) => {
          out[at(i)] = word;
        });
      }
    return { out };
  },
  tolerance: 0,
});

for (const { name, kernels, memory, base } of kernelBuilds()) {
  /** The kernel's words for four counters. */
  const run = (counters: readonly Words[], key: readonly [number, number]): Words[] => {
    const words = new Uint32Array(memory.buffer, base, 32);
    counters.forEach((counter, lane) => {
      counter.forEach((value, word) => {
        words[4 * word + lane] = value;
      });
    });
    kernels.philox_forward(base + 64, base, key[0] | 0, key[1] | 0, 0, 1);
    return counters.map((_, lane) => [0, 1, 2, 3].map((word) => words[16 + 4 * word + lane]!) as Words);
  };

  test(`philox_forward gives Random123's known answers in every lane (${name})`, () => {
    for (const [counter, key, words] of KNOWN) {
      assert.equal(run([counter, counter, counter, counter], key), [words, words, words, words]);
    }
  });
}

/** Seed, turn and stream; the seed's bits in both words of the key. */
const ORDERS = [
  [7, 0, 1],
  [8e15 + 12345, 3, 1],
  [4294967295, 65536, 0x40000000],
] as const;
oracle(test, {
  kernel: "shuffle_rows",
  cases: [...SIZES, 404].flatMap((rows) => ORDERS.map(([seed, turn, stream]) => ({ rows, seed, turn, stream }))),
  tensors: ({ rows }, random) => ({
    rows: { data: Int32Array.from({ length: rows }, () => 1e9 * random()) },
    words: { data: new Int32Array(16), write: true },
  }),
  args: ({ rows, seed, turn, stream }, p) => {
    const [low, high] = seedKey(seed);
    return [p("rows"), p("words"), rows, low | 0, high, turn, stream];
  },
  extent: () => 1,
  expected: ({ seed, turn, stream }, { rows }) => {
    const shuffled = Int32Array.from(rows!);
    shuffle(shuffled, seed, turn, stream);
    return { rows: shuffled };
  },
  tolerance: 0,
});

test("a seed's bits are spread over both words of the key", () => {
  assert.equal(seedKey(0), [0, 0]);
  assert.equal(seedKey(4294967295), [4294967295, 0]);
  assert.equal(seedKey(4294967296), [0, 1]);
  assert.equal(seedKey(Number.MAX_SAFE_INTEGER), [0xffffffff, 0x1fffff]);
});

/** The numbers as a list, by their index. */
const listed = (seed: number, stream: number, step: number, count: number) => {
  const values: number[] = [];
  uniforms(seed, stream, step, count, (value, index) => {
    assert.is(index, values.length);
    values.push(value);
  });
  return values;
};

test("uniforms are the upper 24 bits of philox's words", () => {
  const seed = 123456789012345;
  const values = listed(seed, 5, 9, 1003);
  assert.is(values.length, 1003);
  values.forEach((value, index) => {
    const words = philox([index >> 2, 0, 9, 5], seedKey(seed));
    assert.is(value, (words[index & 3]! >>> 8) / 16777216);
  });
});

test("a shorter list is the beginning of a longer one", () => {
  const all = listed(1, 2, 3, 8);
  for (const count of [0, 1, 2, 3, 4, 5]) assert.equal(listed(1, 2, 3, count), all.slice(0, count));
});

test("uniforms may be asked for while uniforms are taken", () => {
  const values: number[] = [];
  uniforms(1, 2, 3, 8, (value) => {
    philox([9, 9, 9, 9], [9, 9]);
    values.push(value);
  });
  assert.equal(values, listed(1, 2, 3, 8));
});

test("seed, stream and step each change the numbers", () => {
  const first = (seed: number, stream: number, step: number) => listed(seed, stream, step, 4).join();
  const all = [first(1, 1, 1), first(2, 1, 1), first(1, 2, 1), first(1, 1, 2), first(4294967297, 1, 1)];
  assert.is(new Set(all).size, all.length);
});

test("uniforms are spread evenly: mean, variance and neighbours", () => {
  const count = 200000;
  const values = listed(42, 0, 0, count);
  let sum = 0;
  let squares = 0;
  let neighbours = 0;
  values.forEach((value, i) => {
    sum += value;
    squares += (value - 0.5) * (value - 0.5);
    if (i > 0) neighbours += (value - 0.5) * (values[i - 1]! - 0.5);
  });
  // Five standard errors each.
  assert.ok(Math.abs(sum / count - 0.5) < 5 * Math.sqrt(1 / 12 / count));
  assert.ok(Math.abs(squares / count - 1 / 12) < 5 * Math.sqrt(1 / 180 / count));
  assert.ok(Math.abs(neighbours / count) < 5 * Math.sqrt(1 / 144 / count));
});

test.run();
