// A mask is a pure function of (seed, stream, step, row, column), so it does not depend on who draws it, and the backward
// pass draws it again. Which word belongs to a column: draw_rows.

import { draw_rows, limit_of, reaches, Words } from "../core/philox";

class Mask extends Words {
  take(w0: v128, w1: v128, w2: v128, w3: v128, out: usize, inp: usize, limit: v128, scale: v128): void {
    keep(out, inp, w0, limit, scale);
    keep(out + 16, inp + 16, w1, limit, scale);
    keep(out + 32, inp + 32, w2, limit, scale);
    keep(out + 48, inp + 48, w3, limit, scale);
  }
}

/** The first 8 columns of a block. */
class HalfMask extends Words {
  take(w0: v128, w1: v128, _w2: v128, _w3: v128, out: usize, inp: usize, limit: v128, scale: v128): void {
    keep(out, inp, w0, limit, scale);
    keep(out + 16, inp + 16, w1, limit, scale);
  }
}

/** out = inp * scale where the word reaches `limit`, else inp * 0, so that NaN stays NaN. */
function keep(out: usize, inp: usize, word: v128, limit: v128, scale: v128): void {
  v128.store(out, f32x4.mul(v128.load(inp), v128.and(reaches(word, limit), scale)));
}

function mask_rows(
  out: usize,
  inp: usize,
  counter: usize,
  rate: f32,
  seed_low: i32,
  seed_high: i32,
  stream: i32,
  stride: i32,
  from: i32,
  to: i32,
): void {
  const limit = limit_of(rate);
  const scale = f32x4.splat(1 / (1 - rate));
  draw_rows<Mask, HalfMask>(out, inp, counter, seed_low, seed_high, stream, limit, scale, stride, from, to);
}

/**
 * out = inp * mask / (1 - rate), rows from..to; mask is 1 with probability 1 - rate, else 0, and the i32 at `counter` is the
 * step. Overwrites out, which may alias inp.
 */
export function dropout_forward(
  out: usize,
  inp: usize,
  counter: usize,
  rate: f32,
  seed_low: i32,
  seed_high: i32,
  stream: i32,
  stride: i32,
  from: i32,
  to: i32,
): void {
  mask_rows(out, inp, counter, rate, seed_low, seed_high, stream, stride, from, to);
}

/** dinp = dout * mask / (1 - rate), rows from..to, with the mask of dropout_forward. Overwrites dinp, which may alias dout. */
export function dropout_backward(
  dinp: usize,
  dout: usize,
  counter: usize,
  rate: f32,
  seed_low: i32,
  seed_high: i32,
  stream: i32,
  stride: i32,
  from: i32,
  to: i32,
): void {
  mask_rows(dinp, dout, counter, rate, seed_low, seed_high, stream, stride, from, to);
}
