// A model's JSON -> a program: layers with names, shapes, parameters and slots. Pure; throws the errors of a wrong model.

import { stride } from "../arena.js";
import { boolean, lookup, options, show } from "../check.js";
import { OptionError, ShapeError } from "../errors.js";
import { activationName } from "../layers/activation.js";
import { layers } from "../layers/index.js";
import { type LayerDefinition, type ParameterSpec, type Shape, showShape, sizeOf } from "../layers/layer.js";
import type { LossDefinition } from "../losses/loss.js";
import { betterOf, type Metric, resolveMetrics } from "../metrics/index.js";
import type { Task } from "../metrics/metric.js";
import { commonCounters, commonSlots } from "../optimizers/common.js";
import { optimizers } from "../optimizers/index.js";
import type { Factor, OptimizerDefinition } from "../optimizers/optimizer.js";
import { plateauIn, type Rate } from "../schedules/index.js";
import { completePlateau, type ReduceOnPlateauSpec } from "../schedules/plateau.js";
import type { ModelSpec, TrainingSpec } from "../spec.js";
import { callsOf, checkCount } from "./graph.js";
import { checkSoftmax, compileLoss } from "./outcome.js";

/** A parameter with its place in memory: `units` of `unit` floats are what workers share out. */
export interface Parameter extends ParameterSpec {
  readonly fullName: string;
  /** Rows and columns as it lies in memory; a vector is one row. */
  readonly matrix: readonly [rows: number, columns: number];
  readonly floats: number;
  readonly unit: number;
  readonly units: number;
  readonly l1: Rate;
  readonly l2: Rate;
  /** L1 is a soft threshold behind each update, in place of a part of the gradient. */
  readonly proximal: boolean;
  /** False where its layer is frozen, and where it is measured: no optimizer changes it. */
  readonly trainable: boolean;
}

export interface ProgramNode {
  readonly name: string;
  /** Of its layer in the JSON; a layer's activation is a node of its own. */
  readonly position: number;
  /** Of its layer's call; a layer may be called several times. */
  readonly call: number;
  /** The nodes that it reads, -1 for the input. */
  readonly from: readonly number[];
  readonly definition: LayerDefinition<object>;
  readonly config: object;
  readonly inp: Shape;
  readonly out: Shape;
  /** Frozen: no training changes its parameters. */
  readonly frozen: boolean;
  readonly parameters: readonly Parameter[];
  /** What it computes with: its parameters, or those of the node named in `shares`, the same layer's at its first call. */
  readonly weights: readonly Parameter[];
  readonly shares: string | undefined;
  readonly derived: Readonly<Record<string, number>>;
  readonly constants: Readonly<Record<string, Float32Array>>;
  /** Its input's zeros are those of the data. */
  readonly seesData: boolean;
}

export interface Program {
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  readonly nodes: readonly ProgramNode[];
  readonly parameters: readonly Parameter[];
  readonly slots: readonly string[];
  readonly seed: number;
  readonly training?: ProgramTraining;
}

export interface ProgramTraining {
  readonly optimizer: OptimizerDefinition<object>;
  readonly optimizerConfig: TrainingSpec["optimizer"];
  readonly products: readonly Factor[];
  /** Numbers kept behind the products, by name. */
  readonly counters: readonly string[];
  /** What results make of the learning rate, and the step from which on they count; where they do at all. */
  readonly plateau?: { readonly config: ReduceOnPlateauSpec; readonly from: number };
  readonly loss?: ProgramLoss;
  readonly metrics: readonly Metric[];
  /** What the loss is for; only with a loss. */
  readonly task?: Task;
}

export interface ProgramLoss {
  readonly definition: LossDefinition<object>;
  readonly config: object;
  readonly target: "labels" | "values";
  /** Nodes below this index run before the loss: all, or all but the activation fused with it. */
  readonly nodes: number;
  /** Predictions that the loss sees are logits, or say yes by their sign as logits do. */
  readonly logits: boolean;
}

/** The longest name, the most extents of an input, and the most values of one. */
const MOST_CHARACTERS = 64;
const MOST_EXTENTS = 8;
const MOST_VALUES = 16777216;

/** Compiles a model; with `training`, the optimizer, loss and metrics that `compile` named. */
export function compileProgram(spec: ModelSpec, training: TrainingSpec | undefined, seed: number): Program {
  const nodes = compileNodes(spec);
  const inputShape = spec.layers[0].shape;
  const outputShape = nodes.at(-1)?.out ?? inputShape;
  const parameters = nodes.flatMap((node) => node.parameters);
  const program = { inputShape, outputShape, nodes, parameters, slots: [], seed };
  if (!training) return program;
  const optimizer = optimizers[training.optimizer.type] as unknown as OptimizerDefinition<object>;
  const loss = training.loss ? compileLoss(program, training) : undefined;
  if (!loss && training.metrics.length) {
    throw new OptionError("compile: loss: expected one to go with the metrics, got none. Name one.");
  }
  const { signs, fused } = loss?.definition ?? {};
  const units = sizeOf(outputShape);
  const binary = units === 1 || signs === true || fused?.includes("sigmoid") === true;
  const plateau = plateauIn(training.optimizer.learningRate);
  const task = loss && { target: loss.target, units, binary, logits: loss.logits };
  return {
    ...program,
    slots: [...optimizer.slots(training.optimizer), ...commonSlots(training.optimizer)],
    training: {
      optimizer,
      optimizerConfig: training.optimizer,
      products: optimizer.products?.(training.optimizer) ?? [],
      counters: [...(optimizer.counters ?? []), ...commonCounters(training.optimizer)],
      ...(plateau ? { plateau: { config: completePlateau(plateau.given, betterOf), from: plateau.from } } : {}),
      ...(loss ? { loss, task } : {}),
      metrics: task ? resolveMetrics(training.metrics, task) : [],
    },
  };
}

/** What a call gives: its shape, the node that has it, and whether its zeros are the data's. */
interface Value {
  readonly shape: Shape;
  readonly index: number;
  readonly name: string;
  readonly seesData: boolean;
}

function compileNodes(spec: ModelSpec): ProgramNode[] {
  const nodes: ProgramNode[] = [];
  const names = new Set<string>();
  const counts = new Map<string, number>();
  const values: Value[] = [{ shape: checkInput(spec), index: -1, name: "input", seesData: true }];
  for (const [call, { layer: position, from }] of callsOf(spec).entries()) {
    if (call === 0) continue;
    const layer = spec.layers[position] as unknown as Record<string, unknown>;
    const definition = layerOf(layer, ` at position ${position}`);
    const earlier = nodes.filter((node) => node.position === position && node.definition === definition);
    const name = earlier.length ? `${earlier[0]!.name}:${earlier.length + 1}` : nameOf(layer, counts);
    if (names.has(name)) {
      throw new OptionError(`sequential: expected a name of its own for each layer, got "${name}" twice. Rename one.`);
    }
    names.add(name);
    const { type: _, name: __, trainable = true, ...config } = layer;
    const below = from.map((index) => values[index]!);
    if (definition.indices && below[0]!.index >= 0) {
      throw new OptionError(`${name}: expected the data's numbers, got the output of ${below[0]!.name}. Put it first.`);
    }
    const at = { name, position, call, trainable: trainable as boolean };
    const node = compileNode(at, definition, config, below, earlier[0]);
    const seesData = node.seesData && (definition.keepsZeros?.(config) ?? false);
    let value: Value = { shape: node.out, index: nodes.push(node) - 1, name, seesData };
    for (const [part, follower, options] of followersOf(layer, definition)) {
      const before = nodes.find((node) => node.weights.length && node.name === `${earlier[0]?.name}.${part}`);
      const own = { ...at, name: `${name}.${part}` };
      const follow = compileNode(own, follower, options, [{ ...value, seesData: false }], before);
      const index = follower.alias?.(options) === "always" ? value.index : nodes.push(follow) - 1;
      value = { ...value, index, shape: follow.out };
    }
    values.push(value);
  }
  checkSoftmax(nodes);
  return nodes;
}

/** A layer's name: its own, or its type and the number of layers of that type before it that were called. */
function nameOf({ type, name }: Record<string, unknown>, counts: Map<string, number>): string {
  const count = counts.get(type as string) ?? 0;
  counts.set(type as string, count + 1);
  return (name as string | undefined) ?? `${type}_${count}`;
}

/** What a layer's options ask for behind it: its activation, and a penalty on what comes out. */
function followersOf(layer: Record<string, unknown>, { activates }: LayerDefinition<object>) {
  const { type, activation, activityRegularizer } = layer;
  const followers: [part: string, definition: LayerDefinition<object>, config: object][] = [];
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
    throw new OptionError(`sequential: expected input() as the first layer alone, got another one${where}. Drop it.`);
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

/** Checks the input layer; returns an example's shape. */
export function checkInput(spec: ModelSpec): Shape {
  const [first] = spec.layers;
  if ((first as { type?: unknown })?.type !== "input") {
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
  { name, position, call, trainable }: Pick<ProgramNode, "name" | "position" | "call"> & { trainable: boolean },
  definition: LayerDefinition<object>,
  config: object,
  below: readonly Value[],
  earlier?: ProgramNode,
): ProgramNode {
  const [inps, names] = [below.map(({ shape }) => shape), below.map((value) => value.name)];
  const inp = inps[0]!;
  checkCount(name, definition, below.length);
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
  const seesData = !definition.merges && below[0]!.seesData;
  const from = below.map(({ index }) => index);
  const place = { name, position, call, from, shares: earlier?.name, frozen: !trainable };
  return { ...place, definition, config, inp, out, parameters, weights, derived, constants, seesData };
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
