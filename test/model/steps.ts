// Data of several axes for tests of steps.
import { generator } from "../oracle.js";

/** Values in [-2, 2), or what `value` makes of numbers in [-1, 1), the same for the same seed. */
export const shaped = (shape: number[], seed: number, value: (random: number) => number = (random) => 2 * random) => {
  const next = generator(seed);
  const data = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => value(next()));
  return { data, shape };
};
/** Whole numbers below `classes`. */
export const labelled = (shape: number[], classes: number, seed = 1) => {
  const { data } = shaped(shape, seed, (random) => Math.floor(((random + 1) / 2) * classes));
  return { data: Int32Array.from(data), shape };
};
