// What layers that standardize have in common: their options, checks, and a factor and an offset for each channel.
import { boolean, number } from "../check.js";
import { type InitializerName, type InitializerSpec, initializerSpec } from "../initializers/index.js";
import { type Access, reads, type Split, type Step, step, writes } from "../kernels.js";
import type { NodeContext, ParameterSpec, Shape } from "./layer.js";

export interface ScaledConfig {
  /** Stands beside the variance under the root. */
  epsilon?: number;
  /** Offsets `beta` for each channel; default true. */
  center?: boolean;
  /** Factors `gamma` for each channel; default true. */
  scale?: boolean;
  /** Default ones. */
  gammaInitializer?: InitializerName | InitializerSpec;
  /** Default zeros. */
  betaInitializer?: InitializerName | InitializerSpec;
}

export const SCALED = ["epsilon", "center", "scale", "gammaInitializer", "betaInitializer"] as const;

const gammaOf = ({ gammaInitializer }: ScaledConfig, who = "") =>
  initializerSpec(gammaInitializer, "ones", `${who}.gammaInitializer`);
const betaOf = ({ betaInitializer }: ScaledConfig, who = "") =>
  initializerSpec(betaInitializer, "zeros", `${who}.betaInitializer`);

export function checkScaled(config: ScaledConfig, who: string): void {
  const { epsilon, center, scale } = config;
  // Beyond float32's smallest normal number a constant input would be divided by zero.
  if (epsilon !== undefined) number(epsilon, `${who}.epsilon`, { min: 1e-30, max: 1e30 });
  if (center !== undefined) boolean(center, `${who}.center`);
  if (scale !== undefined) boolean(scale, `${who}.scale`);
  gammaOf(config, who);
  betaOf(config, who);
}

/** One of a vector's parameters, for each channel. */
export const channelwise = (name: string, inp: Shape, initializer: InitializerSpec, rest?: object): ParameterSpec => ({
  name,
  shape: [inp.at(-1)!],
  layout: "flat",
  initializer,
  ...rest,
});

export function scaledParameters(config: ScaledConfig, inp: Shape): ParameterSpec[] {
  const { center = true, scale = true } = config;
  return [
    ...(scale ? [channelwise("gamma", inp, gammaOf(config))] : []),
    ...(center ? [channelwise("beta", inp, betaOf(config))] : []),
  ];
}

/** Where factors and offsets are, or 0. */
export const scalesOf = (
  { center = true, scale = true }: ScaledConfig,
  { parameter }: NodeContext,
): [gamma: Access | 0, beta: Access | 0] => [
  scale ? reads(parameter("gamma")) : 0,
  center ? reads(parameter("beta")) : 0,
];

/** Positions of an example, each with all channels. */
export const positionsOf = (inp: Shape): number => inp.slice(0, -1).reduce((size, extent) => size * extent, 1);

/** Gradients of factors and offsets, for those of them that there are. */
export function scaledBackward({ center = true, scale = true }: ScaledConfig, context: NodeContext): Step[] {
  const { gradient, split } = context;
  if (!scale && !center) return [];
  const at = (name: string, there: boolean) => (there ? writes(gradient(name)) : 0);
  return [scaleSums(context, split(scale ? "gamma" : "beta"), at("gamma", scale), at("beta", center))];
}

/** Sums over rows and positions: of the gradient with the standardized values, and by itself. */
export function scaleSums(context: NodeContext, by: Split, gamma: Access | 0, beta: Access | 0): Step {
  const { rows, dout, inpShape, scratch } = context;
  const sizes = [rows, positionsOf(inpShape), inpShape.at(-1)!, dout.stride] as const;
  return step("scale_backward", by, gamma, beta, reads(dout), reads(scratch("normal")), ...sizes);
}
