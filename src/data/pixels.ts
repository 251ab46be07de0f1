// Images as browsers have them -> bytes in rows of (height, width, channels).

import { short, show } from "../check.js";
import { DataError, ShapeError } from "../errors.js";

/** An `ImageData`, or an object like one: red, green, blue and alpha of each pixel, rows from the top. */
export interface Pixels {
  readonly data: Uint8ClampedArray | Uint8Array;
  readonly width: number;
  readonly height: number;
}
/** An HTMLCanvasElement or an OffscreenCanvas. */
export interface Canvas {
  readonly width: number;
  readonly height: number;
  getContext(kind: "2d"): unknown;
}
export type PixelInput = Pixels | Canvas | readonly (Pixels | Canvas)[];

const isImage = (value: unknown): value is Pixels | Canvas =>
  typeof value === "object" &&
  value !== null &&
  "width" in value &&
  "height" in value &&
  ("data" in value || typeof (value as Canvas).getContext === "function") &&
  !("shape" in value);

/** True for one image, or an array that starts with one. */
export const isPixels = (value: unknown): value is PixelInput => isImage(Array.isArray(value) ? value[0] : value);

type Pixel = (out: Uint8Array, target: number, rgba: ArrayLike<number>, source: number) => void;

/** By channels. One is the luminance `0.299 red + 0.587 green + 0.114 blue`, rounded. Source: ITU-R BT.601 */
const CHANNELS: Readonly<Record<number, Pixel>> = {
  1: (out, target, rgba, source) => {
    const sum = 299 * rgba[source]! + 587 * rgba[source + 1]! + 114 * rgba[source + 2]!;
    out[target] = Math.floor((sum + 500) / 1000);
  },
  3: (out, target, rgba, source) => {
    for (let c = 0; c < 3; c++) out[target + c] = rgba[source + c]!;
  },
  4: (out, target, rgba, source) => {
    for (let c = 0; c < 4; c++) out[target + c] = rgba[source + c]!;
  },
};

/**
 * Images -> bytes for a model whose examples have this shape: (height, width, channels), (height, width), or one vector of as
 * many values. Channels: 1 luminance, 3 without alpha, 4 as it is.
 *
 * Errors   ShapeError for an image of another size; DataError for what is no image
 */
export function readPixels(input: PixelInput, example: readonly number[], who: string, what = "x") {
  const images = (Array.isArray(input) ? input : [input]) as readonly unknown[];
  const width = example.reduce((size, extent) => size * extent, 1);
  const values = new Uint8Array(images.length * width);
  for (let row = 0; row < images.length; row++) {
    const where = Array.isArray(input) ? `${who}: ${what}[${row}]` : `${who}: ${what}`;
    fill(values, row * width, readImage(images[row], where), example, where);
  }
  return { values, type: "uint8" as const, rows: images.length, width };
}

function fill(values: Uint8Array, start: number, image: Pixels, example: readonly number[], who: string): void {
  const pixels = image.width * image.height;
  const [wanted, channels] = wantedOf(example, pixels);
  const pixel = CHANNELS[channels];
  if (!pixel || (wanted && (wanted.height !== image.height || wanted.width !== image.width))) {
    const expected = wanted
      ? `an image of ${wanted.width} x ${wanted.height} pixels for input (${example.join(", ")})`
      : `an image for input (${short(example.join(", "))})`;
    const cure = pixel
      ? "Draw it at that size first, or change input({ shape })."
      : "Pixels need input({ shape: [height, width, channels] }) with 1, 3 or 4 channels.";
    throw new ShapeError(`${who}: expected ${expected}, got one of ${image.width} x ${image.height} pixels. ${cure}`);
  }
  for (let i = 0; i < pixels; i++) pixel(values, start + i * channels, image.data, 4 * i);
}

/** The size that a model's input asks for, where it says one, and its channels. */
function wantedOf(
  example: readonly number[],
  pixels: number,
): [size: { height: number; width: number } | undefined, channels: number] {
  const [height = 0, width = 1, channels = 1] = example;
  if (example.length === 1) return [undefined, height / pixels];
  return [{ height, width }, example.length > 3 ? 0 : channels];
}

function readImage(given: unknown, who: string): Pixels {
  if (!isImage(given)) {
    throw new DataError(`${who}: expected an image such as ImageData or a canvas, got ${show(given)}.`);
  }
  const { width, height } = given;
  if (!(Number.isSafeInteger(width) && Number.isSafeInteger(height) && width > 0 && height > 0)) {
    throw new ShapeError(`${who}: expected an image of 1 x 1 pixels or more, got ${show(width)} x ${show(height)}.`);
  }
  const image = "data" in given ? given : readCanvas(given, who);
  const { data } = image;
  if (!(data instanceof Uint8ClampedArray || data instanceof Uint8Array) || data.length !== 4 * width * height) {
    const expected = `a Uint8ClampedArray of ${4 * width * height} bytes for ${width} x ${height} pixels`;
    throw new DataError(`${who}: expected ${expected}, got ${show(data)}. Each pixel has 4: red, green, blue, alpha.`);
  }
  return image;
}

function readCanvas(canvas: Canvas, who: string): Pixels {
  const context = canvas.getContext("2d") as {
    getImageData?: (x: number, y: number, width: number, height: number) => Pixels;
  } | null;
  if (!context?.getImageData) {
    throw new DataError(
      `${who}: expected a canvas with a 2d context, got ${show(context)}. Draw on a 2d canvas first.`,
    );
  }
  try {
    return context.getImageData(0, 0, canvas.width, canvas.height);
  } catch (error) {
    const cure = "Load the images on it from this origin, or with crossOrigin set.";
    throw new DataError(`${who}: expected a canvas that may be read, got ${short(String(error))}. ${cure}`);
  }
}
