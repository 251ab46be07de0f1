// Philox 4x32-10 (Salmon et al. 2011): 128 random bits as a pure function of a counter of four words and a key of two.

import { at } from "./simd";

/** What becomes of the four words of four counters; lane l of each word belongs to counter l. No state: at address 0. */
export abstract class Words {
  abstract take(w0: v128, w1: v128, w2: v128, w3: v128, out: usize, inp: usize, limit: v128, scale: v128): void;
}

/** Hands the words of the counters (c0, c1, c2, c3), one a lane, to the rule W, with the four arguments behind the key. */
export function philox<W extends Words>(
  c0: v128,
  c1: v128,
  c2: v128,
  c3: v128,
  key_low: i32,
  key_high: i32,
  out: usize,
  inp: usize,
  limit: v128,
  scale: v128,
): void {
  let key0 = i32x4.splat(key_low);
  let key1 = i32x4.splat(key_high);
  for (let round = 0; round < 10; round++) {
    const first0 = i64x2.extmul_low_i32x4_u(c0, i32x4.splat(0xd2511f53));
    const first1 = i64x2.extmul_high_i32x4_u(c0, i32x4.splat(0xd2511f53));
    const second0 = i64x2.extmul_low_i32x4_u(c2, i32x4.splat(0xcd9e8d57));
    const second1 = i64x2.extmul_high_i32x4_u(c2, i32x4.splat(0xcd9e8d57));
    c0 = v128.xor(v128.xor(high_words(second0, second1), c1), key0);
    c1 = low_words(second0, second1);
    c2 = v128.xor(v128.xor(high_words(first0, first1), c3), key1);
    c3 = low_words(first0, first1);
    key0 = i32x4.add(key0, i32x4.splat(0x9e3779b9));
    key1 = i32x4.add(key1, i32x4.splat(0xbb67ae85));
  }
  changetype<W>(0).take(c0, c1, c2, c3, out, inp, limit, scale);
}

/**
 * Hands rows from..to of `stride` floats to the rule W, 16 columns at a time, and to H where only 8 are left: column
 * 16g + 4w + l takes word w of the counter (4g + l, row, step, stream), where the i32 at `counter` is the step.
 */
export function draw_rows<W extends Words, H extends Words>(
  out: usize,
  inp: usize,
  counter: usize,
  seed_low: i32,
  seed_high: i32,
  stream: i32,
  limit: v128,
  scale: v128,
  stride: i32,
  from: i32,
  to: i32,
): void {
  const step = i32x4.splat(load<i32>(counter));
  const streams = i32x4.splat(stream);
  for (let b = from; b < to; b++) {
    const row = i32x4.splat(b);
    let target = at(out, b * stride);
    let source = at(inp, b * stride);
    let columns = i32x4(0, 1, 2, 3);
    let left = stride;
    while (left >= 16) {
      philox<W>(columns, row, step, streams, seed_low, seed_high, target, source, limit, scale);
      columns = i32x4.add(columns, i32x4.splat(4));
      target += 64;
      source += 64;
      left -= 16;
    }
    if (left > 0) philox<H>(columns, row, step, streams, seed_low, seed_high, target, source, limit, scale);
  }
}

/** What a word must reach to be among the share 1 - rate: u * 2^-24 >= rate for a whole u means u >= ceil(rate * 2^24). */
export function limit_of(rate: f32): v128 {
  // The product is exact.
  return i32x4.trunc_sat_f32x4_s(f32x4.ceil(f32x4.splat(rate * 16777216)));
}

/** All ones where the upper 24 bits of a word are at least `limit`. */
export function reaches(word: v128, limit: v128): v128 {
  return i32x4.ge_s(i32x4.shr_u(word, 8), limit);
}

function low_words(a: v128, b: v128): v128 {
  return i32x4.shuffle(a, b, 0, 2, 4, 6);
}

function high_words(a: v128, b: v128): v128 {
  return i32x4.shuffle(a, b, 1, 3, 5, 7);
}

class Store extends Words {
  take(w0: v128, w1: v128, w2: v128, w3: v128, out: usize, _inp: usize, _limit: v128, _scale: v128): void {
    v128.store(out, w0);
    v128.store(out, w1, 16);
    v128.store(out, w2, 32);
    v128.store(out, w3, 48);
  }
}

/**
 * out = philox(counters), groups of four counters from..to. A group is 16 words: word 0 of its four counters, then word 1,
 * word 2 and word 3. Overwrites out, which may alias counters.
 */
export function philox_forward(out: usize, counters: usize, seed_low: i32, seed_high: i32, from: i32, to: i32): void {
  const none = i32x4.splat(0);
  for (let group = from; group < to; group++) {
    const offset = (<usize>group) << 6;
    const c = counters + offset;
    const c2 = v128.load(c, 32);
    const c3 = v128.load(c, 48);
    philox<Store>(v128.load(c), v128.load(c, 16), c2, c3, seed_low, seed_high, out + offset, c, none, none);
  }
}

/**
 * Shuffles the i32 rows (count,) in place, steps from..to of one: each but the first, from the last one on, changes places with row
 * floor(u (p + 1)), where p is its own place (Fisher-Yates). The i-th u is the upper 24 bits of word i mod 4 of the counter
 * (floor(i / 4), 0, step, stream), as a share of 1. Overwrites words, 64 bytes of working memory, which must not alias rows.
 */
export function shuffle_rows(
  rows: usize,
  words: usize,
  count: i32,
  seed_low: i32,
  seed_high: i32,
  step: i32,
  stream: i32,
  from: i32,
  to: i32,
): void {
  const none = i32x4.splat(0);
  let counters = i32x4(0, 1, 2, 3);
  for (let place = (to - from) * count - 1; place > 0; ) {
    philox<Store>(
      counters,
      none,
      i32x4.splat(step),
      i32x4.splat(stream),
      seed_low,
      seed_high,
      words,
      words,
      none,
      none,
    );
    counters = i32x4.add(counters, i32x4.splat(4));
    for (let i = 0; i < 16 && place > 0; i++) {
      const word = load<u32>(at(words, ((i & 3) << 2) + (i >> 2)));
      const last = at(rows, place);
      const other = at(rows, <i32>((<u64>(word >>> 8) * <u64>(place + 1)) >> 24));
      const row = load<i32>(last);
      store<i32>(last, load<i32>(other));
      store<i32>(other, row);
      place--;
    }
  }
}
