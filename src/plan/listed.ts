// Inputs whose rows lie as records with lists of what is not zero, made once for all batches of a fit: see assembly/core/records.ts.

import type { Tensor } from "../arena.js";
import { type Access, type Split, type Step, step, writes } from "../kernels.js";
import { endsInInput, isSame } from "./inputs.js";
import type { Layout } from "./layout.js";
import type { Program } from "./program.js";
import { PACKED, type Source } from "./source.js";

/** The most rows of a batch that lists of rows can name. */
const MOST_ROWS = 65535;
/** The most units for each worker: for more, looking up what a byte stands for takes longer than a list each batch. */
const MOST_UNITS = 96;

/**
 * The fewest units of the layers that read an input, if all of them had better read its rows as records, and nobody else reads them or
 * mixes them with others; else 0.
 */
export function listedUnits(program: Program, { request, mix }: Layout, input: number): number {
  if (mix || request.batch > MOST_ROWS || endsInInput(program)) return 0;
  const unitsAbove = (index: number): number[] =>
    program.nodes.flatMap((node, above) => {
      if (!node.from.includes(index)) return [];
      return isSame(node) ? unitsAbove(above) : (node.definition.readsLists?.(node.config, node.inp) ?? 0);
    });
  const units = unitsAbove(-1 - input);
  return units.length && Math.max(...units) <= MOST_UNITS * request.workers ? Math.min(...units) : 0;
}

/** The layout as plans on a source see it: inputs that are gathered as records say so. */
export const listedLayout = (layout: Layout, { types, records }: Source): Layout => ({
  ...layout,
  inputs: layout.inputs.map((input, i) =>
    records?.[i] ? { ...input, record: { bytes: records[i], kind: PACKED.indexOf(types[i]!) } } : input,
  ),
});

/** How an input's records are gathered, if they are. */
export const gatherListed = (input: Tensor, split: Split, [data, order, cursor]: readonly Access[]): Step | undefined =>
  input.record && step("gather_listed", split, writes(input), data!, order!, cursor!, input.width, input.record.bytes);
