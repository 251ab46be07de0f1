import { suite } from "uvu";
import * as assert from "uvu/assert";
import { philox } from "../../src/random.js";
import { kernelBuilds } from "../kernelbuilds.js";
import { matrix, type Oracle, oracle, stride } from "../oracle.js";

const test = suite("augmentation");

interface PlaceCase {
  B: number;
  top: number;
  tops: number;
  left: number;
  lefts: number;
  flips: number;
  step?: number;
  stream?: number;
  seed?: [low: number, high: number];
}
const SEED: [number, number] = [0xdeadbeef, 0x1a2b3];
const still = { top: 0, tops: 1, left: 0, lefts: 1, flips: 0 };

oracle<PlaceCase>(test, {
  kernel: "random_place",
  cases: [
    ...[1, 3, 40].map((B) => ({ ...still, B, top: -2, tops: 5, left: -30, lefts: 61, flips: 3 })),
    ...[0, 1, 2].map((flips) => ({ ...still, B: 20, flips })),
    { ...still, B: 9, tops: 16777216, lefts: 4096 },
    { ...still, B: 9, tops: 9, step: -1 },
    { ...still, B: 9, tops: 9, stream: 8, seed: [1, 1] },
  ],
  tensors: ({ B, step = 0 }) => ({
    counter: { data: Int32Array.of(step) },
    place: { data: new Int32Array(B * 8), write: true },
  }),
  args: ({ top, tops, left, lefts, flips, seed = SEED, stream = 3 }, p) => [
    ...[p("place"), p("counter"), seed[0] | 0, seed[1] | 0, stream],
    ...[top, tops, left, lefts, flips],
  ],
  extent: ({ B }) => B,
  expected: ({ B, top, tops, left, lefts, flips, step = 0, stream = 3, seed = SEED }) => ({
    place: Array.from({ length: B }, (_, row) => {
      const share = (i: number) => (philox([i, row, step >>> 0, stream], seed)[0] >>> 8) / 16777216;
      const place = [top + Math.floor(share(0) * tops), left + Math.floor(share(1) * lefts)];
      const flipped = [flips & 1 && share(2) >= 0.5 ? 1 : 0, flips & 2 && share(3) >= 0.5 ? 1 : 0];
      return [...place, ...flipped, ...new Array(4).fill(undefined)];
    }).flat() as number[],
  }),
});

interface MoveCase {
  image: [height: number, width: number, channels: number];
  out?: [height: number, width: number];
  mode: number;
  fill?: number;
  /** top, left and flips by row; the middle where there are none. */
  places: [top: number, left: number, down: number, right: number][] | null;
}
const B = 5;
/** As the formulas of fill modes have it, written another way: positions of a row of three images side by side. */
const positions: Record<number, (n: number) => number[]> = {
  0: (n) => [...new Array(n).fill(-1), ...range(n), ...new Array(n).fill(-1)],
  1: (n) => [...new Array(n).fill(0), ...range(n), ...new Array(n).fill(n - 1)],
  2: (n) => [...range(n).reverse(), ...range(n), ...range(n).reverse()],
  3: (n) => [...range(n), ...range(n), ...range(n)],
};
const range = (n: number) => Array.from({ length: n }, (_, i) => i);

/** Which pixel of the input each pixel of the output has: by row, y and x; -1 for none. */
function sources({ image: [height, width], out = [height, width], mode, places }: MoveCase, row: number): number[] {
  const [top, left, down, right] = places?.[row] ?? [(height - out[0]) >> 1, (width - out[1]) >> 1, 0, 0];
  const from = (n: number, start: number, extent: number, flipped: number) => {
    const line = range(n).map((i) => positions[mode]!(extent)[extent + start + i]!);
    return flipped ? line.reverse() : line;
  };
  const columns = from(out[1], left, width, right);
  return from(out[0], top, height, down).flatMap((y) => columns.map((x) => (y < 0 || x < 0 ? -1 : y * width + x)));
}

const some: MoveCase["places"] = [
  [0, 0, 0, 0],
  [1, -2, 0, 1],
  [-3, 1, 1, 0],
  [3, 3, 1, 1],
  [-1, -3, 0, 0],
];
const moves: MoveCase[] = [
  ...[0, 1, 2, 3].flatMap((mode) =>
    [1, 2, 3, 5].map((channels): MoveCase => ({ image: [3, 4, channels], mode, fill: 0.5, places: some })),
  ),
  { image: [7, 5, 1], mode: 2, places: some },
  { image: [3, 3, 1], mode: 2, places: some },
  { image: [1, 1, 3], mode: 0, places: Array.from({ length: B }, (_, i) => [0, 0, i & 1, i >> 1]) },
  { image: [6, 7, 2], out: [3, 4], mode: 0, places: Array.from({ length: B }, (_, i) => [i % 4, i % 3, 0, 0]) },
  { image: [6, 7, 2], out: [3, 4], mode: 0, places: null },
  { image: [5, 4, 1], out: [5, 1], mode: 0, places: null },
];
const sizes = ({ image: [height, width, channels], out = [height, width] }: MoveCase) => ({
  inside: height * width * channels,
  outside: out[0] * out[1] * channels,
  numbers: [
    height,
    width,
    out[0],
    out[1],
    channels,
    stride(out[0] * out[1] * channels),
    stride(height * width * channels),
  ],
});
const placeData = (places: MoveCase["places"]) => ({
  place: { data: Int32Array.from((places ?? []).flatMap((place) => [...place, 9, 9, 9, 9])) },
});

oracle<MoveCase>(test, {
  kernel: "image_move_forward",
  cases: moves,
  tensors: (c, random) => ({
    inp: { data: matrix(B, sizes(c).inside, random) },
    ...placeData(c.places),
    out: { data: new Float32Array(B * stride(sizes(c).outside)), write: true },
  }),
  args: (c, p) => [p("out"), p("inp"), c.places ? p("place") : 0, c.fill ?? 0, c.mode, ...sizes(c).numbers],
  extent: () => B,
  expected: (c, { inp }) => {
    const { inside, outside } = sizes(c);
    const out = matrix(B, outside, (row, i) => {
      const channels = c.image[2];
      const from = sources(c, row)[Math.floor(i / channels)]!;
      return from < 0 ? c.fill! : inp![row * stride(inside) + from * channels + (i % channels)]!;
    });
    return { out };
  },
  tolerance: 0,
} satisfies Oracle<MoveCase>);

oracle<MoveCase>(test, {
  kernel: "image_move_backward",
  cases: moves,
  tensors: (c, random) => ({
    dout: { data: matrix(B, sizes(c).outside, random) },
    ...placeData(c.places),
    dinp: { data: new Float32Array(B * stride(sizes(c).inside)), write: true },
  }),
  args: (c, p) => [p("dinp"), p("dout"), c.places ? p("place") : 0, c.mode, ...sizes(c).numbers],
  extent: () => B,
  expected: (c, { dout }) => {
    const { inside, outside } = sizes(c);
    const channels = c.image[2];
    const dinp = new Float64Array(B * stride(inside));
    for (let row = 0; row < B; row++) {
      sources(c, row).forEach((from, pixel) => {
        for (let k = 0; k < channels && from >= 0; k++) {
          dinp[row * stride(inside) + from * channels + k]! += dout![row * stride(outside) + pixel * channels + k]!;
        }
      });
    }
    return { dinp };
  },
  tolerance: 1e-6,
});

for (const { name, kernels, memory, base } of kernelBuilds()) {
  test(`every place is as likely as any other (${name})`, () => {
    const rows = 9000;
    new Int32Array(memory.buffer, base, 1)[0] = 3;
    kernels.random_place(base + 64, base, 5, 6, 7, -1, 3, 10, 3, 3, 0, rows);
    const place = new Int32Array(memory.buffer, base + 64, rows * 8);
    const counts = new Map<string, number>();
    for (let row = 0; row < rows; row++) {
      const key = place.subarray(row * 8, row * 8 + 4).join();
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    assert.is(counts.size, 36);
    // Five standard deviations around 250.
    for (const count of counts.values()) assert.ok(Math.abs(count - 250) < 5 * Math.sqrt(250), `${count}`);
  });

  test(`what is not a number moves along (${name})`, () => {
    new Int32Array(memory.buffer, base, 8).set([0, 1, 0, 0]);
    const [inp, out] = [base + 64, base + 128];
    new Float32Array(memory.buffer, inp, 8).set([1, NaN, 2, NaN, 3, 4, 0, 0]);
    kernels.image_move_forward(out, inp, base, 0, 0, 2, 3, 2, 3, 1, 8, 8, 0, 1);
    assert.equal([...new Float32Array(memory.buffer, out, 8)], [NaN, 2, 0, 3, 4, 0, 0, 0]);
  });
}

test.run();
