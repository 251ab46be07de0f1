// How the windows of a convolution or a pool lie in an image.
import { integer, lookup, show } from "../check.js";
import { OptionError, ShapeError } from "../errors.js";
import { type Shape, showShape } from "./layer.js";

/** Two extents, down and across; a number stands for both. */
export type Pair = number | readonly [number, number];

export interface WindowConfig {
  /** Extents of a window. */
  kernelSize: Pair;
  /** From one window to the next; default 1. */
  strides?: Pair;
  /** Around the image: zeros so that `same` gives ceil(extent / stride), none for `valid` (default), or so many pixels on each side. */
  padding?: "same" | "valid" | "causal" | Pair;
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

/** Both extents of a pair. */
export const pairOf = (value: Pair): readonly [number, number] => (typeof value === "number" ? [value, value] : value);

/** OptionError unless it is a whole number >= min, or two of them. */
export function checkPair(value: unknown, who: string, min: number): void {
  const values = Array.isArray(value) ? value : [value];
  if (Array.isArray(value) && value.length !== 2) {
    throw new OptionError(`${who}: expected a whole number or two of them, down and across, got ${show(value)}.`);
  }
  for (const each of values) integer(each, who, { min, max: MOST });
}

/** OptionError for windows that cannot be; `sequences` may be padded causally. */
export function checkWindow(config: WindowConfig, who: string, sequences = false): void {
  const { kernelSize, strides = 1, padding = "valid", dilation = 1 } = config;
  checkPair(kernelSize, `${who}.kernelSize`, 1);
  checkPair(strides, `${who}.strides`, 1);
  checkPair(dilation, `${who}.dilation`, 1);
  if (typeof padding === "string") {
    lookup({ same: 1, valid: 1, ...(sequences ? { causal: 1 } : {}) }, padding, `${who}.padding`);
    return;
  }
  checkPair(padding, `${who}.padding`, 0);
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
  const causal = padding === "causal";
  const before = causal ? reach - 1 : padding === "valid" ? 0 : pairOf(padding)[index];
  const padded = extent + before * (causal ? 1 : 2);
  return { extent, kernel, stride, dilation, before, padded, out: Math.floor((padded - reach) / stride) + 1 };
}

/** The windows of an image (height, width, channels), or of a sequence as an image of one line; ShapeError if there are none. */
export function fieldOf(config: WindowConfig, inp: Shape, who: string, kind: "images" | "sequences" = "images"): Field {
  if (inp.length !== 3) {
    const cure = "Say input({ shape: [28, 28, 1] }), with one channel for grey images, or put reshape() before it.";
    throw new ShapeError(`${who}: expected images (B, height, width, channels), got ${showShape(inp)}. ${cure}`);
  }
  const [height, width, channels] = inp as [number, number, number];
  const field = { down: axis(height, config, 0), across: axis(width, config, 1), channels };
  if (field.down.out >= 1 && field.across.out >= 1) return field;
  const axes = kind === "images" ? [field.down, field.across] : [field.across];
  const reach = axes.map(({ kernel, dilation }) => (kernel - 1) * dilation + 1).join(" x ");
  const got = `${axes.map(({ padded }) => padded).join(" x ")} with their padding`;
  throw new ShapeError(
    `${who}: expected ${kind} no smaller than a window of ${reach}, got ${got}. Take padding: "same".`,
  );
}

/** True where images have nothing around them. */
export const isBare = ({ down, across }: Field): boolean =>
  down.padded === down.extent && across.padded === across.extent;

/** Floats of an image with what is around it. */
export const paddedSize = ({ down, across, channels }: Field): number => down.padded * across.padded * channels;

/** The field of the adjoint: what each pixel of the image gets from the windows it is in, as windows of the spread gradient. */
export function adjoint({ down, across }: Field, units: number): Field {
  const turn = ({ extent, kernel, dilation, before, out }: Axis): Axis => {
    const reach = (kernel - 1) * dilation;
    return { extent: out, kernel, stride: 1, dilation, before: reach - before, padded: extent + reach, out: extent };
  };
  return { down: turn(down), across: turn(across), channels: units };
}

/**
 * How a kernel of so many units runs over windows, as arguments: lines, pixels, units; rows, segments and values of a window; the
 * distances between its rows, its segments, lines and pixels. A window without gaps has one segment a row.
 */
export function windowsOf({ down, across, channels }: Field, units: number) {
  const gapless = across.dilation === 1;
  const width = across.padded * channels;
  return [
    down.out,
    across.out,
    units,
    down.kernel,
    gapless ? 1 : across.kernel,
    gapless ? across.kernel * channels : channels,
    down.dilation * width,
    across.dilation * channels,
    down.stride * width,
    across.stride * channels,
  ] as const;
}

/** Multiply-adds of one image, forward. */
export const multiplyAdds = ({ down, across, channels }: Field, units: number): number =>
  down.out * across.out * down.kernel * across.kernel * channels * units;
