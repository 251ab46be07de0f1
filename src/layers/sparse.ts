// A dense layer's products that leave out zeros of what they multiply where these are many: data, and what is behind a relu or a dropout.
// Kernels decide by a sample of the rows. Results are the dense kernels', bit for bit.

import type { Tensor } from "../arena.js";
import { type Argument, reads, type Split, type Step, step, writes } from "../kernels.js";
import type { Scratch } from "./layer.js";

/** The fewest values in a row for which a list is thought of, and the most that it can name. */
const [LEAST, MOST] = [32, 65535];
/** Lists of rows: bytes of a table and of an entry, and the fewest columns of a block. */
const [ROW_TABLE, PLACE, BLOCK] = [4096, 2, 128];
/** Lists of columns: bytes of a table and of an entry, and how many are made at a time. */
const [TABLE, ENTRY, GROUP] = [256, 8, 64];
/** Columns of which every two have a list, made at a time. */
const PAIRED = 256;
/** Bytes that lists take, unless those of one turn need more. */
const ENOUGH = 1 << 19;

/** True where zeros in rows of this width may be left out. */
export const isListed = (width: number): boolean => width >= LEAST && width <= MOST;

/** For all lists, but not more than is enough, and at least for one turn's. */
const room = (all: number, turn: number): number => Math.max(turn, Math.min(all, ENOUGH));

/** What each worker makes the lists of rows in. */
function rowBytes(width: number, batch: number): number {
  const list = PLACE * (width + 16);
  return ROW_TABLE + 4 * batch * (Math.ceil(width / BLOCK) + 1) + room(batch * list, list);
}

/** What each makes those of columns in, or of every two. */
function columnBytes(batch: number): number {
  const column = ENTRY * (batch + 4);
  const rows = Math.min(batch, MOST);
  const pairs = ROW_TABLE + 4 * PAIRED * (1 + Math.ceil(rows / 32)) + (PAIRED / 2) * PLACE * (rows + 8);
  return Math.max(TABLE + 8 * GROUP + room(GROUP * column, 4 * column), pairs);
}

/** What each worker makes the lists of a layer in. */
export function listScratch(inputs: number, units: number, batch: number): { lists?: Scratch } {
  const own = isListed(inputs) ? [rowBytes(inputs, batch), columnBytes(batch)] : [];
  const bytes = [...own, ...(isListed(units) ? [rowBytes(units, batch)] : [])];
  return bytes.length ? { lists: { each: Math.max(...bytes), passing: true } } : {};
}

/** Working memory as kernels take it: where it is, and its bytes. */
const whole = (lists: Tensor): [lists: Argument, room: number] => [writes(lists), lists.each!];

/** `out = inp · kernel + bias`, also that of a gradient and the transposed kernel. */
export const sparseForward = (
  batch: Split,
  out: Tensor,
  inp: Tensor,
  kernel: Tensor,
  bias: Argument,
  lists: Tensor,
): Step =>
  step(
    "sparse_forward",
    batch,
    ...([writes(out), reads(inp), reads(kernel), bias, ...whole(lists)] as const),
    ...([inp.width, out.width, out.stride, inp.stride] as const),
  );

/** `dkernel = inpᵀ · dout`; every worker makes the lists of its own units for itself. */
export const sparseBackwardKernel = (
  split: Split,
  dkernel: Tensor,
  inp: Tensor,
  dout: Tensor,
  lists: Tensor,
  rows: number,
): Step =>
  step(
    "sparse_backward_kernel",
    split,
    ...([writes(dkernel), reads(inp), reads(dout), ...whole(lists)] as const),
    ...([rows, inp.width, dout.width, inp.stride, dout.stride] as const),
  );
