import { stride } from "../arena.js";
import { integer, show } from "../check.js";
import { ShapeError } from "../errors.js";
import { reads } from "../kernels.js";
import {
  convolve,
  convolveBackwardBias,
  convolveBackwardKernel,
  type FilterConfig,
  flip,
  pad,
  spread,
} from "./convolution.js";
import { type LayerDefinition, type Shape, showShape } from "./layer.js";
import { checkWeighted, WEIGHTED, weighted } from "./weighted.js";
import {
  adjoint,
  checkPair,
  checkWindow,
  type Field,
  fieldOf,
  isBare,
  multiplyAdds,
  type Pair,
  paddedSize,
  pairOf,
  WINDOW,
  type WindowConfig,
} from "./windows.js";

export interface Conv2dTransposeConfig extends WindowConfig, FilterConfig {
  /** Pixels more below and on the right, fewer than the stride, as a convolution makes images of several extents equally small. */
  outputPadding?: Pair;
}

/** The windows that lie in the output, one for each pixel of the input. */
function fieldIn(config: Conv2dTransposeConfig, inp: Shape, who: string): Field {
  const { strides = 1, padding = "valid", outputPadding, filters } = config;
  const input = fieldOf({ ...config, kernelSize: 1, strides: 1, padding: "valid", dilation: 1 }, inp, who);
  const extents = [input.down.extent, input.across.extent].map((extent, i) => {
    const step = pairOf(strides)[i]!;
    if (padding === "same" && outputPadding === undefined) return extent * step;
    const reach = (pairOf(config.kernelSize)[i]! - 1) * pairOf(config.dilation ?? 1)[i]! + 1;
    const around = padding === "same" ? reach >> 1 : padding === "valid" ? 0 : pairOf(padding as Pair)[i]!;
    return (extent - 1) * step + reach - 2 * around + pairOf(outputPadding ?? 0)[i]!;
  });
  if (extents.some((extent) => extent < 1)) {
    throw new ShapeError(`${who}: expected something to be left of ${showShape(inp)}, got nothing. Take less padding.`);
  }
  const field = fieldOf(config, [...extents, filters], who);
  if (field.down.out === input.down.extent && field.across.out === input.across.extent) return field;
  const got = show(outputPadding);
  throw new ShapeError(`${who}: outputPadding: expected what strides give back, got ${got}. Take stride - 1.`);
}

/** OptionError unless it is less than the stride. */
function checkOutputPadding({ outputPadding = 0, strides = 1 }: Conv2dTransposeConfig, who: string): void {
  checkPair(outputPadding, who, 0);
  for (const [i, step] of pairOf(strides).entries()) integer(pairOf(outputPadding)[i], who, { min: 0, max: step - 1 });
}

/**
 * The adjoint of a convolution, which makes images larger: `out[y * stride + i][x * stride + j] += inp[y][x] · kernel[i][j]ᵀ`.
 *
 * Shapes   inp (B, height, width, channels) -> out (B, height', width', filters), height' = height * stride for "same",
 *          (height - 1) * stride + kernelHeight - 2 * padding + outputPadding otherwise, and where this is given, padding then being
 *          kernelHeight >> 1 for "same"; kernel (kernelHeight, kernelWidth, filters, channels)
 * Init     kernel Glorot uniform, bias zeros
 * Errors   ShapeError unless examples are images and something is left of them; OptionError for extents < 1
 * Kernel   assembly/layers/convolution.ts
 * Source   Dumoulin & Visin 2016, section 4
 */
export const conv2dTranspose: LayerDefinition<Conv2dTransposeConfig> = {
  options: ["filters", "outputPadding", ...WINDOW, ...WEIGHTED],
  check(config, who) {
    integer(config.filters, `${who}.filters`, { min: 1, max: 65536 });
    checkWindow(config, who);
    checkOutputPadding(config, `${who}.outputPadding`);
    checkWeighted(config, who);
  },
  output(config, inp, who) {
    const { down, across, channels } = fieldIn(config, inp, who);
    return [down.extent, across.extent, channels];
  },
  parameters(config, inp) {
    const { down, across } = fieldIn(config, inp, "conv2dTranspose");
    return weighted(config, [down.kernel, across.kernel, config.filters, inp.at(-1)!], config.filters);
  },
  derived(config, inp) {
    const { down, across } = fieldIn(config, inp, "conv2dTranspose");
    return { kernelFlipped: stride(down.kernel * across.kernel * inp.at(-1)!) * stride(config.filters) };
  },
  scratch(config, inp) {
    const field = fieldIn(config, inp, "conv2dTranspose");
    return {
      ...(isBare(field) ? {} : { padded: { width: paddedSize(field) } }),
      spread: { width: paddedSize(adjoint(field, inp.at(-1)!)) },
    };
  },
  forward(config, { batch, inp, out, parameter, derived, scratch, inpShape }) {
    const field = fieldIn(config, inpShape, "conv2dTranspose");
    const channels = inpShape.at(-1)!;
    const image = scratch("spread");
    const bias = config.useBias === false ? 0 : reads(parameter("bias"));
    return [
      spread(field, channels, batch, image, inp),
      convolve(adjoint(field, channels), config.filters, batch, out, image, derived("kernelFlipped"), bias),
    ];
  },
  backward(config, context) {
    const { batch, inp, dinp, dout, parameter, scratch, inpShape } = context;
    const { filters, useBias = true } = config;
    const field = fieldIn(config, inpShape, "conv2dTranspose");
    const channels = inpShape.at(-1)!;
    const image = isBare(field) ? dout : scratch("padded");
    return [
      ...pad(field, batch, image, dout),
      ...(dinp ? [convolve(field, channels, batch, dinp, image, parameter("kernel"), 0)] : []),
      convolveBackwardKernel(field, channels, context, image, inp),
      ...(useBias ? [convolveBackwardBias(field.down.extent * field.across.extent, filters, context, dout)] : []),
    ];
  },
  refresh(config, context, inp) {
    return [flip(fieldIn(config, inp, "conv2dTranspose"), inp.at(-1)!, context)];
  },
  multiplyAdds(config, inp) {
    return multiplyAdds(fieldIn(config, inp, "conv2dTranspose"), inp.at(-1)!);
  },
};
