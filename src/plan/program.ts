// A model's JSON -> a program: layers with names, shapes, parameters and slots. Pure; throws the errors of a wrong model.

import { stride } from "../arena.js";
import { lookup, options, show } from "../check.js";
import { OptionError, ShapeError } from "../errors.js";
import { activationName } from "../layers/activation.js";
import { layers } from "../layers/index.js";
import { type LayerDefinition, type ParameterSpec, type Shape, sizeOf } from "../layers/layer.js";
import { fitOf, lossOf } from "../losses/index.js";
import type { LossDefinition } from "../losses/loss.js";
import { type Metric, resolveMetrics } from "../metrics/index.js";
import type { Task } from "../metrics/metric.js";
import { optimizers } from "../optimizers/index.js";
import type { Factor, OptimizerDefinition } from "../optimizers/optimizer.js";
import type { ModelSpec, TrainingSpec } from "../spec.js";

/** A parameter with its place in memory: `units` of `unit` floats are what workers share out. */
export interface Parameter extends ParameterSpec {
  readonly fullName: string;
  /** Rows and columns as it lies in memory; a vector is one row. */
  readonly matrix: readonly [rows: number, columns: number];
  readonly floats: number;
  readonly unit: number;
  readonly units: number;
  readonly l1: number;
  readonly l2: number;
  /** Strength of the soft threshold behind each update, in place of l1 in the gradient. */
  readonly proximal: number;
}

export interface ProgramNode {
  readonly name: string;
  readonly definition: LayerDefinition<object>;
  readonly config: object;
  readonly inp: Shape;
  readonly out: Shape;
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
  const task = loss && { target: loss.target, units, binary, logits: loss.logits };
  return {
    ...program,
    slots: optimizer.slots(training.optimizer),
    training: {
      optimizer,
      optimizerConfig: training.optimizer,
      products: optimizer.products?.(training.optimizer) ?? [],
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
    const { type: _, name: __, ...config } = layer;
    if (definition.indices && nodes.length) {
      throw new OptionError(
        `${name}: expected the data's numbers, got the output of ${nodes.at(-1)!.name}. Put it first.`,
      );
    }
    const node = compileNode(name, definition, config, shape, seesData);
    nodes.push(node);
    shape = node.out;
    seesData &&= definition.keepsZeros?.(config) ?? false;
    if (type === "activation" || config.activation === undefined || definition.activates) continue;
    const follow = compileNode(
      `${name}.activation`,
      layers.activation,
      { activation: config.activation },
      shape,
      false,
    );
    if (follow.definition.alias?.(follow.config) !== "always") nodes.push(follow);
  }
  checkSoftmax(nodes);
  return nodes;
}

/** Checks one layer's JSON by itself: its type, its options and their values. `where` says where it stands. */
export function layerOf(layer: unknown, where = ""): LayerDefinition<object> {
  if (layer === null || typeof layer !== "object") {
    const cure = typeof layer === "function" ? " Call the function." : "";
    throw new OptionError(
      `sequential: expected layers such as dense({ units: 8 }), got ${show(layer)}${where}.${cure}`,
    );
  }
  const { type, name, ...config } = layer as Record<string, unknown>;
  if (type === "input") {
    throw new OptionError(`sequential: expected input() as the first layer alone, got another one${where}. Drop it.`);
  }
  const definition = lookup(layers, type, `sequential: layer${where}`) as LayerDefinition<object>;
  checkName(name, type as string);
  const who = (name ?? type) as string;
  options(config, who, [...definition.options, "name"]);
  definition.check?.(config, who);
  if (config.activation !== undefined) activationName(config.activation as string, who);
  return definition;
}

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
  name: string,
  definition: LayerDefinition<object>,
  config: object,
  inp: Shape,
  seesData: boolean,
): ProgramNode {
  const parameters = (definition.parameters?.(config, inp) ?? []).map((parameter) => compileParameter(name, parameter));
  const out = definition.output(config, inp, name);
  const derived = definition.derived?.(config, inp) ?? {};
  const constants = definition.constants?.(config, inp) ?? {};
  return { name, definition, config, inp, out, parameters, derived, constants, seesData };
}

function matrixOf({ shape, layout, columnAxes = 1 }: ParameterSpec): [rows: number, columns: number] {
  if (layout === "flat") return [1, sizeOf(shape)];
  const rows = shape.length - columnAxes;
  return [sizeOf(shape.slice(0, rows)), sizeOf(shape.slice(rows))];
}

function compileParameter(node: string, parameter: ParameterSpec): Parameter {
  const unit = parameter.layout === "panels" ? 64 : 8;
  const matrix = matrixOf(parameter);
  const floats = (parameter.layout === "panels" ? stride(matrix[0]) : 1) * stride(matrix[1]);
  const { l1 = 0, l2 = 0, proximal = false } = parameter.regularizer ?? {};
  const fullName = `${node}.${parameter.name}`;
  return { ...parameter, fullName, matrix, floats, unit, units: floats / unit, l1, l2, proximal: proximal ? l1 : 0 };
}

const activationOf = (node: ProgramNode | undefined): string =>
  node?.definition === layers.activation
    ? activationName((node.config as { activation: string }).activation, node.name)
    : "linear";

function checkSoftmax(nodes: readonly ProgramNode[]): void {
  const normalising = (node: ProgramNode | undefined) => ["softmax", "logSoftmax"].includes(activationOf(node));
  const working = nodes.filter(({ definition, config }) => definition.alias?.(config) !== "always");
  working.forEach((node, i) => {
    const below = working[i - 1];
    if (!normalising(node) || !normalising(below)) return;
    const got = `${activationOf(node)} after ${activationOf(below)} of ${below!.name}`;
    throw new OptionError(
      `${node.name}: expected no softmax directly after a softmax, got ${got}. Drop one of the two.`,
    );
  });
}

function compileLoss({ nodes, outputShape }: Program, { loss }: TrainingSpec): ProgramLoss {
  const spec = loss!;
  if (outputShape.length !== 1) {
    const shape = outputShape.join(", ");
    throw new ShapeError(
      `loss ${spec.name}: expected an output (B, units), got (B, ${shape}). Add flatten() at the end.`,
    );
  }
  let last = nodes.length - 1;
  while (last >= 0 && nodes[last]!.definition.alias?.(nodes[last]!.config) === "always") last--;
  const fit = fitOf(spec, activationOf(nodes[last]), sizeOf(outputShape));
  const definition = lossOf(spec);
  return {
    definition,
    config: spec,
    target: definition.target,
    nodes: fit === "fused" ? last : nodes.length,
    logits: fit !== "output" || definition.signs === true,
  };
}
