// What the tests of initializers share.
import { type InitializerName, type InitializerSpec, initialValues } from "../../src/initializers/index.js";

/** New values of a shape. */
export function draw(
  given: InitializerSpec | InitializerName,
  shape: readonly number[],
  seed = 1,
  stream = 2,
): Float32Array<ArrayBuffer> {
  const values = new Float32Array(shape.reduce((product, extent) => product * extent, 1)).fill(Number.NaN);
  const spec = typeof given === "string" ? ({ type: given } as InitializerSpec) : given;
  initialValues(spec, values, shape, seed, stream);
  return values;
}

/** Mean, variance and kurtosis (3 for a normal distribution, 1.8 for a uniform one), and the bounds. */
export function moments(values: ArrayLike<number>) {
  const list = Array.from(values);
  const mean = list.reduce((sum, x) => sum + x, 0) / list.length;
  const about = (power: number) => list.reduce((sum, x) => sum + (x - mean) ** power, 0) / list.length;
  const variance = about(2);
  const [least, most] = list.reduce(([low, high], x) => [Math.min(low, x), Math.max(high, x)], [list[0]!, list[0]!]);
  return { mean, variance, kurtosis: about(4) / variance ** 2, least, most };
}

/** FNV-1a over the bits of float32 values. */
export function hash(values: Float32Array<ArrayBuffer>): string {
  let state = 0x811c9dc5;
  for (const byte of new Uint8Array(values.buffer)) state = Math.imul(state ^ byte, 0x01000193);
  return (state >>> 0).toString(16);
}
