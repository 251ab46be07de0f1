import { suite } from "uvu";
import { ANY, matrix, oracle, SIZES, stride } from "../oracle.js";

const test = suite("batch normalization kernels");

const cases = SIZES.flatMap((C) =>
  [1, 3].flatMap((pixels) =>
    [1, 5].map((B) => ({ B, pixels, C, gamma: C !== 5, beta: C !== 8, training: C !== 13 || B === 1 })),
  ),
);
type Case = (typeof cases)[number];

const EPSILON = 0.01;
type Size = { readonly B: number; readonly pixels: number; readonly C: number };
const width = ({ pixels, C }: Size) => pixels * C;
const sizes = (c: Size) => [c.pixels, c.C, stride(width(c))];

/** Mean and variance of each channel of so many rows. */
function moments(c: Size, inp: Float64Array): { mean: Float64Array; variance: Float64Array } {
  const [mean, variance] = [new Float64Array(stride(c.C)), new Float64Array(stride(c.C))];
  const each = (take: (value: number, channel: number) => void) => {
    for (let b = 0; b < c.B; b++) for (let i = 0; i < width(c); i++) take(inp[b * stride(width(c)) + i]!, i % c.C);
  };
  const count = c.B * c.pixels;
  each((value, channel) => {
    mean[channel]! += value / count;
  });
  each((value, channel) => {
    variance[channel]! += (value - mean[channel]!) ** 2 / count;
  });
  return { mean, variance };
}

/** A call on values about `far`, up to `spread` beside it. */
const momentsOf = <C extends Size>(far: (c: C, channel: number) => number, spread: number) => ({
  kernel: "channel_moments" as const,
  tensors: (c: C, random: () => number) => ({
    // A row more than there is: the last pixel's groups reach beyond it.
    inp: { data: matrix(c.B + 1, width(c), (_, i) => spread * random() + far(c, i % c.C)) },
    mean: { data: new Float32Array(stride(c.C)), write: true },
    variance: { data: new Float32Array(stride(c.C)), write: true },
  }),
  args: (c: C, p: (name: string) => number) => [p("mean"), p("variance"), p("inp"), c.B, ...sizes(c)],
  extent: ({ C }: C) => stride(C) / 8,
});

oracle(test, {
  ...momentsOf<Case>((_, channel) => channel, 2),
  cases,
  expected: (c, { inp }) => moments(c, inp!),
});

// Far from 0 a mean is the nearest float32, or the one beside it, however many values it is of; and so are variances.
const distant = [100, 1e4].flatMap((far) =>
  [
    [13, 1, 5],
    [37, 49, 13],
    [5, 1007, 3],
    [1000, 1, 17],
  ].map(([B, pixels, C]) => ({ B: B!, pixels: pixels!, C: C!, far })),
);
const distantMoments = momentsOf<(typeof distant)[number]>(({ far }) => far, 1.7);
oracle(test, {
  ...distantMoments,
  cases: distant,
  tolerance: 6.2e-8,
  expected: (c, { inp }) => ({ mean: moments(c, inp!).mean }),
});
oracle(test, {
  ...distantMoments,
  cases: distant,
  tolerance: 3e-6,
  expected: (c, { inp }) => ({ variance: moments(c, inp!).variance }),
});

const channels = (c: Case, random: () => number) => ({
  variance: { data: matrix(1, c.C, () => 1.5 + random()) },
  gamma: { data: matrix(1, c.C, random) },
});
const output = (c: Case) => ({ data: new Float32Array(c.B * stride(width(c))), write: true });
/** All values of a batch: where they are, and their channels. */
function values(c: Case, make: (at: number, channel: number) => number): number[] {
  const all = new Array<number>(c.B * stride(width(c))).fill(ANY);
  for (let b = 0; b < c.B; b++)
    for (let i = 0; i < width(c); i++) {
      const at = b * stride(width(c)) + i;
      all[at] = make(at, i % c.C);
    }
  return all;
}

oracle(test, {
  kernel: "batch_normalization_forward",
  cases,
  tensors: (c, random) => ({
    inp: { data: matrix(c.B, width(c), random) },
    mean: { data: matrix(1, c.C, random) },
    beta: { data: matrix(1, c.C, random) },
    ...channels(c, random),
    out: output(c),
    normal: output(c),
  }),
  args: (c, p) => [
    ...[p("out"), p("normal"), p("inp"), p("mean"), p("variance"), c.gamma ? p("gamma") : 0, c.beta ? p("beta") : 0],
    ...[EPSILON, ...sizes(c)],
  ],
  extent: ({ B }) => B,
  expected(c, { inp, mean, variance, gamma, beta }) {
    const normal = values(c, (at, k) => (inp![at]! - mean![k]!) / Math.sqrt(variance![k]! + EPSILON));
    const out = values(c, (at, k) => normal[at]! * (c.gamma ? gamma![k]! : 1) + (c.beta ? beta![k]! : 0));
    return { out, normal };
  },
});

oracle(test, {
  kernel: "batch_normalization_backward",
  cases,
  tensors: (c, random) => ({
    dout: { data: matrix(c.B, width(c), random) },
    normal: { data: matrix(c.B, width(c), random) },
    dgamma: { data: matrix(1, c.C, random) },
    dbeta: { data: matrix(1, c.C, random) },
    ...channels(c, random),
    dinp: output(c),
  }),
  args: (c, p) => [
    ...[p("dinp"), p("dout"), p("normal"), p("variance"), c.gamma ? p("gamma") : 0],
    ...(c.training ? [p("dgamma"), p("dbeta")] : [0, 0]),
    ...[EPSILON, 0.25, ...sizes(c)],
  ],
  extent: ({ B }) => B,
  expected: (c, { dout, normal, variance, gamma, dgamma, dbeta }) => ({
    dinp: values(c, (at, k) => {
      const rest = c.training ? 0.25 * (dbeta![k]! + normal![at]! * dgamma![k]!) : 0;
      return ((c.gamma ? gamma![k]! : 1) / Math.sqrt(variance![k]! + EPSILON)) * (dout![at]! - rest);
    }),
  }),
});

test.run();
