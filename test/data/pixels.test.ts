import { suite } from "uvu";
import * as assert from "uvu/assert";
import { activation, flatten, input, sequential } from "../../src/index.js";

const test = suite("pixels");

/** 3 pixels wide, 2 high. */
const rgba = [
  [255, 0, 0, 255, 0, 255, 0, 7, 0, 0, 255, 0],
  [10, 20, 30, 40, 255, 255, 255, 255, 1, 1, 2, 0],
].flat();
const image = { data: Uint8ClampedArray.from(rgba), width: 3, height: 2 };
const other = { data: Uint8ClampedArray.from(rgba).reverse(), width: 3, height: 2 };

/** What a model of this input shape sees. */
async function seen(shape: number[], x: Parameters<ReturnType<typeof sequential>["predict"]>[0]) {
  await using model = sequential([input({ shape }), flatten(), activation("linear")]);
  const { data, shape: extents } = await model.predict(x);
  assert.is(extents[0]! * extents[1]!, data.length);
  return [...data];
}
const without = (alpha: Uint8ClampedArray) => [...alpha].filter((_, i) => i % 4 < 3);

test("channels come from the model's input shape", async () => {
  assert.equal(await seen([2, 3, 4], image), rgba);
  assert.equal(await seen([2, 3, 3], image), without(image.data));
  // 0.299 * 255 = 76.2, 0.587 * 255 = 149.7, 0.114 * 255 = 29.07; 2.99 + 11.74 + 3.42 = 18.15; 0.299 + 0.587 + 0.228 = 1.114
  const gray = [76, 150, 29, 18, 255, 1];
  assert.equal(await seen([2, 3, 1], image), gray);
  assert.equal(await seen([2, 3], image), gray);
  assert.equal(await seen([6], image), gray);
  assert.equal(await seen([18], image), without(image.data));
});

test("luminance is rounded, halves up", async () => {
  // 299 * 5 + 587 * 1 + 114 * 117 = 15420, 299 * 250 = 74750, 299 * 6 + 587 * 3 + 114 * 104 = 15411
  const colours = [5, 1, 117, 0, 250, 0, 0, 0, 150, 150, 150, 0];
  assert.equal(await seen([1, 3], { data: Uint8ClampedArray.from(colours), width: 3, height: 1 }), [15, 75, 150]);
  // 299 * 2 + 587 * 4 + 114 * 1 = 3060; 299 * 0 + 587 * 0 + 114 * 250 = 28500: half
  const half = [0, 0, 250, 0];
  assert.equal(await seen([1, 1], { data: Uint8ClampedArray.from(half), width: 1, height: 1 }), [29]);
});

test("an array of images is one row each; bytes of another array type serve, too", async () => {
  assert.equal(await seen([2, 3, 3], [image, other]), [...without(image.data), ...without(other.data)]);
  assert.equal(await seen([2, 3, 4], { ...image, data: Uint8Array.from(rgba) }), rgba);
});

test("a canvas is read through its 2d context", async () => {
  const canvas = {
    width: 3,
    height: 2,
    getContext: (kind: string) => ({
      getImageData: (...where: number[]) => (kind === "2d" && `${where}` === "0,0,3,2" ? image : undefined),
    }),
  };
  assert.equal(await seen([2, 3, 4], [canvas, image]), [...rgba, ...rgba]);
  if (typeof OffscreenCanvas === "undefined") return;
  const opaque = rgba.map((byte, i) => (i % 4 === 3 ? 255 : byte));
  const drawn = [
    new OffscreenCanvas(3, 2),
    ...(typeof document === "undefined" ? [] : [document.createElement("canvas")]),
  ];
  for (const canvas of drawn) {
    [canvas.width, canvas.height] = [3, 2];
    const context = canvas.getContext("2d") as OffscreenCanvasRenderingContext2D;
    context.putImageData(new ImageData(Uint8ClampedArray.from(opaque), 3, 2), 0, 0);
    assert.equal(await seen([2, 3, 4], canvas), opaque);
  }
});

test.run();
