// Images at random places: moved, mirrored, cut out of larger ones. Each row of a batch draws four numbers, a pure function of
// (seed, stream, step, row), that say where it lies; pixels move as wholes, so that no value changes.

import { draw_rows, Words } from "../core/philox";
import { at } from "../core/simd";

/** Words of a row's place: top, left, mirrored from top to bottom, mirrored from left to right; four more are free. */
const PLACE: i32 = 8;

class Draw extends Words {
  take(w0: v128, _w1: v128, _w2: v128, _w3: v128, out: usize, _inp: usize, _limit: v128, _scale: v128): void {
    v128.store(out, w0);
  }
}

/** One of `count` whole numbers, from the upper 24 bits of a word. */
function one_of(word: i32, count: i32): i32 {
  return <i32>((<u64>(<u32>word >> 8) * <u64>count) >> 24);
}

/**
 * place[r] = [top + one of `tops` numbers, left + one of `lefts` numbers, 0 or 1, 0 or 1], rows from..to of 8 i32; the last two
 * are drawn where bit 0 and bit 1 of `flips` say so, and else 0. The i32 at `counter` is the step. Overwrites the first four of a row.
 */
export function random_place(
  place: usize,
  counter: usize,
  seed_low: i32,
  seed_high: i32,
  stream: i32,
  top: i32,
  tops: i32,
  left: i32,
  lefts: i32,
  flips: i32,
  from: i32,
  to: i32,
): void {
  const none = i32x4.splat(0);
  draw_rows<Draw, Draw>(place, place, counter, seed_low, seed_high, stream, none, none, PLACE, from, to);
  for (let b = from; b < to; b++) {
    const row = at(place, b * PLACE);
    store<i32>(row, top + one_of(load<i32>(row), tops));
    store<i32>(row, left + one_of(load<i32>(row, 4), lefts), 4);
    store<i32>(row, one_of(load<i32>(row, 8), 2) & flips, 8);
    store<i32>(row, one_of(load<i32>(row, 12), 2) & (flips >> 1), 12);
  }
}

/** Where index i of -extent..2*extent-1 takes its pixel from: -1 for nowhere, the edge, mirrored at the edge, or around. */
function source_of(i: i32, extent: i32, mode: i32): i32 {
  if (i >= 0 && i < extent) return i;
  if (mode == 0) return -1;
  if (mode == 1) return i < 0 ? 0 : extent - 1;
  if (mode == 2) return i < 0 ? -1 - i : 2 * extent - 1 - i;
  return i < 0 ? i + extent : i - extent;
}

/** Copies `count` floats. */
function copy(target: usize, source: usize, count: i32): void {
  const whole = count & ~3;
  for (let i = 0; i < whole; i += 4) v128.store(at(target, i), v128.load(at(source, i)));
  for (let i = whole; i < count; i++) store<f32>(at(target, i), load<f32>(at(source, i)));
}

/**
 * out[y, x] (out_height,out_width,channels) = inp[source(top + y), source(left + x)] (height,width,channels), y and x counted from
 * behind where `place` says mirrored, and `fill` where the source is nowhere; rows from..to. place as random_place gives it, or 0
 * for the middle. mode: 0 nowhere, 1 the edge, 2 mirrored, 3 around. Overwrites out with zeros in padding; out must alias nothing.
 */
export function image_move_forward(
  out: usize,
  inp: usize,
  place: usize,
  fill: f32,
  mode: i32,
  height: i32,
  width: i32,
  out_height: i32,
  out_width: i32,
  channels: i32,
  out_stride: i32,
  stride: i32,
  from: i32,
  to: i32,
): void {
  for (let b = from; b < to; b++) {
    const row = at(place, b * PLACE);
    const top = place ? load<i32>(row) : (height - out_height) >> 1;
    const left = place ? load<i32>(row, 4) : (width - out_width) >> 1;
    const last_y = place && load<i32>(row, 8) ? out_height - 1 : 0;
    const last_x = place && load<i32>(row, 12) ? out_width - 1 : 0;
    const source = at(inp, b * stride);
    let target = at(out, b * out_stride);
    // Where a row is not mirrored, `run` pixels from the first on lie side by side in the input, too.
    const first = last_x ? out_width : max(0, min(-left, out_width));
    const run = last_x ? 0 : max(0, min(width - left, out_width) - first);
    const end = target + ((<usize>out_stride) << 2);
    for (let i = 0; i < out_height; i++) {
      const y = source_of(top + (last_y ? last_y - i : i), height, mode);
      for (let j = 0; j < out_width; j++) {
        if (j == first && run && y >= 0) {
          copy(target, at(source, (y * width + left + j) * channels), run * channels);
          target += (<usize>(run * channels)) << 2;
          j += run - 1;
          continue;
        }
        const x = source_of(left + (last_x ? last_x - j : j), width, mode);
        const inside = y >= 0 && x >= 0;
        const pixel = at(source, (y * width + x) * channels);
        for (let c = 0; c < channels; c++) {
          store<f32>(target, inside ? load<f32>(at(pixel, c)) : fill);
          target += 4;
        }
      }
    }
    for (; target < end; target += 4) store<f32>(target, 0);
  }
}

/**
 * dinp[source(top + y), source(left + x)] = Σ dout[y, x], in the order of y and x, for the places of image_move_forward; 0 where no
 * pixel comes from, rows from..to. Overwrites dinp with zeros in padding; dinp must alias nothing.
 */
export function image_move_backward(
  dinp: usize,
  dout: usize,
  place: usize,
  mode: i32,
  height: i32,
  width: i32,
  out_height: i32,
  out_width: i32,
  channels: i32,
  out_stride: i32,
  stride: i32,
  from: i32,
  to: i32,
): void {
  for (let b = from; b < to; b++) {
    const row = at(place, b * PLACE);
    const top = place ? load<i32>(row) : (height - out_height) >> 1;
    const left = place ? load<i32>(row, 4) : (width - out_width) >> 1;
    const last_y = place && load<i32>(row, 8) ? out_height - 1 : 0;
    const last_x = place && load<i32>(row, 12) ? out_width - 1 : 0;
    const target = at(dinp, b * stride);
    for (let i = 0; i < stride; i += 4) v128.store(at(target, i), f32x4.splat(0));
    let source = at(dout, b * out_stride);
    for (let i = 0; i < out_height; i++) {
      const y = source_of(top + (last_y ? last_y - i : i), height, mode);
      for (let j = 0; j < out_width; j++) {
        const x = source_of(left + (last_x ? last_x - j : j), width, mode);
        const inside = y >= 0 && x >= 0;
        const pixel = at(target, (y * width + x) * channels);
        for (let c = 0; c < channels; c++) {
          if (inside) store<f32>(at(pixel, c), load<f32>(at(pixel, c)) + load<f32>(source));
          source += 4;
        }
      }
    }
  }
}
