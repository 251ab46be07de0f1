// Where the inputs of a batch lie: once for all workers, or a copy for each.

import type { Arena, Tensor } from "../arena.js";
import { sizeOf } from "../layers/layer.js";
import { type Program, type ProgramNode, portName } from "./program.js";
import type { LayoutRequest } from "./request.js";

/** True where the output is the input's memory in every plan. */
export const isSame = ({ definition, config }: ProgramNode): boolean => definition.alias?.(config) === "always";

/** True where an output, or what its loss takes, is an input's own memory: its gradient by that is written, though nothing reads it. */
export function endsInInput({ nodes, outputs, training }: Program): boolean {
  const isInput = (index: number): boolean => !nodes[index] || (isSame(nodes[index]) && isInput(nodes[index].from[0]!));
  return outputs.some(({ index }) => isInput(index)) || (training?.outcomes ?? []).some(({ pred }) => isInput(pred));
}

/**
 * The inputs of a batch. What all workers read all rows of, forward and backward, each has for itself: a line that one writes and
 * others have read is slow to write again, and no one has to wait for others' rows.
 */
export function takeInputs(arena: Arena, program: Program, { batch, workers, train }: LayoutRequest): Tensor[] {
  const { inputs, nodes } = program;
  const team = { workers, nodes, rows: batch };
  const areAllRead = (index: number): boolean =>
    nodes.some((node, above) => {
      if (!node.from.includes(index)) return false;
      // Frozen ones, too: what lies where must not hang on that.
      return isSame(node) ? areAllRead(above) : node.definition.readsAll?.(node.config, node.inp, team);
    });
  return inputs.map(({ shape }, i) => {
    const name = portName("input", inputs, i);
    const isShared = train?.mixed || !areAllRead(-1 - i);
    return isShared ? arena.rows(name, batch, sizeOf(shape)) : arena.eachRows(name, batch, sizeOf(shape), workers);
  });
}
