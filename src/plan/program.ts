// A model's JSON -> a program: layers with names, shapes, parameters and slots. Pure; throws the errors of a wrong model.

import type { LayerDefinition, ParameterSpec, Shape } from "../layers/layer.js";
import { betterOf } from "../metrics/index.js";
import { commonCounters, commonSlots } from "../optimizers/common.js";
import { optimizers } from "../optimizers/index.js";
import type { Factor, OptimizerDefinition } from "../optimizers/optimizer.js";
import { plateauIn, type Rate } from "../schedules/index.js";
import { completePlateau, type ReduceOnPlateauSpec } from "../schedules/plateau.js";
import type { ModelSpec, TrainingSpec } from "../spec.js";
import { compileNodes } from "./nodes.js";
import { compileOutcomes, type LoggedMetric, type Outcome } from "./outcome.js";

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
  /** The nodes that it reads; -1 for the first input, -2 for the second, and so on. */
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
  /** The node that it is an end of: one of the values that this gives besides its output. */
  readonly endOf?: string;
}

/** What goes into a model or comes out: its name and an example's shape. */
export interface Port {
  readonly name: string;
  readonly shape: Shape;
}

/** What errors and tensors of one of several inputs or outputs are called; of a single one `what` is enough. */
export const portName = (what: string, ports: readonly Port[], k: number): string =>
  ports.length > 1 ? `${what}.${ports[k]!.name}` : what;

/** What comes out, and the node that gives it. */
export interface OutputPort extends Port {
  readonly index: number;
}

export interface Program {
  readonly inputs: readonly Port[];
  readonly outputs: readonly OutputPort[];
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
  /** A loss for each output; none in a training without. */
  readonly outcomes: readonly Outcome[];
  /** What is logged of each row besides the loss. */
  readonly metrics: readonly LoggedMetric[];
}

/** The names of a model's outputs, those of the layers that give them. */
export const outputNames = ({ outputs }: Pick<Program, "outputs">): string[] => outputs.map(({ name }) => name);

/** The least epsilon, the root of the smallest square that optimizers keep: below it, what fades out would move weights far. */
const LEAST_EPSILON = 1e-15;

/** An optimizer's options as kernels have them. */
const withDivisor = (config: TrainingSpec["optimizer"]): TrainingSpec["optimizer"] =>
  "epsilon" in config ? { ...config, epsilon: Math.max(config.epsilon as number, LEAST_EPSILON) } : config;

/** Compiles a model; with `training`, the optimizer, loss and metrics that `compile` named. */
export function compileProgram(spec: ModelSpec, training: TrainingSpec | undefined, seed: number): Program {
  const { inputs, outputs, nodes } = compileNodes(spec);
  const parameters = nodes.flatMap((node) => node.parameters);
  const program = { inputs, outputs, nodes, parameters, slots: [], seed };
  if (!training) return program;
  const optimizer = optimizers[training.optimizer.type] as unknown as OptimizerDefinition<object>;
  const plateau = plateauIn(training.optimizer.learningRate);
  return {
    ...program,
    slots: [...optimizer.slots(training.optimizer), ...commonSlots(training.optimizer)],
    training: {
      optimizer,
      optimizerConfig: withDivisor(training.optimizer),
      products: optimizer.products?.(training.optimizer) ?? [],
      counters: [...(optimizer.counters ?? []), ...commonCounters(training.optimizer)],
      ...(plateau ? { plateau: { config: completePlateau(plateau.given, betterOf), from: plateau.from } } : {}),
      ...compileOutcomes(program, training),
    },
  };
}
