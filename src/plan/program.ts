// A model's JSON -> a program: layers with names, shapes, parameters and slots. Pure; throws the errors of a wrong model.

import { stride } from "../arena.js";
import { boolean, lookup, options, show } from "../check.js";
import { OptionError, ShapeError } from "../errors.js";
import { activationName } from "../layers/activation.js";
import { layers } from "../layers/index.js";
import { type LayerDefinition, type ParameterSpec, type Shape, sizeOf } from "../layers/layer.js";
import type { LossDefinition } from "../losses/loss.js";
import { betterOf, type Metric, resolveMetrics } from "../metrics/index.js";
import type { Task } from "../metrics/metric.js";
import { commonCounters, commonSlots } from "../optimizers/common.js";
import { optimizers } from "../optimizers/index.js";
import type { Factor, OptimizerDefinition } from "../optimizers/optimizer.js";
import { plateauIn, type Rate } from "../schedules/index.js";
import { completePlateau, type ReduceOnPlateauSpec } from "../schedules/plateau.js";
import type { ModelSpec, TrainingSpec } from "../spec.js";
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
  readonly definition: LayerDefinition<object>;
  readonly config: object;
  readonly inp: Shape;
  readonly out: Shape;
  /** Frozen: no training changes its parameters. */
  readonly frozen: boolean;
  readonly parameters: readonly Parameter[];
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

function compileNodes(spec: ModelSpec): ProgramNode[] {
  const nodes: ProgramNode[] = [];
  const names = new Set<string>();
  const counts = new Map<string, number>();
  let shape = checkInput(spec);
  let seesData = true;
  for (const [position, layer] of spec.layers.entries() as Iterable<[number, Record<string, unknown>]>) {
    if (position === 0) continue;
    const definition = layerOf(layer, ` at position ${position}`);
    const type = layer.type as string;
    const count = counts.get(type) ?? 0;
    counts.set(type, count + 1);
    const name = (layer.name as string | undefined) ?? `${type}_${count}`;
    if (names.has(name)) {
      throw new OptionError(`sequential: expected a name of its own for each layer, got "${name}" twice. Rename one.`);
    }
    names.add(name);
    const { type: _, name: __, trainable = true, ...config } = layer;
    if (definition.indices && nodes.length) {
      throw new OptionError(
        `${name}: expected the data's numbers, got the output of ${nodes.at(-1)!.name}. Put it first.`,
      );
    }
    const at = { name, position, trainable: trainable as boolean };
    const node = compileNode(at, definition, config, shape, seesData);
    nodes.push(node);
    shape = node.out;
    seesData &&= definition.keepsZeros?.(config) ?? false;
    for (const [part, follower, options] of followersOf(layer, definition)) {
      const follow = compileNode({ ...at, name: `${name}.${part}` }, follower, options, shape, false);
      if (follower.alias?.(options) !== "always") nodes.push(follow);
      shape = follow.out;
    }
  }
  checkSoftmax(nodes);
  return nodes;
}

/** What a layer's options ask for behind it: parts of its own, its activation, and a penalty on what comes out. */
function followersOf(layer: Record<string, unknown>, { activates, followers: own }: LayerDefinition<object>) {
  const { type, activation, activityRegularizer } = layer;
  const followers = [...(own?.(layer) ?? [])];
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
  { name, position, trainable }: Pick<ProgramNode, "name" | "position"> & { trainable: boolean },
  definition: LayerDefinition<object>,
  config: object,
  inp: Shape,
  seesData: boolean,
): ProgramNode {
  // First, since it says what is wrong with a shape in the layer's name.
  const out = definition.output(config, inp, name);
  const parameters = (definition.parameters?.(config, inp) ?? []).map((parameter) =>
    compileParameter(name, parameter, trainable && !parameter.measured),
  );
  const derived = definition.derived?.(config, inp) ?? {};
  const constants = definition.constants?.(config, inp) ?? {};
  return { name, position, frozen: !trainable, definition, config, inp, out, parameters, derived, constants, seesData };
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
