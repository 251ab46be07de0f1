// Attention on B rows of `steps` vectors of heads * size values. Queries, keys and values lie in one row, each `apart` floats behind
// the ones before; a head's are `size` columns of them. Products read up to 7 floats behind the columns they take.

import { multiply_strided, turn } from "../core/gemm_strided";
import { exp4 } from "../core/math";
import { at, flush, lanes_below, max_lanes, round8, sum_lanes } from "../core/simd";

/** All ones in the lanes i.. that are below `count` and not 0 in `mask`, where there is one. */
function counting(mask: usize, i: i32, count: i32): v128 {
  const below = lanes_below(i, count);
  return mask ? v128.and(below, f32x4.ne(v128.load(at(mask, i)), f32x4.splat(0))) : below;
}

/** row = softmax(scale * row) over the lanes that count, zero in others up to `pitch` floats; zeros where none counts. */
function soften(row: usize, mask: usize, count: i32, pitch: i32, scale: v128): void {
  const end = (count + 3) & ~3;
  let top = f32x4.splat(-Infinity);
  for (let i = 0; i < end; i += 4) {
    const score = f32x4.mul(v128.load(at(row, i)), scale);
    v128.store(at(row, i), score);
    // What is not a number may get lost here; it comes back with its power.
    top = f32x4.pmax(v128.bitselect(score, f32x4.splat(-Infinity), counting(mask, i, count)), top);
  }
  top = max_lanes(top);
  let sum = f32x4.splat(0);
  for (let i = 0; i < end; i += 4) {
    const power = v128.and(exp4(f32x4.sub(v128.load(at(row, i)), top)), counting(mask, i, count));
    v128.store(at(row, i), power);
    sum = f32x4.add(sum, power);
  }
  sum = sum_lanes(sum);
  for (let i = 0; i < end; i += 4) {
    const share = flush(f32x4.div(v128.load(at(row, i)), sum));
    v128.store(at(row, i), v128.and(share, counting(mask, i, count)));
  }
  memory.fill(at(row, end), 0, (pitch - end) << 2);
}

/** slope = share * (slope - Σ slope * share) * scale, `count` floats, and zero up to `pitch`. */
function harden(slope: usize, share: usize, count: i32, pitch: i32, scale: v128): void {
  const end = (count + 3) & ~3;
  let sum = f32x4.splat(0);
  for (let i = 0; i < end; i += 4) {
    sum = f32x4.add(sum, f32x4.mul(v128.load(at(slope, i)), v128.load(at(share, i))));
  }
  sum = sum_lanes(sum);
  for (let i = 0; i < end; i += 4) {
    const rest = f32x4.mul(v128.load(at(share, i)), f32x4.sub(v128.load(at(slope, i)), sum));
    v128.store(at(slope, i), flush(f32x4.mul(rest, scale)));
  }
  memory.fill(at(slope, end), 0, (pitch - end) << 2);
}

/** Which steps each step has to do with: all of them, those up to itself, or itself and those behind. */
const ALL: i32 = 0;
const UP_TO: i32 = 1;
const FROM: i32 = 2;

/** Rows of a causal product that are taken together, two tiles of six. */
const BLOCK: i32 = 12;

/** The first step that one of the rows from `t` on has to do with. */
function first_of(which: i32, t: i32): i32 {
  return which == FROM ? t : 0;
}

/** The end of them, for `rows` rows. */
function end_of(which: i32, t: i32, rows: i32, steps: i32): i32 {
  return which == UP_TO ? t + rows : steps;
}

/** c (steps, pitch) = a (steps, size) · b (size, pitch), rows of a `width` floats apart; of UP_TO alone the columns it has to do with. */
function compare(c: usize, a: usize, b: usize, steps: i32, size: i32, width: i32, pitch: i32, which: i32): void {
  const block = which == ALL ? steps : BLOCK;
  for (let t = 0; t < steps; t += block) {
    const rows = min(block, steps - t);
    const columns = round8(end_of(which, t, rows, steps));
    multiply_strided(at(c, t * pitch), at(a, t * width), b, rows, size, columns, pitch, width, 1, pitch);
  }
}

/**
 * The `size` columns of c (steps, size) = a (steps, steps) · b (steps, size), rows of b and c `width` floats apart, over the steps
 * that each has to do with; through `tile`.
 */
function gather(
  c: usize,
  tile: usize,
  a: usize,
  b: usize,
  steps: i32,
  size: i32,
  width: i32,
  a_row: i32,
  a_k: i32,
  which: i32,
): void {
  const N = round8(size);
  const block = which == ALL ? steps : BLOCK;
  for (let t = 0; t < steps; t += block) {
    const rows = min(block, steps - t);
    const first = first_of(which, t);
    const K = end_of(which, t, rows, steps) - first;
    const left = at(a, t * a_row + first * a_k);
    const right = at(b, first * width);
    // Whole panels have no neighbour to spare.
    if (N == size) multiply_strided(at(c, t * width), left, right, rows, K, N, width, a_row, a_k, width);
    else multiply_strided(at(tile, t * N), left, right, rows, K, N, N, a_row, a_k, width);
  }
  if (N == size) return;
  for (let t = 0; t < steps; t++) memory.copy(at(c, t * width), at(tile, t * N), size << 2);
}

/**
 * out = share · v for each head, share = softmax(q · kᵀ / sqrt(size)) over the keys that count, rows from..to: those up to the query's
 * step where `causal`, and not 0 in mask (B, steps), where there is one. inp holds q, k and v (steps, heads * size) each. A query
 * with no key that counts has zeros. Overwrites out (B, steps, heads * size), share (B, heads, steps, steps rounded up to 8) and tiles
 * (size * pitch + steps * size rounded up to 8), which must alias nothing.
 */
export function attention_forward(
  out: usize,
  share: usize,
  tiles: usize,
  inp: usize,
  mask: usize,
  steps: i32,
  heads: i32,
  size: i32,
  causal: i32,
  apart: i32,
  out_stride: i32,
  share_stride: i32,
  inp_stride: i32,
  mask_stride: i32,
  from: i32,
  to: i32,
): void {
  const width = heads * size;
  const pitch = round8(steps);
  const tile = at(tiles, size * pitch);
  const scale = f32x4.splat(1 / sqrt<f32>(<f32>size));
  const which = causal ? UP_TO : ALL;
  for (let b = from; b < to; b++) {
    const counts = mask ? at(mask, b * mask_stride) : 0;
    for (let head = 0; head < heads; head++) {
      const query = at(inp, b * inp_stride + head * size);
      const shares = at(share, b * share_stride + head * steps * pitch);
      turn(tiles, at(query, apart), steps, size, width, pitch);
      compare(shares, query, tiles, steps, size, width, pitch, which);
      for (let t = 0; t < steps; t++) soften(at(shares, t * pitch), counts, end_of(which, t, 1, steps), pitch, scale);
      const target = at(out, b * out_stride + head * size);
      gather(target, tile, shares, at(query, 2 * apart), steps, size, width, pitch, 1, which);
    }
  }
}

/**
 * dinp = the gradients by q, k and v, `apart` floats apart like those, from dout (B, steps, heads * size) and what attention_forward
 * left in share, with the same `causal`, rows from..to. Overwrites dinp and tiles (size * pitch + steps * pitch + steps * size rounded up to 8, with the
 * pitch of share), which must alias nothing.
 */
export function attention_backward(
  dinp: usize,
  tiles: usize,
  dout: usize,
  share: usize,
  inp: usize,
  steps: i32,
  heads: i32,
  size: i32,
  causal: i32,
  apart: i32,
  dinp_stride: i32,
  dout_stride: i32,
  share_stride: i32,
  inp_stride: i32,
  from: i32,
  to: i32,
): void {
  const width = heads * size;
  const pitch = round8(steps);
  const slopes = at(tiles, size * pitch);
  const tile = at(slopes, steps * pitch);
  const scale = f32x4.splat(1 / sqrt<f32>(<f32>size));
  const before = causal ? UP_TO : ALL;
  const behind = causal ? FROM : ALL;
  for (let b = from; b < to; b++) {
    for (let head = 0; head < heads; head++) {
      const query = at(inp, b * inp_stride + head * size);
      const shares = at(share, b * share_stride + head * steps * pitch);
      const d = at(dout, b * dout_stride + head * size);
      const target = at(dinp, b * dinp_stride + head * size);
      turn(tiles, at(query, 2 * apart), steps, size, width, pitch);
      compare(slopes, d, tiles, steps, size, width, pitch, before);
      for (let t = 0; t < steps; t++) {
        harden(at(slopes, t * pitch), at(shares, t * pitch), end_of(before, t, 1, steps), pitch, scale);
      }
      gather(target, tile, slopes, at(query, apart), steps, size, width, pitch, 1, before);
      gather(at(target, apart), tile, slopes, query, steps, size, width, 1, pitch, behind);
      gather(at(target, 2 * apart), tile, shares, d, steps, size, width, 1, pitch, behind);
    }
  }
}

/**
 * weight_t (rows, I) in panels of 8 columns: its rows first.. = the transpose of weight (I,O) in panels, blocks of 64 floats from..to
 * of weight. Overwrites the elements of weight_t that mirror them. weight_t must not alias weight.
 */
export function attention_transpose(
  weight_t: usize,
  weight: usize,
  I: i32,
  O: i32,
  first: i32,
  rows: i32,
  from: i32,
  to: i32,
): void {
  const blocks = round8(I) >> 3;
  const panel_size = round8(rows) << 3;
  for (let block = from; block < to; block++) {
    const panel = block / blocks;
    const i = (block - panel * blocks) << 3;
    const columns = min(8, O - (panel << 3));
    for (let row = 0; row < min(8, I - i); row++) {
      const source = at(weight, (block << 6) + (row << 3));
      const target = at(weight_t, (i >> 3) * panel_size + ((first + (panel << 3)) << 3) + row);
      for (let o = 0; o < columns; o++) store<f32>(at(target, o << 3), load<f32>(at(source, o)));
    }
  }
}
