// A program and its memory -> the steps of a batch. One function per kind of plan; each gives phases between barriers.

import type { Tensor } from "../arena.js";
import { type Access, hook, type KernelName, reads, type Step, step, updates, writes, writesNext } from "../kernels.js";
import { decision } from "../metrics/index.js";
import { averageSteps } from "./average.js";
import { insertBarriers, type Phases } from "./barriers.js";
import { decaySteps } from "./decay.js";
import { directionSteps, wholeFirst } from "./direction.js";
import { HYPER, type Layout, type Part, type Source } from "./layout.js";
import type { Program } from "./program.js";
import { isScheduled } from "./strengths.js";
import { tapePlace } from "./tapes.js";
import {
  accumulateStep,
  constraintSteps,
  penaltySteps,
  penaltyValue,
  proximalSteps,
  trainedOnly,
  updateStep,
} from "./update.js";
import {
  type Batch,
  backward,
  context,
  forward,
  forwardToLoss,
  looking,
  measureSteps,
  rowsOf,
  trains,
  type Walk,
} from "./walk.js";

/** A batch of training: its rows, and what it does for its update of `total` rows. */
export interface TrainBatch {
  readonly rows: number;
  readonly total: number;
  readonly part: Part;
}

/** Training on the rows of a source: gather, forward, loss, backward | guard, decide, gradients, update. */
export function trainPlan(program: Program, layout: Layout, source: Source, { rows, total, part }: TrainBatch): Phases {
  const batch: Batch = { program, layout, rows, total, training: true, zeros: source.zeros };
  const walk = forwardToLoss(batch);
  const { batchSteps, parameterSteps } = backward(batch, walk, false);
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
    lossStep(batch, walk, true, total),
    ...weighSteps(batch, source, walk, hyper),
    ...mixed.losses,
    ...metricSteps(batch, walk),
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
    // Nothing in training looks below the lowest parameters: their copies wait until gradients by the input are asked for.
    ...refreshSteps(program, layout, walk),
  ]);
}

/**
 * Row losses and metrics of a batch, and where asked for the classes that rows decide for; layers as in use. No barrier: each
 * worker keeps to its rows.
 */
export function evaluatePlan(program: Program, layout: Layout, source: Source, rows: number, classes = false): Phases {
  const batch: Batch = { program, layout, rows, training: false, zeros: source.zeros, use: "evaluation" };
  const walk = forwardToLoss(batch);
  return insertBarriers([
    ...gather(batch, source, layout.cursor, 0, true),
    ...walk.steps,
    lossStep(batch, walk, false),
    ...metricSteps(batch, walk),
    ...(classes
      ? [decision({ batch: rowsOf(rows), value: layout.classes, pred: walk.pred, task: program.training!.task! })]
      : []),
  ]);
}

/** The output of the nodes below `end` for a batch, layers as in use. `output` is the tensor that holds it. */
export function predictPlan(
  program: Program,
  layout: Layout,
  source: Source,
  rows: number,
  end = program.nodes.length,
) {
  const batch: Batch = { program, layout, rows, training: false, use: "prediction" };
  const walk = forward(batch, end);
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

function lossStep({ program, layout, rows }: Batch, walk: Walk, training: boolean, total = rows): Step {
  const { definition, config } = program.training!.loss!;
  const { loss, target } = layout;
  const tensors = { batch: rowsOf(rows), loss, pred: walk.pred, target, place: tapePlace(layout, loss) };
  if (!training) return definition.forward(config, tensors);
  return definition.backward(config, { ...tensors, dpred: walk.delta, scale: Math.fround(1 / total) });
}

/** The weights of the batch's rows, on losses and gradients; none where the data has none. */
function weighSteps({ layout, rows }: Batch, { weights, order }: Source, { delta }: Walk, hyper: Tensor): Step[] {
  const { rowWeight, loss } = layout;
  if (!weights || !rowWeight) return [];
  const by = rowsOf(rows);
  return [
    // Whole words are copied, whatever they mean.
    step("gather_int32", by, writes(rowWeight), reads(weights), reads(order), reads(hyper, HYPER.cursor)),
    step("weigh_rows", by, updates(loss), updates(delta), reads(rowWeight), delta.stride),
  ];
}

/** What mixes a batch with its partner rows: their inputs before the layers, their losses by the same outputs behind them. */
function mixSteps(batch: Batch, source: Source, walk: Walk, total: number): { inputs: Step[]; losses: Step[] } {
  const { layout, rows } = batch;
  const { mix, hyper, input, loss } = layout;
  if (!source.partners || !mix) return { inputs: [], losses: [] };
  const by = rowsOf(rows);
  const share = reads(hyper, HYPER.mix);
  const partner: Batch = { ...batch, layout: { ...layout, ...mix } };
  const partners: Source = { ...source, order: source.partners };
  const behind: Walk = { ...walk, delta: mix.delta };
  return {
    inputs: [
      ...gather(partner, partners, hyper, HYPER.cursor, true),
      step("mix_rows", by, updates(input), reads(mix.input), share, input.stride),
    ],
    losses: [
      lossStep(partner, behind, true, total),
      ...weighSteps(partner, partners, behind, hyper),
      step("mix_rows", by, updates(walk.delta), reads(mix.delta), share, walk.delta.stride),
      step("mix_losses", by, updates(loss), reads(mix.loss), share),
    ],
  };
}

function metricSteps({ program, layout, rows }: Batch, walk: Walk): Step[] {
  const { metrics, task } = program.training!;
  return metrics.map(({ definition, config }, i) =>
    definition.row(config, {
      batch: rowsOf(rows),
      value: layout.metrics[i]!,
      pred: definition.output ? walk.output : walk.pred,
      target: layout.target,
      task: task!,
      place: tapePlace(layout, layout.metrics[i]!),
    }),
  );
}

/** What the lead sums up after a batch. */
function rowValues({ program, layout }: Batch): Access[] {
  const { loss, metrics, activities, target } = layout;
  const whole = program.training!.metrics.some(({ definition }) => definition.whole);
  return [loss, ...metrics, ...activities, ...(whole ? [target] : [])].map((tensor) => reads(tensor));
}

/** Derived copies made anew: of all nodes, or of those that train, some of which nothing needs the gradient by an input of. */
function refreshSteps(program: Program, layout: Layout, walk?: Walk): Step[] {
  const batch: Batch = { program, layout, rows: 0, training: true };
  const nothing = { tensor: layout.input, delta: layout.input, mask: undefined, trained: false };
  const wanted = walk && looking(walk);
  return program.nodes.flatMap((node, index) => {
    if (node.shares !== undefined || (walk && !trains(node))) return [];
    const entry = { node, index, sources: [nothing], value: nothing };
    const steps = node.definition.refresh?.(node.config, context(batch, entry), node.inp) ?? [];
    const keeps = ({ arguments: [first] }: Step) =>
      node.definition.keeps?.includes((first as Access).tensor.name.slice(node.name.length + 1));
    return steps.filter((step) => !wanted || wanted.has(node.name) || keeps(step));
  });
}
