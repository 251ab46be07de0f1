// A program and its memory -> the steps of a batch. One function per kind of plan; each gives phases between barriers.

import type { Tensor } from "../arena.js";
import { constraintStep } from "../constraints/index.js";
import { flags, hook, type KernelName, reads, type Step, step, updates, writes, writesNext } from "../kernels.js";
import { insertBarriers, type Phases } from "./barriers.js";
import { HYPER, type Layout, type ParameterTensors, type Source } from "./layout.js";
import type { Program, ProgramNode } from "./program.js";
import { type Batch, backward, context, forward, forwardToLoss, lowestNode, rowsOf, split, type Walk } from "./walk.js";

/** Training on the rows of a source: gather, forward, loss, backward | guard, decide, gradients, update. */
export function trainPlan(program: Program, layout: Layout, source: Source, rows: number): Phases {
  const batch: Batch = { program, layout, rows, training: true, zeros: source.zeros };
  const walk = forwardToLoss(batch);
  const { batchSteps, parameterSteps } = backward(batch, walk, false);
  const { hyper, flags: flag, loss, metrics, parameters } = layout;
  const penalties = parameters.flatMap(({ penalty }) => (penalty ? [reads(penalty)] : []));
  return insertBarriers([
    hook("collect", "once", ...penalties, reads(flag)),
    ...gather(batch, source, hyper, HYPER.cursor, true),
    ...walk.steps,
    lossStep(batch, walk, true),
    ...metricSteps(batch, walk),
    ...batchSteps,
    hook("guard", "each", reads(loss)),
    hook("decide", "once", reads(loss), ...metrics.map((m) => reads(m)), writesNext(hyper), writes(source.order)),
    ...parameterSteps,
    ...proximalPenaltySteps(layout),
    ...parameters.map((tensors, i) => updateStep(batch, tensors, i, true)),
    ...proximalSteps(layout),
    ...constraintSteps(layout),
    // Nothing in training looks below the lowest parameters: their copies wait until gradients by the input are asked for.
    ...refreshSteps(program, layout).filter((step) => !belongsTo(lowestNode(walk), step)),
  ]);
}

/** Row losses and metrics of a batch, layers as in use. No barrier: each worker keeps to its rows. */
export function evaluatePlan(program: Program, layout: Layout, source: Source, rows: number): Phases {
  const batch: Batch = { program, layout, rows, training: false, zeros: source.zeros };
  const walk = forwardToLoss(batch);
  return insertBarriers([
    ...gather(batch, source, layout.cursor, 0, true),
    ...walk.steps,
    lossStep(batch, walk, false),
    ...metricSteps(batch, walk),
  ]);
}

/** The output of a batch, layers as in use. `output` is the tensor that holds it. */
export function predictPlan(program: Program, layout: Layout, source: Source, rows: number) {
  const batch: Batch = { program, layout, rows, training: false };
  const walk = forward(batch, program.nodes.length);
  const steps = insertBarriers([...gather(batch, source, layout.cursor, 0, false), ...walk.steps]);
  return { phases: steps, output: walk.output };
}

/** Gradients of the loss with penalties by weights and input, stored and not applied. */
export function gradientsPlan(
  program: Program,
  layout: Layout,
  source: Source,
  rows: number,
  training: boolean,
): Phases {
  const batch: Batch = { program, layout, rows, training };
  const walk = forwardToLoss(batch);
  const { batchSteps, parameterSteps } = backward(batch, walk, true);
  return insertBarriers([
    ...refreshSteps(program, layout),
    ...gather(batch, source, layout.cursor, 0, true),
    ...walk.steps,
    lossStep(batch, walk, true),
    ...batchSteps,
    ...parameterSteps,
    ...penaltySteps(layout),
  ]);
}

/** The same from a given gradient by the output, which comes in as the source's targets. */
export function backwardPlan(
  program: Program,
  layout: Layout,
  source: Source,
  rows: number,
  training: boolean,
): Phases {
  const batch: Batch = { program, layout, rows, training };
  const walk = forward(batch, program.nodes.length);
  const { batchSteps, parameterSteps } = backward(batch, walk, true);
  const given = step(
    "gather_float32",
    rowsOf(rows),
    writes(walk.delta),
    reads(source.y),
    reads(source.order),
    reads(layout.cursor),
    walk.delta.width,
    walk.delta.stride,
  );
  const inputs = gather(batch, source, layout.cursor, 0, false);
  return insertBarriers([
    ...refreshSteps(program, layout),
    ...inputs,
    ...walk.steps,
    given,
    ...batchSteps,
    ...parameterSteps,
    ...penaltySteps(layout),
  ]);
}

/** The optimizer's update from stored gradients; penalties are in them already. */
export function applyPlan(program: Program, layout: Layout): Phases {
  const batch: Batch = { program, layout, rows: 0, training: true };
  const updateSteps = layout.parameters.map((tensors, i) => updateStep(batch, tensors, i, false));
  return insertBarriers([
    ...updateSteps,
    ...proximalSteps(layout),
    ...constraintSteps(layout),
    ...refreshSteps(program, layout),
  ]);
}

/** Penalty values of the current weights. */
export function penaltyPlan(layout: Layout): Phases {
  return insertBarriers(layout.parameters.filter(({ penalty }) => penalty).map(penaltyValue));
}

/** Derived copies of the weights, made anew. */
export const refreshPlan = (program: Program, layout: Layout): Phases => insertBarriers(refreshSteps(program, layout));

const gathers: Record<Source["type"], KernelName & `gather_${string}`> = {
  float32: "gather_float32",
  uint8: "gather_uint8",
  int32: "gather_int32",
};

function gather(batch: Batch, source: Source, cursor: Tensor, offset: number, targets: boolean): Step[] {
  const { layout, program, rows } = batch;
  const { input, target } = layout;
  const at = [reads(source.order), reads(cursor, offset)] as const;
  const by = rowsOf(rows);
  const kernel = gathers[source.type] as "gather_float32" | "gather_uint8";
  const steps = [step(kernel, by, writes(input), reads(source.x), ...at, input.width, input.stride)];
  if (!targets) return steps;
  const labels = program.training?.loss?.target === "labels";
  steps.push(
    labels
      ? step("gather_int32", by, writes(target), reads(source.y), ...at)
      : step("gather_float32", by, writes(target), reads(source.y), ...at, target.width, target.stride),
  );
  return steps;
}

function lossStep({ program, layout, rows }: Batch, walk: Walk, training: boolean): Step {
  const { definition, config } = program.training!.loss!;
  const tensors = { batch: rowsOf(rows), loss: layout.loss, pred: walk.pred, target: layout.target };
  if (!training) return definition.forward(config, tensors);
  return definition.backward(config, { ...tensors, dpred: walk.delta, scale: Math.fround(1 / rows) });
}

function metricSteps({ program, layout, rows }: Batch, walk: Walk): Step[] {
  const { metrics, loss } = program.training!;
  return metrics.map(({ definition }, i) =>
    definition.row({
      batch: rowsOf(rows),
      value: layout.metrics[i]!,
      pred: definition.output ? walk.output : walk.pred,
      target: layout.target,
      logits: loss!.logits,
    }),
  );
}

function updateStep(batch: Batch, tensors: ParameterTensors, index: number, penalised: boolean): Step {
  const { optimizer, optimizerConfig } = batch.program.training!;
  const { hyper, flags: flag } = batch.layout;
  const { parameter, weight, gradient, slots, penalty } = tensors;
  return optimizer.update(optimizerConfig, {
    split: split(tensors),
    weight: updates(weight),
    gradient: reads(gradient),
    slot: (name) => updates(slots.get(name)!),
    penalty: penalised && penalty && !parameter.proximal ? writes(penalty) : 0,
    flag: flags(flag, 4 * index),
    hyper: reads(hyper, HYPER.numbers),
    l1: penalised && !parameter.proximal ? parameter.l1 : 0,
    l2: penalised ? parameter.l2 : 0,
    unit: parameter.unit,
  });
}

/** Penalties with a proximal L1: it is no part of the gradient, so that the update cannot write them. */
function proximalPenaltySteps({ parameters }: Layout): Step[] {
  return parameters.filter(({ parameter }) => parameter.proximal).map(penaltyValue);
}

/** The soft thresholds of a proximal L1, on each update's own units. */
function proximalSteps({ parameters, hyper }: Layout): Step[] {
  return parameters.flatMap((tensors) => {
    const { proximal, unit } = tensors.parameter;
    if (!proximal) return [];
    const rate = reads(hyper, HYPER.rate);
    return [step("soft_threshold", split(tensors), updates(tensors.weight), rate, proximal, unit)];
  });
}

/** What updated weights are held to. */
function constraintSteps({ parameters }: Layout): Step[] {
  return parameters.flatMap((tensors) => {
    const { unit, shape, layout, constraint } = tensors.parameter;
    if (!constraint) return [];
    const weight = updates(tensors.weight);
    return [constraintStep(constraint, { weight, split: split(tensors), unit, shape, layout })];
  });
}

/** The penalty of each unit of a parameter that has one. */
function penaltyValue(tensors: ParameterTensors): Step {
  const { penalty, weight, parameter } = tensors;
  const { l1, l2, unit } = parameter;
  return step("penalty_value", split(tensors), writes(penalty!), reads(weight), l1, l2, unit);
}

function penaltySteps({ parameters }: Layout): Step[] {
  return parameters.flatMap((tensors) => {
    const { penalty, gradient, weight, parameter } = tensors;
    if (!penalty) return [];
    const { l1, l2, unit, proximal } = parameter;
    return [
      penaltyValue(tensors),
      step("penalty_gradient", split(tensors), updates(gradient), reads(weight), proximal ? 0 : l1, l2, unit),
    ];
  });
}

/** True for a step on the derived copies of this node. */
const belongsTo = (node: ProgramNode | undefined, { arguments: [first] }: Step): boolean =>
  node !== undefined && typeof first === "object" && first.tensor.name.startsWith(`${node.name}.`);

function refreshSteps(program: Program, layout: Layout): Step[] {
  const batch: Batch = { program, layout, rows: 0, training: true };
  const nothing = layout.input;
  return program.nodes.flatMap((node, index) => {
    const entry = { node, index, inp: nothing, out: nothing, delta: nothing, below: nothing };
    return [...(node.definition.refresh?.(node.config, context(batch, entry), node.inp) ?? [])];
  });
}
