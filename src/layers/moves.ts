// Layers that only move values: a table says which block of the input each block of the output is.
import type { Tensor } from "../arena.js";
import { integer, show } from "../check.js";
import { OptionError, ShapeError } from "../errors.js";
import { reads, type Step, step, writes } from "../kernels.js";
import { type LayerDefinition, type NodeContext, type Shape, showShape, sizeOf } from "./layer.js";

const MOST_VALUES = 16777216;

/** ShapeError for examples of more values than a table is made for. */
export function fits(shape: Shape, who: string): void {
  if (sizeOf(shape) <= MOST_VALUES) return;
  throw new ShapeError(`${who}: expected at most ${MOST_VALUES} values an example, got ${showShape(shape)}.`);
}

/** Whole numbers as the bits of floats, as constants lie in memory. */
export const tableOf = (places: readonly number[]): Float32Array => new Float32Array(Int32Array.from(places).buffer);

/** Each of `extent` places `size` times. */
export const upSampled = (extent: number, size: number): number[] =>
  Array.from({ length: extent * size }, (_, i) => Math.floor(i / size));

/** `extent` places with so many more before and behind, which are none: -1; fewer where these are below 0. */
export const framed = (extent: number, [before, behind]: readonly number[]): number[] =>
  Array.from({ length: extent + before! + behind! }, (_, i) => {
    const place = i - before!;
    return place < extent ? Math.max(place, -1) : -1;
  });

/** `to` = blocks of `from` by the node's table. */
export const move = ({ batch, constant }: NodeContext, to: Tensor, from: Tensor, places: number, size: number): Step =>
  step("move_forward", batch, writes(to), reads(from), reads(constant("table")), places, size, to.stride, from.stride);

/** `to` = the sum of what was moved from there. */
export const moveBack = (
  { batch, constant }: NodeContext,
  to: Tensor,
  from: Tensor,
  places: number,
  size: number,
): Step =>
  step(
    "move_backward",
    batch,
    writes(to),
    reads(from),
    reads(constant("table")),
    places,
    size,
    to.width,
    from.stride,
    to.stride,
  );

/** What tells one such layer from another. */
export interface Moving<Config> {
  readonly options: readonly (keyof Config & string)[];
  check(config: Config, who: string): void;
  output(config: Config, inp: Shape, who: string): Shape;
  table(config: Config, inp: Shape): number[];
  /** Values that stay together; default the last axis of the input. */
  readonly block?: 1;
}

export function moving<Config>({ options, check, output, table, block }: Moving<Config>): LayerDefinition<Config> {
  const blocks = ({ inpShape, outShape }: NodeContext) => {
    const size = block ?? inpShape.at(-1)!;
    return [sizeOf(outShape) / size, size] as const;
  };
  return {
    options,
    check,
    output(config, inp, who) {
      const out = output(config, inp, who);
      fits(out, who);
      return out;
    },
    mask: () => "ends",
    constants: (config, inp) => ({ table: tableOf(table(config, inp)) }),
    forward: (_, context) => [move(context, context.out, context.inp, ...blocks(context))],
    backward: (_, context) => (context.dinp ? [moveBack(context, context.dinp, context.dout, ...blocks(context))] : []),
  };
}

/** Nested pairs of whole numbers >= min, at most `depth` levels of them; a number stands for two. OptionError for others. */
export function checkPairs(value: unknown, who: string, depth: number, min: number): void {
  if (!Array.isArray(value)) {
    integer(value, who, { min, max: 65536 });
    return;
  }
  if (depth === 0 || value.length !== 2) {
    throw new OptionError(`${who}: expected a whole number or two of them for an axis, got ${show(value)}.`);
  }
  for (const each of value) checkPairs(each, who, depth - 1, min);
}
