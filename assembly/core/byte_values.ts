// Values that are kept as bytes k: each is k, or k / 255.

import { madd } from "./simd";

/** 1/255 is HIGH + LOW; HIGH has 16 bits, so that its products with bytes are exact, and that a sum of both is rounded once. */
export const HIGH: f32 = 32897.0 / 8388608.0;
export const LOW: f32 = -5.9370901070443516e-8;

// biome-ignore lint/complexity/noStaticOnlyClass: only a method can be marked as inlined, and calls that take vectors are slow
export abstract class Shorts {
  /** target (8) = k*highs + k*lows, k 16-bit numbers. */
  @inline
  static spread(target: usize, k: v128, highs: v128, lows: v128): void {
    const a = f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(k));
    const b = f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(k));
    v128.store(target, madd(a, highs, f32x4.mul(a, lows)));
    v128.store(target, madd(b, highs, f32x4.mul(b, lows)), 16);
  }
}

// biome-ignore lint/complexity/noStaticOnlyClass: only a method can be marked as inlined, and calls that take vectors are slow
export abstract class Values {
  /** The value at `place`, in every lane: V is f32, or u8 for a byte that stands for what the table `values` says. */
  @inline
  static load<V>(place: usize, values: usize): v128 {
    if (sizeof<V>() == 1) return v128.load32_splat(values + ((<usize>load<u8>(place)) << 2));
    return v128.load32_splat(place);
  }
}

/** values (256) = what each byte stands for: k, or k / 255 where `kind` is 1. */
export function write_values(values: usize, kind: i32): void {
  const highs = f32x4.splat(kind ? HIGH : 1);
  const lows = f32x4.splat(kind ? LOW : 0);
  let k = i16x8(0, 1, 2, 3, 4, 5, 6, 7);
  for (const end = values + 1024; values < end; values += 32) {
    Shorts.spread(values, k, highs, lows);
    k = i16x8.add(k, i16x8.splat(8));
  }
}
