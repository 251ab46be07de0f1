// A dense layer's products that leave out zeros of what they multiply where these are many: data, and what is behind a relu or a dropout.
// Kernels decide by a sample of the rows. Results are the dense kernels', bit for bit.

import type { Tensor } from "../arena.js";
import { type Argument, reads, type Split, type Step, step, writes } from "../kernels.js";
import { multiplyAdds, type NodeContext, type Scratch, type Team } from "./layer.js";

/** The fewest values in a row for which a list is thought of, and the most that it can name. */
const [LEAST, MOST] = [32, 65535];
/** Lists of rows: bytes of a table and of an entry, and the fewest columns of a block. */
const [ROW_TABLE, PLACE, BLOCK] = [4096, 2, 128];
/** Lists of columns: bytes of a table and of an entry, and how many are made at a time. */
const [TABLE, ENTRY, GROUP] = [256, 8, 64];
/** Columns of which every two have a list, made at a time. */
const PAIRED = 256;
/** Bytes of the table of what bytes stand for, in front of the lists. */
const VALUES = 1024;
/** Units of a group, the fewest weights for each row where workers share a product by groups, and how far the largest share may be off. */
const [GROUPED, FEW, UNEVEN] = [32, 256, 1.2];
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
  const pairs = VALUES + ROW_TABLE + 4 * PAIRED + (PAIRED / 2) * (Math.ceil(rows / 8) + PLACE * (rows + 8));
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

type Product = readonly [out: Tensor, inp: Tensor, kernel: Tensor, bias: Argument, lists: Tensor];

const tensors = (...[out, inp, kernel, bias, lists]: Product) =>
  [writes(out), reads(inp), reads(kernel), bias, ...whole(lists)] as const;
const sizes = (...[out, inp]: Product) => [inp.width, out.width, out.stride, inp.stride] as const;
/** The same where rows of inp are records, whose lists are made. */
const listedTensors = (...[out, inp, kernel, bias, lists]: Product) =>
  [writes(out), reads(inp), reads(kernel), bias, writes(lists)] as const;
const listedSizes = (...[out, inp]: Product) =>
  [inp.width, out.width, out.stride, inp.record!.bytes, inp.record!.kind] as const;

function byRows(batch: Split, ...product: Product): Step {
  const [, inp] = product;
  return inp.record
    ? step("listed_forward", batch, ...listedTensors(...product), ...listedSizes(...product))
    : step("sparse_forward", batch, ...tensors(...product), ...sizes(...product));
}

/**
 * True where workers had better share a product by groups of its units: each multiplies with the weights that it updates itself, so
 * that they stay in its cache, at the price of a barrier or two. That pays where weights are many for each row, groups come out even, and
 * most of the model's work is on vectors: behind convolutions, two workers take longer by it.
 */
export function isByGroups({ workers, nodes, rows }: Team, inputs: number, units: number): boolean {
  const most = GROUPED * Math.ceil(units / GROUPED / workers);
  const pays = workers > 1 && inputs * units >= FEW * rows && most * workers <= UNEVEN * units;
  const onVectors = nodes.filter(({ inp }) => inp.length === 1);
  return isListed(inputs) && pays && 2 * multiplyAdds(onVectors) >= multiplyAdds(nodes);
}

/** A layer's `out = inp · kernel + bias`, shared by rows or by groups of units; undefined where rows are not listed, as below. */
export function sparseForward(context: NodeContext, bias: Argument): Step | undefined {
  const { batch, rows, out, inp, parameter, scratch, training } = context;
  if (!isListed(inp.width)) return undefined;
  const product = [out, inp, parameter("kernel"), bias, scratch("lists")] as const;
  const isShared = training && batch.times === 1 && isByGroups(context, inp.width, out.width);
  if (!isShared) return byRows(batch, ...product);
  const groups = { axis: "group", extent: Math.ceil(out.width / GROUPED) } as const;
  return inp.record
    ? step("listed_forward_units", groups, ...listedTensors(...product), rows, ...listedSizes(...product))
    : step("sparse_forward_units", groups, ...tensors(...product), rows, ...sizes(...product));
}

/** `dinp = dout · kernelᵀ`. */
export const sparseBackwardInput = ({ batch, dinp, dout, derived, scratch }: NodeContext): Step | undefined =>
  isListed(dout.width) ? byRows(batch, dinp!, dout, derived("kernelTransposed"), 0, scratch("lists")) : undefined;

/** `dkernel = inpᵀ · dout`; every worker makes the lists of its own units for itself. */
export function sparseBackwardKernel({ split, gradient, inp, dout, scratch, rows }: NodeContext): Step | undefined {
  if (!isListed(inp.width)) return undefined;
  const [by, lists, record] = [split("kernel"), scratch("lists"), inp.record];
  const product = [writes(gradient("kernel")), reads(inp), reads(dout)] as const;
  if (record) {
    const sizes = [rows, inp.width, record.bytes, dout.stride, record.kind] as const;
    return step("listed_backward_kernel", by, ...product, writes(lists), ...sizes);
  }
  const sizes = [rows, inp.width, dout.width, inp.stride, dout.stride] as const;
  return step("sparse_backward_kernel", by, ...product, ...whole(lists), ...sizes);
}
