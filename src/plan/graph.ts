// Which layer of a model's JSON is called on what.

import { integer, options, show } from "../check.js";
import { OptionError } from "../errors.js";
import type { LayerDefinition } from "../layers/layer.js";
import type { GraphSpec, InputSpec, ModelSpec, ValueSpec } from "../spec.js";

/** True for a first layer, which stands for data. */
export const isInput = (layer: unknown): layer is InputSpec => (layer as InputSpec | undefined)?.type === "input";

/** How many of the first layers stand for data. */
export function countInputs(layers: readonly unknown[]): number {
  const others = layers.findIndex((layer) => !isInput(layer));
  return others < 0 ? layers.length : others;
}

/** A value's call, and which of the values that this gives it is. */
export const placeOf = (value: ValueSpec): readonly [call: number, value: number] =>
  typeof value === "number" ? [value, 0] : value;

/** True for a value of one of the first `calls` calls. */
function isValue(value: unknown, calls: number): value is ValueSpec {
  const pair: unknown[] = Array.isArray(value) ? value : [value, 0];
  const [call, index] = pair as [number, number];
  return (
    pair.length === 2 &&
    Number.isSafeInteger(call) &&
    call >= 0 &&
    call < calls &&
    Number.isSafeInteger(index) &&
    index >= 0
  );
}

/**
 * The calls of a model in the order in which they run, and those whose outputs are the model's; without a graph each layer is
 * called on the one before it.
 */
export function graphOf({ layers, graph }: ModelSpec): GraphSpec {
  if (graph) return readGraph(graph, layers);
  // Array.from, since a list from JavaScript may have holes.
  const calls = Array.from(layers, (_, layer) => ({ layer, from: layer ? [layer - 1] : [] }));
  return { calls, outputs: [calls.length - 1] };
}

/** A graph of these layers, checked. */
function readGraph(graph: GraphSpec, layers: readonly unknown[]): GraphSpec {
  const { calls, outputs } = options(graph, "graph", ["calls", "outputs"]) as unknown as GraphSpec;
  if (!Array.isArray(calls)) throw wrong("calls", "an array of { layer, from }", show(calls));
  const inputs = countInputs(layers);
  for (const [index, call] of calls.entries()) checkCall(call, index, layers.length, inputs);
  const known = (one: unknown) => isValue(one, calls.length);
  if (!Array.isArray(outputs) || !outputs.length || !Array.from(outputs).every(known)) {
    throw wrong("outputs", `indices of calls, 0 to ${calls.length - 1}`, show(outputs));
  }
  if (new Set(outputs.map((one) => `${placeOf(one)}`)).size < outputs.length) {
    throw wrong("outputs", "each call once", show(outputs), "give each output once");
  }
  checkUsed({ calls, outputs }, layers.length);
  return { calls, outputs };
}

const wrong = (where: string, expected: string, got: string, cure = "functional() writes it so") =>
  new OptionError(`graph.${where}: expected ${expected}, got ${got}; ${cure}.`);

/** Inputs are called first; other calls stand behind those they read, so that no call reads itself, however far around. */
function checkCall(call: unknown, index: number, layers: number, inputs: number): void {
  const where = `calls[${index}]`;
  const { layer, from } = options(call, `graph.${where}`, ["layer", "from"]);
  const reads = index >= inputs;
  integer(layer, `graph.${where}.layer`, reads ? { min: inputs, max: layers - 1 } : { min: index, max: index });
  const earlier = (one: unknown) => isValue(one, index);
  if (!reads) {
    if (!Array.isArray(from) || from.length) throw wrong(`${where}.from`, "[], as an input reads nothing", show(from));
  } else if (!Array.isArray(from) || !from.length || !Array.from(from).every(earlier)) {
    throw wrong(`${where}.from`, `indices of calls before it, 0 to ${index - 1}`, show(from));
  }
}

/** OptionError for what no output depends on. */
function checkUsed({ calls, outputs }: GraphSpec, layers: number): void {
  const read = new Set([...outputs, ...calls.flatMap(({ from }) => from)].map((value) => placeOf(value)[0]));
  const idle = calls.findIndex((_, index) => !read.has(index));
  if (idle >= 0)
    throw wrong(`calls[${idle}]`, "a call that a later one or an output reads", "one that none reads", "drop it");
  for (let layer = 0; layer < layers; layer++) {
    if (!calls.some((call) => call.layer === layer)) {
      throw wrong("calls", "a call of each layer", `none of layer ${layer}`, "drop the layer");
    }
  }
}

/** OptionError unless a merge has several inputs, and another layer one, or that and what it begins with. */
export function checkCount(
  who: string,
  { merges, begins }: Pick<LayerDefinition<object>, "merges" | "begins">,
  config: object,
  count: number,
): void {
  const further = begins?.(config).length ?? 0;
  if (merges ? count > 1 : count === 1 || (further && count === 1 + further)) return;
  const [expected, cure] = merges
    ? ["several inputs", "Call it on an array of them, in functional()"]
    : [`one input${further ? `, or that and ${further} first states` : ""}`, "Merge inputs first, such as with add()"];
  throw new OptionError(`${who}: expected ${expected}, got ${count}. ${cure}.`);
}
