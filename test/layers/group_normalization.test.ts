import { suite } from "uvu";
import { ANY, matrix, oracle, SIZES, stride } from "../oracle.js";

const test = suite("group normalization kernels");

/** `groups` 0: blocks are positions. */
const cases = SIZES.flatMap((length) =>
  [1, 3].flatMap((pixels) =>
    [0, 1, 2].map((groups) => ({
      ...{ B: 4, pixels, groups, length, C: length * (groups || 1) },
      ...{ centred: (length + pixels) % 3 ? 1 : 0, gamma: length !== 5, beta: length !== 8 },
    })),
  ),
);
type Case = (typeof cases)[number];

const EPSILON = 0.01;
const width = ({ pixels, C }: Case) => pixels * C;
const blocksOf = ({ pixels, groups }: Case) => groups || pixels;
const sizes = (c: Case) => [
  blocksOf(c),
  ...(c.groups ? [c.length, c.length, c.pixels, c.C] : [c.C, 0, 1, 0]),
  c.length,
  stride(width(c)),
  stride(blocksOf(c)),
];
/** Places of block k's values in a row, and its channels. */
function places(c: Case, k: number): { place: number; channel: number }[] {
  const all = Array.from({ length: width(c) }, (_, place) => ({ place, channel: place % c.C }));
  const blockOf = (place: number, channel: number) =>
    c.groups ? Math.floor(channel / c.length) : Math.floor(place / c.C);
  return all.filter(({ place, channel }) => blockOf(place, channel) === k);
}
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

oracle(test, {
  kernel: "group_normalization_forward",
  cases,
  tensors: (c, random) => ({
    inp: { data: matrix(c.B, width(c), (_, i) => 3 * random() + (i % 2)) },
    gamma: { data: matrix(1, c.C, random) },
    beta: { data: matrix(1, c.C, random) },
    out: { data: new Float32Array(c.B * stride(width(c))), write: true },
    normal: { data: new Float32Array(c.B * stride(width(c))), write: true },
    factor: { data: new Float32Array(c.B * stride(blocksOf(c))), write: true },
  }),
  args: (c, p) => [
    ...[p("out"), p("normal"), p("factor"), p("inp"), c.gamma ? p("gamma") : 0, c.beta ? p("beta") : 0],
    ...[c.centred, EPSILON, ...sizes(c)],
  ],
  extent: ({ B }) => B,
  expected(c, { inp, gamma, beta }) {
    const size = c.B * stride(width(c));
    const [out, normal] = [new Array<number>(size).fill(ANY), new Array<number>(size).fill(ANY)];
    const factor = new Array<number>(c.B * stride(blocksOf(c))).fill(ANY);
    for (let b = 0; b < c.B; b++) {
      for (let k = 0; k < blocksOf(c); k++) {
        const mine = places(c, k).map(({ place, channel }) => ({ at: b * stride(width(c)) + place, channel }));
        const centre = c.centred ? mean(mine.map(({ at }) => inp![at]!)) : 0;
        const f = 1 / Math.sqrt(mean(mine.map(({ at }) => (inp![at]! - centre) ** 2)) + EPSILON);
        factor[b * stride(blocksOf(c)) + k] = f;
        for (const { at, channel } of mine) {
          normal[at] = (inp![at]! - centre) * f;
          out[at] = normal[at]! * (c.gamma ? gamma![channel]! : 1) + (c.beta ? beta![channel]! : 0);
        }
      }
    }
    return { out, normal, factor };
  },
});

oracle(test, {
  kernel: "group_normalization_backward",
  cases,
  tensors: (c, random) => ({
    dout: { data: matrix(c.B, width(c), random) },
    normal: { data: matrix(c.B, width(c), () => 2 * random()) },
    factor: { data: matrix(c.B, blocksOf(c), () => 1 + random()) },
    gamma: { data: matrix(1, c.C, random) },
    dinp: { data: new Float32Array(c.B * stride(width(c))), write: true },
  }),
  args: (c, p) => [
    ...[p("dinp"), p("dout"), p("normal"), p("factor"), c.gamma ? p("gamma") : 0],
    ...[c.centred, ...sizes(c)],
  ],
  extent: ({ B }) => B,
  expected(c, { dout, normal, factor, gamma }) {
    const dinp = new Array<number>(c.B * stride(width(c))).fill(ANY);
    for (let b = 0; b < c.B; b++) {
      for (let k = 0; k < blocksOf(c); k++) {
        const mine = places(c, k).map(({ place, channel }) => {
          const at = b * stride(width(c)) + place;
          return { at, g: dout![at]! * (c.gamma ? gamma![channel]! : 1), x: normal![at]! };
        });
        const centre = c.centred ? mean(mine.map(({ g }) => g)) : 0;
        const slope = mean(mine.map(({ g, x }) => g * x));
        for (const { at, g, x } of mine) dinp[at] = factor![b * stride(blocksOf(c)) + k]! * (g - centre - x * slope);
      }
    }
    return { dinp };
  },
});

oracle(test, {
  kernel: "scale_backward",
  cases,
  tensors: (c, random) => ({
    // A row more than there is: the last pixel's groups reach beyond it.
    dout: { data: matrix(c.B + 1, width(c), random) },
    normal: { data: matrix(c.B + 1, width(c), random) },
    ...(c.gamma ? { dgamma: { data: new Float32Array(stride(c.C)), write: true } } : {}),
    ...(c.beta ? { dbeta: { data: new Float32Array(stride(c.C)), write: true } } : {}),
  }),
  args: (c, p) => [
    ...[c.gamma ? p("dgamma") : 0, c.beta ? p("dbeta") : 0, p("dout"), p("normal")],
    ...[c.B, c.pixels, c.C, stride(width(c))],
  ],
  extent: ({ C }) => stride(C) / 8,
  expected(c, { dout, normal }) {
    const [dgamma, dbeta] = [new Float64Array(stride(c.C)), new Float64Array(stride(c.C))];
    for (let b = 0; b < c.B; b++)
      for (let i = 0; i < width(c); i++) {
        const at = b * stride(width(c)) + i;
        dgamma[i % c.C]! += dout![at]! * normal![at]!;
        dbeta[i % c.C]! += dout![at]!;
      }
    return { ...(c.gamma ? { dgamma } : {}), ...(c.beta ? { dbeta } : {}) };
  },
});

test.run();
