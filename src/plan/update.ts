// The steps of an update: sums of gradients, penalties, the optimizer itself, and what the new weights are held to.

import { constraintStep } from "../constraints/index.js";
import { flags, reads, type Step, step, updates, writes } from "../kernels.js";
import { HYPER, type Layout, type ParameterTensors, type Part } from "./layout.js";
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

export function updateStep(batch: Batch, tensors: ParameterTensors, penalised: boolean): Step {
  const { optimizer, optimizerConfig } = batch.program.training!;
  const { hyper, flags: flag, parameters } = batch.layout;
  const { parameter, weight, gradient, slots, penalty } = tensors;
  return optimizer.update(optimizerConfig, {
    split: split(tensors),
    weight: updates(weight),
    gradient: reads(gradient),
    slot: (name) => updates(slots.get(name)!),
    penalty: penalised && penalty && !parameter.proximal ? writes(penalty) : 0,
    flag: flags(flag, 4 * parameters.indexOf(tensors)),
    hyper: reads(hyper, HYPER.numbers),
    l1: penalised && !parameter.proximal ? parameter.l1 : 0,
    l2: penalised ? parameter.l2 : 0,
    unit: parameter.unit,
  });
}

/** Penalties that no update writes: with a proximal L1, which is no part of the gradient, and of frozen weights. */
export function penaltyValueSteps({ parameters }: Layout): Step[] {
  return parameters
    .filter(({ penalty, parameter }) => penalty && (parameter.proximal || !parameter.trainable))
    .map(penaltyValue);
}

/** The soft thresholds of a proximal L1, on each update's own units. */
export function proximalSteps({ parameters, hyper }: Layout): Step[] {
  return trainedOnly(parameters).flatMap((tensors) => {
    const { proximal, unit } = tensors.parameter;
    if (!proximal) return [];
    const rate = reads(hyper, HYPER.rate);
    return [step("soft_threshold", split(tensors), updates(tensors.weight), rate, proximal, unit)];
  });
}

/** What updated weights are held to. */
export function constraintSteps({ parameters }: Layout): Step[] {
  return trainedOnly(parameters).flatMap((tensors) => {
    const { unit, shape, layout, constraint } = tensors.parameter;
    if (!constraint) return [];
    const weight = updates(tensors.weight);
    return [constraintStep(constraint, { weight, split: split(tensors), unit, shape, layout })];
  });
}

/** The penalty of each unit of a parameter that has one. */
export function penaltyValue(tensors: ParameterTensors): Step {
  const { penalty, weight, parameter } = tensors;
  const { l1, l2, unit } = parameter;
  return step("penalty_value", split(tensors), writes(penalty!), reads(weight), l1, l2, unit);
}

/** Penalties of parameters, and their gradients added to those of the loss. */
export function penaltySteps(parameters: readonly ParameterTensors[]): Step[] {
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
