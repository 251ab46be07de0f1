// Layers by name: which of them training changes, and which may be named.

import { hint, show } from "../check.js";
import { OptionError } from "../errors.js";
import type { Program, ProgramNode } from "../plan/program.js";
import type { ModelSpec } from "../spec.js";

/** The node of each layer that is chosen by name, the one of its activation where it has one. */
export function findLayer(
  name: unknown,
  { nodes }: Program,
  who: string,
  chosen: (node: ProgramNode) => boolean = () => true,
): ProgramNode {
  const layers = nodes.filter((node, i) => node.position !== nodes[i - 1]?.position && chosen(node));
  const found = layers.find((node) => node.name === name);
  if (found) return nodes.findLast(({ position }) => position === found.position)!;
  const known = layers.map((node) => node.name);
  if (typeof name === "string") throw new OptionError(`${who}: unknown layer ${hint(name, known)}`);
  throw new OptionError(
    `${who}: expected a layer's name (${known.join(", ") || "there are none"}), got ${show(name)}.`,
  );
}

/** The architecture with these layers frozen or thawed. OptionError for what names no layer with weights. */
export function withTrainable(
  spec: ModelSpec,
  program: Program,
  names: readonly unknown[],
  trainable: boolean,
  who: string,
): ModelSpec {
  const weighted = ({ parameters }: ProgramNode) => parameters.length > 0;
  if (!names.length) findLayer(undefined, program, who, weighted);
  const positions = names.map((name) => findLayer(name, program, who, weighted).position);
  const layers = spec.layers.map((layer, position) => {
    if (!positions.includes(position)) return layer;
    const { trainable: _, ...rest } = layer as { trainable?: boolean };
    return trainable ? rest : { ...rest, trainable };
  });
  return { ...spec, layers: layers as unknown as ModelSpec["layers"] };
}
