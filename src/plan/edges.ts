// Gradients of a graph that join others: of values with several readers, and of weights with several calls.

import type { Arena, Tensor } from "../arena.js";
import { sizeOf } from "../layers/layer.js";
import type { Program, ProgramNode } from "./program.js";

/** The gradient by input k of a node, where the value's own gradient is written by another node already. */
export const edgeName = ({ name }: ProgramNode, k: number): string => `${name}.below${k}`;

/** How many read what a node gives, by its index. */
export type Readers = (index: number) => number;

/** Counts them: other nodes, outputs and losses. */
export function readersOf({ nodes, outputs, training }: Program): Readers {
  // A single loss, fused with the last activation, reads in its place.
  const fused =
    outputs.length > 1 ? (training?.outcomes ?? []).filter(({ pred }, k) => pred !== outputs[k]!.index) : [];
  const ends = [...outputs.map(({ index }) => index), ...fused.map(({ pred }) => pred)];
  const reads = [...nodes.flatMap(({ from }) => from), ...ends];
  return (index) => reads.filter((one) => one === index).length;
}

/** Memory for them by name; a model of layers one behind the other has none. */
export function takeEdges(
  arena: Arena,
  { nodes, inputs }: Program,
  batch: number,
  readers: Readers,
): ReadonlyMap<string, Tensor> {
  // A node without memory of its own hands its readers down to the value it shows.
  const joined = (index: number): boolean =>
    readers(index) > 1 || (nodes[index]?.definition.alias !== undefined && joined(nodes[index]!.from[0]!));
  const tensors = nodes.flatMap((node) => {
    const edges = node.from.flatMap((below, k) => {
      if (!joined(below)) return [];
      return [arena.rows(edgeName(node, k), batch, sizeOf(nodes[below]?.out ?? inputs[-1 - below]!.shape))];
    });
    const shared = node.shares === undefined ? [] : node.weights;
    return [...edges, ...shared.map(({ name, floats }) => arena.take(`${node.name}.${name}.gradient`, floats * 4))];
  });
  return new Map(tensors.map((tensor) => [tensor.name, tensor]));
}
