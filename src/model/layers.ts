// Layers by name.

import { hint, show } from "../check.js";
import { OptionError } from "../errors.js";
import type { Program, ProgramNode } from "../plan/program.js";

/**
 * The last node of the layer of that name: its activation's where it has one. Layers that are not chosen cannot be named.
 *
 * Errors   OptionError with the names that there are
 */
export function findLayer(
  name: unknown,
  { nodes }: Program,
  who: string,
  chosen: (node: ProgramNode) => boolean = () => true,
): ProgramNode {
  const layers = nodes.filter((node, i) => node.call !== nodes[i - 1]?.call && chosen(node));
  const found = layers.find((node) => node.name === name);
  if (found) return nodes.findLast(({ call, endOf }) => call === found.call && endOf === undefined)!;
  const known = layers.map((node) => node.name);
  if (typeof name === "string") throw new OptionError(`${who}: unknown layer ${hint(name, known)}`);
  throw new OptionError(
    `${who}: expected a layer's name (${known.join(", ") || "there are none"}), got ${show(name)}.`,
  );
}
