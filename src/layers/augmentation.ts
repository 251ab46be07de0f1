// Images at random places: what randomTranslation, randomFlip, randomCrop and cutout share, and the first three of them.

import { integer, lookup, number } from "../check.js";
import { OptionError, ShapeError } from "../errors.js";
import { type Argument, reads, type Step, step, writes } from "../kernels.js";
import { type LayerDefinition, type NodeContext, type Shape, showShape } from "./layer.js";

export interface RandomTranslationConfig {
  /** Images move up or down by at most this share of their height, 0..1. */
  heightFactor: number;
  /** Images move left or right by at most this share of their width, 0..1. */
  widthFactor: number;
  /** What comes in from outside: the image mirrored at its edge (default), its other side, its edge, or `fillValue`. */
  fillMode?: "reflect" | "wrap" | "nearest" | "constant";
  /** For fillMode "constant"; default 0. */
  fillValue?: number;
}

export interface RandomFlipConfig {
  /** Left and right change places, or top and bottom, or each by itself (default). */
  mode?: "horizontal" | "vertical" | "horizontalAndVertical";
}

export interface RandomCropConfig {
  /** Pixels of what is cut out. */
  height: number;
  width: number;
}

type Image = readonly [height: number, width: number, channels: number];

/** ShapeError unless an example is an image. */
export function imageOf(inp: Shape, who: string): Image {
  if (inp.length === 3) return inp as Image;
  const cure = "Name the extents, input({ shape: [28, 28, 1] }), and put flatten() behind this layer.";
  throw new ShapeError(`${who}: expected images (B, height, width, channels), got ${showShape(inp)}. ${cure}`);
}

/** Where each row's image lies: see assembly/layers/augmentation.ts. */
export const placeScratch = () => ({ place: { width: 8 } });

/** What is drawn: the first place and how many there are, each from top and from left; bits for flips. */
interface Places {
  readonly top?: number;
  readonly tops?: number;
  readonly left?: number;
  readonly lefts?: number;
  readonly flips?: number;
}

export function placeStep(context: NodeContext, { top = 0, tops = 1, left = 0, lefts = 1, flips = 0 }: Places): Step {
  const { batch, scratch, counter, counterOffset, stream } = context;
  const [low, high] = context.seed;
  const place = writes(scratch("place"));
  return step(
    "random_place",
    batch,
    place,
    reads(counter, counterOffset),
    low,
    high,
    stream,
    top,
    tops,
    left,
    lefts,
    flips,
  );
}

/** Numbers of the fill modes in kernels. */
const MODES = { constant: 0, nearest: 1, reflect: 2, wrap: 3 } as const;

function moved({ batch, out, inp, inpShape, outShape }: NodeContext, place: Argument, fill: number, mode: number) {
  const [height, width, channels] = inpShape as Image;
  const [outHeight, outWidth] = outShape as Image;
  return step(
    "image_move_forward",
    batch,
    writes(out),
    reads(inp),
    place,
    fill,
    mode,
    height,
    width,
    outHeight,
    outWidth,
    channels,
    out.stride,
    inp.stride,
  );
}

/** Places are still those of the forward pass. */
function movedBack({ batch, dinp, dout, inpShape, outShape }: NodeContext, place: Argument, mode: number): Step[] {
  if (!dinp) return [];
  const [height, width, channels] = inpShape as Image;
  const [outHeight, outWidth] = outShape as Image;
  return [
    step(
      "image_move_backward",
      batch,
      writes(dinp),
      reads(dout),
      place,
      mode,
      height,
      width,
      outHeight,
      outWidth,
      channels,
      dout.stride,
      dinp.stride,
    ),
  ];
}

const placed = ({ scratch }: NodeContext): Argument => reads(scratch("place"));
const modeOf = ({ fillMode = "reflect" }: RandomTranslationConfig): number => MODES[fillMode];

/**
 * `out[y, x] = inp[y + v, x + h]`, v and h whole numbers of each image's own, every one from -limit to limit equally likely:
 * `limit = round(heightFactor * height)` and `round(widthFactor * width)`.
 *
 * Shapes   inp (B, height, width, channels) -> out the same
 * Train    in evaluate and predict out = inp. Places are a pure function of (seed, layer, step, row)
 * Errors   OptionError for factors outside 0..1 or of less than half a pixel; ShapeError unless examples are images
 * Kernel   assembly/layers/augmentation.ts
 * Source   Keras' RandomTranslation, by whole pixels
 */
export const randomTranslation: LayerDefinition<RandomTranslationConfig> = {
  options: ["heightFactor", "widthFactor", "fillMode", "fillValue"],
  check({ heightFactor, widthFactor, fillMode = "reflect", fillValue = 0 }, who) {
    number(heightFactor, `${who}.heightFactor`, { min: 0, max: 1 });
    number(widthFactor, `${who}.widthFactor`, { min: 0, max: 1 });
    lookup(MODES, fillMode, `${who}.fillMode`);
    number(fillValue, `${who}.fillValue`, { min: -1e30, max: 1e30 });
  },
  output({ heightFactor, widthFactor }, inp, who) {
    const [height, width] = imageOf(inp, who);
    visible(heightFactor, height, `${who}: heightFactor`);
    visible(widthFactor, width, `${who}: widthFactor`);
    return inp;
  },
  alias: ({ heightFactor, widthFactor }) => (heightFactor === 0 && widthFactor === 0 ? "always" : "inference"),
  scratch: placeScratch,
  forward(config, context) {
    const [height, width] = context.inpShape as Image;
    const down = Math.round(config.heightFactor * height);
    const right = Math.round(config.widthFactor * width);
    return [
      placeStep(context, { top: -down, tops: 2 * down + 1, left: -right, lefts: 2 * right + 1 }),
      moved(context, placed(context), config.fillValue ?? 0, modeOf(config)),
    ];
  },
  backward: (config, context) => movedBack(context, placed(context), modeOf(config)),
};

/** OptionError for a factor that moves nothing. */
function visible(factor: number, extent: number, who: string): void {
  if (factor === 0 || Math.round(factor * extent) > 0) return;
  const expected = `expected 0 or at least half a pixel, ${0.5 / extent} of ${extent}`;
  throw new OptionError(`${who}: ${expected}, got ${factor}. Take ${1 / extent} for one pixel.`);
}

const FLIPS = { vertical: 1, horizontal: 2, horizontalAndVertical: 3 } as const;

/**
 * `out[y, x] = inp[y, width - 1 - x]` for every second image, drawn by chance; vertical mode does so with y.
 *
 * Shapes   inp (B, height, width, channels) -> out the same
 * Train    in evaluate and predict out = inp. What is flipped is a pure function of (seed, layer, step, row)
 * Errors   OptionError for an unknown mode; ShapeError unless examples are images
 * Kernel   assembly/layers/augmentation.ts
 * Source   Krizhevsky et al. 2012; Keras' RandomFlip
 */
export const randomFlip: LayerDefinition<RandomFlipConfig> = {
  options: ["mode"],
  check: ({ mode = "horizontalAndVertical" }, who) => void lookup(FLIPS, mode, `${who}.mode`),
  output(_, inp, who) {
    imageOf(inp, who);
    return inp;
  },
  alias: () => "inference",
  scratch: placeScratch,
  forward: ({ mode = "horizontalAndVertical" }, context) => [
    placeStep(context, { flips: FLIPS[mode] }),
    moved(context, placed(context), 0, MODES.constant),
  ],
  backward: (_, context) => movedBack(context, placed(context), MODES.constant),
};

/**
 * `out[y, x] = inp[y + v, x + h]`, a part of each image at a place of its own, every place equally likely.
 *
 * Shapes   inp (B, inputHeight, inputWidth, channels) -> out (B, height, width, channels)
 * Train    in evaluate and predict the middle is cut out. Places are a pure function of (seed, layer, step, row)
 * Errors   OptionError for extents below 1; ShapeError unless examples are images at least as large
 * Kernel   assembly/layers/augmentation.ts
 * Source   Krizhevsky et al. 2012; Keras' RandomCrop
 */
export const randomCrop: LayerDefinition<RandomCropConfig> = {
  options: ["height", "width"],
  check({ height, width }, who) {
    integer(height, `${who}.height`, { min: 1, max: 16777216 });
    integer(width, `${who}.width`, { min: 1, max: 16777216 });
  },
  output({ height, width }, inp, who) {
    const [inputHeight, inputWidth, channels] = imageOf(inp, who);
    if (height <= inputHeight && width <= inputWidth) return [height, width, channels];
    const expected = `expected images of at least ${height} x ${width} pixels`;
    throw new ShapeError(`${who}: ${expected}, got ${inputHeight} x ${inputWidth}. Cut out a smaller part.`);
  },
  scratch: placeScratch,
  forward(_, context) {
    if (!context.training) return [moved(context, 0, 0, MODES.constant)];
    const [inputHeight, inputWidth] = context.inpShape as Image;
    const [height, width] = context.outShape as Image;
    return [
      placeStep(context, { tops: inputHeight - height + 1, lefts: inputWidth - width + 1 }),
      moved(context, placed(context), 0, MODES.constant),
    ];
  },
  backward: (_, context) => movedBack(context, context.training ? placed(context) : 0, MODES.constant),
};
