import { integer } from "../check.js";
import { ShapeError } from "../errors.js";
import { reads, step, writes } from "../kernels.js";
import { type LayerDefinition, type Shape, showShape, sizeOf } from "./layer.js";
import {
  checkScaled,
  positionsOf,
  SCALED,
  type ScaledConfig,
  scaledBackward,
  scaledParameters,
  scalesOf,
} from "./scaled.js";

/** How an example falls into blocks: see the kernel. */
interface Blocks {
  readonly blocks: number;
  readonly blockStep: number;
  readonly scaleStep: number;
  readonly runs: number;
  readonly runStep: number;
  readonly length: number;
}

interface Family<Config> {
  readonly options: readonly string[];
  check?(config: Config, who: string): void;
  fits?(config: Config, inp: Shape, who: string): void;
  blocks(config: Config, inp: Shape): Blocks;
  /** False where the mean stays. */
  readonly centred: boolean;
  readonly epsilon: number;
  /** What the user's options come to. */
  scales(config: Config): ScaledConfig;
}

function family<Config extends ScaledConfig>(of: Family<Config>): LayerDefinition<Config> {
  const { centred, epsilon, scales } = of;
  const mode = centred ? 1 : 0;
  const sizes = (config: Config, inp: Shape) => {
    const { blocks, blockStep, scaleStep, runs, runStep, length } = of.blocks(config, inp);
    return [blocks, blockStep, scaleStep, runs, runStep, length] as const;
  };
  return {
    options: of.options,
    check(config, who) {
      of.check?.(config, who);
      checkScaled(config, who);
    },
    output(config, inp, who) {
      of.fits?.(config, inp, who);
      return inp;
    },
    parameters: (config, inp) => scaledParameters(scales(config), inp),
    scratch: (config, inp) => ({
      normal: { width: sizeOf(inp) },
      factor: { width: of.blocks(config, inp).blocks },
    }),
    forward(config, context) {
      const { batch, inp, out, scratch, inpShape } = context;
      const factor = scratch("factor");
      return [
        step(
          "group_normalization_forward",
          batch,
          writes(out),
          writes(scratch("normal")),
          writes(factor),
          reads(inp),
          ...scalesOf(scales(config), context),
          mode,
          config.epsilon ?? epsilon,
          ...sizes(config, inpShape),
          inp.stride,
          factor.stride,
        ),
      ];
    },
    backward(config, context) {
      const { batch, dinp, dout, scratch, inpShape } = context;
      const factor = scratch("factor");
      const [gamma] = scalesOf(scales(config), context);
      const below = () =>
        step(
          "group_normalization_backward",
          batch,
          writes(dinp!),
          reads(dout),
          reads(scratch("normal")),
          reads(factor),
          gamma,
          mode,
          ...sizes(config, inpShape),
          dout.stride,
          factor.stride,
        );
      return [...(dinp ? [below()] : []), ...scaledBackward(scales(config), context)];
    },
  };
}

/** Each position by itself. */
const channels = (inp: Shape): Blocks => {
  const length = inp.at(-1)!;
  return { blocks: positionsOf(inp), blockStep: length, scaleStep: 0, runs: 1, runStep: 0, length };
};

/**
 * `out = gamma * (inp - mean) / sqrt(variance + epsilon) + beta`, mean and (biased) variance over the last axis.
 *
 * Shapes   inp (B, ..., C) -> out (B, ..., C); gamma (C), beta (C)
 * Init     gamma ones, beta zeros
 * Errors   OptionError for epsilon < 1e-30
 * Kernel   assembly/layers/group_normalization.ts
 * Source   Ba, Kiros & Hinton 2016
 */
export const layerNormalization = family<ScaledConfig>({
  options: SCALED,
  blocks: (_, inp) => channels(inp),
  centred: true,
  epsilon: 1e-3,
  scales: (config) => config,
});

export type RmsNormalizationConfig = Omit<ScaledConfig, "center" | "betaInitializer">;

/**
 * `out = gamma * inp / sqrt(mean(inp²) + epsilon)`, the mean over the last axis.
 *
 * Shapes   inp (B, ..., C) -> out (B, ..., C); gamma (C)
 * Init     gamma ones
 * Errors   OptionError for epsilon < 1e-30
 * Kernel   assembly/layers/group_normalization.ts
 * Source   Zhang & Sennrich 2019
 */
export const rmsNormalization = family<RmsNormalizationConfig>({
  options: ["epsilon", "scale", "gammaInitializer"],
  blocks: (_, inp) => channels(inp),
  centred: false,
  epsilon: 1e-6,
  scales: (config) => ({ ...config, center: false }),
});

export interface GroupNormalizationConfig extends ScaledConfig {
  /** How many groups of channels there are, of as many channels each; default 32. */
  groups?: number;
}

/**
 * `out = gamma * (inp - mean) / sqrt(variance + epsilon) + beta`, mean and (biased) variance over all positions of an example and a
 * group of its channels.
 *
 * Shapes   inp (B, ..., C) -> out (B, ..., C); gamma (C), beta (C)
 * Init     gamma ones, beta zeros
 * Errors   OptionError for groups < 1 or epsilon < 1e-30; ShapeError unless groups divides C
 * Kernel   assembly/layers/group_normalization.ts
 * Source   Wu & He 2018
 */
export const groupNormalization = family<GroupNormalizationConfig>({
  options: ["groups", ...SCALED],
  check: ({ groups = GROUPS }, who) => void integer(groups, `${who}.groups`, { min: 1, max: 16777216 }),
  fits({ groups = GROUPS }, inp, who) {
    if (inp.at(-1)! % groups === 0) return;
    const expected = `expected channels in ${groups} groups of as many each`;
    throw new ShapeError(`${who}: ${expected}, got ${showShape(inp)}. Take groups that divide ${inp.at(-1)}.`);
  },
  blocks({ groups = GROUPS }, inp) {
    const length = inp.at(-1)! / groups;
    return {
      blocks: groups,
      blockStep: length,
      scaleStep: length,
      runs: positionsOf(inp),
      runStep: inp.at(-1)!,
      length,
    };
  },
  centred: true,
  epsilon: 1e-3,
  scales: (config) => config,
});
const GROUPS = 32;
