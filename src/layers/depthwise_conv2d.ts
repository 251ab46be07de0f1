import { integer } from "../check.js";
import { OptionError } from "../errors.js";
import { reads, type Step, step, withFlops, writes } from "../kernels.js";
import { convolveBackwardBias } from "./convolution.js";
import { type LayerDefinition, type Shape, sizeOf } from "./layer.js";
import { fits, move, moveBack, tableOf, upSampled } from "./moves.js";
import { checkWeighted, WEIGHTED, type WeightedConfig, weighted } from "./weighted.js";
import { checkWindow, type Field, fieldOf, multiplyAdds, WINDOW, type WindowConfig } from "./windows.js";

/** What the kernel's options are called in Keras, too. */
const SYNONYMS = ["Initializer", "Regularizer", "Constraint"] as const;

export interface DepthwiseConv2dConfig extends WindowConfig, WeightedConfig {
  /** As kernelInitializer; one of both. So are the two below. */
  depthwiseInitializer?: WeightedConfig["kernelInitializer"];
  depthwiseRegularizer?: WeightedConfig["kernelRegularizer"];
  depthwiseConstraint?: WeightedConfig["kernelConstraint"];
  /** Channels of the output for each of the input; default 1. */
  depthMultiplier?: number;
}

/** Options with the kernel's own under one name. */
function plain(config: DepthwiseConv2dConfig, who = ""): DepthwiseConv2dConfig {
  const own: Record<string, unknown> = { ...config };
  for (const part of SYNONYMS) {
    const [name, synonym] = [`kernel${part}`, `depthwise${part}`];
    if (own[synonym] === undefined) continue;
    if (own[name] !== undefined) throw new OptionError(`${who}: expected ${synonym} or ${name}, got both.`);
    own[name] = own[synonym];
  }
  return own as unknown as DepthwiseConv2dConfig;
}

/** The windows of an image whose channels are there `depthMultiplier` times. */
function windowsOf(config: DepthwiseConv2dConfig, inp: Shape, who: string): Field {
  const field = fieldOf(config, inp, who);
  return { ...field, channels: field.channels * (config.depthMultiplier ?? 1) };
}

const sizesOf = ({ down, across, channels }: Field) =>
  [
    down.extent,
    across.extent,
    channels,
    down.out,
    across.out,
    down.kernel,
    across.kernel,
    down.stride,
    across.stride,
    down.dilation,
    across.dilation,
    down.before,
    across.before,
  ] as const;

/**
 * Convolution of each channel by itself: `out[y][x][c * m + k] = activation(bias + Σ inp[y * stride + i * dilation][x * stride +
 * j * dilation][c] * kernel[i][j][c][k])`, m = depthMultiplier.
 *
 * Shapes   inp (B, height, width, channels) -> out (B, height', width', channels * m); kernel (kernelHeight, kernelWidth, channels,
 *          m), bias (channels * m)
 * Init     kernel Glorot uniform, bias zeros
 * Errors   ShapeError unless examples are images no smaller than a window; OptionError for extents < 1
 * Kernel   assembly/layers/depthwise.ts; channels are repeated by assembly/layers/move.ts
 * Source   Howard et al. 2017 (MobileNets), section 3.1
 */
export const depthwiseConv2d: LayerDefinition<DepthwiseConv2dConfig> = {
  options: ["depthMultiplier", ...WINDOW, ...WEIGHTED, ...SYNONYMS.map((part) => `depthwise${part}`)],
  check(config, who) {
    integer(config.depthMultiplier ?? 1, `${who}.depthMultiplier`, { min: 1, max: 65536 });
    checkWindow(config, who);
    checkWeighted(plain(config, who), who);
  },
  output(config, inp, who) {
    const { down, across, channels } = windowsOf(config, inp, who);
    fits([down.extent, across.extent, channels], who);
    return [down.out, across.out, channels];
  },
  parameters(config, inp) {
    const { down, across, channels } = windowsOf(config, inp, "depthwiseConv2d");
    const shape = [down.kernel, across.kernel, inp.at(-1)!, config.depthMultiplier ?? 1];
    return weighted(plain(config), shape, channels, 2);
  },
  constants: ({ depthMultiplier = 1 }, inp) => ({
    ...(depthMultiplier > 1 ? { table: tableOf(upSampled(sizeOf(inp), depthMultiplier)) } : {}),
  }),
  scratch({ depthMultiplier = 1 }, inp) {
    const width = sizeOf(inp) * depthMultiplier;
    return { ...(depthMultiplier > 1 ? { repeated: { width }, below: { width } } : {}) };
  },
  forward(config, context) {
    const { batch, out, parameter, inpShape } = context;
    const field = windowsOf(config, inpShape, "depthwiseConv2d");
    const repeats = (config.depthMultiplier ?? 1) > 1;
    const inp = repeats ? context.scratch("repeated") : context.inp;
    const bias = config.useBias === false ? 0 : reads(parameter("bias"));
    const kernel = reads(parameter("kernel"));
    const last = [...sizesOf(field), out.stride, inp.stride] as const;
    return [
      ...(repeats ? [move(context, inp, context.inp, inp.width, 1)] : []),
      withFlops(
        2 * batch.extent * multiplyAdds(field, 1),
        step("depthwise_forward", batch, writes(out), reads(inp), kernel, bias, ...last),
      ),
    ];
  },
  backward(config, context) {
    const { batch, rows, dinp, dout, parameter, gradient, split, inpShape } = context;
    const field = windowsOf(config, inpShape, "depthwiseConv2d");
    const repeats = (config.depthMultiplier ?? 1) > 1;
    const inp = repeats ? context.scratch("repeated") : context.inp;
    const below = repeats ? context.scratch("below") : dinp;
    const last = [...sizesOf(field), dout.stride, inp.stride] as const;
    const steps: Step[] = [];
    if (dinp && below) {
      const kernel = reads(parameter("kernel"));
      steps.push(step("depthwise_backward_input", batch, writes(below), reads(dout), kernel, ...last));
      if (repeats) steps.push(moveBack(context, dinp, below, below.width, 1));
    }
    const dkernel = writes(gradient("kernel"));
    steps.push(step("depthwise_backward_kernel", split("kernel"), dkernel, reads(inp), reads(dout), rows, ...last));
    if (config.useBias === false) return steps;
    return [...steps, convolveBackwardBias(field.down.out * field.across.out, field.channels, context, dout)];
  },
  multiplyAdds: (config, inp) => multiplyAdds(windowsOf(config, inp, "depthwiseConv2d"), 1),
};
