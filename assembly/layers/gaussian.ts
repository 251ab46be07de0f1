// Gaussian noise, added to values or multiplied with them. Normal numbers are a pure function of (seed, stream, step, row,
// column), so that the backward pass draws those of the forward pass again. Which words belong to a column: draw_rows.

import { cos_pi4, log4, sin_pi4 } from "../core/math";
import { draw_rows, Words } from "../core/philox";
import { madd } from "../core/simd";

/** What noise does to values. */
abstract class Mix {
  abstract mix(x: v128, noise: v128): v128;
}

class Sum extends Mix {
  mix(x: v128, noise: v128): v128 {
    return f32x4.add(x, noise);
  }
}

class Product extends Mix {
  mix(x: v128, noise: v128): v128 {
    return madd(x, noise, x);
  }
}

class Noise<M extends Mix> extends Words {
  take(w0: v128, w1: v128, w2: v128, w3: v128, out: usize, inp: usize, _limit: v128, deviation: v128): void {
    mix_pair<M>(out, inp, w0, w1, deviation);
    mix_pair<M>(out + 32, inp + 32, w2, w3, deviation);
  }
}

/** The first 8 columns of a block. */
class HalfNoise<M extends Mix> extends Words {
  take(w0: v128, w1: v128, _w2: v128, _w3: v128, out: usize, inp: usize, _limit: v128, deviation: v128): void {
    mix_pair<M>(out, inp, w0, w1, deviation);
  }
}

/** √(-2 log u) for u = (word + 1/2) / 2^32, rounded to float32: never 0, at most 6.8. */
function radius(word: v128): v128 {
  const u = f32x4.mul(f32x4.add(f32x4.convert_i32x4_u(word), f32x4.splat(0.5)), f32x4.splat(2.3283064365386963e-10));
  return f32x4.sqrt(f32x4.mul(log4(u), f32x4.splat(-2)));
}

/**
 * 8 values with deviation * n, where the normal numbers n are the two coordinates of a random point in the plane (Box and
 * Muller 1958): the first word gives its distance, the second one its angle. The angle's lower 30 bits give a quarter turn
 * around 0; bit 30 mirrors it at the diagonal, and bit 31 turns it by half a turn.
 */
function mix_pair<M extends Mix>(out: usize, inp: usize, distance: v128, angle: v128, deviation: v128): void {
  const half = v128.and(angle, i32x4.splat(0x80000000));
  const size = v128.xor(f32x4.mul(radius(distance), deviation), half);
  // Times 2^-33: -1/4..1/4.
  const turn = f32x4.mul(f32x4.convert_i32x4_s(i32x4.shl(angle, 2)), f32x4.splat(1.1641532182693481e-10));
  const cosine = cos_pi4(turn);
  const sine = sin_pi4(turn);
  const mirror = i32x4.shr_s(i32x4.shl(angle, 1), 31);
  const first = f32x4.mul(size, v128.bitselect(sine, cosine, mirror));
  const second = f32x4.mul(size, v128.bitselect(cosine, sine, mirror));
  const mix = changetype<M>(0);
  v128.store(out, mix.mix(v128.load(inp), first));
  v128.store(out, mix.mix(v128.load(inp, 16), second), 16);
}

function noisy_rows<M extends Mix>(
  out: usize,
  inp: usize,
  counter: usize,
  deviation: f32,
  seed_low: i32,
  seed_high: i32,
  stream: i32,
  stride: i32,
  from: i32,
  to: i32,
): void {
  const size = f32x4.splat(deviation);
  const none = i32x4.splat(0);
  draw_rows<Noise<M>, HalfNoise<M>>(out, inp, counter, seed_low, seed_high, stream, none, size, stride, from, to);
}

/**
 * out = inp + deviation * n, rows from..to; n is standard normal, and the i32 at `counter` is the step.
 * Overwrites out, which may alias inp; its padding becomes finite numbers.
 */
export function gaussian_noise_forward(
  out: usize,
  inp: usize,
  counter: usize,
  deviation: f32,
  seed_low: i32,
  seed_high: i32,
  stream: i32,
  stride: i32,
  from: i32,
  to: i32,
): void {
  noisy_rows<Sum>(out, inp, counter, deviation, seed_low, seed_high, stream, stride, from, to);
}

/** out = inp * (1 + deviation * n), else as gaussian_noise_forward; padding stays zero. */
export function gaussian_dropout_forward(
  out: usize,
  inp: usize,
  counter: usize,
  deviation: f32,
  seed_low: i32,
  seed_high: i32,
  stream: i32,
  stride: i32,
  from: i32,
  to: i32,
): void {
  noisy_rows<Product>(out, inp, counter, deviation, seed_low, seed_high, stream, stride, from, to);
}

/**
 * dinp = dout * (1 + deviation * n), rows from..to, with the numbers n of gaussian_dropout_forward.
 * Overwrites dinp, which may alias dout.
 */
export function gaussian_dropout_backward(
  dinp: usize,
  dout: usize,
  counter: usize,
  deviation: f32,
  seed_low: i32,
  seed_high: i32,
  stream: i32,
  stride: i32,
  from: i32,
  to: i32,
): void {
  noisy_rows<Product>(dinp, dout, counter, deviation, seed_low, seed_high, stream, stride, from, to);
}
