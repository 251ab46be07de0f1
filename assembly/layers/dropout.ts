// A mask is a pure function of (seed, stream, step, row, column), so it does not depend on who draws it, and the backward
// pass draws it again. A row is cut in blocks of 16 columns: column 16g + 4w + l takes word w of the counter
// (4g + l, row, step, stream).

import { philox, Words } from "../core/philox";
import { at } from "../core/simd";

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

/** out = inp * scale where the word's upper 24 bits reach `limit`, else inp * 0, so that NaN stays NaN. */
function keep(out: usize, inp: usize, word: v128, limit: v128, scale: v128): void {
  const kept = i32x4.ge_s(i32x4.shr_u(word, 8), limit);
  v128.store(out, f32x4.mul(v128.load(inp), v128.and(kept, scale)));
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
  const step = i32x4.splat(load<i32>(counter));
  const streams = i32x4.splat(stream);
  // u * 2^-24 >= rate for a whole number u means u >= ceil(rate * 2^24); the product is exact.
  const limit = i32x4.trunc_sat_f32x4_s(f32x4.ceil(f32x4.splat(rate * 16777216)));
  const scale = f32x4.splat(1 / (1 - rate));
  for (let b = from; b < to; b++) {
    const row = i32x4.splat(b);
    let target = at(out, b * stride);
    let source = at(inp, b * stride);
    let columns = i32x4(0, 1, 2, 3);
    let left = stride;
    while (left >= 16) {
      philox<Mask>(columns, row, step, streams, seed_low, seed_high, target, source, limit, scale);
      columns = i32x4.add(columns, i32x4.splat(4));
      target += 64;
      source += 64;
      left -= 16;
    }
    if (left > 0) philox<HalfMask>(columns, row, step, streams, seed_low, seed_high, target, source, limit, scale);
  }
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
