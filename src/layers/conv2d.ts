import { stride } from "../arena.js";
import { integer } from "../check.js";
import { reads, step, writes } from "../kernels.js";
import {
  adjoint,
  checkWindow,
  convolve,
  convolveBackwardBias,
  convolveBackwardKernel,
  fieldOf,
  isBare,
  multiplyAdds,
  padded,
  paddedSize,
  spread,
  WINDOW,
  type WindowConfig,
} from "./convolution.js";
import type { LayerDefinition } from "./layer.js";
import { checkWeighted, WEIGHTED, type WeightedConfig, weighted } from "./weighted.js";

export interface Conv2dConfig extends WindowConfig, WeightedConfig {
  /** Channels of the output. */
  filters: number;
}

/**
 * Convolution of images: `out[y][x] = activation(bias + Σ inp[y * stride + i * dilation][x * stride + j * dilation] · kernel[i][j])`.
 *
 * Shapes   inp (B, height, width, channels) -> out (B, height', width', filters); kernel (kernelHeight, kernelWidth, channels,
 *          filters), bias (filters)
 * Init     kernel Glorot uniform, bias zeros
 * Errors   ShapeError unless examples are images no smaller than a window; OptionError for extents < 1
 * Kernel   assembly/layers/convolution.ts
 * Source   LeCun et al. 1998, section II; Dumoulin & Visin 2016 (extents)
 */
export const conv2d: LayerDefinition<Conv2dConfig> = {
  options: ["filters", ...WINDOW, ...WEIGHTED],
  check(config, who) {
    integer(config.filters, `${who}.filters`, { min: 1, max: 65536 });
    checkWindow(config, who);
    checkWeighted(config, who);
  },
  output(config, inp, who) {
    const { down, across } = fieldOf(config, inp, who);
    return [down.out, across.out, config.filters];
  },
  parameters(config, inp) {
    const { down, across, channels } = fieldOf(config, inp, "conv2d");
    return weighted(config, [down.kernel, across.kernel, channels, config.filters], config.filters);
  },
  derived(config, inp) {
    const { down, across, channels } = fieldOf(config, inp, "conv2d");
    return { kernelFlipped: stride(down.kernel * across.kernel * config.filters) * stride(channels) };
  },
  scratch(config, inp) {
    const field = fieldOf(config, inp, "conv2d");
    return {
      ...(isBare(field) ? {} : { padded: { width: paddedSize(field) } }),
      spread: { width: paddedSize(adjoint(field, config.filters)) },
    };
  },
  forward(config, context) {
    const { batch, out, parameter, shape } = context;
    const field = fieldOf(config, shape, "conv2d");
    const [image, steps] = padded(field, context);
    const bias = config.useBias === false ? 0 : reads(parameter("bias"));
    return [...steps, convolve(field, config.filters, batch, out, image, parameter("kernel"), bias)];
  },
  backward(config, context) {
    const { batch, inp, dinp, dout, derived, scratch, shape } = context;
    const { filters, useBias = true } = config;
    const field = fieldOf(config, shape, "conv2d");
    const image = isBare(field) ? inp : scratch("padded");
    const below = () => [
      spread(field, filters, batch, scratch("spread"), dout),
      convolve(adjoint(field, filters), field.channels, batch, dinp!, scratch("spread"), derived("kernelFlipped"), 0),
    ];
    const pixels = field.down.out * field.across.out;
    return [
      ...(dinp ? below() : []),
      convolveBackwardKernel(field, filters, context, image, dout),
      ...(useBias ? [convolveBackwardBias(pixels, filters, context, dout)] : []),
    ];
  },
  refresh(config, { parameter, derived, split }, inp) {
    const { down, across, channels } = fieldOf(config, inp, "conv2d");
    const sizes = [down.kernel * across.kernel, channels, config.filters] as const;
    return [
      step("convolve_flip", split("kernel"), writes(derived("kernelFlipped")), reads(parameter("kernel")), ...sizes),
    ];
  },
  multiplyAdds: (config, inp) => multiplyAdds(fieldOf(config, inp, "conv2d"), config.filters),
};
