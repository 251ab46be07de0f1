// Which layer of a model's JSON is called on what.

import { integer, options, show } from "../check.js";
import { OptionError } from "../errors.js";
import type { LayerDefinition } from "../layers/layer.js";
import type { GraphSpec, ModelSpec } from "../spec.js";

type Calls = GraphSpec["calls"];

/** The calls of a model in the order in which they run; without a graph each layer is called on the one before it. */
export function callsOf({ layers, graph }: ModelSpec): Calls {
  // Array.from, since a list from JavaScript may have holes.
  if (!graph) return Array.from(layers, (_, layer) => ({ layer, from: layer ? [layer - 1] : [] }));
  const { calls, outputs } = options(graph, "graph", ["calls", "outputs"]) as unknown as GraphSpec;
  if (!Array.isArray(calls)) throw wrong("calls", "an array of { layer, from }", show(calls));
  for (const [index, call] of calls.entries()) checkCall(call, index, layers.length);
  const last = calls.length - 1;
  if (!Array.isArray(outputs) || outputs.length !== 1 || outputs[0] !== last) {
    throw wrong("outputs", `[${last}], the last call`, show(outputs));
  }
  checkUsed(calls as Calls, layers.length);
  return calls as Calls;
}

const wrong = (where: string, expected: string, got: string, cure = "functional() writes it so") =>
  new OptionError(`graph.${where}: expected ${expected}, got ${got}; ${cure}.`);

/** Calls stand behind those they read, so that no call reads itself, however far around. */
function checkCall(call: unknown, index: number, layers: number): void {
  const where = `calls[${index}]`;
  const { layer, from } = options(call, `graph.${where}`, ["layer", "from"]);
  const lowest = index ? 1 : 0;
  integer(layer, `graph.${where}.layer`, { min: lowest, max: index ? layers - 1 : 0 });
  const earlier = (one: unknown) => Number.isSafeInteger(one) && (one as number) >= 0 && (one as number) < index;
  if (index === 0) {
    if (!Array.isArray(from) || from.length) throw wrong(`${where}.from`, "[], as the input reads nothing", show(from));
  } else if (!Array.isArray(from) || !from.length || !Array.from(from).every(earlier)) {
    throw wrong(`${where}.from`, `indices of calls before it, 0 to ${index - 1}`, show(from));
  }
}

/** OptionError for what the output does not depend on. */
function checkUsed(calls: Calls, layers: number): void {
  const idle = calls.findIndex(
    (_, index) => index < calls.length - 1 && !calls.some(({ from }) => from.includes(index)),
  );
  if (idle >= 0) throw wrong(`calls[${idle}]`, "a call that a later one reads", "one that none reads", "drop it");
  for (let layer = 0; layer < layers; layer++) {
    if (!calls.some((call) => call.layer === layer)) {
      throw wrong("calls", "a call of each layer", `none of layer ${layer}`, "drop the layer");
    }
  }
}

/** OptionError unless a merge has several inputs, and another layer one. */
export function checkCount(who: string, { merges }: Pick<LayerDefinition<object>, "merges">, count: number): void {
  if (merges ? count > 1 : count === 1) return;
  const [expected, cure] = merges
    ? ["several inputs", "Call it on an array of them, in functional()"]
    : ["one input", "Merge them first, such as with add() or concatenate()"];
  throw new OptionError(`${who}: expected ${expected}, got ${count}. ${cure}.`);
}
