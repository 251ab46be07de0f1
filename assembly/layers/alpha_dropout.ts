// Alpha dropout: dropped values become the value that selu gives far below zero, and all values are then scaled and shifted so
// that mean and variance stay. The mask is that of dropout with the same rate.

import { draw_rows, limit_of, reaches, Words } from "../core/philox";
import { madd } from "../core/simd";

class AlphaMask extends Words {
  take(w0: v128, w1: v128, w2: v128, w3: v128, out: usize, inp: usize, limit: v128, line: v128): void {
    keep_or_shift(out, inp, w0, limit, line);
    keep_or_shift(out + 16, inp + 16, w1, limit, line);
    keep_or_shift(out + 32, inp + 32, w2, limit, line);
    keep_or_shift(out + 48, inp + 48, w3, limit, line);
  }
}

/** The first 8 columns of a block. */
class HalfAlphaMask extends Words {
  take(w0: v128, w1: v128, _w2: v128, _w3: v128, out: usize, inp: usize, limit: v128, line: v128): void {
    keep_or_shift(out, inp, w0, limit, line);
    keep_or_shift(out + 16, inp + 16, w1, limit, line);
  }
}

/** line = [scale, kept, dropped, _]: out = inp * scale + kept where the word reaches `limit`, else inp * 0 + dropped. */
function keep_or_shift(out: usize, inp: usize, word: v128, limit: v128, line: v128): void {
  const mask = reaches(word, limit);
  const kept = i32x4.shuffle(line, line, 1, 1, 1, 1);
  const dropped = i32x4.shuffle(line, line, 2, 2, 2, 2);
  const scale = v128.and(mask, i32x4.shuffle(line, line, 0, 0, 0, 0));
  v128.store(out, madd(v128.load(inp), scale, v128.bitselect(kept, dropped, mask)));
}

/**
 * out = inp * scale + kept where the mask is 1, else dropped, rows from..to; the mask is 1 with probability 1 - rate, and the
 * i32 at `counter` is the step. Overwrites out, which may alias inp; its padding becomes kept or dropped.
 */
export function alpha_dropout_forward(
  out: usize,
  inp: usize,
  counter: usize,
  rate: f32,
  scale: f32,
  kept: f32,
  dropped: f32,
  seed_low: i32,
  seed_high: i32,
  stream: i32,
  stride: i32,
  from: i32,
  to: i32,
): void {
  const limit = limit_of(rate);
  let line = f32x4.splat(scale);
  line = f32x4.replace_lane(line, 1, kept);
  line = f32x4.replace_lane(line, 2, dropped);
  draw_rows<AlphaMask, HalfAlphaMask>(out, inp, counter, seed_low, seed_high, stream, limit, line, stride, from, to);
}

/** dinp = dout * scale * mask, rows from..to, with the mask of alpha_dropout_forward. Overwrites dinp, which may alias dout. */
export function alpha_dropout_backward(
  dinp: usize,
  dout: usize,
  counter: usize,
  rate: f32,
  scale: f32,
  seed_low: i32,
  seed_high: i32,
  stream: i32,
  stride: i32,
  from: i32,
  to: i32,
): void {
  const limit = limit_of(rate);
  const line = f32x4.replace_lane(f32x4.splat(0), 0, scale);
  draw_rows<AlphaMask, HalfAlphaMask>(dinp, dout, counter, seed_low, seed_high, stream, limit, line, stride, from, to);
}
