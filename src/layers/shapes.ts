// Layers that pad, cut, repeat and turn examples.
import { integer, show } from "../check.js";
import { OptionError, ShapeError } from "../errors.js";
import { type LayerDefinition, type Shape, showShape, sizeOf } from "./layer.js";
import { checkPairs, framed, moving, upSampled } from "./moves.js";
import type { Pair } from "./windows.js";

/** So many on each side, by axis: down and across, or by side: top and bottom, left and right. */
export type Frame2d = Pair | readonly [readonly [number, number], readonly [number, number]];

export interface ReshapeConfig {
  /** Extents of an example; one may be -1: as many as there are values for. */
  targetShape: Shape;
}
export interface PermuteConfig {
  /** The axes of the input, counted from 1, in the order of the output's: [2, 1] turns a sequence. */
  dims: readonly number[];
}
export interface RepeatVectorConfig {
  n: number;
}
export interface ZeroPadding2dConfig {
  /** Pixels on each side; default 1. */
  padding?: Frame2d;
}
export interface Cropping2dConfig {
  /** Pixels cut off from each side. */
  cropping: Frame2d;
}
export interface UpSampling2dConfig {
  /** How often each line and each pixel is there; default 2. */
  size?: Pair;
}
export interface ZeroPadding1dConfig {
  /** Steps on each side; default 1. */
  padding?: Pair;
}
export interface Cropping1dConfig {
  /** Steps cut off from each side. */
  cropping: Pair;
}
export interface UpSampling1dConfig {
  /** How often each step is there; default 2. */
  size?: number;
}

/** The shape with its -1 filled in; undefined if it cannot be. */
function filled(target: Shape, values: number): Shape | undefined {
  const rest = target.reduce((size, extent) => size * Math.abs(extent), 1);
  const shape = target.map((extent) => (extent === -1 ? values / rest : extent));
  return shape.every(Number.isInteger) && sizeOf(shape) === values ? shape : undefined;
}

/**
 * `out` is `inp` with other extents; no value moves.
 *
 * Shapes   inp (B, d1, d2, ...) -> out (B, ...targetShape)
 * Errors   ShapeError unless there are as many values; OptionError for extents other than whole numbers >= 1 and one -1
 */
export const reshape: LayerDefinition<ReshapeConfig> = {
  options: ["targetShape"],
  check({ targetShape }, who) {
    const extent = (value: unknown) => value === -1 || (Number.isSafeInteger(value) && (value as number) > 0);
    const few = Array.isArray(targetShape) && targetShape.length > 0 && targetShape.length <= 8;
    if (few && targetShape.every(extent) && targetShape.filter((value) => value === -1).length <= 1) return;
    const expected = "expected 1 to 8 whole numbers >= 1, of which one may be -1";
    throw new OptionError(`${who}.targetShape: ${expected}, got ${show(targetShape)}.`);
  },
  output({ targetShape }, inp, who) {
    const shape = filled(targetShape, sizeOf(inp));
    if (shape) return shape;
    const got = `${sizeOf(inp)} of ${showShape(inp)} for ${showShape(targetShape)}`;
    throw new ShapeError(`${who}: expected as many values as targetShape has, got ${got}. Let one extent be -1.`);
  },
  alias: () => "always",
  forward: () => [],
  backward: () => [],
};

/**
 * The axes of an example in another order: `out[i_dims[0]]...[i_dims[n]] = inp[i_1]...[i_n]`.
 *
 * Shapes   inp (B, d1, ..., dn) -> out (B, d_dims[0], ..., d_dims[n])
 * Errors   ShapeError unless dims has each axis once; OptionError for dims that are no whole numbers from 1 to n
 * Kernel   assembly/layers/move.ts
 */
export const permute = moving<PermuteConfig>({
  options: ["dims"],
  block: 1,
  check({ dims }, who) {
    if (Array.isArray(dims) && dims.length <= 8 && [...dims].sort().every((dim, i) => dim === i + 1)) return;
    throw new OptionError(`${who}.dims: expected each axis once, such as [2, 1], got ${show(dims)}.`);
  },
  output({ dims }, inp, who) {
    if (dims.length === inp.length) return dims.map((dim) => inp[dim - 1]!);
    throw new ShapeError(
      `${who}: expected examples of ${dims.length} axes as dims has, got ${showShape(inp)}. Name all of them.`,
    );
  },
  table({ dims }, inp) {
    const strideOf = (axis: number) => sizeOf(inp.slice(axis));
    return dims.reduce(
      (places, dim) =>
        places.flatMap((place) => Array.from({ length: inp[dim - 1]! }, (_, i) => place + i * strideOf(dim))),
      [0],
    );
  },
});

/**
 * One vector n times, as a sequence.
 *
 * Shapes   inp (B, width) -> out (B, n, width)
 * Errors   ShapeError unless examples are vectors; OptionError for n < 1
 * Kernel   assembly/layers/move.ts
 */
export const repeatVector = moving<RepeatVectorConfig>({
  options: ["n"],
  check({ n }, who) {
    integer(n, `${who}.n`, { min: 1, max: 65536 });
  },
  output({ n }, inp, who) {
    if (inp.length === 1) return [n, ...inp];
    throw new ShapeError(`${who}: expected vectors (B, width), got ${showShape(inp)}. Put flatten() before it.`);
  },
  table: ({ n }) => upSampled(1, n),
});

/** What a layer does along each axis of an image or a sequence: the output's extent, and the input's place for each of its own. */
interface Along<Config, Amount> {
  readonly options: readonly (keyof Config & string)[];
  /** Where the option says nothing. */
  readonly usual?: number;
  readonly least: number;
  /** Levels of pairs, that of axes left out. */
  readonly sides: 0 | 1;
  extent(extent: number, amount: Amount): number;
  places(extent: number, amount: Amount): number[];
}

const two = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value, value]);

function alongAxes<Config>(axes: 1 | 2, along: Along<Config, never>): LayerDefinition<Config> {
  const { options, usual, least, sides, extent, places } = along;
  const option = options[0]!;
  const amounts = (config: Config) => {
    const value = config[option] ?? usual;
    const each = axes === 2 ? two(value) : [value];
    return (sides ? each.map(two) : each) as never[];
  };
  return moving<Config>({
    options,
    check: (config, who) => checkPairs(config[option] ?? usual, `${who}.${option}`, axes - 1 + sides, least),
    output(config, inp, who) {
      if (inp.length !== axes + 1) {
        const expected = axes === 2 ? "images (B, height, width, channels)" : "sequences (B, steps, channels)";
        const cure = "Put reshape() before it, with one channel where there are none.";
        throw new ShapeError(`${who}: expected ${expected}, got ${showShape(inp)}. ${cure}`);
      }
      const out = [...amounts(config).map((amount, i) => extent(inp[i]!, amount)), inp[axes]!];
      if (out.every((size) => size >= 1)) return out;
      throw new ShapeError(`${who}: expected something to be left of ${showShape(inp)}, got nothing. Cut off less.`);
    },
    table: (config, inp) =>
      amounts(config).reduce<number[]>(
        (rows, amount, i) => {
          const across = places(inp[i]!, amount);
          return rows.flatMap((row) => across.map((place) => (row < 0 || place < 0 ? -1 : row * inp[i]! + place)));
        },
        [0],
      ),
  });
}

type Sides = readonly [number, number];
const padding = {
  usual: 1,
  least: 0,
  sides: 1,
  extent: (extent: number, [before, behind]: Sides) => extent + before + behind,
  places: framed,
} as const;
const cropping = {
  least: 0,
  sides: 1,
  extent: (extent: number, [before, behind]: Sides) => extent - before - behind,
  places: (extent: number, [before, behind]: Sides) => framed(extent, [-before, -behind]),
} as const;
const size = {
  usual: 2,
  least: 1,
  sides: 0,
  extent: (extent: number, times: number) => extent * times,
  places: upSampled,
} as const;

/**
 * Zeros around each image.
 *
 * Shapes   inp (B, height, width, channels) -> out (B, top + height + bottom, left + width + right, channels)
 * Errors   ShapeError unless examples are images; OptionError for a padding < 0
 * Kernel   assembly/layers/move.ts
 */
export const zeroPadding2d = alongAxes<ZeroPadding2dConfig>(2, { options: ["padding"], ...padding });

/**
 * What is left of each image when its sides are cut off.
 *
 * Shapes   inp (B, height, width, channels) -> out (B, height - top - bottom, width - left - right, channels)
 * Errors   ShapeError unless examples are images larger than what is cut off; OptionError for a cropping < 0
 * Kernel   assembly/layers/move.ts
 */
export const cropping2d = alongAxes<Cropping2dConfig>(2, { options: ["cropping"], ...cropping });

/** upSampling2d without means. */
export const nearest2d = alongAxes<UpSampling2dConfig>(2, { options: ["size"], ...size });

/** zeroPadding2d of sequences, (B, steps, channels) -> (B, before + steps + behind, channels). */
export const zeroPadding1d = alongAxes<ZeroPadding1dConfig>(1, { options: ["padding"], ...padding });

/** cropping2d of sequences, (B, steps, channels) -> (B, steps - before - behind, channels). */
export const cropping1d = alongAxes<Cropping1dConfig>(1, { options: ["cropping"], ...cropping });

/** nearest2d of sequences, (B, steps, channels) -> (B, steps * size, channels). */
export const upSampling1d = alongAxes<UpSampling1dConfig>(1, { options: ["size"], ...size });
