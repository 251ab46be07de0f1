// Pools of images and of sequences: the largest value or the mean of each window, for each channel.

import { boolean } from "../check.js";
import { OptionError } from "../errors.js";
import { reads, type Step, step, writes } from "../kernels.js";
import type { LayerDefinition, NodeContext, Shape } from "./layer.js";
import { checkSequence } from "./recurrence.js";
import { checkPair, checkWindow, type Field, fieldOf, type Pair, pairOf, type WindowConfig } from "./windows.js";

export interface Pool2dConfig {
  /** Extents of a window; default 2. */
  poolSize?: Pair;
  /** From one window to the next; default poolSize. */
  strides?: Pair;
  /** As in conv2d; pixels around the image are not counted. Default valid. */
  padding?: "same" | "valid" | Pair;
}

export interface Pool1dConfig {
  poolSize?: number;
  strides?: number;
  padding?: "same" | "valid" | number;
}

export interface GlobalPoolConfig {
  /** Axes that are pooled stay, with extent 1; default false. */
  keepDims?: boolean;
}

type Kind = "max" | "average";

const sizesOf = ({ down, across, channels }: Field) =>
  [
    down.extent,
    across.extent,
    channels,
    down.out,
    across.out,
    down.kernel,
    across.kernel,
    down.stride,
    across.stride,
    down.before,
    across.before,
  ] as const;

function forward(kind: Kind, field: Field, { batch, inp, out }: NodeContext): Step[] {
  const kernel = kind === "max" ? "max_pool_forward" : "average_pool_forward";
  return [step(kernel, batch, writes(out), reads(inp), ...sizesOf(field), out.stride, inp.stride)];
}

function backward(kind: Kind, field: Field, { batch, inp, out, dinp, dout }: NodeContext): Step[] {
  if (!dinp) return [];
  const last = [...sizesOf(field), out.stride, inp.stride] as const;
  return kind === "max"
    ? [step("max_pool_backward", batch, writes(dinp), reads(dout), reads(inp), reads(out), ...last)]
    : [step("average_pool_backward", batch, writes(dinp), reads(dout), ...last)];
}

/** How examples are images to a pool, and what its output is without the axes that they have not. */
interface Form<Config> {
  readonly options: readonly string[];
  check?(config: Config, who: string): void;
  field(config: Config, inp: Shape, who: string): Field;
  output(field: Field, config: Config): Shape;
}

const pool = <Config>(kind: Kind, form: Form<Config>): LayerDefinition<Config> => ({
  options: form.options,
  check: (config, who) => form.check?.(config, who),
  output: (config, inp, who) => form.output(form.field(config, inp, who), config),
  forward: (config, context) => forward(kind, form.field(config, context.inpShape, "pool"), context),
  backward: (config, context) => backward(kind, form.field(config, context.inpShape, "pool"), context),
});

const window = ({ poolSize = 2, strides = poolSize, padding = "valid" }: Pool2dConfig) => ({
  ...{ kernelSize: poolSize, strides, padding },
});

const flat = ({ poolSize = 2, strides = poolSize, padding = "valid" }: Pool1dConfig) => ({
  kernelSize: [1, poolSize] as const,
  strides: [1, strides] as const,
  padding: typeof padding === "number" ? ([0, padding] as const) : padding,
});

/** A sequence as an image of one line. */
function lineOf(inp: Shape, who: string): Shape {
  checkSequence(inp, who);
  return [1, ...inp];
}

/** OptionError for windows that cannot be, and for those that would have nothing of the image. */
function checkPool(config: WindowConfig, who: string): void {
  const { kernelSize, padding } = config;
  checkPair(kernelSize, `${who}.poolSize`, 1);
  checkWindow(config, who);
  if (typeof padding !== "object" && typeof padding !== "number") return;
  pairOf(padding).forEach((pixels, i) => {
    const extent = pairOf(kernelSize)[i]!;
    if (pixels < extent) return;
    throw new OptionError(`${who}.padding: expected less than the window's extent ${extent}, got ${pixels}.`);
  });
}

const POOL = ["poolSize", "strides", "padding"] as const;

const images: Form<Pool2dConfig> = {
  options: POOL,
  check: (config, who) => checkPool(window(config), who),
  field: (config, inp, who) => fieldOf(window(config), inp, who),
  output: ({ down, across, channels }) => [down.out, across.out, channels],
};

const sequences: Form<Pool1dConfig> = {
  options: POOL,
  check: (config, who) => checkPool(flat(config), who),
  field: (config, inp, who) => fieldOf(flat(config), lineOf(inp, who), who, "sequences"),
  output: ({ across, channels }) => [across.out, channels],
};

/** One window over everything there is. */
const whole = (image: Shape, who: string): Field => {
  const [height = 1, width = 1] = image;
  return fieldOf({ kernelSize: [height, width] }, image, who);
};
const allOf = (axes: readonly 1[], imageOf: (inp: Shape, who: string) => Shape): Form<GlobalPoolConfig> => ({
  options: ["keepDims"],
  check: ({ keepDims = false }, who) => void boolean(keepDims, `${who}.keepDims`),
  field: (_, inp, who) => whole(imageOf(inp, who), who),
  output: ({ channels }, { keepDims }) => [...(keepDims ? axes : []), channels],
});
const allImages = allOf([1, 1], (inp) => inp);
const allSequences = allOf([1], lineOf);

/**
 * Pooling of images: `out[y][x] = max of the window` of each channel. Gradients go to the first pixel that has it.
 *
 * Shapes   inp (B, height, width, channels) -> out (B, height', width', channels)
 * Errors   ShapeError unless examples are images no smaller than a window
 * Kernel   assembly/layers/pooling.ts
 * Source   Ranzato et al. 2007
 */
export const maxPooling2d = pool("max", images);

/** The same with the mean of the window's pixels inside the image. Source: LeCun et al. 1998, section II (subsampling). */
export const averagePooling2d = pool("average", images);

/** maxPooling2d of sequences, (B, steps, channels) -> (B, steps', channels). */
export const maxPooling1d = pool("max", sequences);

/** averagePooling2d of sequences, (B, steps, channels) -> (B, steps', channels). */
export const averagePooling1d = pool("average", sequences);

/** The mean over all pixels, (B, height, width, channels) -> (B, channels), with keepDims (B, 1, 1, channels). Source: Lin et al. 2013, section 3.2. */
export const globalAveragePooling2d = pool("average", allImages);

/** The largest value of all pixels, (B, height, width, channels) -> (B, channels). */
export const globalMaxPooling2d = pool("max", allImages);

/** The mean over all steps, (B, steps, channels) -> (B, channels). */
export const globalAveragePooling1d = pool("average", allSequences);

/** The largest value of all steps, (B, steps, channels) -> (B, channels). */
export const globalMaxPooling1d = pool("max", allSequences);
