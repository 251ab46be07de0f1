// Gradients of limited size, between backward and update. Gradients are flat; a unit is `unit` floats, a multiple of 8.

import { at, madd, sum_lanes } from "../core/simd";

/** gradient = gradient within -limit..limit, units from..to; not a number stays what it is. */
export function clip_value(gradient: usize, limit: f32, unit: i32, from: i32, to: i32): void {
  const most = f32x4.splat(limit);
  const least = f32x4.neg(most);
  const end = to * unit;
  for (let i = from * unit; i < end; i += 4) {
    const g = v128.load(at(gradient, i));
    v128.store(at(gradient, i), f32x4.pmin(f32x4.pmax(g, least), most));
  }
}

/** squares[u] = Σ gradient² of unit u, units from..to. Overwrites squares, which must alias nothing. */
export function square_sums(squares: usize, gradient: usize, unit: i32, from: i32, to: i32): void {
  for (let u = from; u < to; u++) {
    let sum = f32x4.splat(0);
    const end = (u + 1) * unit;
    for (let i = u * unit; i < end; i += 4) {
      const g = v128.load(at(gradient, i));
      sum = madd(g, g, sum);
    }
    store<f32>(at(squares, u), f32x4.extract_lane(sum_lanes(sum), 0));
  }
}

/**
 * total[t] (f64) = Σ of row t of squares (T,count), or += where `more` is 1, totals from..to. total must alias nothing.
 */
export function norm_add(total: usize, squares: usize, count: i32, more: i32, from: i32, to: i32): void {
  for (let t = from; t < to; t++) {
    const sum = total + ((<usize>t) << 3);
    if (!more) store<f64>(sum, 0);
    for (let u = t * count; u < (t + 1) * count; u++) store<f64>(sum, load<f64>(sum) + <f64>load<f32>(at(squares, u)));
  }
}

/** gradient *= limit / max(limit, √total), units from..to, where total (f64) is a sum of squares. */
export function clip_norm(gradient: usize, total: usize, limit: f32, unit: i32, from: i32, to: i32): void {
  const norm = sqrt(load<f64>(total));
  if (norm <= <f64>limit) return;
  const factor = f32x4.splat(<f32>(<f64>limit / norm));
  const end = to * unit;
  for (let i = from * unit; i < end; i += 4) {
    v128.store(at(gradient, i), f32x4.mul(v128.load(at(gradient, i)), factor));
  }
}
