// The steps of an update: sums of gradients, penalties, the optimizer itself, and what the new weights are held to.

import { constraintStep } from "../constraints/index.js";
import { flags, reads, type Step, step, updates, writes } from "../kernels.js";
import { HYPER, type Layout, type ParameterTensors, type Part } from "./layout.js";
import { isScheduled, scheduledGradient, scheduledThreshold, scheduledValue } from "./strengths.js";
import { type Batch, split } from "./walk.js";

/** Without the frozen ones. */
export const trainedOnly = (parameters: Layout["parameters"]): ParameterTensors[] =>
  parameters.filter(({ parameter }) => parameter.trainable);

/** Adds a batch's gradients to those of its update; the last batch has all of them then. */
export function accumulateStep(tensors: ParameterTensors, part: Part): Step {
  const { sum, gradient, parameter } = tensors;
  const by = split(tensors);
  if (part === "last") {
    return step("gradient_complete", by, updates(gradient), reads(sum!), parameter.unit);
  }
  const first = part === "first" ? 1 : 0;
  return step("gradient_collect", by, first ? writes(sum!) : updates(sum!), reads(gradient), first, parameter.unit);
}

/** The optimizer's step; `fused` with the penalty where it can be, so that gradients need not hold it. */
export function updateStep(batch: Batch, tensors: ParameterTensors, fused: boolean): Step {
  const { optimizer, optimizerConfig } = batch.program.training!;
  const { hyper, flags: flag, parameters } = batch.layout;
  const { parameter, weight, gradient, slots, penalty } = tensors;
  const { l1, l2, proximal, unit } = parameter;
  const strengths = fused && typeof l1 === "number" && typeof l2 === "number" ? { l1, l2 } : { l1: 0, l2: 0 };
  return optimizer.update(optimizerConfig, {
    split: split(tensors),
    weight: updates(weight),
    slot: (name) => updates(slots.get(name)!),
    common: [
      reads(gradient),
      fused && penalty && !proximal && !isScheduled(parameter) ? writes(penalty) : 0,
      flags(flag, 4 * parameters.indexOf(tensors)),
      reads(hyper, HYPER.numbers),
      proximal ? 0 : strengths.l1,
      strengths.l2,
      unit,
    ],
  });
}

/** The soft thresholds of a proximal L1, on each update's own units. */
export function proximalSteps(layout: Layout): Step[] {
  return trainedOnly(layout.parameters).flatMap((tensors) => {
    const { proximal, l1, unit } = tensors.parameter;
    if (!proximal) return [];
    if (typeof l1 === "object") return [scheduledThreshold(layout, tensors)];
    const rate = reads(layout.hyper, HYPER.rate);
    return [step("soft_threshold", split(tensors), updates(tensors.weight), rate, l1, unit)];
  });
}

/** What updated weights are held to. */
export function constraintSteps({ parameters }: Layout): Step[] {
  return trainedOnly(parameters).flatMap((tensors) => {
    const { unit, matrix, layout, constraint } = tensors.parameter;
    if (!constraint) return [];
    const weight = updates(tensors.weight);
    return [constraintStep(constraint, { weight, split: split(tensors), unit, matrix, layout })];
  });
}

/** The penalty of each unit of a parameter that has one; strengths by a schedule are the step's, or a worker's own. */
export function penaltyValue(layout: Layout, tensors: ParameterTensors, own = false): Step {
  const { penalty, weight, parameter } = tensors;
  const { l1, l2, unit } = parameter;
  if (typeof l1 === "object" || typeof l2 === "object") return scheduledValue(layout, tensors, own);
  return step("penalty_value", split(tensors), writes(penalty!), reads(weight), l1, l2, unit);
}

/**
 * Penalties into gradients, for those parameters that `whole` says. Of the others, those that no update writes have their value
 * taken: with a proximal L1, which is no part of the gradient, and of frozen weights.
 */
export function penaltySteps(layout: Layout, whole: (tensors: ParameterTensors) => boolean = () => true): Step[] {
  return layout.parameters.flatMap((tensors) => {
    if (!tensors.penalty) return [];
    if (whole(tensors)) return [penaltyValue(layout, tensors), penaltyGradient(layout, tensors)];
    const { proximal, trainable } = tensors.parameter;
    return proximal || !trainable ? [penaltyValue(layout, tensors)] : [];
  });
}

function penaltyGradient(layout: Layout, tensors: ParameterTensors): Step {
  const { gradient, weight, parameter } = tensors;
  const { l1, l2, unit, proximal } = parameter;
  if (typeof l1 === "object" || typeof l2 === "object") return scheduledGradient(layout, tensors);
  return step("penalty_gradient", split(tensors), updates(gradient), reads(weight), proximal ? 0 : l1, l2, unit);
}
