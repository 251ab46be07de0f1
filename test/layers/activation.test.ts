import { suite } from "uvu";
import * as assert from "uvu/assert";
import { erfc } from "../erf.js";
import { type Build, kernelBuilds } from "../kernelbuilds.js";
import { type KernelName, matrix, numericGradient, type Oracle, oracle, SIZES, stride } from "../oracle.js";

const test = suite("activation");

interface Activation {
  name: string;
  f: (x: number, alpha: number) => number;
  /** Whether the kernels take alpha. */
  alpha?: boolean;
  /** The worst relative error of the forward value over [-12, 12]. */
  relative: number;
  /** [x, f(x), f'(x)]: kinks, far values, what is not a number. `undefined`: not said. */
  points: [x: number, y: number | undefined, slope: number | undefined][];
}
const elu = (x: number, alpha: number) => (x > 0 ? x : alpha * Math.expm1(x));
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const TINY = Math.exp(Math.fround(-87.33));
const SELU = { scale: 1.0507009873554805, alpha: 1.6732632423543772 };
const ALPHA = 0.25;

const ACTIVATIONS: Activation[] = [
  {
    name: "relu",
    f: (x) => Math.max(x, 0),
    relative: 0,
    points: [
      [0, 0, 0],
      [-0, -0, 0],
      [1e-45, 1e-45, 1],
      [-1e-45, 0, 0],
      [Infinity, Infinity, 1],
      [-Infinity, 0, 0],
      [NaN, NaN, undefined],
    ],
  },
  {
    name: "leaky_relu",
    f: (x, alpha) => (x > 0 ? x : alpha * x),
    alpha: true,
    relative: 1e-7,
    points: [
      [0, 0, ALPHA],
      [-0, -0, ALPHA],
      [1e-30, 1e-30, 1],
      [-1e-30, -1e-30 * ALPHA, ALPHA],
      [Infinity, Infinity, 1],
      [-Infinity, -Infinity, ALPHA],
      [NaN, NaN, undefined],
    ],
  },
  {
    name: "elu",
    f: elu,
    alpha: true,
    relative: 2e-7,
    points: [
      [0, 0, ALPHA],
      [1e-30, 1e-30, 1],
      [-1e-30, -1e-30 * ALPHA, ALPHA],
      [-1e30, -ALPHA, TINY * ALPHA],
      [Infinity, Infinity, 1],
      [-Infinity, -ALPHA, TINY * ALPHA],
      [NaN, NaN, NaN],
    ],
  },
  {
    name: "selu",
    f: (x) => SELU.scale * elu(x, SELU.alpha),
    relative: 3e-7,
    points: [
      [0, 0, SELU.scale * SELU.alpha],
      [1e-30, 1e-30 * SELU.scale, SELU.scale],
      [-Infinity, -SELU.scale * SELU.alpha, TINY * SELU.scale * SELU.alpha],
      [Infinity, Infinity, SELU.scale],
      [NaN, NaN, NaN],
    ],
  },
  {
    name: "gelu",
    f: (x) => (x * erfc(-x / Math.SQRT2)) / 2,
    // The rounding of x² / 2 in exp(-x² / 2) grows with x²: 5e-7 down to x = -5.
    relative: 5e-6,
    points: [
      [0, 0, 0.5],
      [1e-30, 5e-31, 0.5],
      [-1e-30, -5e-31, 0.5],
      [1e30, 1e30, 1],
      [-1e30, -2.1e-32, -2.6e-31],
      [Infinity, Infinity, 1],
      [-Infinity, -2.1e-32, -2.6e-31],
      [NaN, NaN, NaN],
    ],
  },
  {
    name: "silu",
    f: (x) => x * sigmoid(x),
    relative: 4e-7,
    points: [
      [0, 0, 0.5],
      [1e-30, 5e-31, 0.5],
      [-1e-30, -5e-31, 0.5],
      [1e30, 1e30, 1],
      [-1e30, -88 * TINY, -87 * TINY],
      [Infinity, Infinity, 1],
      [-Infinity, -88 * TINY, -87 * TINY],
      [NaN, NaN, NaN],
    ],
  },
  {
    name: "softplus",
    f: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
    relative: 3e-7,
    points: [
      [0, Math.LN2, 0.5],
      [50, 50, 1],
      [1e30, 1e30, 1],
      [-1e30, TINY, TINY],
      [Infinity, Infinity, 1],
      [-Infinity, TINY, TINY],
      [NaN, NaN, NaN],
    ],
  },
  {
    name: "hard_swish",
    f: (x) => (x * Math.min(Math.max(x + 3, 0), 6)) / 6,
    relative: 3e-7,
    points: [
      [0, 0, 0.5],
      [-3, -0, 0],
      [3, 3, 1],
      [-2.9999998, undefined, -0.5],
      [2.9999998, 3, 1.5],
      [3e38, 3e38, 1],
      [-3e38, -0, 0],
      [Infinity, Infinity, 1],
      [-Infinity, NaN, 0],
      [NaN, NaN, NaN],
    ],
  },
  {
    name: "tanh",
    f: Math.tanh,
    relative: 2e-7,
    points: [
      [0, 0, 1],
      [-0, -0, 1],
      [1e-30, 1e-30, 1],
      [1e30, 1, 0],
      [-Infinity, -1, 0],
      [NaN, NaN, NaN],
    ],
  },
  {
    name: "sigmoid",
    f: sigmoid,
    relative: 3e-7,
    points: [
      [0, 0.5, 0.25],
      [1e30, 1, 0],
      [-1e30, TINY, TINY],
      [Infinity, 1, 0],
      [-Infinity, TINY, TINY],
      [NaN, NaN, NaN],
    ],
  },
];

interface Case {
  B: number;
  width: number;
  /** Backward in place: dinp is dout. */
  inPlace?: boolean;
}
const cases: Case[] = SIZES.flatMap((B) => SIZES.map((width) => ({ B, width })));
const wide = (random: () => number) => () => 5 * random();

for (const { name, f, alpha, relative, points } of ACTIVATIONS) {
  const parameters = alpha ? [ALPHA] : [];
  const y = (x: number) => f(x, ALPHA);
  const forward = `${name}_forward` as KernelName;
  const backward = `${name}_backward` as KernelName;

  oracle(test, {
    kernel: forward,
    cases,
    tensors: ({ B, width }, random) => ({
      inp: { data: matrix(B, width, wide(random)) },
      out: { data: new Float32Array(B * stride(width)), write: true },
    }),
    args: ({ width }, p) => [p("out"), p("inp"), ...parameters, stride(width)],
    extent: ({ B }) => B,
    expected: (_, { inp }) => ({ out: inp!.map(y) }),
    tolerance: 1e-6,
  });

  const gradient: Oracle<Case> = {
    kernel: backward,
    cases: [...cases, { B: 4, width: 13, inPlace: true }],
    tensors: ({ B, width, inPlace }, random) => {
      const inp = matrix(B, width, wide(random));
      return {
        inp: { data: inp },
        out: { data: inp.map(y) },
        dout: { data: matrix(B, width, random) },
        ...(inPlace ? {} : { dinp: { data: new Float32Array(B * stride(width)), write: true } }),
      };
    },
    args: ({ width, inPlace }, p) => [
      p(inPlace ? "dout" : "dinp"),
      p("dout"),
      p("inp"),
      p("out"),
      ...parameters,
      stride(width),
    ],
    extent: ({ B }) => B,
    expected: ({ inPlace }, { inp, dout }) => {
      const slope = (x: number) => numericGradient((point) => y(point[0]!), Float64Array.of(x))[0]!;
      // Padding of dout is zero, and what is zero there must stay so.
      const dinp = inp!.map((x, i) => (dout![i] === 0 ? 0 : dout![i]! * slope(x)));
      return { [inPlace ? "dout" : "dinp"]: dinp };
    },
    tolerance: 2e-6,
  };
  oracle(test, gradient);

  for (const build of kernelBuilds()) {
    test(`${forward} keeps its relative error, also of tiny values (${build.name})`, () => {
      const x = new Float32Array(1 << 16);
      // Half of them evenly over [-12, 12], half of them ever closer to zero.
      x.forEach((_, i) => {
        if (i & 1) x[i] = -12 + (24 * i) / x.length;
        else x[i] = (i & 2 ? -8 : 8) * 2 ** ((-80 * i) / x.length);
      });
      let worst = 0;
      let where = 0;
      run(build, forward, [x], parameters).forEach((got, i) => {
        const want = y(x[i]!);
        const error = got === want ? 0 : Math.abs(got / want - 1);
        if (!(error <= worst)) {
          worst = error;
          where = x[i]!;
        }
      });
      assert.ok(worst <= relative, `relative error ${worst} at ${where}`);
    });

    test(`${name} at kinks, far out and of NaN (${build.name})`, () => {
      for (const [x, wantY, slope] of points) {
        const inp = new Float32Array(8).fill(x);
        const out = run(build, forward, [inp], parameters);
        const dinp = run(build, backward, [new Float32Array(8).fill(2), inp, out], parameters);
        const label = `${name}(${x})`;
        if (wantY !== undefined) for (const got of out) close(got, Math.fround(wantY), label);
        if (slope !== undefined) for (const got of dinp) close(got, Math.fround(2 * slope), `the slope of ${label}`);
      }
    });

    test(`${backward} hands on what is not a number (${build.name})`, () => {
      const nan = new Float32Array(8).fill(NaN);
      const inp = new Float32Array(8).fill(1);
      const out = run(build, forward, [inp], parameters);
      assert.ok(run(build, backward, [nan, inp, out], parameters).every(Number.isNaN));
    });
  }
}

function close(got: number, want: number, label: string): void {
  const near =
    want !== 0 && Math.abs(got - want) <= 0.03 * Math.abs(want) && (Math.abs(want) < 1e-20 || exact(got, want));
  assert.ok(near || Object.is(got, want), `${label} is ${got}, want ${want}`);
}

const exact = (got: number, want: number) => Math.abs(got - want) <= 1e-6 * Math.abs(want);

/** The kernel's result over inputs of one length, a multiple of 8. */
function run(
  { kernels, memory, base }: Build,
  kernel: KernelName,
  inputs: Float32Array[],
  parameters: number[],
): Float32Array {
  const bytes = inputs[0]!.byteLength;
  const at = (place: number) => base + place * bytes;
  inputs.forEach((input, i) => {
    new Float32Array(memory.buffer, at(i + 1), input.length).set(input);
  });
  const pointers = inputs.map((_, i) => at(i + 1));
  (kernels[kernel] as (...args: number[]) => void)(base, ...pointers, ...parameters, 8, 0, bytes / 32);
  return new Float32Array(memory.buffer.slice(base, base + bytes));
}

test.run();
