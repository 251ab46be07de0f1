// A model's JSON -> a program: layers with names, shapes, parameters and slots. Pure; throws the errors of a wrong model.

import { stride } from "../arena.js";
import { integer, lookup, options, show } from "../check.js";
import { OptionError, ShapeError } from "../errors.js";
import { activationName } from "../layers/activation.js";
import { layers } from "../layers/index.js";
import { type LayerDefinition, type ParameterSpec, type Shape, sizeOf } from "../layers/layer.js";
import { fitOf, lossOf } from "../losses/index.js";
import type { LossDefinition } from "../losses/loss.js";
import { type Metric, resolveMetrics } from "../metrics/index.js";
import { optimizers } from "../optimizers/index.js";
import type { OptimizerDefinition } from "../optimizers/optimizer.js";
import type { ModelSpec, TrainingSpec } from "../spec.js";

/** A parameter with its place in memory: `units` of `unit` floats are what workers share out. */
export interface Parameter extends ParameterSpec {
  readonly fullName: string;
  readonly floats: number;
  readonly unit: number;
  readonly units: number;
  readonly l1: number;
  readonly l2: number;
}

export interface ProgramNode {
  readonly name: string;
  readonly definition: LayerDefinition<object>;
  readonly config: object;
  readonly inp: Shape;
  readonly out: Shape;
  readonly parameters: readonly Parameter[];
  readonly derived: Readonly<Record<string, number>>;
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
  readonly products: readonly number[];
  readonly loss?: ProgramLoss;
  readonly metrics: readonly Metric[];
}

export interface ProgramLoss {
  readonly definition: LossDefinition<object>;
  readonly config: object;
  readonly target: "labels" | "values";
  /** Nodes below this index run before the loss: all, or all but the activation fused with it. */
  readonly nodes: number;
  /** Predictions that the loss sees are logits. */
  readonly logits: boolean;
}

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
  if (!loss && training.metrics.length) throw new OptionError("compile: metrics need a loss. Name one.");
  const binary = sizeOf(outputShape) === 1 || training.loss?.name === "binaryCrossentropy";
  return {
    ...program,
    slots: optimizer.slots(training.optimizer),
    training: {
      optimizer,
      optimizerConfig: training.optimizer,
      products: optimizer.products?.(training.optimizer) ?? [],
      ...(loss ? { loss } : {}),
      metrics: loss ? resolveMetrics(training.metrics, loss.target, binary) : [],
    },
  };
}

function compileNodes(spec: ModelSpec): ProgramNode[] {
  const nodes: ProgramNode[] = [];
  const names = new Set<string>();
  const counts = new Map<string, number>();
  let shape = checkInput(spec);
  for (const layer of spec.layers.slice(1) as readonly Record<string, unknown>[]) {
    const definition = layerOf(layer) as LayerDefinition<object>;
    const type = layer.type as string;
    const count = counts.get(type) ?? 0;
    counts.set(type, count + 1);
    const name = (layer.name as string | undefined) ?? `${type}_${count}`;
    if (names.has(name))
      throw new OptionError(`sequential: two layers are named "${name}". Give each a name of its own.`);
    names.add(name);
    const { type: _, name: __, ...config } = layer;
    const node = compileNode(name, definition, config, shape);
    nodes.push(node);
    shape = node.out;
    if (type === "activation" || config.activation === undefined) continue;
    const follow = compileNode(`${name}.activation`, layers.activation, { activation: config.activation }, shape);
    if (follow.definition.alias?.(follow.config) !== "always") nodes.push(follow);
  }
  checkSoftmax(nodes);
  return nodes;
}

/** Checks one layer's JSON by itself: its type, its options and their values. */
export function layerOf(layer: unknown): LayerDefinition<object> {
  if (layer === null || typeof layer !== "object") {
    throw new OptionError(`sequential: expected layers such as dense({ units: 8 }), got ${show(layer)}.`);
  }
  const { type, name, ...config } = layer as Record<string, unknown>;
  if (type === "input") throw new OptionError("sequential: input() must be the first layer and only the first.");
  const definition = lookup(layers, type, "layer") as LayerDefinition<object>;
  const who = typeof name === "string" ? name : (type as string);
  if (name !== undefined && (typeof name !== "string" || name === "")) {
    throw new OptionError(`${type}.name: expected a text, got ${show(name)}.`);
  }
  options(config, who, definition.options);
  definition.check?.(config, who);
  if (config.activation !== undefined) activationName(config.activation as string, who);
  return definition;
}

/** Checks the input layer; returns an example's shape. */
export function checkInput(spec: ModelSpec): Shape {
  const [first] = spec.layers;
  if ((first as { type?: unknown })?.type !== "input") {
    throw new OptionError("sequential: expected input({ shape: [...] }) as the first layer.");
  }
  options(first, "input", ["type", "shape", "name"]);
  if (!Array.isArray(first.shape) || first.shape.length === 0) {
    throw new ShapeError(`input.shape: expected an array of extents such as [784], got ${show(first.shape)}.`);
  }
  for (const extent of first.shape) integer(extent, "input.shape", { min: 1, max: 16777216 });
  return first.shape;
}

function compileNode(name: string, definition: LayerDefinition<object>, config: object, inp: Shape): ProgramNode {
  const parameters = (definition.parameters?.(config, inp) ?? []).map((parameter) => compileParameter(name, parameter));
  const out = definition.output(config, inp, name);
  return { name, definition, config, inp, out, parameters, derived: definition.derived?.(config, inp) ?? {} };
}

function compileParameter(node: string, parameter: ParameterSpec): Parameter {
  const unit = parameter.layout === "panels" ? 64 : 8;
  const floats = parameter.shape.reduce((product, extent) => product * stride(extent), 1);
  const { l1 = 0, l2 = 0 } = parameter.regularizer ?? {};
  return { ...parameter, fullName: `${node}.${parameter.name}`, floats, unit, units: floats / unit, l1, l2 };
}

const activationOf = (node: ProgramNode | undefined): string =>
  node?.definition === layers.activation
    ? activationName((node.config as { activation: string }).activation, node.name)
    : "linear";

function checkSoftmax(nodes: readonly ProgramNode[]): void {
  const normalising = (node: ProgramNode | undefined) => ["softmax", "logSoftmax"].includes(activationOf(node));
  nodes.forEach((node, i) => {
    if (normalising(node) && normalising(nodes[i - 1])) {
      throw new OptionError(`${node.name}: a softmax directly after a softmax. Drop one of the two.`);
    }
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
    logits: fit !== "output",
  };
}
