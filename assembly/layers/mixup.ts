// A batch and its partner rows become one: of each row the share λ, which lies in memory, and 1 - λ of its partner.

import { at, flush, madd } from "../core/simd";

/** out (B,stride) = λ * out + (1 - λ) * other, rows from..to, λ the f32 at `share`. out must not alias other. */
export function mix_rows(out: usize, other: usize, share: usize, stride: i32, from: i32, to: i32): void {
  const kept = v128.load32_splat(share);
  const rest = f32x4.sub(f32x4.splat(1), kept);
  for (let i = from * stride; i < to * stride; i += 4) {
    const mine = f32x4.mul(kept, v128.load(at(out, i)));
    v128.store(at(out, i), flush(madd(rest, v128.load(at(other, i)), mine)));
  }
}

/** loss[r] = λ * loss[r] + (1 - λ) * other[r], rows from..to, λ the f32 at `share`. loss must not alias other. */
export function mix_losses(loss: usize, other: usize, share: usize, from: i32, to: i32): void {
  const kept = load<f32>(share);
  const rest: f32 = 1 - kept;
  for (let r = from; r < to; r++) {
    store<f32>(at(loss, r), kept * load<f32>(at(loss, r)) + rest * load<f32>(at(other, r)));
  }
}
