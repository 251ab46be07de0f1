import { at, madd } from "../core/simd";

/** out = inp * scale + offset, rows from..to. Overwrites out, which may alias inp; its padding becomes offset. */
export function rescaling_forward(
  out: usize,
  inp: usize,
  scale: f32,
  offset: f32,
  stride: i32,
  from: i32,
  to: i32,
): void {
  const factor = f32x4.splat(scale);
  const summand = f32x4.splat(offset);
  for (let i = from * stride; i < to * stride; i += 4) {
    v128.store(at(out, i), madd(v128.load(at(inp, i)), factor, summand));
  }
}

/** dinp = dout * scale, rows from..to. Overwrites dinp, which may alias dout. */
export function rescaling_backward(dinp: usize, dout: usize, scale: f32, stride: i32, from: i32, to: i32): void {
  const factor = f32x4.splat(scale);
  for (let i = from * stride; i < to * stride; i += 4) {
    v128.store(at(dinp, i), f32x4.mul(v128.load(at(dout, i)), factor));
  }
}
