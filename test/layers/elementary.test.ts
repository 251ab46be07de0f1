import { suite } from "uvu";
import * as assert from "uvu/assert";
import { erf } from "../erf.js";
import { type Build, kernelBuilds } from "../kernelbuilds.js";
import { type KernelName, matrix, oracle, SIZES, stride } from "../oracle.js";

const test = suite("elementary");

interface Row {
  kernel: KernelName;
  f: (x: number) => number;
  /** The range of float32 values, and the error that the docstring allows on it, in ULP. */
  low: number;
  high: number;
  ulps: number;
  specials: [x: number, y: number][];
}
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const MAX = 3.4028234663852886e38;
const ROWS: Row[] = [
  {
    kernel: "exp_forward",
    f: Math.exp,
    low: -87.33,
    high: 88.7228,
    ulps: 1.02,
    specials: [
      [0, 1],
      [-0, 1],
      [-87.33, Math.exp(Math.fround(-87.33))],
      [-87.4, Math.exp(Math.fround(-87.33))],
      [-1e30, Math.exp(Math.fround(-87.33))],
      [-Infinity, Math.exp(Math.fround(-87.33))],
      [88.7228, Math.exp(Math.fround(88.7228))],
      [88.73, Infinity],
      [1e30, Infinity],
      [Infinity, Infinity],
    ],
  },
  {
    kernel: "log_forward",
    f: Math.log,
    low: 1e-45,
    high: MAX,
    ulps: 1.08,
    specials: [
      [0, -Infinity],
      [-0, -Infinity],
      [1, 0],
      [-1, NaN],
      [-1e-45, NaN],
      [-Infinity, NaN],
      [Infinity, Infinity],
    ],
  },
  {
    kernel: "log1p_forward",
    f: Math.log1p,
    low: 0,
    high: MAX,
    ulps: 1.65,
    specials: [
      [0, 0],
      [1e-45, 1e-45],
      [1e-20, 1e-20],
      [Infinity, Infinity],
    ],
  },
  {
    kernel: "erf_forward",
    f: erf,
    low: -MAX,
    high: MAX,
    ulps: 1.19,
    specials: [
      [0, 0],
      [-0, -0],
      [1e-30, 1e-30 * (2 / Math.sqrt(Math.PI))],
      [4, 1],
      [-4, -1],
      [1e30, 1],
      [Infinity, 1],
      [-Infinity, -1],
    ],
  },
  {
    kernel: "sin_pi_forward",
    f: (x) => Math.sin(Math.PI * x),
    low: -0.25,
    high: 0.25,
    ulps: 1.96,
    specials: [
      [0, 0],
      [0.25, Math.SQRT1_2],
      [-0.25, -Math.SQRT1_2],
      [1e-30, 1e-30 * Math.PI],
    ],
  },
  {
    kernel: "cos_pi_forward",
    f: (x) => Math.cos(Math.PI * x),
    low: -0.25,
    high: 0.25,
    ulps: 1.14,
    specials: [
      [0, 1],
      [-0, 1],
      [1e-30, 1],
      [0.25, Math.SQRT1_2],
      [-0.25, Math.SQRT1_2],
    ],
  },
  {
    kernel: "tanh_forward",
    f: Math.tanh,
    low: -MAX,
    high: MAX,
    ulps: 1.34,
    specials: [
      [0, 0],
      [-0, -0],
      [10, 1],
      [-1e30, -1],
      [Infinity, 1],
      [-Infinity, -1],
    ],
  },
  {
    kernel: "sigmoid_forward",
    f: sigmoid,
    low: -87.33,
    high: MAX,
    ulps: 2.41,
    specials: [
      [0, 0.5],
      [-0, 0.5],
      [-1e30, Math.exp(Math.fround(-87.33))],
      [-Infinity, Math.exp(Math.fround(-87.33))],
      [1e30, 1],
      [Infinity, 1],
    ],
  },
];

const bits = new Int32Array(1);
const float = new Float32Array(bits.buffer);
/** Neighbouring float32 values have neighbouring places; the place of 0 is 0. */
const place = (x: number) => {
  float[0] = x;
  return bits[0]! < 0 ? -(bits[0]! & 0x7fffffff) : bits[0]!;
};
const atPlace = (n: number) => {
  bits[0] = n < 0 ? -n | 0x80000000 : n;
  return float[0]!;
};
/** The distance of neighbouring float32 values at x. */
const ulp = (x: number) => {
  float[0] = x;
  return 2 ** (Math.max((bits[0]! >>> 23) & 0xff, 1) - 150);
};

/** The kernel's values for x, a multiple of 8 of them. */
function call({ kernels, memory, base }: Build, kernel: KernelName, x: Float32Array): Float32Array {
  const out = base + x.byteLength;
  new Float32Array(memory.buffer, base, x.length).set(x);
  (kernels[kernel] as (...args: number[]) => void)(out, base, 8, 0, x.length / 8);
  return new Float32Array(memory.buffer.slice(out, out + x.byteLength));
}

for (const { kernel, f, low, high, ulps, specials } of ROWS) {
  for (const build of kernelBuilds()) {
    test(`${kernel} is within ${ulps} ULP of the exact value (${build.name})`, () => {
      const count = 1 << 18;
      const first = place(low);
      const span = place(high) - first;
      const x = Float32Array.from({ length: count }, (_, i) => atPlace(first + Math.floor((span * i) / (count - 1))));
      let worst = 0;
      let where = 0;
      call(build, kernel, x).forEach((got, i) => {
        const want = f(x[i]!);
        const error = Math.abs(got - want) / ulp(want);
        // Arranged so that an error that is not a number is the worst.
        if (!(error <= worst)) {
          worst = error;
          where = x[i]!;
        }
      });
      assert.ok(worst <= ulps, `${worst} ULP at ${where}`);
    });

    test(`${kernel} of special values (${build.name})`, () => {
      for (const [value, want] of specials) {
        const got = call(build, kernel, new Float32Array(8).fill(value))[0]!;
        const y = Math.fround(want);
        // Zeros must also have the sign.
        const near = y !== 0 && Math.abs(got - y) <= 1e-6 * Math.abs(y);
        assert.ok(near || Object.is(got, y), `${value}: ${got}, want ${y}`);
      }
    });

    test(`${kernel} leaves what is not a number, whatever its bits (${build.name})`, () => {
      const x = new Float32Array(8);
      new Uint32Array(x.buffer).set([
        0x7fc00000, 0xffc00000, 0x7fc00001, 0xffffffff, 0x7fffffff, 0x7f800001, 0xffc00181, 0x7fe000ff,
      ]);
      assert.ok(call(build, kernel, x).every(Number.isNaN));
    });
  }
}

for (const { kernel, f, high } of ROWS.slice(0, 6)) {
  const unit = Math.min(1, high);
  oracle(test, {
    kernel,
    cases: SIZES.flatMap((B) => SIZES.map((width) => ({ B, width }))),
    tensors: ({ B, width }, random) => ({
      inp: { data: matrix(B, width, () => (unit < 1 ? unit * random() : 2.5 + 2 * random())) },
      out: { data: new Float32Array(B * stride(width)), write: true },
    }),
    args: ({ width }, p) => [p("out"), p("inp"), stride(width)],
    extent: ({ B }) => B,
    expected: (_, { inp }) => ({ out: inp!.map(f) }),
    tolerance: 3e-7,
  });
}

test.run();
