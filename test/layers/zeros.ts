// Matrices with zeros, and what they are multiplied with.
import { SIZES } from "../oracle.js";

/** A matrix of a batch (B,I), and what it is multiplied with. */
export interface Case {
  B: number;
  I: number;
  O: number;
  bias?: boolean;
  /** The share of values other than zero. */
  live: number;
  /** So many neighbours in a row are zero, or not, together; default 1. */
  together?: number;
  /** Room for lists of one row, or of four columns, alone. */
  tight?: boolean;
}
const shares = [0, 0.1, 0.5, 1];
const some: Case[] = SIZES.flatMap((B) =>
  SIZES.flatMap((I) => SIZES.map((O) => ({ B, I, O, bias: (B + I + O) % 3 !== 0, live: shares[(B + I + O) % 4]! }))),
);
const both = (c: Case): Case[] => [c, { ...c, together: 4 }, { ...c, tight: true }];
export const cases: Case[] = [
  ...some,
  ...both({ B: 2, I: 50, O: 32, bias: true, live: 0.3 }),
  ...both({ B: 31, I: 6, O: 40, bias: true, live: 0.3 }),
  ...both({ B: 33, I: 9, O: 33, live: 0.2 }),
  ...both({ B: 64, I: 12, O: 16, live: 0.2 }),
  ...both({ B: 131, I: 10, O: 65, bias: true, live: 0.4 }),
  ...both({ B: 67, I: 21, O: 57, bias: true, live: 0.2 }),
  // Several blocks of rows, and of columns.
  ...both({ B: 300, I: 20, O: 40, live: 0.5 }),
  ...both({ B: 5, I: 301, O: 41, bias: true, live: 0.5 }),
  // More than a group of columns.
  ...both({ B: 9, I: 270, O: 32, live: 0.3 }),
];

/** Zero, of either sign, but for a share of the values. */
export const sparse = (live: number, random: () => number, together = 1) => {
  let share = 0;
  let left = 0;
  return () => {
    const value = random();
    if (left-- === 0) [share, left] = [Math.abs(random()), together - 1];
    return share < live ? value : Math.sign(value) * 0;
  };
};
