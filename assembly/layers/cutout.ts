// A square of each image is covered. Places are drawn by random_place.

import { at } from "../core/simd";

/** Words of a row's place. */
const PLACE: i32 = 8;

/** out = inp but for the square of `size` pixels at the row's place, as far as it lies inside: `fill` there. */
function cover(
  out: usize,
  inp: usize,
  place: usize,
  size: i32,
  fill: f32,
  height: i32,
  width: i32,
  channels: i32,
  stride: i32,
  from: i32,
  to: i32,
): void {
  for (let b = from; b < to; b++) {
    const source = at(inp, b * stride);
    const target = at(out, b * stride);
    for (let i = 0; i < stride; i += 4) v128.store(at(target, i), v128.load(at(source, i)));
    const top = load<i32>(at(place, b * PLACE));
    const left = load<i32>(at(place, b * PLACE), 4);
    const first = max(left, 0) * channels;
    const last = min(left + size, width) * channels;
    for (let y = max(top, 0); y < min(top + size, height); y++) {
      for (let i = first; i < last; i++) store<f32>(at(target, y * width * channels + i), fill);
    }
  }
}

/**
 * out (height,width,channels) = inp, but `fill` in the `size` x `size` pixels from the row's place (top, left) on, as far as they
 * lie inside; rows from..to. place as random_place gives it. Overwrites out, which may alias inp.
 */
export function cutout_forward(
  out: usize,
  inp: usize,
  place: usize,
  size: i32,
  fill: f32,
  height: i32,
  width: i32,
  channels: i32,
  stride: i32,
  from: i32,
  to: i32,
): void {
  cover(out, inp, place, size, fill, height, width, channels, stride, from, to);
}

/** dinp = dout, but 0 in the pixels that cutout_forward covers, rows from..to. Overwrites dinp, which may alias dout. */
export function cutout_backward(
  dinp: usize,
  dout: usize,
  place: usize,
  size: i32,
  height: i32,
  width: i32,
  channels: i32,
  stride: i32,
  from: i32,
  to: i32,
): void {
  cover(dinp, dout, place, size, 0, height, width, channels, stride, from, to);
}
