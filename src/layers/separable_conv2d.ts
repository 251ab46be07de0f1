import { integer } from "../check.js";
import type { Constraint } from "../constraints/index.js";
import type { InitializerName, InitializerSpec } from "../initializers/index.js";
import type { Penalty } from "../penalty.js";
import { conv2d } from "./conv2d.js";
import type { FilterConfig } from "./convolution.js";
import { depthwiseConv2d } from "./depthwise_conv2d.js";
import type { LayerDefinition } from "./layer.js";
import type { WindowConfig } from "./windows.js";

/** Options of the kernel are those of the pointwise one. */
export interface SeparableConv2dConfig extends WindowConfig, FilterConfig {
  /** Channels between the two convolutions for each of the input; default 1. */
  depthMultiplier?: number;
  depthwiseInitializer?: InitializerName | InitializerSpec;
  depthwiseRegularizer?: Penalty;
  depthwiseConstraint?: Constraint;
}

/** The options of the first convolution, which has neither bias nor activation. */
const depthwise = (config: SeparableConv2dConfig) => {
  const { kernelSize, strides, padding, dilation, depthMultiplier } = config;
  const { depthwiseInitializer, depthwiseRegularizer, depthwiseConstraint } = config;
  return {
    ...{ kernelSize, strides, padding, dilation, depthMultiplier },
    kernelInitializer: depthwiseInitializer,
    kernelRegularizer: depthwiseRegularizer,
    kernelConstraint: depthwiseConstraint,
    useBias: false,
  } as Parameters<typeof depthwiseConv2d.output>[0];
};

const pointwise = ({ filters, useBias, ...config }: SeparableConv2dConfig) => ({
  ...{ filters, useBias, kernelSize: 1 },
  kernelInitializer: config.kernelInitializer,
  biasInitializer: config.biasInitializer,
  kernelRegularizer: config.kernelRegularizer,
  biasRegularizer: config.biasRegularizer,
  kernelConstraint: config.kernelConstraint,
  biasConstraint: config.biasConstraint,
});

/**
 * A convolution in two parts: of each channel by itself (depthwiseConv2d without bias), and of all channels of each pixel (conv2d
 * with windows of one pixel). A node of the first part, one called `name.pointwise` of the second.
 *
 * Shapes   inp (B, height, width, channels) -> out (B, height', width', filters); kernel (kernelHeight, kernelWidth, channels, m),
 *          pointwise.kernel (1, 1, channels * m, filters), pointwise.bias (filters)
 * Init     kernels Glorot uniform, bias zeros
 * Errors   ShapeError unless examples are images no smaller than a window; OptionError for extents < 1
 * Kernel   assembly/layers/depthwise.ts, assembly/layers/convolution.ts
 * Source   Chollet 2017 (Xception), section 1
 */
export const separableConv2d: LayerDefinition<SeparableConv2dConfig> = {
  options: [
    "filters",
    ...depthwiseConv2d.options,
    "depthwiseInitializer",
    "depthwiseRegularizer",
    "depthwiseConstraint",
  ],
  check(config, who) {
    integer(config.filters, `${who}.filters`, { min: 1, max: 65536 });
    // Options of the pointwise part are looked at under their own names, those of the other as its kernel's.
    depthwiseConv2d.check!(config, who);
    depthwiseConv2d.check!(depthwise(config), `${who}.depthwise`);
  },
  output: (config, inp, who) => depthwiseConv2d.output(depthwise(config), inp, who),
  parameters: (config, inp) => depthwiseConv2d.parameters!(depthwise(config), inp),
  constants: (config, inp) => depthwiseConv2d.constants!(depthwise(config), inp),
  scratch: (config, inp, batch, zeros) => depthwiseConv2d.scratch!(depthwise(config), inp, batch, zeros),
  followers: (config) => [["pointwise", conv2d as LayerDefinition<object>, pointwise(config)]],
  forward: (config, context) => depthwiseConv2d.forward(depthwise(config), context),
  backward: (config, context) => depthwiseConv2d.backward(depthwise(config), context),
  multiplyAdds: (config, inp) => depthwiseConv2d.multiplyAdds!(depthwise(config), inp),
};
