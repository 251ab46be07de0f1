// Convolutions of every kind against sums over all pairs of a pixel and a place in a window. Values are small whole numbers, so that
// float32 is exact and equality is meant.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { conv1d, conv2d, conv2dTranspose, depthwiseConv2d, input, sequential } from "../../src/index.js";
import type { Conv1dConfig } from "../../src/layers/conv1d.js";
import type { Conv2dConfig } from "../../src/layers/conv2d.js";
import type { Conv2dTransposeConfig } from "../../src/layers/conv2d_transpose.js";
import type { LayerSpec } from "../../src/layers/index.js";
import { NUMERICS } from "../golden.js";
import { generator } from "../oracle.js";

const test = suite("convolutions in models");

type Tensor = { shape: number[]; data: number[] };
const sizeOf = (shape: number[]) => shape.reduce((a, b) => a * b, 1);
/** `live` is the share of values that are left, where most are zero. */
function whole(shape: number[], seed: number, live = 1): Tensor {
  const next = generator(seed);
  const value = () => (Math.abs(next()) < live ? Math.floor(next() * 4) : 0);
  return { shape, data: Array.from({ length: sizeOf(shape) }, value) };
}

/** Windows along one axis: from one to the next, from place to place, and what lies before the first pixel. */
interface Axis {
  inp: number;
  out: number;
  kernel: number;
  stride: number;
  dilation: number;
  before: number;
}

function axis(inp: number, kernel: number, stride: number, dilation: number, padding: number | string): Axis {
  const reach = (kernel - 1) * dilation;
  if (padding === "same") {
    const out = Math.ceil(inp / stride);
    const around = Math.max(0, (out - 1) * stride + reach + 1 - inp);
    return { inp, out, kernel, stride, dilation, before: Math.floor(around / 2) };
  }
  const before = padding === "valid" ? 0 : padding === "causal" ? reach : (padding as number);
  const padded = inp + (padding === "causal" ? before : 2 * before);
  return { inp, out: Math.floor((padded - reach - 1) / stride) + 1, kernel, stride, dilation, before };
}

/** All places of windows that lie in the image: [pixel of the image, place in the window, pixel of the windows]. */
function places({ inp, out, kernel, stride, dilation, before }: Axis): [number, number, number][] {
  const found: [number, number, number][] = [];
  for (let o = 0; o < out; o++)
    for (let k = 0; k < kernel; k++) {
      const i = o * stride + k * dilation - before;
      if (i >= 0 && i < inp) found.push([i, k, o]);
    }
  return found;
}

interface Case {
  layer: LayerSpec;
  shape: number[];
  out: number[];
  kernel: number[];
  /** out[o] += inp[i] * kernel[k] for each of these. */
  terms: [i: number, k: number, o: number][];
  live?: number;
}

const pair = (value: unknown) => (Array.isArray(value) ? value : [value, value]) as [number, number];

function terms(down: Axis, across: Axis, each: (i: number, k: number, o: number) => Case["terms"]): Case["terms"] {
  return places(down).flatMap(([iy, ky, oy]) =>
    places(across).flatMap(([ix, kx, ox]) => each(iy * across.inp + ix, ky * across.kernel + kx, oy * across.out + ox)),
  );
}
const range = (n: number) => Array.from({ length: n }, (_, i) => i);

function axes(config: Omit<Conv2dConfig, "filters">, height: number, width: number): [Axis, Axis] {
  const { kernelSize, strides = 1, dilation = 1, padding = "valid" } = config;
  const along = (extent: number, i: 0 | 1) =>
    axis(
      extent,
      ...([pair(kernelSize)[i], pair(strides)[i], pair(dilation)[i]] as const),
      typeof padding === "string" ? padding : pair(padding)[i],
    );
  return [along(height, 0), along(width, 1)];
}

function images(config: Conv2dConfig, [height, width, channels]: [number, number, number]): Case {
  const [down, across] = axes(config, height, width);
  const { filters } = config;
  return {
    layer: conv2d(config),
    shape: [height, width, channels],
    out: [down.out, across.out, filters],
    kernel: [down.kernel, across.kernel, channels, filters],
    terms: terms(down, across, (i, k, o) =>
      range(channels * filters).map((at) => {
        const [c, f] = [Math.floor(at / filters), at % filters];
        return [i * channels + c, k * channels * filters + at, o * filters + f];
      }),
    ),
  };
}

/** The adjoint: the image is the output, and the windows' pixels are the input. */
function transposed(
  { outputPadding, ...config }: Conv2dConfig & Pick<Conv2dTransposeConfig, "outputPadding">,
  [height, width, channels]: [number, number, number],
): Case {
  const { kernelSize, strides = 1, dilation = 1, padding = "valid", filters } = config;
  const [tall, wide] = [height, width].map((extent, i) => {
    if (padding === "same" && outputPadding === undefined) return extent * pair(strides)[i]!;
    const reach = (pair(kernelSize)[i]! - 1) * pair(dilation)[i]! + 1;
    const cut = padding === "same" ? Math.floor(reach / 2) : padding === "valid" ? 0 : pair(padding)[i]!;
    return (extent - 1) * pair(strides)[i]! + reach - 2 * cut + pair(outputPadding ?? 0)[i]!;
  }) as [number, number];
  const made = images({ ...config, filters: channels }, [tall, wide, filters]);
  assert.equal(made.out, [height, width, channels]);
  return {
    layer: conv2dTranspose({ ...config, ...(outputPadding === undefined ? {} : { outputPadding }) }),
    shape: made.out,
    out: made.shape,
    kernel: made.kernel,
    terms: made.terms.map(([i, k, o]) => [o, k, i]),
  };
}

function depthwise(
  { times, ...config }: Omit<Conv2dConfig, "filters"> & { times: number },
  [height, width, channels]: [number, number, number],
): Case {
  const [down, across] = axes(config, height, width);
  return {
    layer: depthwiseConv2d({ ...config, depthMultiplier: times }),
    shape: [height, width, channels],
    out: [down.out, across.out, channels * times],
    kernel: [down.kernel, across.kernel, channels, times],
    terms: terms(down, across, (i, k, o) =>
      range(channels * times).map((at) => [
        i * channels + Math.floor(at / times),
        k * channels * times + at,
        o * channels * times + at,
      ]),
    ),
  };
}

function sequences({ padding = "valid", ...config }: Conv1dConfig, [steps, channels]: [number, number]): Case {
  const { kernelSize, strides = 1, dilation = 1, filters } = config;
  const along = axis(steps, kernelSize, strides, dilation, padding);
  const one = axis(1, 1, 1, 1, 0);
  return {
    layer: conv1d({ ...config, padding }),
    shape: [steps, channels],
    out: [along.out, filters],
    kernel: [kernelSize, channels, filters],
    terms: terms(one, along, (i, k, o) =>
      range(channels * filters).map((at) => [
        i * channels + Math.floor(at / filters),
        k * channels * filters + at,
        o * filters + (at % filters),
      ]),
    ),
  };
}

const cases: Record<string, Case> = {
  "conv2d of lines": images({ filters: 3, kernelSize: [1, 3], strides: [1, 2] }, [3, 8, 2]),
  "conv2d same, strides 3": images({ filters: 9, kernelSize: 4, strides: 3, padding: "same" }, [7, 5, 3]),
  "conv2d dilated": images({ filters: 5, kernelSize: [3, 2], dilation: [1, 3], padding: [2, 1] }, [5, 6, 9]),
  "conv2d padded wider than its window": images({ filters: 3, kernelSize: 2, padding: 3 }, [2, 3, 2]),
  "conv2d of one pixel, padded": images({ filters: 2, kernelSize: 1, strides: 2, padding: [1, 2] }, [3, 4, 5]),
  "conv2d of columns, padded across": images(
    { filters: 9, kernelSize: [3, 1], padding: 1, strides: [2, 1] },
    [4, 3, 1],
  ),
  "conv2d of one pixel in wide zeros": images(
    { filters: 2, kernelSize: 3, dilation: 2, padding: 7, strides: 3 },
    [1, 1, 1],
  ),
  "conv2d of mostly zeros": { ...images({ filters: 9, kernelSize: 3, padding: "same" }, [6, 5, 8]), live: 0.2 },
  "conv2d of mostly zeros, 5 rows": { ...images({ filters: 8, kernelSize: [5, 4] }, [7, 6, 9]), live: 0.2 },
  "conv2d of mostly zeros, strides 2": { ...images({ filters: 9, kernelSize: 3, strides: 2 }, [7, 6, 40]), live: 0.1 },
  "conv1d padded wider than its window": sequences({ filters: 3, kernelSize: 2, padding: 4, strides: 3 }, [5, 2]),
  "conv1d causal, dilated": sequences(
    { filters: 9, kernelSize: 3, padding: "causal", dilation: 2, strides: 2 },
    [9, 3],
  ),
  "depthwiseConv2d padded wider than its window": depthwise({ times: 2, kernelSize: [1, 2], padding: 2 }, [3, 4, 3]),
  "conv2dTranspose same, strides 3": transposed({ filters: 2, kernelSize: 2, strides: 3, padding: "same" }, [2, 3, 9]),
  "conv2dTranspose dilated": transposed({ filters: 3, kernelSize: 3, strides: 2, dilation: 2, padding: 1 }, [3, 2, 2]),
  "conv2dTranspose cut wider than its window": transposed(
    { filters: 3, kernelSize: 2, strides: 2, padding: 3 },
    [5, 5, 2],
  ),
  "conv2dTranspose with a line and two columns more": transposed(
    { filters: 3, kernelSize: [2, 3], strides: [2, 3], padding: [0, 1], outputPadding: [1, 2] },
    [3, 2, 5],
  ),
  "conv2dTranspose same, with a column more": transposed(
    { filters: 2, kernelSize: [3, 4], strides: [2, 3], padding: "same", outputPadding: [0, 1] },
    [3, 2, 9],
  ),
};

for (const numerics of NUMERICS) {
  for (const [name, { layer, shape, out, kernel, terms, live }] of Object.entries(cases)) {
    test(`${name}, output and gradients (${numerics})`, async () => {
      const rows = 3;
      const [x, dout, weight] = [whole([rows, ...shape], 1, live), whole([rows, ...out], 2, live), whole(kernel, 3)];
      const bias = whole([out.at(-1)!], 4);
      const [wide, narrow] = [sizeOf(shape), sizeOf(out)];
      await using model = sequential([input({ shape }), layer]);
      model.compile({ optimizer: "sgd", numerics, workers: 2 });
      await model.setWeights([weight, bias]);

      const want = dout.data.map((_, i) => bias.data[i % out.at(-1)!]!);
      const [dinp, dkernel] = [x, weight].map(({ data }) => data.map(() => 0)) as [number[], number[]];
      for (let row = 0; row < rows; row++) {
        for (const [i, k, o] of terms) {
          const [from, to] = [row * wide + i, row * narrow + o];
          want[to]! += x.data[from]! * weight.data[k]!;
          dinp[from]! += dout.data[to]! * weight.data[k]!;
          dkernel[k]! += dout.data[to]! * x.data[from]!;
        }
      }
      const predicted = await model.predict(x);
      assert.equal(predicted.shape, dout.shape);
      assert.equal([...predicted.data], want);
      for (const training of [false, true]) {
        const gradients = await model.backward(x, dout, { training });
        assert.equal([...gradients.input.data], dinp, "gradient by the input");
        assert.equal([...gradients.weights[0]!.data], dkernel, "gradient by the kernel");
      }
    });
  }
}

test.run();
