// Merges of tensors: of two halves of one row, the second of which begins at the width rounded up to 8 floats, and of tensors of
// as many floats a row, one after the other into the first.

import { at, madd } from "../core/simd";

/** out = scale * (a + b) for the halves a, b of each row, or a * b where scale is 0, rows from..to. Overwrites out up to the next multiple of 8. */
export function merge_halves(
  out: usize,
  halves: usize,
  scale: f32,
  width: i32,
  out_stride: i32,
  halves_stride: i32,
  from: i32,
  to: i32,
): void {
  const size = (width + 7) & ~7;
  const factor = f32x4.splat(scale);
  for (let row = from; row < to; row++) {
    for (let i = 0; i < size; i += 4) {
      const first = at(halves, row * halves_stride + i);
      const a = v128.load(first);
      const b = v128.load(at(first, size));
      const sum = f32x4.mul(f32x4.add(a, b), factor);
      v128.store(at(out, row * out_stride + i), scale == 0 ? f32x4.mul(a, b) : sum);
    }
  }
}

/** halves = the gradients by them, from dout, rows from..to: scale * dout each, or where scale is 0 dout * b and dout * a. Overwrites halves. */
export function merge_halves_backward(
  halves: usize,
  dout: usize,
  scale: f32,
  width: i32,
  halves_stride: i32,
  dout_stride: i32,
  from: i32,
  to: i32,
): void {
  const size = (width + 7) & ~7;
  const factor = f32x4.splat(scale);
  for (let row = from; row < to; row++) {
    for (let i = 0; i < size; i += 4) {
      const first = at(halves, row * halves_stride + i);
      const second = at(first, size);
      const d = v128.load(at(dout, row * dout_stride + i));
      const a = v128.load(first);
      v128.store(first, f32x4.mul(d, scale == 0 ? v128.load(second) : factor));
      v128.store(second, f32x4.mul(d, scale == 0 ? a : factor));
    }
  }
}

/** out = scale * inp where `first` is 1, else out += scale * inp, rows from..to. Nothing may alias. */
export function merge_sum(out: usize, inp: usize, scale: f32, first: i32, stride: i32, from: i32, to: i32): void {
  const factor = f32x4.splat(scale);
  const end = to * stride;
  for (let i = from * stride; i < end; i += 4) {
    const x = v128.load(at(inp, i));
    v128.store(at(out, i), first ? f32x4.mul(x, factor) : madd(x, factor, v128.load(at(out, i))));
  }
}

/** out *= inp, rows from..to. Nothing may alias. */
export function merge_product(out: usize, inp: usize, stride: i32, from: i32, to: i32): void {
  const end = to * stride;
  for (let i = from * stride; i < end; i += 4) {
    v128.store(at(out, i), f32x4.mul(v128.load(at(out, i)), v128.load(at(inp, i))));
  }
}

/** out = max(out, inp), rows from..to. Nothing may alias. */
export function merge_maximum(out: usize, inp: usize, stride: i32, from: i32, to: i32): void {
  const end = to * stride;
  for (let i = from * stride; i < end; i += 4) {
    v128.store(at(out, i), f32x4.max(v128.load(at(out, i)), v128.load(at(inp, i))));
  }
}

/** out = min(out, inp), rows from..to. Nothing may alias. */
export function merge_minimum(out: usize, inp: usize, stride: i32, from: i32, to: i32): void {
  const end = to * stride;
  for (let i = from * stride; i < end; i += 4) {
    v128.store(at(out, i), f32x4.min(v128.load(at(out, i)), v128.load(at(inp, i))));
  }
}

/** values *= 1 where inp = out, and 0 elsewhere; the other way round where `same` is 0. Rows from..to; nothing may alias. */
export function merge_where(values: usize, inp: usize, out: usize, same: i32, stride: i32, from: i32, to: i32): void {
  const flip = i32x4.splat(same ? 0 : -1);
  const end = to * stride;
  for (let i = from * stride; i < end; i += 4) {
    const kept = v128.xor(f32x4.eq(v128.load(at(inp, i)), v128.load(at(out, i))), flip);
    v128.store(at(values, i), v128.and(v128.load(at(values, i)), kept));
  }
}

/** `count` blocks of `width` floats of each row copied: block k lies at k * out_step in out and at k * inp_step in inp, rows from..to. */
export function merge_blocks(
  out: usize,
  inp: usize,
  count: i32,
  width: i32,
  out_step: i32,
  inp_step: i32,
  out_stride: i32,
  inp_stride: i32,
  from: i32,
  to: i32,
): void {
  for (let row = from; row < to; row++) {
    for (let k = 0; k < count; k++) {
      memory.copy(at(out, row * out_stride + k * out_step), at(inp, row * inp_stride + k * inp_step), width << 2);
    }
  }
}
