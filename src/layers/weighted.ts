// What layers with a kernel and a bias have in common: their options, checks and parameters.
import { boolean } from "../check.js";
import { type Constraint, constraintSpec } from "../constraints/index.js";
import { type InitializerName, type InitializerSpec, initializerSpec } from "../initializers/index.js";
import { checkPenalty, type Penalty } from "../penalty.js";
import { type ActivityPenalty, checkActivity } from "./activity.js";
import type { ParameterSpec, Shape } from "./layer.js";

export interface WeightedConfig {
  /** A name of the activation table, or its JSON; default linear. */
  activation?: string | { type: string; alpha?: number };
  /** Default true. */
  useBias?: boolean;
  /** A name of the initializer table, or its JSON; default glorotUniform. */
  kernelInitializer?: InitializerName | InitializerSpec;
  /** Default zeros. */
  biasInitializer?: InitializerName | InitializerSpec;
  kernelRegularizer?: Penalty;
  biasRegularizer?: Penalty;
  /** A penalty on the output, behind the activation: `(l1 * sum|out| + l2 * sum(out^2)) / batch`. */
  activityRegularizer?: ActivityPenalty;
  /** Holds after each update: nonNegative, unitNorm, or { type: "maxNorm", maximum }. */
  kernelConstraint?: Constraint;
  biasConstraint?: Constraint;
}

export const WEIGHTED = [
  "activation",
  "useBias",
  "kernelInitializer",
  "biasInitializer",
  "kernelRegularizer",
  "biasRegularizer",
  "activityRegularizer",
  "kernelConstraint",
  "biasConstraint",
] as const;

/** OptionError for a wrong one of these options; the activation is looked at where it becomes a layer of its own. */
export function checkWeighted(config: WeightedConfig, who: string): void {
  if (config.useBias !== undefined) boolean(config.useBias, `${who}.useBias`);
  initializerSpec(config.kernelInitializer, "glorotUniform", `${who}.kernelInitializer`);
  initializerSpec(config.biasInitializer, "zeros", `${who}.biasInitializer`);
  checkPenalty(config.kernelRegularizer, `${who}.kernelRegularizer`);
  checkPenalty(config.biasRegularizer, `${who}.biasRegularizer`);
  checkActivity(config.activityRegularizer, `${who}.activityRegularizer`);
  // Norms run over a unit's inputs, all axes but the last: a kernel is a matrix to them.
  constraintSpec(config.kernelConstraint, 2, `${who}.kernelConstraint`);
  constraintSpec(config.biasConstraint, 1, `${who}.biasConstraint`);
}

/** A kernel of this shape, in panels as a matrix, and a bias of one value a unit. */
export function weighted(config: WeightedConfig, shape: Shape, units: number, columnAxes = 1): ParameterSpec[] {
  const kernel: ParameterSpec = {
    name: "kernel",
    shape,
    layout: "panels",
    columnAxes,
    initializer: initializerSpec(config.kernelInitializer, "glorotUniform", "kernel"),
    regularizer: config.kernelRegularizer,
    constraint: constraintSpec(config.kernelConstraint, 2, "kernel"),
  };
  if (config.useBias === false) return [kernel];
  const bias: ParameterSpec = {
    name: "bias",
    shape: [units],
    layout: "flat",
    initializer: initializerSpec(config.biasInitializer, "zeros", "bias"),
    regularizer: config.biasRegularizer,
    constraint: constraintSpec(config.biasConstraint, 1, "bias"),
  };
  return [kernel, bias];
}
