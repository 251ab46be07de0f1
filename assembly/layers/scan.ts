import { at } from "../core/simd";

/**
 * result[u] = index within unit u of its first value that is not finite, or -1; unit u is the `count` floats from
 * data[u*count], units from..to. result is i32 and must not alias data.
 */
export function scan_nonfinite(result: usize, data: usize, count: i32, from: i32, to: i32): void {
  for (let u = from; u < to; u++) {
    const unit = at(data, u * count);
    let found = -1;
    for (let i = 0; i < count; i += 4) {
      const x = i + 4 > count ? load_end(unit, i, count - 1) : v128.load(at(unit, i));
      // x - x is 0, or not a number where x is not finite.
      const broken = f32x4.sub(x, x);
      if (v128.any_true(broken)) {
        found = i + ctz(i32x4.bitmask(f32x4.ne(broken, broken)));
        break;
      }
    }
    store<i32>(at(result, u), found);
  }
}

/** Four floats from `index`, none behind `last`, which stands in for the missing ones. */
function load_end(unit: usize, index: i32, last: i32): v128 {
  const x = v128.load32_splat(at(unit, last));
  const y = v128.load_lane<f32>(at(unit, index), x, 0);
  const z = v128.load_lane<f32>(at(unit, min(index + 1, last)), y, 1);
  return v128.load_lane<f32>(at(unit, min(index + 2, last)), z, 2);
}
