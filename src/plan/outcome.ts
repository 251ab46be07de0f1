// What a model ends with: the last activation of each output, the loss on it, and what is logged of it.

import { OptionError } from "../errors.js";
import { isReserved } from "../expressions/check.js";
import { activationName } from "../layers/activation.js";
import { layers } from "../layers/index.js";
import { type Shape, sizeOf } from "../layers/layer.js";
import { fitOf, type LossSpec, lossOf } from "../losses/index.js";
import type { LossDefinition } from "../losses/loss.js";
import { type Metric, type MetricSpec, resolveMetrics } from "../metrics/index.js";
import type { Task } from "../metrics/metric.js";
import type { TrainingSpec } from "../spec.js";
import type { OutputPort, Program, ProgramNode, ProgramTraining } from "./program.js";

/** The loss on an output. */
export interface Outcome {
  readonly definition: LossDefinition<object>;
  readonly config: object;
  readonly target: "labels" | "values";
  /** The node whose values the loss takes: that of the output, or the one below the activation that it is fused with. */
  readonly pred: number;
  /** What it counts in the sum of all losses. */
  readonly weight: number;
  /** What the loss is for, as metrics see it. */
  readonly task: Task;
}

/** A value of each row that is logged, of one of the outcomes: a metric's, or, without a definition, the loss. */
export interface LoggedMetric extends Pick<Metric, "name" | "config"> {
  readonly definition: Metric["definition"] | undefined;
  readonly outcome: number;
}

const activationOf = (node: ProgramNode | undefined): string =>
  node?.definition === layers.activation
    ? activationName((node.config as { activation: string }).activation, node.name)
    : "linear";

/** True for what makes values along an axis depend on each other. */
const normalising = (node: ProgramNode | undefined): boolean => ["softmax", "logSoftmax"].includes(activationOf(node));

/** OptionError for a softmax of a softmax. */
export function checkSoftmax(nodes: readonly ProgramNode[]): void {
  nodes.forEach((node) => {
    const below = nodes[workingNode(nodes, node.from[0]!)];
    if (!normalising(node) || !normalising(below)) return;
    const got = `${activationOf(node)} after ${activationOf(below)} of ${below!.name}`;
    throw new OptionError(
      `${node.name}: expected no softmax directly after a softmax, got ${got}. Drop one of the two.`,
    );
  });
}

/** OptionError for a penalty on the output of an activation that the loss is fused with: training never makes these values. */
function checkActivityBefore(name: string, fused: readonly string[] = [], nodes: readonly ProgramNode[], last: number) {
  const node = nodes[last];
  if (!node?.definition.penalises) return;
  const below = activationOf(nodes[node.from[0]!]);
  if (!fused.includes(below)) return;
  const expected = `expected no activityRegularizer behind a last ${below}, which the loss ${name} takes in`;
  throw new OptionError(`${node.name}: ${expected}, got one. Put it on a layer below.`);
}

/** OptionError where a loss would take for classes, along the last axis, what a softmax made of other values together. */
function checkAxis(
  name: string,
  node: ProgramNode | undefined,
  units: number,
  { fused, after }: LossDefinition<object>,
) {
  const axis = node?.out.at(-1);
  if (!normalising(node) || axis === units || !(fused ?? after)?.includes(activationOf(node))) return;
  const got = `one along ${axis}`;
  throw new OptionError(
    `loss ${name}: expected a ${activationOf(node)} along the output's last axis of ${units}, got ${got}. Reshape below it.`,
  );
}

type Nodes = Pick<Program, "nodes" | "outputs">;

/** The node that works out a value, below those that only show it in another shape. */
function workingNode(nodes: readonly ProgramNode[], index: number, shows = ["always"]): number {
  const node = nodes[index];
  const alias = node?.definition.alias?.(node.config) ?? "never";
  return shows.includes(alias) ? workingNode(nodes, node!.from[0]!, shows) : index;
}

/** The rows of an output of several axes. */
function stepsOf(shape: Shape): number {
  return sizeOf(shape.slice(0, -1));
}

/** The loss on an output: on its last activation's input where it is fused with it. */
function compileLoss({ nodes }: Nodes, { shape, index }: OutputPort, spec: LossSpec, weight: number): Outcome {
  const last = workingNode(nodes, index);
  const units = shape.at(-1)!;
  const steps = shape.length > 1 ? stepsOf(shape) : undefined;
  const definition = lossOf(spec, units);
  checkActivityBefore(spec.name, definition.fused, nodes, last);
  checkAxis(spec.name, nodes[last], units, definition);
  const fit = fitOf(spec, activationOf(nodes[last]), units);
  const { target, signs, fused } = definition;
  const binary = units === 1 || signs === true || fused?.includes("sigmoid") === true;
  return {
    definition,
    config: spec,
    target,
    pred: fit === "fused" ? nodes[last]!.from[0]! : index,
    weight,
    task: { target, units, steps, binary, logits: fit !== "output" || signs === true },
  };
}

/** OptionError where two losses would be on the values of one node. */
function checkApart({ nodes, outputs }: Nodes, outcomes: readonly Outcome[]): void {
  const ends = outcomes.map(({ pred }) => workingNode(nodes, pred, ["always", "inference"]));
  const second = ends.findIndex((end, i) => ends.indexOf(end) < i);
  if (second < 0) return;
  const [a, b] = [outputs[ends.indexOf(ends[second]!)]!, outputs[second]!].map(({ name }) => name);
  const expected = "expected outputs that layers of their own compute";
  throw new OptionError(`compile: loss: ${expected}, got the same values from ${a} and ${b}. Drop one of the two.`);
}

/** The losses of a model's outputs, and what is logged of each row. */
export function compileOutcomes(program: Nodes, training: TrainingSpec): Pick<ProgramTraining, "outcomes" | "metrics"> {
  const { loss, metrics } = training;
  if (!loss) {
    if (!metrics.length) return { outcomes: [], metrics: [] };
    throw new OptionError("compile: loss: expected one to go with the metrics, got none. Name one.");
  }
  const { outputs } = program;
  if (outputs.length === 1) {
    const outcome = compileLoss(program, outputs[0]!, loss as LossSpec, 1);
    const logged = resolveMetrics(metrics as readonly MetricSpec[], outcome.task);
    return { outcomes: [outcome], metrics: logged.map((metric) => ({ ...metric, outcome: 0 })) };
  }
  return compileSeveral(program, training);
}

/** The same of several outputs. */
function compileSeveral(
  program: Nodes,
  { loss, lossWeights, metrics }: TrainingSpec,
): Pick<ProgramTraining, "outcomes" | "metrics"> {
  const { outputs } = program;
  const specs = loss as readonly LossSpec[];
  const outcomes = outputs.map((output, k) => compileLoss(program, output, specs[k]!, lossWeights?.[k] ?? 1));
  checkApart(program, outcomes);
  const logged = outputs.flatMap(({ name }, outcome): LoggedMetric[] => [
    { name: `${name}Loss`, config: {}, definition: undefined, outcome },
    ...resolveMetrics((metrics as readonly MetricSpec[][])[outcome] ?? [], outcomes[outcome]!.task).map((metric) => ({
      ...metric,
      name: `${name}${metric.name[0]!.toUpperCase()}${metric.name.slice(1)}`,
      outcome,
    })),
  ]);
  checkLogged(logged.map(({ name }) => name));
  return { outcomes, metrics: logged };
}

/** OptionError where an output's name makes one that stands for something else in logs. */
function checkLogged(names: readonly string[]): void {
  const taken = names.find((name, i) => isReserved(name) || names.indexOf(name) < i);
  if (taken === undefined) return;
  const expected = "expected outputs whose logs have names of their own";
  throw new OptionError(`compile: loss: ${expected}, got "${taken}" for another. Rename the output's layer.`);
}
