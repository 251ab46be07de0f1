// A model's layers -> nodes with names, shapes and parameters. Throws the errors of a wrong model.

import { stride } from "../arena.js";
import { boolean, lookup, options, show } from "../check.js";
import { OptionError, ShapeError } from "../errors.js";
import { activationName } from "../layers/activation.js";
import { layers } from "../layers/index.js";
import {
  type LayerDefinition,
  type NodePart,
  type ParameterSpec,
  type Shape,
  showShape,
  sizeOf,
} from "../layers/layer.js";
import type { InputSpec, ModelSpec, ValueSpec } from "../spec.js";
import { checkCount, countInputs, graphOf, placeOf } from "./graph.js";
import { checkSoftmax } from "./outcome.js";
import type { OutputPort, Parameter, Port, Program, ProgramNode } from "./program.js";

/** The longest name, the most extents of an input, and the most values of one. */
const MOST_CHARACTERS = 64;
const MOST_EXTENTS = 8;
const MOST_VALUES = 16777216;

/** What a call gives: its shape, and the node that has it. */
interface Value {
  readonly shape: Shape;
  readonly index: number;
  readonly name: string;
}

/** Where a node stands: its layer in the JSON, and its call. */
type Place = Pick<ProgramNode, "name" | "position" | "call"> & { readonly trainable: boolean };

/** The nodes of a model, what goes into them and what comes out. */
export function compileNodes(spec: ModelSpec): Pick<Program, "nodes"> & { inputs: Port[]; outputs: OutputPort[] } {
  const nodes: ProgramNode[] = [];
  const inputs = inputsOf(spec);
  const names = new Set<string>();
  const counts = new Map<string, number>();
  /** Of each call, the values that it gives. */
  const values: Value[][] = inputs.map((port, i) => [{ ...port, index: -1 - i }]);
  const valueAt = (spec: ValueSpec): Value => {
    const [call, index] = placeOf(spec);
    const value = values[call]![index];
    if (value) return value;
    const got = `number ${index} of ${values[call]![0]!.name}, which gives ${values[call]!.length}`;
    throw new OptionError(`graph: expected values that calls give, got ${got}. Say returnState: true in the layer.`);
  };
  const { calls, outputs } = graphOf(spec);
  for (const [call, { layer: position, from }] of calls.entries()) {
    if (call < inputs.length) continue;
    const layer = spec.layers[position] as unknown as Record<string, unknown>;
    const definition = layerOf(layer, ` at position ${position}`);
    const earlier = nodes.filter((node) => node.position === position && node.definition === definition);
    const name = earlier.length ? `${earlier[0]!.name}:${earlier.length + 1}` : nameOf(layer, counts);
    if (names.has(name)) {
      throw new OptionError(`sequential: expected a name of its own for each layer, got "${name}" twice. Rename one.`);
    }
    names.add(name);
    const { type: _, name: __, trainable = true, ...config } = layer;
    const below = from.map(valueAt);
    if (definition.indices?.(config) && below[0]!.index >= 0) {
      throw new OptionError(`${name}: expected the data's numbers, got the output of ${below[0]!.name}. Put it first.`);
    }
    const at = { name, position, call, trainable: trainable as boolean };
    const node = compileNode(at, definition, config, below, earlier[0]);
    const main = nodes.length;
    let value: Value = { shape: node.out, index: nodes.push(node) - 1, name };
    for (const [part, follower, options] of followersOf(layer, definition)) {
      const before = nodes.find((node) => node.weights.length && node.name === `${earlier[0]?.name}.${part}`);
      const own = { ...at, name: `${name}.${part}` };
      const follow = compileNode(own, follower, options, [value], before);
      const index = follower.alias?.(options) === "always" ? value.index : nodes.push(follow) - 1;
      value = { ...value, index, shape: follow.out };
    }
    values.push([value, ...pushEnds(nodes, at, node, main)]);
  }
  checkSoftmax(nodes);
  const ports = outputs.map(valueAt).map(({ name, shape, index }) => ({ name, shape, index }));
  checkNames(ports, "output");
  return { nodes, inputs, outputs: ports };
}

/** The values that a layer gives besides its output: of the node at `main`, each by a node of its own unless it is that one's. */
function pushEnds(
  nodes: ProgramNode[],
  at: Place,
  { definition, config, inp, out }: ProgramNode,
  main: number,
): Value[] {
  return (definition.ends?.(config, inp) ?? []).map(([part, last, options]) => {
    const name = `${at.name}.${part}`;
    const below = { shape: out, index: main, name: at.name };
    const end = compileNode({ ...at, name }, last, options, [below]);
    const index = last.alias?.(options) === "always" ? main : nodes.push({ ...end, endOf: at.name }) - 1;
    return { shape: end.out, index, name };
  });
}

/** A layer's name: its own, or its type and the number of layers of that type before it that were called. */
function nameOf({ type, name }: Record<string, unknown>, counts: Map<string, number>): string {
  const count = counts.get(type as string) ?? 0;
  counts.set(type as string, count + 1);
  return (name as string | undefined) ?? `${type}_${count}`;
}

/** What a layer's options ask for behind it: its activation, and a penalty on what comes out. */
function followersOf(layer: Record<string, unknown>, { activates, wraps }: LayerDefinition<object>): NodePart[] {
  const inner = wraps?.(layer);
  if (inner) return followersOf({ ...inner }, lookup(layers, inner.type, "layer") as LayerDefinition<object>);
  const { type, activation, activityRegularizer } = layer;
  const followers: NodePart[] = [];
  if (type !== "activation" && activation !== undefined && !activates) {
    followers.push(["activation", layers.activation as LayerDefinition<object>, { activation }]);
  }
  if (activityRegularizer) followers.push(["activity", layers.activityRegularization, activityRegularizer]);
  return followers;
}

/** Checks one layer's JSON by itself: its type, its options and their values. `where` says where it stands. */
export function layerOf(layer: unknown, where = ""): LayerDefinition<object> {
  if (layer === null || typeof layer !== "object") {
    const cure = typeof layer === "function" ? " Call the function." : "";
    throw new OptionError(
      `sequential: expected layers such as dense({ units: 8 }), got ${show(layer)}${where}.${cure}`,
    );
  }
  const { type, name, trainable, ...config } = layer as Record<string, unknown>;
  if (type === "input") {
    const cure = "Drop it, or call layers on several inputs in functional().";
    throw new OptionError(`sequential: expected input() as the first layer alone, got another one${where}. ${cure}`);
  }
  const definition = lookup(layers, type, `sequential: layer${where}`) as LayerDefinition<object>;
  checkName(name, type as string);
  const who = (name ?? type) as string;
  options(trainable === undefined ? config : { ...config, trainable }, who, optionsOf(definition));
  if (trainable !== undefined) boolean(trainable, `${who}.trainable`);
  definition.check?.(config, who);
  if (config.activation !== undefined) activationName(config.activation as string, who);
  return definition;
}

/** What a layer's JSON may have besides its type. */
export const optionsOf = ({
  options,
  parameters,
}: Pick<LayerDefinition<object>, "options" | "parameters">): string[] => [
  ...options,
  "name",
  ...(parameters ? ["trainable"] : []),
];

/** OptionError unless a name is left out or fit to be quoted. */
function checkName(name: unknown, type: string): void {
  if (name === undefined || (typeof name === "string" && name !== "" && name.length <= MOST_CHARACTERS)) return;
  throw new OptionError(`${type}.name: expected a text of 1 to ${MOST_CHARACTERS} characters, got ${show(name)}.`);
}

/** The layers that stand for data, checked; the only one is called "input" where it has no name. */
function inputsOf({ layers, graph }: ModelSpec): Port[] {
  const count = graph ? Math.max(1, countInputs(layers)) : 1;
  const ports = Array.from({ length: count }, (_, i) => {
    const shape = checkInput(layers[i]);
    return { name: (layers[i] as InputSpec).name ?? (count > 1 ? `input_${i}` : "input"), shape };
  });
  checkNames(ports, "input");
  return ports;
}

/** OptionError unless inputs, or outputs, can be told apart by their names. */
function checkNames(ports: readonly Port[], what: string): void {
  const names = ports.map(({ name }) => name);
  if (new Set(names).size === names.length) return;
  throw new OptionError(`functional: expected a name of its own for each ${what}, got ${show(names)}. Rename one.`);
}

/** Checks a layer that stands for data; returns an example's shape. */
export function checkInput(layer: unknown): Shape {
  const first = layer as InputSpec;
  if (first?.type !== "input") {
    throw new OptionError(
      `sequential: expected input({ shape: [...] }) as the first layer, got ${first === undefined ? "none" : show(first)}.`,
    );
  }
  options(first, "input", ["type", "shape", "name"]);
  checkName(first.name, "input");
  const { shape } = first;
  const whole = (extent: unknown) => Number.isSafeInteger(extent) && (extent as number) > 0;
  const few = Array.isArray(shape) && shape.length > 0 && shape.length <= MOST_EXTENTS;
  if (!few || !Array.from(shape).every(whole)) {
    const expected = `expected an array of 1 to ${MOST_EXTENTS} whole numbers >= 1 such as [784] or [28, 28, 1]`;
    throw new ShapeError(`input.shape: ${expected}, got ${show(shape)}.`);
  }
  if (sizeOf(shape) > MOST_VALUES) {
    throw new ShapeError(`input.shape: expected at most ${MOST_VALUES} values an example, got ${show(shape)}.`);
  }
  return shape;
}

function compileNode(
  { name, position, call, trainable }: Place,
  definition: LayerDefinition<object>,
  config: object,
  below: readonly Value[],
  earlier?: ProgramNode,
): ProgramNode {
  const [inps, names] = [below.map(({ shape }) => shape), below.map((value) => value.name)];
  const inp = inps[0]!;
  checkCount(name, definition, config, below.length);
  if (below.length > 1) checkBegins(name, definition.begins?.(config) ?? [], below);
  // First, since it says what is wrong with a shape, in the names of both layers.
  const { merges, output } = definition;
  const out = merges ? merges(config, inps, name, names) : output(config, inp, `${name} on ${names[0]}`);
  const own = earlier ? [] : (definition.parameters?.(config, inp) ?? []);
  const parameters = own.map((parameter) => compileParameter(name, parameter, trainable && !parameter.measured));
  const weights = earlier?.weights ?? parameters;
  if (earlier && weights.length && `${earlier.inp}` !== `${inp}`) {
    const got = `${showShape(inp)} of ${below[0]!.name}`;
    const expected = `inputs of the shape ${showShape(earlier.inp)} that ${earlier.name} had`;
    throw new ShapeError(`${name}: expected ${expected}, got ${got}. Make a layer of its own for it.`);
  }
  const derived = earlier ? {} : (definition.derived?.(config, inp) ?? {});
  const constants = definition.constants?.(config, inp) ?? {};
  const from = below.map(({ index }) => index);
  const place = { name, position, call, from, shares: earlier?.name, frozen: !trainable };
  return { ...place, definition, config, inp, out, parameters, weights, derived, constants };
}

/** ShapeError unless what a layer begins with has its shape. */
function checkBegins(who: string, shapes: readonly Shape[], [, ...given]: readonly Value[]): void {
  for (const [k, shape] of shapes.entries()) {
    const { shape: other, name } = given[k]!;
    if (`${other}` === `${shape}`) continue;
    const got = `${showShape(other)} of ${name}`;
    throw new ShapeError(`${who}: expected a first state ${showShape(shape)}, got ${got}. Give as many units.`);
  }
}

function matrixOf({ shape, layout, columnAxes = 1 }: ParameterSpec): [rows: number, columns: number] {
  if (layout === "flat") return [1, sizeOf(shape)];
  const rows = shape.length - columnAxes;
  return [sizeOf(shape.slice(0, rows)), sizeOf(shape.slice(rows))];
}

function compileParameter(node: string, parameter: ParameterSpec, trainable: boolean): Parameter {
  const unit = parameter.layout === "panels" ? 64 : 8;
  const matrix = matrixOf(parameter);
  const floats = (parameter.layout === "panels" ? stride(matrix[0]) : 1) * stride(matrix[1]);
  const { l1 = 0, l2 = 0, proximal = false } = parameter.regularizer ?? {};
  const fullName = `${node}.${parameter.name}`;
  const units = floats / unit;
  return { ...parameter, fullName, matrix, floats, unit, units, l1, l2, proximal: proximal && l1 !== 0, trainable };
}
