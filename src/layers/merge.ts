// Layers that make one value of several.
import type { Tensor } from "../arena.js";
import { show } from "../check.js";
import { OptionError, ShapeError } from "../errors.js";
import { reads, type Step, step, updates, writes } from "../kernels.js";
import { type LayerDefinition, type NodeContext, type Shape, showShape, sizeOf } from "./layer.js";

export type MergeConfig = Record<never, never>;

const CURE = "Give both the same shape, such as by a dense() of as many units on one of the two ways.";

/** What an axis may be. */
export const AXIS = "a whole number from 1 on, or from -1 back";

/** ShapeError unless all have the extents of the first, but for that of the axis `free`, where there is one. */
function checkSame(inps: readonly Shape[], who: string, names: readonly string[], free?: number): void {
  const [first] = inps;
  const fixed = (shape: Shape) => shape.filter((_, i) => i !== free).join();
  const other = inps.findIndex((shape) => shape.length !== first!.length || fixed(shape) !== fixed(first!));
  if (other < 0) return;
  const alike = free === undefined ? "inputs of one shape" : `inputs alike in all extents but that of axis ${free + 1}`;
  const got = `${showShape(first!)} of ${names[0]} and ${showShape(inps[other]!)} of ${names[other]}`;
  throw new ShapeError(`${who}: expected ${alike}, got ${got}. ${CURE}`);
}

/** out = scale * inp, or += where it is not the first. */
const sum = ({ batch }: NodeContext, out: Tensor, inp: Tensor, scale: number, first: boolean): Step =>
  step("merge_sum", batch, first ? writes(out) : updates(out), reads(inp), scale, +first, out.stride);

/** What all merges of inputs of one shape have in common; `below` gives the gradient by input k. */
function merge(
  forward: (context: NodeContext) => Step[],
  below: (context: NodeContext, dinp: Tensor, k: number) => Step[],
  most = Number.POSITIVE_INFINITY,
): LayerDefinition<MergeConfig> {
  return {
    options: [],
    output: (_, inp) => inp,
    merges(_, inps, who, names) {
      if (inps.length > most) {
        throw new ShapeError(`${who}: expected ${most} inputs, got ${inps.length}. Call it on an array of ${most}.`);
      }
      checkSame(inps, who, names);
      return inps[0]!;
    },
    forward: (_, context) => forward(context),
    backward: (_, context) => context.dinps.flatMap((dinp, k) => (dinp ? below(context, dinp, k) : [])),
  };
}

/** Sums of inputs with these factors. */
const linear = (factor: (k: number, count: number) => number, most?: number) =>
  merge(
    (context) => context.inps.map((inp, k) => sum(context, context.out, inp, factor(k, context.inps.length), k === 0)),
    (context, dinp, k) => [sum(context, dinp, context.dout, factor(k, context.inps.length), true)],
    most,
  );

/**
 * `out = inp0 + inp1 + ...`
 *
 * Shapes   inputs (B, ...), all alike -> out (B, ...)
 * Errors   ShapeError for inputs of different shapes
 * Kernel   assembly/layers/merge.ts
 */
export const add = linear(() => 1);

/** `out = inp0 - inp1`; two inputs of one shape. */
export const subtract = linear((k) => (k === 0 ? 1 : -1), 2);

/** `out = (inp0 + inp1 + ...) / inputs`; all of one shape. */
export const average = linear((_, count) => Math.fround(1 / count));

/** `out = inp0 * inp1 * ...`, value by value; all of one shape. */
export const multiply = merge(
  (context) => {
    const { batch, inps, out } = context;
    const [first, ...others] = inps;
    const times = (inp: Tensor) => step("merge_product", batch, updates(out), reads(inp), out.stride);
    return [sum(context, out, first!, 1, true), ...others.map(times)];
  },
  (context, dinp, k) => {
    const { batch, inps, dout } = context;
    const others = inps.filter((_, other) => other !== k);
    const times = (inp: Tensor) => step("merge_product", batch, updates(dinp), reads(inp), dinp.stride);
    return [sum(context, dinp, dout, 1, true), ...others.map(times)];
  },
);

/** One of the inputs' values each; of equal ones the first has the gradient. */
const chosen = (kernel: "merge_maximum" | "merge_minimum") =>
  merge(
    (context) => {
      const { batch, inps, out } = context;
      const [first, ...others] = inps;
      const choose = (inp: Tensor) => step(kernel, batch, updates(out), reads(inp), out.stride);
      return [sum(context, out, first!, 1, true), ...others.map(choose)];
    },
    (context, dinp, k) => {
      const { batch, inps, out, dout } = context;
      const where = (inp: Tensor, same: number) =>
        step("merge_where", batch, updates(dinp), reads(inp), reads(out), same, dinp.stride);
      return [
        sum(context, dinp, dout, 1, true),
        where(inps[k]!, 1),
        ...inps.slice(0, k).map((earlier) => where(earlier, 0)),
      ];
    },
  );

/** `out = max(inp0, inp1, ...)`, value by value; of equal ones the first has the gradient. All of one shape. */
export const maximum = chosen("merge_maximum");

/** `out = min(inp0, inp1, ...)`, value by value; of equal ones the first has the gradient. All of one shape. */
export const minimum = chosen("merge_minimum");

export interface ConcatenateConfig {
  /** Along which inputs stand side by side, counted from 1, or back from -1; default -1. */
  axis?: number;
}

/** Where an axis stands in a shape, from 0; below 0 where it is none of it. */
export const placeOf = (axis: number, { length }: Shape): number =>
  axis < 0 ? length + axis : axis > length ? -1 : axis - 1;

/** True for what can be an axis of an example; 0 is the batch. */
export const isAxis = (value: unknown): boolean => Number.isSafeInteger(value) && value !== 0;

/**
 * Inputs side by side along one axis.
 *
 * Shapes   inputs (B, ..., Ik, ...) -> out (B, ..., I0 + I1 + ..., ...)
 * Errors   ShapeError for inputs that differ in another extent than this, or have no such axis; OptionError for an axis that is none
 * Kernel   assembly/layers/merge.ts
 */
export const concatenate: LayerDefinition<ConcatenateConfig> = {
  options: ["axis"],
  check({ axis = -1 }, who) {
    if (isAxis(axis)) return;
    throw new OptionError(`${who}.axis: expected ${AXIS}, got ${show(axis)}. Axis 0 is the batch.`);
  },
  output: (_, inp) => inp,
  merges({ axis = -1 }, inps, who, names) {
    const [first] = inps as [Shape];
    const place = placeOf(axis, first);
    if (place < 0) {
      const cure = "Count the axes of an example from 1.";
      throw new ShapeError(
        `${who}: expected inputs with axis ${axis}, got ${showShape(first)} of ${names[0]}. ${cure}`,
      );
    }
    checkSame(inps, who, names, place);
    const total = inps.reduce((sum, inp) => sum + inp[place]!, 0);
    return [...first.slice(0, place), total, ...first.slice(place + 1)];
  },
  forward(config, context) {
    const { batch, inps, out } = context;
    return blocks(config, context).map(({ start, count, width, total }, k) => {
      const inp = inps[k]!;
      const part = { ...out, pointer: out.pointer + 4 * start };
      return step("merge_blocks", batch, writes(part), reads(inp), count, width, total, width, out.stride, inp.stride);
    });
  },
  backward(config, context) {
    const { batch, dinps, dout } = context;
    return blocks(config, context).flatMap(({ start, count, width, total }, k) => {
      const dinp = dinps[k];
      if (!dinp) return [];
      const sizes = [count, width, width, total, dinp.stride, dout.stride] as const;
      return [step("merge_blocks", batch, writes(dinp), reads(dout, 4 * start), ...sizes)];
    });
  },
};

/** Where each input's values lie in the output: a block of them for each place on the axes before. */
function blocks({ axis = -1 }: ConcatenateConfig, { inps, outShape }: NodeContext) {
  const place = placeOf(axis, outShape);
  const count = sizeOf(outShape.slice(0, place));
  const total = sizeOf(outShape.slice(place));
  let start = 0;
  return inps.map((inp) => {
    const width = inp.width / count;
    const at = { start, count, width, total };
    start += width;
    return at;
  });
}
