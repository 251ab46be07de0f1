// Strengths of penalties that follow a schedule: their step's values lie in memory, where kernels read them.

import { type Access, reads, type Step, step, updates, writes } from "../kernels.js";
import { HYPER, type Layout, type ParameterTensors } from "./layout.js";
import type { Parameter, Program } from "./program.js";
import { split } from "./walk.js";

/** Bytes of a parameter's l1, l2 and rate * l1. */
const EACH = 12;
const THRESHOLD = 8;

export const isScheduled = ({ l1, l2 }: Pick<Parameter, "l1" | "l2">): boolean =>
  typeof l1 === "object" || typeof l2 === "object";

/** Bytes of the strengths of all parameters; 0 where none follows a schedule. */
export const strengthBytes = ({ parameters }: Program): number =>
  parameters.some(isScheduled) ? EACH * parameters.length : 0;

/** Where a parameter's strengths are: in `hyper` for a step, or in each worker's own copy for evaluation. */
export const strengthsIn = (layout: Layout, { parameter }: ParameterTensors, own: boolean): Access => {
  const at = EACH * layout.parameters.findIndex((one) => one.parameter === parameter);
  return own ? reads(layout.strengths, at) : reads(layout.hyper, HYPER.bytes + at);
};

export function scheduledValue(layout: Layout, one: ParameterTensors, own: boolean): Step {
  const strengths = strengthsIn(layout, one, own);
  const { penalty, weight, parameter } = one;
  return step("penalty_value_at", split(one), writes(penalty!), reads(weight), strengths, parameter.unit);
}

export function scheduledGradient(layout: Layout, one: ParameterTensors): Step {
  const { gradient, weight, parameter } = one;
  const l1 = parameter.proximal ? 0 : 1;
  const strengths = strengthsIn(layout, one, false);
  return step("penalty_gradient_at", split(one), updates(gradient), reads(weight), strengths, l1, parameter.unit);
}

/** The rate times l1 is a threshold by itself. */
export function scheduledThreshold(layout: Layout, one: ParameterTensors): Step {
  const strengths = strengthsIn(layout, one, false);
  const threshold = { ...strengths, offset: strengths.offset + THRESHOLD };
  return step("soft_threshold", split(one), updates(one.weight), threshold, 1, one.parameter.unit);
}
