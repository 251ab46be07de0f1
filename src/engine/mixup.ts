// Which rows of a batch are mixed, and how much of each: the lead's side.

import { cos, exp, log } from "../mathematics.js";
import { HYPER } from "../plan/layout.js";
import { uniforms } from "../random.js";
import type { RunMemory } from "./memory.js";
import { STREAM } from "./order.js";

/** Half of the distance between two random numbers. */
const HALF = 1 / 33554432;

/**
 * The larger of λ and 1 - λ for λ ~ Beta(alpha, alpha), from two numbers in (0, 1). With t from a Student distribution of 2 alpha
 * degrees of freedom, 1/2 + t / (2 sqrt(2 alpha + t²)) is such a λ; t² / (2 alpha) = (u^(-1/alpha) - 1) cos²(2πv).
 *
 * Source: Devroye 1996, Random variate generation in one line of code; Bailey 1994
 */
export function largerShare(alpha: number, u: number, v: number): number {
  const cosine = cos(2 * Math.PI * v);
  const square = (exp(-log(u) / alpha) - 1) * cosine * cosine;
  return 0.5 + 0.5 * Math.sqrt(1 / (1 + 1 / square));
}

/**
 * Draws for the batch to come, `rows` rows from `cursor` on: the share that each row keeps, and how many places behind it its
 * partner stands, counted around; the batch being shuffled, any row may be that. The larger share is the row's own: the pairs are
 * the same ones in all, and metrics go by the target that counts more.
 */
export function mixBatch(run: RunMemory, alpha: number, parity: 0 | 1, cursor: number, rows: number): void {
  const { order, partners } = run.layout.train!;
  const draws: number[] = [];
  const step = run.ints[run.hyperWord(parity, HYPER.step)]!;
  // In the middle between two multiples of 2^-24: neither 0 nor 1, and a cosine that is not 0.
  uniforms(run.program.seed, STREAM.mixup, step, 3, (value) => draws.push(value + HALF));
  const [u, v, w] = draws as [number, number, number];
  run.floats[run.hyperWord(parity, HYPER.mix)] = largerShare(alpha, u, v);
  const behind = rows > 1 ? 1 + Math.floor(w * (rows - 1)) : 0;
  const from = run.int(order);
  const to = run.int(partners!);
  for (let row = 0; row < rows; row++) to[cursor + row] = from[cursor + ((row + behind) % rows)]!;
}
