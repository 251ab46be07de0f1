// Normal random numbers, one from one uniform number: the inverse of the distribution function.
import { log } from "../mathematics.js";
import { uniforms } from "../random.js";

/** The uniform numbers begin 2^24 intervals; less this, their middles are never 0, and each has its opposite. */
const CENTRE = 0.5 - 1 / 33554432;
/** The share of a normal distribution within two deviations. */
const WITHIN_TWO = 0.9544997361036416;
/** The deviation of what is left of a standard normal distribution within two deviations. */
export const TRUNCATED_DEVIATION = 0.8796256610342398;

/** A polynomial, its highest coefficient first. */
const polynomial = (coefficients: readonly number[], x: number) =>
  coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);

const MIDDLE_ABOVE = [
  2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987, 13731.69376550946, 1971.5909503065513,
  133.14166789178438, 3.3871328727963665,
];
const MIDDLE_BELOW = [
  5226.495278852854, 28729.085735721943, 39307.89580009271, 21213.794301586597, 5394.196021424751, 687.1870074920579,
  42.31333070160091, 1,
];
const TAIL_ABOVE = [
  0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684, 3.6478483247632045,
  5.769497221460691, 4.630337846156546, 1.4234371107496835,
];
const TAIL_BELOW = [
  1.0507500716444169e-9, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008, 0.6897673349851,
  1.6763848301838038, 2.053191626637759, 1,
];

/**
 * z where a standard normal number is below z with chance 0.5 + q, for |q| < 0.5 - 1e-11; right to 1e-14 of z.
 *
 * Source   Wichura 1988, algorithm AS 241 (PPND16), without the branch for the farthest tails
 */
export function normalQuantile(q: number): number {
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    return (q * polynomial(MIDDLE_ABOVE, r)) / polynomial(MIDDLE_BELOW, r);
  }
  const r = Math.sqrt(-log(0.5 - Math.abs(q))) - 1.6;
  const z = polynomial(TAIL_ABOVE, r) / polynomial(TAIL_BELOW, r);
  return q < 0 ? -z : z;
}

/**
 * Hands `count` standard normal numbers to `take` with their index, each made of the uniform number of that index; of the
 * middle `share` of the distribution alone.
 */
export function normals(
  seed: number,
  stream: number,
  count: number,
  take: (value: number, index: number) => void,
  share = 1,
): void {
  uniforms(seed, stream, 0, count, (u, i) => take(normalQuantile((u - CENTRE) * share), i));
}

/** The same without what is two deviations or more from 0. */
export const truncatedNormals: typeof normals = (seed, stream, count, take) =>
  normals(seed, stream, count, take, WITHIN_TWO);
