// Matrices that are mostly zeros, and what is not zero in them, written plainly.
import { SIZES, stride } from "../oracle.js";

/** A matrix of a batch (B,I), mostly zeros, and what it is multiplied with. */
export interface Case {
  B: number;
  I: number;
  O: number;
  bias?: boolean;
  /** The share of values other than zero. */
  live: number;
}
const shares = [0, 0.1, 0.5, 1];
const some: Case[] = SIZES.flatMap((B) =>
  SIZES.flatMap((I) => SIZES.map((O) => ({ B, I, O, bias: (B + I + O) % 3 !== 0, live: shares[(B + I + O) % 4]! }))),
);
export const cases: Case[] = [
  ...some,
  { B: 2, I: 50, O: 32, bias: true, live: 0.3 },
  { B: 31, I: 6, O: 40, bias: true, live: 0.3 },
  { B: 33, I: 9, O: 33, live: 0.3 },
  { B: 64, I: 12, O: 16, live: 0.2 },
  { B: 131, I: 10, O: 25, bias: true, live: 0.2 },
];

/** Zero, of either sign, but for a share of the values. */
export const sparse = (live: number, random: () => number) => () => {
  const value = random();
  return Math.abs(random()) < live ? value : Math.sign(value) * 0;
};
export const listStride = (I: number) => stride((I >> 1) + 7);

/** What nonzero_rows makes of a matrix. */
export function lists(inp: ArrayLike<number>, B: number, I: number): Int32Array {
  const data = new Int32Array(B * listStride(I));
  const shorts = new Uint16Array(data.buffer);
  for (let b = 0; b < B; b++) {
    const columns = Array.from({ length: I }, (_, i) => i).filter((i) => inp[b * stride(I) + i] !== 0);
    data[b * listStride(I)] = columns.length;
    shorts.set(columns, 2 * b * listStride(I) + 4);
  }
  return data;
}

/** What nonzero_columns makes of it. */
export function masks(inp: ArrayLike<number>, B: number, I: number): Int32Array {
  const data = new Int32Array(stride(I) * Math.ceil(B / 32));
  for (let b = 0; b < B; b++)
    for (let i = 0; i < I; i++) if (inp[b * stride(I) + i] !== 0) data[(b >> 5) * stride(I) + i]! |= 1 << (b & 31);
  return data;
}
