// Dropout of whole channels: an example of shape (..., channels) has the same mask of its channels at every position.

import { draw_rows, limit_of, reaches, Words } from "../core/philox";
import { at } from "../core/simd";

class Draw extends Words {
  take(w0: v128, w1: v128, w2: v128, w3: v128, out: usize, _inp: usize, limit: v128, scale: v128): void {
    v128.store(out, v128.and(reaches(w0, limit), scale));
    v128.store(out, v128.and(reaches(w1, limit), scale), 16);
    v128.store(out, v128.and(reaches(w2, limit), scale), 32);
    v128.store(out, v128.and(reaches(w3, limit), scale), 48);
  }
}

/** The first 8 columns of a block. */
class HalfDraw extends Words {
  take(w0: v128, w1: v128, _w2: v128, _w3: v128, out: usize, _inp: usize, limit: v128, scale: v128): void {
    v128.store(out, v128.and(reaches(w0, limit), scale));
    v128.store(out, v128.and(reaches(w1, limit), scale), 16);
  }
}

/**
 * mask[c] = 1 / (1 - rate) with probability 1 - rate, else 0, for the channels c; behind them mask[channels + i] = mask[i] for
 * i < 4, so that four channels from any one on lie in a row. Rows from..to of mask_stride >= channels + 4 floats; the i32 at
 * `counter` is the step. Overwrites mask.
 */
export function spatial_dropout_mask(
  mask: usize,
  counter: usize,
  rate: f32,
  seed_low: i32,
  seed_high: i32,
  stream: i32,
  channels: i32,
  mask_stride: i32,
  from: i32,
  to: i32,
): void {
  const limit = limit_of(rate);
  const scale = f32x4.splat(1 / (1 - rate));
  draw_rows<Draw, HalfDraw>(mask, mask, counter, seed_low, seed_high, stream, limit, scale, mask_stride, from, to);
  for (let b = from; b < to; b++) {
    const row = at(mask, b * mask_stride);
    for (let i = channels; i < channels + 4; i++) store<f32>(at(row, i), load<f32>(at(row, i - channels)));
  }
}

function times_mask(
  out: usize,
  inp: usize,
  mask: usize,
  channels: i32,
  mask_stride: i32,
  stride: i32,
  from: i32,
  to: i32,
): void {
  const step = 4 % channels;
  for (let b = from; b < to; b++) {
    const row = at(mask, b * mask_stride);
    const end = (b + 1) * stride;
    let channel = 0;
    for (let i = b * stride; i < end; i += 4) {
      v128.store(at(out, i), f32x4.mul(v128.load(at(inp, i)), v128.load(at(row, channel))));
      channel += step;
      if (channel >= channels) channel -= channels;
    }
  }
}

/** out[j] = inp[j] * mask[j mod channels], rows from..to, mask as spatial_dropout_mask gives it. Overwrites out, which may alias inp. */
export function spatial_dropout_forward(
  out: usize,
  inp: usize,
  mask: usize,
  channels: i32,
  mask_stride: i32,
  stride: i32,
  from: i32,
  to: i32,
): void {
  times_mask(out, inp, mask, channels, mask_stride, stride, from, to);
}

/** dinp[j] = dout[j] * mask[j mod channels], rows from..to. Overwrites dinp, which may alias dout. */
export function spatial_dropout_backward(
  dinp: usize,
  dout: usize,
  mask: usize,
  channels: i32,
  mask_stride: i32,
  stride: i32,
  from: i32,
  to: i32,
): void {
  times_mask(dinp, dout, mask, channels, mask_stride, stride, from, to);
}
