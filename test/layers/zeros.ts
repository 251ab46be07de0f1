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
  /** Room for lists of one row alone, or of four columns. */
  tight?: boolean;
}
const shares = [0, 0.1, 0.5, 1];
const some: Case[] = SIZES.flatMap((B) =>
  SIZES.flatMap((I) => SIZES.map((O) => ({ B, I, O, bias: (B + I + O) % 3 !== 0, live: shares[(B + I + O) % 4]! }))),
);
/** Enough values for lists to pay. */
const more: Case[] = [17, 33, 66].flatMap((B) =>
  [61, 72].flatMap((I) =>
    [7, 9, 33, 52, 64, 75].map((O) => ({ B, I, O, bias: O % 2 === 0, live: O < 16 ? 0.1 : 0.25 })),
  ),
);
const variants = (c: Case): Case[] => [c, { ...c, together: 4 }, { ...c, tight: true }];
export const cases: Case[] = [
  ...some,
  ...more.flatMap(variants),
  ...variants({ B: 131, I: 10, O: 65, bias: true, live: 0.4 }),
  // Several blocks of rows, and of columns.
  ...variants({ B: 300, I: 20, O: 40, live: 0.4 }),
  ...variants({ B: 5, I: 700, O: 41, bias: true, live: 0.25 }),
  // Panels of which ranges begin and end in the middle.
  ...variants({ B: 70, I: 17, O: 140, live: 0.3 }),
  // More than a group of columns, some in one panel.
  ...variants({ B: 9, I: 270, O: 32, live: 0.3 }),
  ...variants({ B: 33, I: 300, O: 5, live: 0.2 }),
  // Columns as far as numbers go.
  { B: 2, I: 65535, O: 8, live: 0.001 },
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
