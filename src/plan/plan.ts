// A program and its memory -> the steps of a batch. One function per kind of plan; each gives phases between barriers.

import { type Argument, hook, reads, rowsOf, type Step, step, writes, writesNext } from "../kernels.js";
import { averageSteps } from "./average.js";
import { insertBarriers, type Phases } from "./barriers.js";
import { decaySteps } from "./decay.js";
import { directionSteps, wholeFirst } from "./direction.js";
import { HYPER, type Layout, type Part } from "./layout.js";
import { listedLayout } from "./listed.js";
import type { Program } from "./program.js";
import {
  decisionStep,
  gather,
  lossSteps,
  metricSteps,
  mixSteps,
  predsOf,
  rowValues,
  sumSteps,
  weighSteps,
} from "./rows.js";
import type { Source } from "./source.js";
import { isScheduled } from "./strengths.js";
import {
  accumulateStep,
  constraintSteps,
  penaltySteps,
  penaltyValue,
  proximalSteps,
  trainedOnly,
  updateStep,
} from "./update.js";
import { type Batch, backward, context, forwardBelow, forwardToLoss, measureSteps, trains } from "./walk.js";

/** A batch of training: its rows, and what it does for its update of `total` rows. */
export interface TrainBatch {
  readonly rows: number;
  readonly total: number;
  readonly part: Part;
}

/** Training on the rows of a source: gather, forward, loss, backward | guard, decide, gradients, update. */
export function trainPlan(program: Program, layout: Layout, source: Source, { rows, total, part }: TrainBatch): Phases {
  const batch: Batch = { program, layout: listedLayout(layout, source), rows, total, training: true };
  const walk = forwardToLoss(batch);
  const { batchSteps, parameterSteps } = backward(batch, walk, predsOf(program), false);
  const { hyper, flags: flag, loss, parameters } = layout;
  const { optimizerConfig } = program.training!;
  const whole = wholeFirst(program.training!);
  const penalties = parameters.flatMap(({ penalty }) => (penalty ? [reads(penalty)] : []));
  const mixed = mixSteps(batch, source, walk, total);
  const ordered = [source.order, source.partners].flatMap((tensor) => (tensor ? [writes(tensor)] : []));
  const before = [
    hook("collect", "once", ...penalties, reads(flag)),
    ...gather(batch, source, hyper, HYPER.cursor, true),
    ...mixed.inputs,
    ...walk.steps,
    ...lossSteps(batch, walk, total),
    ...weighSteps(batch, source, walk, hyper),
    ...metricSteps(batch, walk),
    ...mixed.losses,
    ...sumSteps(batch),
    ...batchSteps,
    hook("guard", "each", reads(loss)),
    hook("decide", "once", ...rowValues(batch), writesNext(hyper), ...ordered),
    ...parameterSteps,
    ...measureSteps(batch, walk),
  ];
  const trained = trainedOnly(parameters);
  const sums = part === "whole" ? [] : trained.map((tensors) => accumulateStep(tensors, part));
  if (part === "first" || part === "middle") return insertBarriers([...before, ...sums]);
  return insertBarriers([
    ...before,
    ...sums,
    ...decaySteps(layout, program.training!),
    ...penaltySteps(layout, ({ parameter }) => parameter.trainable && (whole || isScheduled(parameter))),
    ...directionSteps(layout, program.training!),
    ...trained.map((tensors) => updateStep(batch, tensors, !whole)),
    ...proximalSteps(layout),
    ...constraintSteps(layout),
    ...averageSteps(layout, optimizerConfig),
    // Nothing in training looks below the lowest parameters: copies for that wait until gradients by the input are asked for.
    ...refreshSteps(program, layout, before),
  ]);
}

/**
 * Row losses and metrics of a batch, and where asked for the classes that rows decide for; layers as in use. No barrier: each
 * worker keeps to its rows.
 */
export function evaluatePlan(program: Program, layout: Layout, source: Source, rows: number, classes = false): Phases {
  const batch: Batch = {
    program,
    layout: listedLayout(layout, source),
    rows,
    training: false,
    use: "evaluation",
    apart: true,
  };
  const walk = forwardToLoss(batch);
  return insertBarriers([
    ...gather(batch, source, layout.cursor, 0, true),
    ...walk.steps,
    ...lossSteps(batch, walk),
    ...sumSteps(batch),
    ...metricSteps(batch, walk),
    ...(classes ? [decisionStep(batch, walk)] : []),
  ]);
}

/** A batch through all nodes, layers as in use, or those below `end`; `outputs` are the model's, or those of the last one. */
export function predictPlan(program: Program, layout: Layout, source: Source, rows: number, end?: number) {
  const batch: Batch = {
    program,
    layout: listedLayout(layout, source),
    rows,
    training: false,
    use: "prediction",
    apart: end === undefined,
  };
  const walk = forwardBelow(batch, end ?? program.nodes.length);
  const phases = insertBarriers([...gather(batch, source, layout.cursor, 0, false), ...walk.steps]);
  const shown = end === undefined ? program.outputs.map(({ index }) => index) : [end - 1];
  return { phases, outputs: shown.map((index) => walk.at(index).tensor) };
}

/** Gradients of the loss with penalties by weights and input, stored and not applied. */
export function gradientsPlan(
  program: Program,
  layout: Layout,
  source: Source,
  rows: number,
  training: boolean,
): Phases {
  const batch: Batch = { program, layout: listedLayout(layout, source), rows, training };
  const walk = forwardToLoss(batch);
  const { batchSteps, parameterSteps } = backward(batch, walk, predsOf(program), true);
  return insertBarriers([
    ...refreshSteps(program, layout),
    ...gather(batch, source, layout.cursor, 0, true),
    ...walk.steps,
    ...lossSteps(batch, walk, rows),
    ...sumSteps(batch),
    ...batchSteps,
    ...parameterSteps,
    ...penaltySteps(layout),
  ]);
}

/** The same from given gradients by the outputs, which come in as the source's targets. */
export function backwardPlan(
  program: Program,
  layout: Layout,
  source: Source,
  rows: number,
  training: boolean,
): Phases {
  const batch: Batch = { program, layout: listedLayout(layout, source), rows, training };
  const walk = forwardBelow(batch, program.nodes.length);
  const ends = program.outputs.map(({ index }) => index);
  const { batchSteps, parameterSteps } = backward(batch, walk, ends, true);
  const at = [reads(source.order), reads(layout.cursor)] as const;
  const given = ends.map((index, k) => {
    const { delta } = walk.at(index);
    return step("gather_float32", rowsOf(rows), writes(delta), reads(source.y[k]!), ...at, delta.width, delta.stride);
  });
  const inputs = gather(batch, source, layout.cursor, 0, false);
  return insertBarriers([
    ...refreshSteps(program, layout),
    ...inputs,
    ...walk.steps,
    ...given,
    ...batchSteps,
    ...parameterSteps,
    ...penaltySteps(layout),
  ]);
}

/** The optimizer's update from stored gradients; penalties are in them already. */
export function applyPlan(program: Program, layout: Layout): Phases {
  const batch: Batch = { program, layout, rows: 0, training: true };
  const updateSteps = trainedOnly(layout.parameters).map((tensors) => updateStep(batch, tensors, false));
  return insertBarriers([
    ...decaySteps(layout, program.training!),
    ...directionSteps(layout, program.training!),
    ...updateSteps,
    ...proximalSteps(layout),
    ...constraintSteps(layout),
    ...averageSteps(layout, program.training!.optimizerConfig),
    ...refreshSteps(program, layout),
  ]);
}

/** Penalty values of the current weights. */
export function penaltyPlan(layout: Layout): Phases {
  return insertBarriers(
    layout.parameters.filter(({ penalty }) => penalty).map((one) => penaltyValue(layout, one, true)),
  );
}

/** Derived copies of the weights, made anew. */
export const refreshPlan = (program: Program, layout: Layout): Phases => insertBarriers(refreshSteps(program, layout));

/** Derived copies made anew: all, or of the nodes that train, those which one of these steps reads. */
function refreshSteps(program: Program, layout: Layout, readers?: readonly Step[]): Step[] {
  const batch: Batch = { program, layout, rows: 0, training: true };
  const [input] = layout.inputs;
  const nothing = { tensor: input!, delta: input!, mask: undefined, trained: false };
  const read = readers && new Set(readers.flatMap((step) => step.arguments).map(nameOf));
  return program.nodes.flatMap((node, index) => {
    if (node.shares !== undefined || (read && !trains(node))) return [];
    const entry = { node, index, sources: [nothing], value: nothing };
    const steps = node.definition.refresh?.(node.config, context(batch, entry), node.inp) ?? [];
    return steps.filter(({ arguments: [copy] }) => !read || read.has(nameOf(copy!)));
  });
}

const nameOf = (argument: Argument) => (typeof argument === "number" ? "" : argument.tensor.name);
