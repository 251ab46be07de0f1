import { stride } from "../arena.js";
import { number } from "../check.js";
import { reads, step, updates, writes } from "../kernels.js";
import { type LayerDefinition, type NodeContext, sizeOf } from "./layer.js";
import {
  channelwise,
  checkScaled,
  positionsOf,
  SCALED,
  type ScaledConfig,
  scaledBackward,
  scaledParameters,
  scaleSums,
  scalesOf,
} from "./scaled.js";

export interface BatchNormalizationConfig extends ScaledConfig {
  /** What an update leaves of the moving statistics; default 0.99. */
  momentum?: number;
}

const EPSILON = 1e-3;

/** Statistics of the batch in training, else the moving ones. */
const statistics = ({ training, scratch, parameter }: NodeContext) =>
  training ? [scratch("mean"), scratch("variance")] : [parameter("movingMean"), parameter("movingVariance")];

/**
 * `out = gamma * (inp - mean) / sqrt(variance + epsilon) + beta`, mean and (biased) variance over all axes but the last: of the batch
 * in training, whose gradient runs through them; else, and where frozen, the moving ones, which each batch of training changes to
 * `momentum * moving + (1 - momentum) * batch`. Where an update takes several batches, each has statistics of its own.
 *
 * Shapes   inp (B, ..., C) -> out (B, ..., C); gamma, beta, movingMean, movingVariance (C)
 * Init     gamma and movingVariance ones, beta and movingMean zeros
 * Errors   OptionError for momentum outside 0..1 or epsilon < 1e-30
 * Kernel   assembly/layers/batch_normalization.ts
 * Source   Ioffe & Szegedy 2015
 */
export const batchNormalization: LayerDefinition<BatchNormalizationConfig> = {
  options: ["momentum", ...SCALED],
  check(config, who) {
    if (config.momentum !== undefined) number(config.momentum, `${who}.momentum`, { min: 0, max: 1 });
    checkScaled(config, who);
  },
  output: (_, inp) => inp,
  parameters: (config, inp) => [
    ...scaledParameters(config, inp),
    channelwise("movingMean", inp, { type: "zeros" }, { measured: true }),
    channelwise("movingVariance", inp, { type: "ones" }, { measured: true }),
  ],
  // What a batch leaves of the moving statistics; behind it a zero, which says that the batch's stay as they are.
  constants: ({ momentum = 0.99 }) => ({ rest: Float32Array.of(1 - momentum, 0) }),
  scratch(_, inp) {
    const channels = { floats: stride(inp.at(-1)!) };
    return { normal: { width: sizeOf(inp) }, mean: channels, variance: channels, dgamma: channels, dbeta: channels };
  },
  forward(config, context) {
    const { rows, training, inp, out, scratch, batch, inpShape } = context;
    const sizes = [positionsOf(inpShape), inpShape.at(-1)!, inp.stride] as const;
    const [mean, variance] = statistics(context) as [typeof inp, typeof inp];
    const normal = writes(scratch("normal"));
    const scales = scalesOf(config, context);
    const { epsilon = EPSILON } = config;
    return [
      ...(training
        ? [step("channel_moments", channels(context), writes(mean), writes(variance), reads(inp), rows, ...sizes)]
        : []),
      step(
        "batch_normalization_forward",
        batch,
        writes(out),
        normal,
        reads(inp),
        reads(mean),
        reads(variance),
        ...scales,
        epsilon,
        ...sizes,
      ),
    ];
  },
  backward(config, context) {
    const { rows, batch, training, dinp, dout, inpShape, scratch, gradient } = context;
    const { epsilon = EPSILON, center = true, scale = true } = config;
    const [, variance] = statistics(context);
    const [gamma] = scalesOf(config, context);
    const pixels = positionsOf(inpShape);
    // The sums that are gradients of gamma and beta are wanted whether there are such or not.
    const dgamma = scale ? gradient("gamma") : scratch("dgamma");
    const dbeta = center ? gradient("beta") : scratch("dbeta");
    const sums = training
      ? [scaleSums(context, channels(context), writes(dgamma), writes(dbeta))]
      : scaledBackward(config, context);
    if (!dinp) return sums;
    const below = step(
      "batch_normalization_backward",
      batch,
      writes(dinp),
      reads(dout),
      reads(scratch("normal")),
      reads(variance!),
      gamma,
      training ? reads(dgamma) : 0,
      training ? reads(dbeta) : 0,
      epsilon,
      Math.fround(1 / (rows * pixels)),
      pixels,
      inpShape.at(-1)!,
      dout.stride,
    );
    return [...sums, below];
  },
  measure: (_, { parameter, split, scratch, constant }) =>
    (["mean", "variance"] as const).map((name) => {
      const moving = name === "mean" ? "movingMean" : "movingVariance";
      const numbers = reads(constant("rest"));
      return step("average_weights", split(moving), updates(parameter(moving)), reads(scratch(name)), numbers, 8);
    }),
};

/** Groups of 8 channels: their sums over the batch are wanted before its next layer. */
const channels = ({ inpShape }: NodeContext) => ({ axis: "channel", extent: stride(inpShape.at(-1)!) / 8 }) as const;
