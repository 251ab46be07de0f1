// Layers called on values: what a functional model is written with.

import { show } from "../check.js";
import { OptionError } from "../errors.js";
import { type LayerSpec, type LayerType, layers as table } from "../layers/index.js";
import type { LayerDefinition } from "../layers/layer.js";
import { checkCount, isInput } from "../plan/graph.js";
import type { GraphSpec, InputSpec, ModelSpec, ValueSpec } from "../spec.js";

/** What a layer gives where it is called: nothing is computed, it is a place in a graph. */
export class LayerOutput {
  readonly layer: LayerSpec;
  readonly from: readonly GraphValue[];
  /** Where the call gives several values: the first of them, and the number of this one. */
  readonly call: LayerOutput;
  readonly index: number;

  constructor(layer: LayerSpec, from: readonly GraphValue[], call?: LayerOutput, index = 0) {
    this.layer = layer;
    this.from = from;
    this.call = call ?? this;
    this.index = index;
  }
}

/** An input, or the output of a layer's call. */
export type GraphValue = InputSpec | LayerOutput;

export interface Callable {
  /**
   * Calls the layer on a value, a merge on an array of them. The same layer called twice has one set of weights.
   *
   * Errors   OptionError for what is no value, and for several where the layer takes one
   */
  apply(from: GraphValue | readonly GraphValue[]): LayerOutput;
}

export interface StateCallable {
  /**
   * Calls the layer on a value, or on an array of it and what the layer begins with: h, and of an lstm c. With `returnState: true`
   * it gives an array of the output and what it ends with, else the output alone.
   */
  apply(from: GraphValue | readonly GraphValue[]): LayerOutput & readonly LayerOutput[];
}

/** The same layer with its `apply`, which is no part of its JSON. */
export function callable<S extends LayerSpec>(spec: S): S & Callable {
  return Object.defineProperty(spec, "apply", {
    value: (from: GraphValue | readonly GraphValue[]) => call(spec, from),
  }) as S & Callable;
}

/** What a layer gives on a value or on several: its output, or an array of that and of what it ends with. */
function call(spec: LayerSpec, from: GraphValue | readonly GraphValue[]): LayerOutput | LayerOutput[] {
  const values = (Array.isArray(from) ? from : [from]) as readonly GraphValue[];
  const who = spec.name ?? spec.type;
  for (const value of values) checkValue(value, `${who}.apply`);
  const { type: _, name: __, ...config } = spec;
  const definition = table[spec.type] as LayerDefinition<object>;
  checkCount(`${who}.apply`, definition, config, values.length);
  const output = new LayerOutput(spec, values);
  // How many there are does not depend on the shape.
  const ends = definition.ends?.(config, []) ?? [];
  return ends.length ? [output, ...ends.map((_, i) => new LayerOutput(spec, values, output, i + 1))] : output;
}

function checkValue(value: unknown, who: string): asserts value is GraphValue {
  if (value instanceof LayerOutput || isInput(value)) return;
  const { type } = (value ?? {}) as { type?: LayerType };
  const got = type && Object.hasOwn(table, type) ? `the layer ${type}` : show(value);
  const cure = type ? `Call ${type}(...).apply(x) first` : "Give one of these";
  throw new OptionError(`${who}: expected input({ shape }) or what apply() gave, got ${got}. ${cure}.`);
}

/** One value, or an array of several, each once. */
function valuesOf(given: unknown, who: string): GraphValue[] {
  const values: unknown[] = Array.isArray(given) ? given : [given];
  if (!values.length) throw new OptionError(`${who}: expected one value or several, got none.`);
  for (const [i, value] of values.entries()) {
    checkValue(value, who);
    if (values.indexOf(value) < i) throw new OptionError(`${who}: expected each value once, got one twice. Drop one.`);
  }
  return values as GraphValue[];
}

/** The JSON of the graph from inputs to outputs: layers in the order of their first calls, calls behind what they read. */
export function traceGraph(inputs: unknown, outputs: unknown): ModelSpec {
  const first = valuesOf(inputs, "functional: inputs");
  const last = valuesOf(outputs, "functional: outputs");
  const layers: (InputSpec | LayerSpec)[] = [];
  const calls: GraphSpec["calls"][number][] = [];
  const indices = new Map<GraphValue, number>();
  const read = new Set<GraphValue>();
  for (const input of first) {
    if (!isInput(input)) {
      const got = `the output of ${input.layer.type}`;
      throw new OptionError(`functional: inputs: expected input({ shape }), got ${got}. Give what it is made of.`);
    }
    layers.push(input);
    indices.set(input, calls.push({ layer: layers.length - 1, from: [] }) - 1);
  }
  const visit = (value: GraphValue): number => {
    const call = isInput(value) ? value : value.call;
    read.add(call);
    const known = indices.get(call);
    if (known !== undefined) return known;
    if (isInput(value)) {
      const got = `another input of the shape ${show(value.shape)}`;
      throw new OptionError(
        `functional: outputs: expected outputs made of inputs alone, got ${got}. Add it to inputs.`,
      );
    }
    const from = value.from.map(place);
    if (!layers.includes(value.layer)) layers.push(value.layer);
    const index = calls.push({ layer: layers.indexOf(value.layer), from }) - 1;
    indices.set(call, index);
    return index;
  };
  const place = (value: GraphValue): ValueSpec => {
    const call = visit(value);
    return isInput(value) || value.index === 0 ? call : [call, value.index];
  };
  const outputIndices = last.map(place);
  const idle = first.find((value) => !read.has(value));
  if (idle) throw new OptionError(`functional: inputs: expected what outputs read, got ${show(idle)}. Drop it.`);
  return { layers: layers as unknown as ModelSpec["layers"], graph: { calls, outputs: outputIndices } };
}
