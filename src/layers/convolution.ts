// What convolutions have in common: how windows lie in an image, and the steps on them.
import type { Tensor } from "../arena.js";
import { integer, lookup, show } from "../check.js";
import { OptionError, ShapeError } from "../errors.js";
import { type Access, reads, type Step, step, withFlops, writes } from "../kernels.js";
import { type NodeContext, type Shape, showShape } from "./layer.js";

/** Two extents, down and across; a number stands for both. */
export type Pair = number | readonly [number, number];

export interface WindowConfig {
  /** Extents of a window. */
  kernelSize: Pair;
  /** From one window to the next; default 1. */
  strides?: Pair;
  /** Around the image: zeros so that `same` gives ceil(extent / stride), none for `valid` (default), or so many pixels on each side. */
  padding?: "same" | "valid" | Pair;
  /** From one pixel of a window to the next; default 1. */
  dilation?: Pair;
}

export const WINDOW = ["kernelSize", "strides", "padding", "dilation"] as const;

/** How windows of a kernel lie along one axis of an image. */
export interface Axis {
  readonly extent: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** Pixels put before the image, and the extent with those around it. */
  readonly before: number;
  readonly padded: number;
  /** Windows. */
  readonly out: number;
}

/** Both axes of an image, and its channels. */
export interface Field {
  readonly down: Axis;
  readonly across: Axis;
  readonly channels: number;
}

const MOST = 65536;

const pairOf = (value: Pair): readonly [number, number] => (typeof value === "number" ? [value, value] : value);

/** OptionError unless it is a whole number >= min, or two of them. */
function checkPair(value: unknown, who: string, min: number): void {
  const values = Array.isArray(value) ? value : [value];
  if (Array.isArray(value) && value.length !== 2) {
    throw new OptionError(`${who}: expected a whole number or two of them, down and across, got ${show(value)}.`);
  }
  for (const each of values) integer(each, who, { min, max: MOST });
}

/** OptionError for windows that cannot be. */
export function checkWindow(config: WindowConfig, who: string): void {
  const { kernelSize, strides = 1, padding = "valid", dilation = 1 } = config;
  checkPair(kernelSize, `${who}.kernelSize`, 1);
  checkPair(strides, `${who}.strides`, 1);
  checkPair(dilation, `${who}.dilation`, 1);
  if (typeof padding === "string") {
    lookup({ same: 1, valid: 1 }, padding, `${who}.padding`);
    return;
  }
  checkPair(padding, `${who}.padding`, 0);
  const [kernel, spread, around] = [pairOf(kernelSize), pairOf(dilation), pairOf(padding)];
  around.forEach((pixels, i) => {
    const reach = (kernel[i]! - 1) * spread[i]!;
    if (pixels <= reach) return;
    throw new OptionError(`${who}.padding: expected less than the window's extent ${reach + 1}, got ${pixels}.`);
  });
}

function axis(extent: number, config: WindowConfig, index: 0 | 1): Axis {
  const { kernelSize, strides = 1, padding = "valid", dilation: spread = 1 } = config;
  const [kernel, stride, dilation] = [kernelSize, strides, spread].map((pair) => pairOf(pair)[index]) as [
    number,
    number,
    number,
  ];
  const reach = (kernel - 1) * dilation + 1;
  if (padding === "same") {
    const out = Math.ceil(extent / stride);
    const around = Math.max(0, (out - 1) * stride + reach - extent);
    return { extent, kernel, stride, dilation, before: around >> 1, padded: extent + around, out };
  }
  const before = padding === "valid" ? 0 : pairOf(padding)[index];
  const padded = extent + 2 * before;
  return { extent, kernel, stride, dilation, before, padded, out: Math.floor((padded - reach) / stride) + 1 };
}

/** The windows of an image (height, width, channels); ShapeError if there are none. */
export function fieldOf(config: WindowConfig, inp: Shape, who: string): Field {
  if (inp.length !== 3) {
    const cure = "Say input({ shape: [28, 28, 1] }), with one channel for grey images.";
    throw new ShapeError(`${who}: expected images (B, height, width, channels), got ${showShape(inp)}. ${cure}`);
  }
  const [height, width, channels] = inp as [number, number, number];
  const field = { down: axis(height, config, 0), across: axis(width, config, 1), channels };
  if (field.down.out >= 1 && field.across.out >= 1) return field;
  const { down, across } = field;
  const reach = [down, across].map(({ kernel, dilation }) => (kernel - 1) * dilation + 1).join(" x ");
  const got = `images of ${down.padded} x ${across.padded} with their padding`;
  throw new ShapeError(
    `${who}: expected images no smaller than a window of ${reach}, got ${got}. Take padding: "same".`,
  );
}

/** True where images have nothing around them. */
export const isBare = ({ down, across }: Field): boolean =>
  down.padded === down.extent && across.padded === across.extent;

/** Floats of an image with what is around it. */
export const paddedSize = ({ down, across, channels }: Field): number => down.padded * across.padded * channels;

/** The image as its windows see it: with zeros around it where there are any. */
export function padded(field: Field, { batch, inp, scratch }: NodeContext, name = "padded"): [Tensor, Step[]] {
  if (isBare(field)) return [inp, []];
  const { down, across, channels } = field;
  const out = scratch(name);
  const sizes = [down.extent, across.extent, channels, down.padded, across.padded, down.before, across.before] as const;
  return [out, [step("image_pad", batch, writes(out), reads(inp), ...sizes, 1, 1, out.stride, inp.stride)]];
}

/** The field of the adjoint: what each pixel of the image gets from the windows it is in, as windows of the spread gradient. */
export function adjoint({ down, across }: Field, units: number): Field {
  const turn = ({ extent, kernel, dilation, before }: Axis): Axis => {
    const reach = (kernel - 1) * dilation;
    return { extent: 0, kernel, stride: 1, dilation, before: reach - before, padded: extent + reach, out: extent };
  };
  return { down: turn(down), across: turn(across), channels: units };
}

/** `from` (B, field.out, units) with its pixels as far apart as the windows were, in `to`, an image of the adjoint field. */
export function spread(field: Field, units: number, batch: NodeContext["batch"], to: Tensor, from: Tensor): Step {
  const { down, across } = adjoint(field, units);
  const sizes = [field.down.out, field.across.out, units, down.padded, across.padded, down.before, across.before];
  const [height, width, channels, lines, columns, top, left] = sizes as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return step(
    "image_pad",
    batch,
    writes(to),
    reads(from),
    height,
    width,
    channels,
    lines,
    columns,
    top,
    left,
    field.down.stride,
    field.across.stride,
    to.stride,
    from.stride,
  );
}

/** Rows, segments and channels of a window, and the distances between them. A window without gaps has one segment a row. */
function windowOf({ down, across, channels }: Field) {
  const dense = across.dilation === 1;
  return {
    rows: down.kernel,
    segments: dense ? 1 : across.kernel,
    channels: dense ? across.kernel * channels : channels,
    down: down.dilation * across.padded * channels,
    segmentStep: across.dilation * channels,
    lineStep: down.stride * across.padded * channels,
    pixelStep: across.stride * channels,
  };
}

/** `out = bias + window · weight`, for each window of `image`. */
export function convolve(
  field: Field,
  units: number,
  batch: NodeContext["batch"],
  out: Tensor,
  image: Tensor,
  weight: Tensor,
  bias: Access | 0,
): Step {
  const { rows, segments, channels, down, segmentStep, lineStep, pixelStep } = windowOf(field);
  const flops = 2 * batch.extent * multiplyAdds(field, units);
  return withFlops(
    flops,
    step(
      "convolve",
      batch,
      writes(out),
      reads(image),
      reads(weight),
      bias,
      field.down.out,
      field.across.out,
      units,
      rows,
      segments,
      channels,
      down,
      segmentStep,
      lineStep,
      pixelStep,
      out.stride,
      image.stride,
    ),
  );
}

/** The gradient of a kernel by the gradient at each window of `image`. */
export function convolveBackwardKernel(
  field: Field,
  units: number,
  { rows: images, gradient, split }: NodeContext,
  image: Tensor,
  dout: Tensor,
): Step {
  const { rows, segments, channels, down, segmentStep, lineStep, pixelStep } = windowOf(field);
  return withFlops(
    2 * images * multiplyAdds(field, units),
    step(
      "convolve_backward_kernel",
      split("kernel"),
      writes(gradient("kernel")),
      reads(image),
      reads(dout),
      images,
      field.down.out,
      field.across.out,
      units,
      rows,
      segments,
      channels,
      down,
      segmentStep,
      lineStep,
      pixelStep,
      dout.stride,
      image.stride,
    ),
  );
}

/** The gradient of a bias: the sum over images and pixels. */
export const convolveBackwardBias = (pixels: number, units: number, context: NodeContext, dout: Tensor): Step =>
  step(
    "convolve_backward_bias",
    context.split("bias"),
    writes(context.gradient("bias")),
    reads(dout),
    context.rows,
    pixels,
    units,
    dout.stride,
  );

/** Multiply-adds of one image, forward. */
export const multiplyAdds = ({ down, across, channels }: Field, units: number): number =>
  down.out * across.out * down.kernel * across.kernel * channels * units;
