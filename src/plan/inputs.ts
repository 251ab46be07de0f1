// Where the inputs of a batch lie: once for all workers, or a copy for each.

import type { Arena, Tensor } from "../arena.js";
import { sizeOf } from "../layers/layer.js";
import { type Program, portName } from "./program.js";
import type { LayoutRequest } from "./request.js";

/**
 * The inputs of a batch. What all workers read all rows of, forward and backward, each has for itself: a line that one writes and
 * others have read is slow to write again, and no one has to wait for others' rows.
 */
export function takeInputs(arena: Arena, program: Program, { batch, workers, train }: LayoutRequest): Tensor[] {
  const { inputs, nodes } = program;
  const team = { workers, nodes, rows: batch };
  const areAllRead = (index: number): boolean =>
    nodes.some(({ from, definition, config, inp, frozen }, above) => {
      if (!from.includes(index)) return false;
      if (definition.alias?.(config) === "always") return areAllRead(above);
      return !frozen && definition.readsAll?.(config, inp, team);
    });
  return inputs.map(({ shape }, i) => {
    const name = portName("input", inputs, i);
    const isShared = train?.mixed || !areAllRead(-1 - i);
    return isShared ? arena.rows(name, batch, sizeOf(shape)) : arena.eachRows(name, batch, sizeOf(shape), workers);
  });
}
